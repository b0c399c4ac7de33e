"""What the address of a mailbox says: which server, how protected, as whom, and which folder."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"imap": 143, "imaps": 993}
_SHAPE = "url must look like imaps://user@host:993/INBOX; an @ in the user is written %40"


@dataclass(frozen=True)
class ImapServer:
    host: str
    port: int
    user: str
    folder: str = "INBOX"
    tls: bool = True
    starttls: bool = False
    verify: bool = True

    @classmethod
    def read(cls, url: str) -> ImapServer:
        """Raises ValueError, without the URL in it: somebody may have written a password there.

        `imap://` begins in the clear and insists on STARTTLS, but within a machine and where
        `?starttls=never` says otherwise. `?verify=no` takes a self-made certificate.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(_SHAPE) from None
        if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
            raise ValueError(_SHAPE)
        if parts.password is not None:
            raise ValueError("url holds a password; name an environment variable with `password`")
        options = {name: values[-1].lower() for name, values in parse_qs(parts.query).items()}
        clear = _is_loopback(parts.hostname) or options.get("starttls") == "never"
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            user=unquote(parts.username),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            tls=parts.scheme == "imaps",
            starttls=parts.scheme == "imap"
            and (not clear or options.get("starttls") == "required"),
            verify=options.get("verify", "yes") not in {"no", "false", "0"},
        )

    @property
    def place(self) -> str:
        """The same for the same mails, however one gets there."""
        return f"{self.user}@{self.host}/{self.folder}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
