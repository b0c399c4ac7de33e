"""A mail as a person reads it, and answers and new mails as mail programs write them."""

from __future__ import annotations

import email.policy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime, formataddr, getaddresses, make_msgid, parseaddr

from sandbox.world import Person, new_id

FRENCH_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."


@dataclass
class Mail:
    raw: bytes
    envelope_from: str
    envelope_to: list[str]
    at: float
    direction: str = "in"
    read: bool = False
    status: str = "delivered"
    id: str = field(default_factory=lambda: new_id("M"))

    def __post_init__(self) -> None:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.message = parsed

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def sender(self) -> str:
        """The address in From, without the name."""
        return parseaddr(self.header("From"))[1]

    @property
    def recipients(self) -> list[str]:
        named = getaddresses([self.header("To"), self.header("Cc")])
        return [address for _, address in named if address]

    @property
    def message_id(self) -> str:
        return self.header("Message-ID").strip()

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def files(self) -> list[tuple[str, bytes, str]]:
        """Name, bytes and type of each attachment."""
        return [
            (
                part.get_filename() or "file",
                _bytes_of(part),
                part.get_content_type(),
            )
            for part in self.message.iter_attachments()
        ]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _bytes_of(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else part.as_bytes()


def written(
    sender: tuple[str, str],
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    headers: dict[str, str] | None = None,
    files: Iterable[tuple[str, bytes, str]] = (),
) -> EmailMessage:
    """A mail as an ordinary mail program composes it. Given headers replace ours."""
    message = EmailMessage(policy=email.policy.SMTP)
    usual = {
        "From": formataddr(sender),
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": make_msgid(domain=sender[1].rpartition("@")[2] or "example.org"),
    }
    for name, value in {**usual, **(headers or {})}.items():
        message[name] = value
    message.set_content(text)
    for name, data, kind in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def answer_headers(original: Mail) -> tuple[str, str, dict[str, str]]:
    """To, subject and threading headers of a reply."""
    to = original.header("Reply-To") or original.header("From")
    subject = original.subject
    if not subject.lower().startswith("re:"):
        subject = f"Re: {subject}"
    earlier = original.header("References").split()
    threading = {
        "In-Reply-To": original.message_id,
        "References": " ".join([*earlier, original.message_id]),
    }
    return to, subject, threading


def quoted(original: Mail, text: str, *, french: bool) -> str:
    """The answer above, the original below, as mail programs do by default."""
    lines = "\n".join(f"> {line}".rstrip() for line in original.text.splitlines())
    return f"{text}\n\n{_attribution(original, french)}\n{lines}\n"


def _attribution(original: Mail, french: bool) -> str:
    name, address = parseaddr(original.header("From"))
    who = f"{name} <{address}>" if name else address
    date = original.message["Date"]
    when = date.datetime if date is not None else datetime.fromtimestamp(original.at).astimezone()
    if french:
        day = f"{when.day} {_french_month(when.month)} {when.year} à {when:%H:%M}"
        return f"Le {day}, {who} a écrit :"
    return f"On {when:%a, %d %b %Y at %H:%M}, {who} wrote:"


def _french_month(number: int) -> str:
    return FRENCH_MONTHS.split()[number - 1]


def sender_of(person: Person | None, address: str) -> tuple[str, str]:
    return (person.name if person else "", address)
