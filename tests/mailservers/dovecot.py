"""A Dovecot with a mailbox for each of its people, apart from the machine's own."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.mailservers.programs import run

_OWNER = "nobody"  # of the mails: whoever owns them must not be root

_CONFIG = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Ln
recipient_delimiter = +
mail_location = maildir:{folder}/mailboxes/%Ln
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Ln {folder}/people
}}
userdb {{
  driver = passwd-file
  args = username_format=%Ln {folder}/people
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0
  }}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener sasl {{
    port = {sasl}
  }}
}}
"""


class Dovecot:
    """`ports` are those of imap, imaps, lmtp and sasl (for whoever sends with a password)."""

    def __init__(
        self,
        folder: Path,
        ports: dict[str, int],
        certificate: Path,
        people: Iterable[str],
        password: str,
    ) -> None:
        self.ports = ports
        self.log = folder / "dovecot.log"
        self._folder = folder
        self._mails = folder / "mailboxes"
        self._certificate = certificate
        self._people = tuple(people)
        self._password = password

    def configure(self) -> None:
        owner = pwd.getpwnam(_OWNER)
        config = _CONFIG.format(folder=self._folder, certificate=self._certificate, **self.ports)
        self._config.write_text(config, encoding="utf-8")
        lines = (
            f"{name}:{self._password}:{owner.pw_uid}:{owner.pw_gid}::{self._mails / name}\n"
            for name in self._people
        )
        (self._folder / "people").write_text("".join(lines), encoding="utf-8")
        self._mails.mkdir()
        os.chown(self._mails, owner.pw_uid, owner.pw_gid)

    def start(self) -> None:
        run("/usr/sbin/dovecot", "-c", str(self._config), log=self.log)

    def empty(self) -> None:
        """Nobody is connected and nobody has any mail."""
        self._doveadm("kick", "*", may_fail=True)
        for box in self._mails.iterdir():
            shutil.rmtree(box, ignore_errors=True)

    def number_anew(self, user: str) -> None:
        """As after a restore: the same mails by other numbers, and whoever looked is thrown out."""
        self._doveadm("kick", user, may_fail=True)
        for name in ("dovecot-uidlist", "dovecot-uidvalidity"):
            for file in (self._mails / user).glob(f"{name}*"):
                file.unlink()
        for file in (self._mails / user).glob("dovecot.index*"):
            file.unlink()

    @property
    def _config(self) -> Path:
        return self._folder / "dovecot.conf"

    def _doveadm(self, *arguments: str, may_fail: bool = False) -> None:
        command = ("/usr/bin/doveadm", "-c", str(self._config), *arguments)
        run(*command, log=self.log, may_fail=may_fail)
