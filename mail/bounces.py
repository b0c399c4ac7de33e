"""What a bounce says: which mail of ours, for whom, why, and whether it is worth trying again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mail.decoding import decoded_header
from mail.machines.plain import plain
from mail.machines.signs import Headers
from mail.machines.structure import Piece
from mail.tidy import one_line
from mail.verdict import Kind

_MOST = 20  # recipients, and ids, that are looked at
_LONGEST = 300  # characters of what the other server said
_TEXT = 40_000  # characters that are searched
_ADDRESS = r"[^\s<>()\[\],;:\"'\\@]{1,64}@[^\s<>()\[\],;:\"'\\@]{1,255}"
_ID = re.compile(r"<[!-;=?-~]{3,300}@[!-;=?-~]{1,250}>")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_ORIGINAL_IDS = {
    "message-id",
    "x-original-message-id",
    "original-message-id",
    "original-envelope-id",
}
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])([0-9]{2})[ \-#]")
_ADDRESSES = re.compile(_ADDRESS)
_ATTACHED = ("message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822")
_ATTACHED_TOO = ("message/global-headers", "message/partial", "message/news")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")
# Where a mail server says of whom it speaks, in a text without structure.
_NAMED = (
    re.compile(rf"^[ \t]*<({_ADDRESS})>[ \t]*(?::|\.{{3}}|\(|$)", re.MULTILINE),
    re.compile(rf"^[ \t]*({_ADDRESS})[ \t]*:?[ \t]*$", re.MULTILINE),
    re.compile(
        rf"(?:to|recipient|address|for|a|an|fur|para|user)[\s:]{{1,5}}[<'\"]?({_ADDRESS})", re.I
    ),
    re.compile(rf"<({_ADDRESS})>"),
    _ADDRESSES,
)


class Reason(StrEnum):
    """Why a mail came back, as far as it matters to whoever wrote it."""

    NO_SUCH_ADDRESS = "no_such_address"
    NO_SUCH_DOMAIN = "no_such_domain"
    MAILBOX_FULL = "mailbox_full"
    DISABLED = "disabled"
    TOO_LARGE = "too_large"
    REFUSED = "refused"  # by policy, as spam, or because of who we are
    UNREACHABLE = "unreachable"  # the server was not to be had, for too long
    LOOP = "loop"
    OTHER = "other"


# What passes by itself: the next mail may well arrive.
_PASSING = {Reason.MAILBOX_FULL, Reason.UNREACHABLE, Reason.TOO_LARGE}

_SUBJECTS = {  # of the enhanced status codes (RFC 3463), without their class
    "1.1": Reason.NO_SUCH_ADDRESS,
    "1.2": Reason.NO_SUCH_DOMAIN,
    "1.3": Reason.NO_SUCH_ADDRESS,
    "1.6": Reason.NO_SUCH_ADDRESS,
    "1.10": Reason.NO_SUCH_DOMAIN,
    "2.1": Reason.DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_LARGE,
    "3.1": Reason.MAILBOX_FULL,
    "3.4": Reason.TOO_LARGE,
    "4.1": Reason.UNREACHABLE,
    "4.2": Reason.UNREACHABLE,
    "4.4": Reason.NO_SUCH_DOMAIN,
    "4.6": Reason.LOOP,
    "4.7": Reason.UNREACHABLE,
    "7.1": Reason.REFUSED,
}
# Phrases tell more than codes, which servers choose carelessly: the first that is found counts.
_PHRASES: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.MAILBOX_FULL,
        re.compile(
            r"(?:mailbox|inbox|mail ?box|account|folder|recipient|user|storage)[^.\n]{0,40}"
            r"(?:is full|\bfull\b)|over[ -]?quota|quota (?:exceeded|full|violation)|"
            r"exceed[^.\n]{0,30}"
            r"(?:quota|storage)|(?:disk|storage) (?:quota|full|space)|not enough (?:space|storage)|"
            r"boite[^.\n]{0,30}pleine|quota[^.\n]{0,20}depass|postfach[^.\n]{0,20}voll|"
            r"buzon[^.\n]{0,20}lleno|casella[^.\n]{0,20}piena|out of storage space|"
            r"mailbox size limit|full mailbox|"
            r"(?:user|mailbox|account)[^.\n]{0,20}too many (?:messages|mails)|"
            r"zu ?viele (?:e-?)?mails"
        ),
    ),
    (
        Reason.TOO_LARGE,
        re.compile(
            r"(?:message|mail)[^.\n]{0,30}(?:too (?:large|big|long)|size exceeds|"
            r"exceeds[^.\n]{0,30}"
            r"(?:size|limit|maximum))|size limit exceeded|message size|trop volumineux|"
            r"zu gro(?:ss|ß)"
        ),
    ),
    (
        Reason.DISABLED,
        re.compile(
            r"(?:account|mailbox|user|address|recipient)[^.\n]{0,30}(?:disabled|inactive|suspended|"
            r"deactivated|closed|not active|discontinued|locked|no longer (?:in use|active))|"
            r"compte[^.\n]{0,20}(?:desactive|suspendu)|inactive (?:user|recipient|mailbox)"
        ),
    ),
    (
        Reason.NO_SUCH_DOMAIN,
        re.compile(
            r"(?:host|domain)(?: name)?[^.\n]{0,20}(?:unknown|not found|does ?n[o']t exist)|"
            r"unrouteable (?:address|mail domain)|name service error|nxdomain|no mx|null mx|"
            r"cannot find any hosts? named|domaine inconnu|unknown (?:host|domain)|bad destination|"
            r"no such (?:host|domain)"
        ),
    ),
    (
        Reason.NO_SUCH_ADDRESS,
        re.compile(
            r"(?:user|recipient|mailbox|address|account|alias|addressee|person|"
            r"resource)[^.\n]{0,60}"
            r"(?:unknown|not found|does ?n[o']t exist|couldn't be found|wasn't found|invalid|"
            r"not known|"
            r"no longer (?:exists|valid|available|here|with)|undeliverable|is not a|not exist|"
            r"unavailable)|(?:unknown|invalid|no such|bad|illegal|nonexistent|"
            r"non-existent)[^.\n]{0,20}"
            r"(?:user|recipient|mailbox|address|account|person|name|alias|local part)|"
            r"no mail ?box (?:here|available|by)|does ?n[o']t have an? |not listed in|"
            r"n'existe pas|inconnu|nicht gefunden|unbekannt|"
            r"existiert nicht|"
            r"no existe|non esiste|nao existe|not our customer|delivery not allowed to|"
            r"did not reach|isn't in (?:our|my)|5\.1\.1|user not|not a valid|address rejected"
        ),
    ),
    (
        Reason.LOOP,
        re.compile(r"mail loop|too many hops|loops back|hop count|routing loop|maximum hop"),
    ),
    (
        Reason.UNREACHABLE,
        re.compile(
            r"timed? ?out|connection (?:refused|reset|lost|dropped|failed|died)|"
            r"network unreachable|"
            r"no route to host|delivery time expired|message expired|retry time|too long|"
            r"couldn't be reached|not respond|failing for a long time|not been collected|"
            r"temporar|queue (?:lifetime|too long)|"
            r"could not connect|unable to connect|given up|giving up"
        ),
    ),
    (
        Reason.REFUSED,
        re.compile(
            r"spam|blocked|blacklist|block ?list|blocklisted|denied|rejected|refused|not accept|"
            r"policy|reputation|dmarc|\bspf\b|dkim|unauthenticated|not authori[sz]ed|prohibited|"
            r"relay|virus|banned|content|restricted|unsolicited|not permitted|refuse"
        ),
    ),
)


@dataclass(frozen=True)
class Failure:
    """One recipient a mail did not reach. `address` is "" where the report does not tell."""

    address: str
    reason: Reason
    status: str = ""  # "5.1.1"
    said: str = ""  # the other server's own words, one line
    hard: bool = True  # false for what may pass by itself

    @property
    def is_passing(self) -> bool:
        return not self.hard


@dataclass(frozen=True)
class Report:
    """What a bounce or a delay tells. `message_ids` of the mail it is about, the surest first."""

    failures: tuple[Failure, ...]
    message_ids: tuple[str, ...]


def read_report(kind: Kind, headers: Headers, pieces: Sequence[Piece], text: str) -> Report | None:
    """None for a mail that reports no delivery. Never raises."""
    if kind not in (Kind.BOUNCE, Kind.DELAY):
        return None
    text = text[:_TEXT]
    failures = tuple(_by_structure(pieces)) or tuple(_by_text(headers, text))
    if any(failure.address for failure in failures):
        failures = tuple(failure for failure in failures if failure.address)
    if len(failures) == 1 and failures[0].reason is Reason.OTHER:
        failures = (_explained(failures[0], text),)
    if kind is Kind.DELAY:
        failures = tuple(replace(failure, hard=False) for failure in failures)
    attached = tuple(_attached_headers(pieces, text))
    if not any(failure.address for failure in failures):
        whom = next((a for name, value in attached if name == "to" for a in _found(value)), "")
        reason = failures[0] if failures else _failure(whom, "", text)
        failures = (Failure(whom, reason.reason, reason.status, reason.said, reason.hard),)
    return Report(failures[:_MOST], _ids(headers, attached, pieces, text))


def _explained(failure: Failure, text: str) -> Failure:
    """With the reason that only the text tells, for people."""
    told = _failure(failure.address, failure.status, _before_the_copy(text)[:1_500])
    if told.reason is Reason.OTHER:
        return failure
    said = failure.said or told.said
    return replace(failure, reason=told.reason, said=said, hard=told.hard)


def _by_structure(pieces: Sequence[Piece]) -> Iterator[Failure]:
    """From the fields of RFC 3464, one block for each recipient."""
    seen: set[str] = set()
    for piece in pieces:
        if piece.inside or piece.media_type not in _STATUSES:
            continue
        for block in re.split(r"\n\s*\n", piece.text)[: _MOST * 2]:
            fields = {name.lower(): value for name, value in _FIELD.findall(block)}
            if not fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
                continue
            if plain(fields.get("action", "")) in {"delivered", "relayed", "expanded"}:
                continue
            failure = _from_fields(fields)
            if failure.address not in seen or not failure.address:
                seen.add(failure.address)
                yield failure


def _from_fields(fields: dict[str, str]) -> Failure:
    # Who forwarded the mail on named the final one; we know the one we wrote to.
    named = [
        fields.get(f, "") for f in ("original-recipient", "final-recipient", "x-actual-recipient")
    ]
    address = next((a for value in named for a in _found(value.rpartition(";")[2])), "")
    said = fields.get("diagnostic-code", "") or fields.get("x-notes", "")
    _, semicolon, words = said.partition(";")
    return _failure(address, fields.get("status", ""), words if semicolon else said)


def _by_text(headers: Headers, text: str) -> Iterator[Failure]:
    """From the words alone: qmail, Exim and many others write nothing else."""
    failed = [a for value in headers.get("x-failed-recipients", ()) for a in _found(value)]
    own = _before_the_copy(text)
    named = failed or next((found for p in _NAMED if (found := p.findall(own))), [])
    for address in dict.fromkeys(a.lower().rstrip(".") for a in named[:_MOST]):
        at = own.lower().find(address)
        yield _failure(address, "", own[max(at, 0) : max(at, 0) + 1_500])


def _failure(address: str, status: str, said: str) -> Failure:
    told = _STATUS.search(status) or None
    inner = _STATUS.search(said)
    # "5.0.0" and "4.0.0" say nothing; what the other server answered does.
    code = told if told and told[0][1:] not in (".0.0", ".3.0") else inner or told
    kind, number = (code[1], f"{code[2]}.{code[3]}") if code else ("", "")
    answered = _CODE.search(said)
    reason = _reason(number, plain(said))
    kind = kind or (answered[1] if answered else "5")
    passing = kind == "4" or reason in _PASSING
    shown = one_line(decoded_header(" ".join(said.split())), _LONGEST)
    return Failure(address.lower(), reason, code[0] if code else "", shown, hard=not passing)


def _reason(number: str, said: str) -> Reason:
    by_code = _SUBJECTS.get(number)
    if by_code is not None and by_code is not Reason.REFUSED:
        return by_code
    said = _ADDRESSES.sub("address", said)
    for reason, pattern in _PHRASES:
        if pattern.search(said):
            return reason
    if number.startswith("7."):
        return Reason.REFUSED
    return by_code or Reason.OTHER


def _attached_headers(pieces: Sequence[Piece], text: str) -> Iterator[tuple[str, str]]:
    """Header fields of the mail that came back: attached, or written below the report."""
    for piece in pieces:
        if not piece.inside and piece.media_type in (*_ATTACHED, *_ATTACHED_TOO):
            yield from ((name.lower(), value) for name, value in _FIELD.findall(piece.text))
    yield from ((n.lower(), v) for n, v in _FIELD.findall(_from_the_copy(text)))


_COPY = re.compile(
    r"^-{2,}.{0,20}(?:below this line|copy of the|original message|message header|returned message|"
    r"unsent message|message d'origine|headers? follow|undelivered message|ursprüngliche)"
    r"|^(?:return-path|received|message-id):",
    re.IGNORECASE | re.MULTILINE,
)


def _before_the_copy(text: str) -> str:
    found = _COPY.search(text)
    return text[: found.start()] if found else text


def _from_the_copy(text: str) -> str:
    found = _COPY.search(text)
    return re.sub(r"(?m)^> ?", "", text[found.start() :] if found else text)


def _ids(
    headers: Headers, attached: Sequence[tuple[str, str]], pieces: Sequence[Piece], text: str
) -> tuple[str, ...]:
    """The mail's own id where the report holds it; then what the report answers."""
    own = [i for name, value in attached if name in _ORIGINAL_IDS for i in _ID.findall(value)]
    statuses = [p.text for p in pieces if p.media_type in _STATUSES]
    named = [
        i
        for piece in statuses
        for name, value in _FIELD.findall(piece)
        if name.lower() in _ORIGINAL_IDS
        for i in _ID.findall(value if "<" in value else f"<{value.strip()}>")
    ]
    answered = [
        i
        for name in ("x-original-message-id", "in-reply-to", "references")
        for value in headers.get(name, ())
        for i in _ID.findall(value)
    ]
    loose = [i for name, value in attached if name == "references" for i in _ID.findall(value)]
    everywhere = _ID.findall(text)[:_MOST]
    return tuple(dict.fromkeys((*own, *named, *answered, *loose, *everywhere)))[:_MOST]


def _found(value: str) -> list[str]:
    return [address.lower().rstrip(".") for address in _ADDRESSES.findall(value[:2_000])]
