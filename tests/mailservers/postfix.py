"""A Postfix that hears and sends on this machine only, apart from the machine's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.mailservers.programs import run

# Debian's master.cf puts its daemons into a chroot, where there is nothing of ours to be found.
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup   unix n - n 60 1 pickup
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
verify   unix - - n - 1 verify
flush    unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp     unix - - n - - smtp
relay    unix - - n - - smtp
showq    unix n - n - - showq
error    unix - - n - - error
retry    unix - - n - - error
discard  unix - - n - - discard
lmtp     unix - - n - - lmtp
anvil    unix - - n - 1 anvil
scache   unix - - n - 1 scache
postlog  unix-dgram n - n - 1 postlogd
"""

_ALONE = {
    "compatibility_level": "3.6",
    "myhostname": "mx.meridien.example",
    "myorigin": "meridien.example",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "inet_protocols": "ipv4",
    "alias_maps": "",
    "local_recipient_maps": "",
    "local_transport": "error:nobody lives here",
    "default_transport": "error:the world is not there",
    "smtp_dns_support_level": "disabled",
    "smtpd_peername_lookup": "no",
    "notify_classes": "",
    "smtpd_delay_reject": "yes",
    # So that what is put off comes again within a test's patience, also without being asked.
    "queue_run_delay": "3s",
    "minimal_backoff_time": "3s",
    "maximal_backoff_time": "3s",
    "transport_retry_time": "1s",
}


class Postfix:
    """`settings` are those of main.cf that tests are about."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str]) -> None:
        self.port = port
        self.log = folder / "mail.log"
        self._config = folder / "postfix"
        self._queue = folder / "queue"
        self._runs = self._is_changed = False
        self._settings = {
            **_ALONE,
            "queue_directory": str(self._queue),
            "data_directory": str(folder / "postfix-data"),
            "maillog_file": str(self.log),
            "maillog_file_prefixes": str(folder),
            **settings,
        }

    def configure(self) -> None:
        self._config.mkdir()
        self._queue.mkdir()
        self._write_main()
        master = _MASTER.format(port=self.port)
        (self._config / "master.cf").write_text(master, encoding="utf-8")
        self._run("postfix", "post-install", "create-missing")

    def _write_main(self) -> None:
        main = "".join(f"{name} = {value}\n" for name, value in self._settings.items())
        (self._config / "main.cf").write_text(main, encoding="utf-8")
        self._is_changed = False

    def start(self) -> None:
        self._run("postfix", "start")
        self._runs = True

    def stop(self) -> None:
        """What lies in the queue stays there."""
        self._run("postfix", "stop")
        self._runs = False

    def set(self, **settings: str) -> None:
        """Change the configuration of the running server. In force for new connections."""
        self._run("postconf", "-e", *(f"{name}={value}" for name, value in settings.items()))
        self._run("postfix", "reload")
        self._is_changed = True

    def restart(self) -> None:
        """As it was configured first, also for whoever is connected."""
        if self._runs:
            self.stop()
        self._write_main()
        self.start()

    def reset(self) -> None:
        """As it was configured first, running, with nothing in its queue."""
        if not self._runs or self._is_changed:
            self.restart()
        self._run("postsuper", "-d", "ALL")

    def flush(self) -> None:
        """Try everything in the queue again, now."""
        self._run("postqueue", "-f")

    def queue(self) -> list[dict[str, Any]]:
        """What waits, as `postqueue -j` tells it."""
        lines = self._run("postqueue", "-j").splitlines()
        return [json.loads(line) for line in lines]

    def _run(self, program: str, *arguments: str, may_fail: bool = False) -> str:
        command = (f"/usr/sbin/{program}", "-c", str(self._config), *arguments)
        return run(*command, log=self.log, may_fail=may_fail)
