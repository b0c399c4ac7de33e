"""What `SMTP_URL` says: which server, how protected, and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_SHAPE = "SMTP_URL must look like smtp://host:port or smtps://host:port"
_UNREADABLE = (
    f"{_SHAPE}; in a user's name and password write # / ? @ and : as %23 %2F %3F %40 and %3A"
)
_OPTIONS = ("starttls", "verify")
_VERIFY = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_STARTTLS: dict[str, bool | None] = {"required": True, "auto": None, "never": False}


@dataclass(frozen=True)
class SmtpServer:
    """`starttls` is True for required, None for where it is offered, False for never."""

    host: str
    port: int
    tls: bool = False
    starttls: bool | None = None
    verify: bool = True
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str) -> SmtpServer:
        """Raises ValueError, without the URL in it: it may hold a password.

        `smtp://user:password@host:port?starttls=required|auto|never&verify=no`; the scheme
        `smtps` is TLS from the start, `smtp+starttls` the same as `starttls=required`.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(_UNREADABLE) from None  # it quotes what it could not read
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(_SHAPE)
        options = _options(parts.query)
        verify = options.get("verify", "yes").lower()
        if verify not in _VERIFY:
            raise ValueError("verify in SMTP_URL must be yes or no")
        user = unquote(parts.username) if parts.username else None
        return cls(
            host=parts.hostname,
            port=_port(port, parts.scheme),
            tls=parts.scheme == "smtps",
            starttls=_starttls(parts.scheme, options, parts.hostname, user is not None),
            verify=_VERIFY[verify],
            username=user,
            password=unquote(parts.password) if parts.password else None,
        )


def _options(query: str) -> dict[str, str]:
    """Raises ValueError for one we do not know: misspelt it would protect nothing. It is not named:
    it may be the end of a password."""
    options = {name: v[-1] for name, v in parse_qs(query, keep_blank_values=True).items()}
    if options.keys() - _OPTIONS:
        raise ValueError(f"SMTP_URL takes only {' and '.join(_OPTIONS)} behind its question mark")
    return options


def _port(given: int | None, scheme: str) -> int:
    return given if given is not None else _PORTS[scheme]


def _starttls(scheme: str, options: dict[str, str], host: str, secret: bool) -> bool | None:
    """A password goes over an unprotected line only where the URL says so, or within a machine."""
    if scheme == "smtps":
        return False
    if scheme == "smtp+starttls":
        return True
    if (wanted := options.get("starttls")) is not None:
        if wanted.lower() not in _STARTTLS:
            raise ValueError("starttls in SMTP_URL must be required, auto or never")
        return _STARTTLS[wanted.lower()]
    if _is_loopback(host):
        return False
    return True if secret else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
