"""The mail of a whole house: Postfix carries, Dovecot keeps, people write and read.

`meridien.example` are the people and shared mailboxes, all of them in Dovecot. The desk has three
kinds of address, set up as docs/operating.md says: a domain of its own and an address within the
house's domain, both handed to the bot by LMTP, and mailboxes that the bot fetches from.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from tempfile import mkdtemp

import aiosmtplib
from imap_tools import MailBoxUnencrypted

from sandbox.mail import Mail
from tests.journeys.stage import free_port
from tests.mailservers.dovecot import Dovecot
from tests.mailservers.postfix import Postfix
from tests.mailservers.programs import end_of

BUILD = Path(__file__).parents[2] / "build"
CERTIFICATE = Path(__file__).parents[1] / "mail" / "localhost.pem"
PEOPLE = ("paul.smith", "marie.curie", "stranger", "support", "reseau", "frontdesk")
HANDED_OVER = ("postes",)  # to the bot, by an entry in the transport table
GONE = ("julien.moreau",)  # Postfix still knows them, Dovecot does not
PASSWORD = "open-sesame"
PROGRAMS = ("/usr/sbin/postfix", "/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp", "/usr/bin/doveadm")

# A killed session cannot stop its servers. This process can: its input ends with the session.
_END_WITH_THE_SESSION = """
import shutil, subprocess, sys
sys.stdin.read()
folder = sys.argv[1]
subprocess.run(["/usr/sbin/postfix", "-c", folder + "/postfix", "stop"], capture_output=True)
subprocess.run(["/usr/bin/doveadm", "-c", folder + "/dovecot.conf", "stop"], capture_output=True)
shutil.rmtree(folder, ignore_errors=True)
"""


def can_run() -> bool:
    """Both are there, and we may start them: Postfix insists on root."""
    return os.geteuid() == 0 and all(Path(program).exists() for program in PROGRAMS)


class MailServers:
    def __init__(self, folder: Path) -> None:
        smtp, self.door, imap, imaps, lmtp, sasl = (free_port() for _ in range(6))
        ports = {"imap": imap, "imaps": imaps, "lmtp": lmtp, "sasl": sasl}
        self.dovecot = Dovecot(folder, ports, CERTIFICATE, PEOPLE, PASSWORD)
        self.postfix = Postfix(folder, smtp, self._settings(lmtp, sasl))

    def _settings(self, lmtp: int, sasl: int) -> dict[str, str]:
        known = (*PEOPLE, *HANDED_OVER, *GONE)
        addresses = ", ".join(f"{{{name}@meridien.example=here}}" for name in known)
        house, desk = f"lmtp:inet:127.0.0.1:{lmtp}", f"lmtp:inet:127.0.0.1:{self.door}"
        return {
            "virtual_mailbox_domains": "meridien.example",
            "virtual_mailbox_maps": f"inline:{{ {addresses} }}",
            "virtual_transport": house,
            "recipient_delimiter": "+",
            "relay_domains": "desk.meridien.example",
            "transport_maps": f"inline:{{desk.meridien.example={desk},"
            f" postes@meridien.example={desk}}}",
            "smtpd_sasl_auth_enable": "yes",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": f"inet:127.0.0.1:{sasl}",
            "smtpd_tls_security_level": "may",
            "smtpd_tls_cert_file": str(CERTIFICATE),
            "smtpd_tls_key_file": str(CERTIFICATE),
        }

    @property
    def smtp_url(self) -> str:
        """With a password, over an encrypted line, as a provider wants it."""
        login = f"frontdesk:{PASSWORD}"
        return f"smtp://{login}@127.0.0.1:{self.postfix.port}?starttls=required&verify=no"

    @property
    def door_url(self) -> str:
        """Where Postfix hands over what is for the desk."""
        return f"lmtp://127.0.0.1:{self.door}"

    def imap_url(self, user: str, *, encrypted: bool = False) -> str:
        if encrypted:
            return f"imaps://{user}@127.0.0.1:{self.dovecot.ports['imaps']}/INBOX?verify=no"
        return f"imap://{user}@127.0.0.1:{self.dovecot.ports['imap']}/INBOX"

    def start(self) -> None:
        for server in (self.dovecot, self.postfix):
            server.configure()
            server.start()

    def clear(self) -> None:
        """For the next test: everything runs, and nobody has any mail."""
        self.postfix.reset()
        self.dovecot.empty()

    def last_words(self) -> str:
        """The ends of both logs."""
        return "\n".join(end_of(server.log) for server in (self.postfix, self.dovecot))

    async def send(
        self, from_: str, to: str, subject: str, text: str, answering: Mail | None = None
    ) -> str:
        """A person writes; the Message-ID. Raises what aiosmtplib does where Postfix refuses."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = from_, to, subject
        message["Message-ID"] = make_msgid(domain="meridien.example")
        if answering is not None:
            message["In-Reply-To"] = message["References"] = answering.message_id
        message.set_content(text)
        port = self.postfix.port
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False, timeout=30)
        return str(message["Message-ID"])

    def mails(self, user: str, folder: str = "INBOX") -> list[Mail]:
        """What lies in a mailbox, oldest first. Waits for the server."""
        where = MailBoxUnencrypted("127.0.0.1", self.dovecot.ports["imap"], timeout=30)
        with where.login(user, PASSWORD, initial_folder=None) as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            found = box.fetch(mark_seen=False)
            return [Mail(one.obj.as_bytes(), "", [user], 0.0) for one in found]


@contextmanager
def own_mail_servers() -> Iterator[MailServers]:
    BUILD.mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix=f"mailservers-{os.getpid()}-", dir=BUILD))
    folder.chmod(0o755)
    watch = subprocess.Popen(
        [sys.executable, "-c", _END_WITH_THE_SESSION, str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    servers = MailServers(folder)
    try:
        servers.start()
        yield servers
    finally:
        watch.communicate()
