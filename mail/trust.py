"""Whether a mail comes from whom it says: what our own mail server found out, and nobody else.

`Authentication-Results` is a header like any other: whoever writes a mail can write one. Believed
are those with a name that was configured, above the first foreign one, above the trace of the next
server; and where two of them disagree, the worse. (RFC 8601 has our server remove forged ones.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

WITHOUT_NAME = "none"  # stands, among the names, for results without one: Microsoft writes such
_LONGEST = 5_000  # characters of one header
_MOST = 20  # headers, and results in each

_RESULT = re.compile(r"^\s*([a-z][a-z0-9-]{1,30})(?:/\d+)?\s*=\s*([a-z]{2,20})", re.IGNORECASE)
_PROPERTY = re.compile(
    r"([a-z]{3,10})\.([a-z0-9-]{1,30})\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE
)
_WIDE = re.compile(r"^(?:ac|co|com|edu|gob|gouv|gov|gv|ne|net|or|org)\.[a-z]{2}$")


class Result(StrEnum):
    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Trust:
    """`reasons` are what was found, for the log: "dmarc=fail". `doubtful` is for people's eyes."""

    result: Result = Result.UNKNOWN
    reasons: tuple[str, ...] = ()
    doubtful: bool = False


UNASSESSED = Trust()


@dataclass(frozen=True)
class Finding:
    """One method's result: "dkim", "pass", and the domain that it is about."""

    method: str
    result: str
    domain: str = ""


def own_run(items: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The values of the topmost run of results, from all headers in order.

    The trace of another server below them ends it: what is beneath came with the mail.
    """
    values: list[str] = []
    for name, value in items:
        lower = name.lower()
        if lower == "authentication-results":
            values.append(value[:_LONGEST])
        elif values and lower == "received":
            break
    return tuple(values[:_MOST])


def assess(values: Sequence[str], from_address: str, names: Sequence[str]) -> Trust:
    """`values` from `own_run`; `names` are the authserv-ids that are ours. Never raises."""
    if not names:
        return Trust()
    believed = {name.strip().lower().rstrip(".") for name in names}
    findings: list[Finding] = []
    for value in values:
        name, found = _read(value)
        if name not in believed:
            break
        findings += found
    result, reasons = _judge(findings, from_address.rpartition("@")[2].lower())
    return Trust(result, reasons, doubtful=result is not Result.VERIFIED)


def _judge(findings: Sequence[Finding], domain: str) -> tuple[Result, tuple[str, ...]]:
    if not findings:
        return Result.UNKNOWN, ("no-results",)
    by_method = {f.method: [g for g in findings if g.method == f.method] for f in findings}
    said = tuple(dict.fromkeys(f"{f.method}={f.result}" for f in findings))
    whole = [*by_method.get("dmarc", ()), *by_method.get("compauth", ())]
    if any(f.result in ("fail", "permerror") for f in whole):
        return Result.FAILED, said
    passed = [f for f in whole if f.result == "pass" and (not f.domain or _same(f.domain, domain))]
    if passed:
        return Result.VERIFIED, said
    for method in ("dkim", "spf"):
        if any(
            f.result == "pass" and _aligned(f.domain, domain) for f in by_method.get(method, ())
        ):
            return Result.VERIFIED, said
    if any(f.result == "pass" and _same(f.domain, domain) for f in by_method.get("auth", ())):
        return Result.VERIFIED, said  # written by somebody who logged in to our own server
    if any(f.result == "temperror" for f in findings):
        return Result.UNKNOWN, said
    return Result.FAILED, (*said, "nothing-aligned")


def _read(value: str) -> tuple[str, list[Finding]]:
    """The name of the server and what it found; WITHOUT_NAME where it does not say who it is."""
    parts = _without_comments(value).split(";")[: _MOST + 1]
    name = WITHOUT_NAME
    if not _RESULT.match(parts[0]):
        name = (parts[0].split() or [""])[0].strip('"').lower().rstrip(".")
        parts = parts[1:]
    return name, list(_findings(parts))


def _findings(parts: Sequence[str]) -> Iterator[Finding]:
    for part in parts:
        found = _RESULT.match(part)
        if found is None:
            continue
        method = found[1].lower()
        properties = {
            f"{kind.lower()}.{name.lower()}": value for kind, name, value in _PROPERTY.findall(part)
        }
        yield Finding(method, found[2].lower(), _domain(method, properties))


_ABOUT = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.helo"),
    "auth": ("smtp.auth", "smtp.mailfrom"),
}


def _domain(method: str, properties: dict[str, str]) -> str:
    value = next((properties[n] for n in _ABOUT.get(method, ()) if n in properties), "")
    return value.rpartition("@")[2].strip(".<>").lower()


def _same(one: str, other: str) -> bool:
    return bool(one) and (one == other or _aligned(one, other))


def _aligned(signed: str, shown: str) -> bool:
    """Whether both belong to one organisation, as far as names tell without a list of suffixes."""
    if not signed or not shown:
        return False
    if signed == shown:
        return True
    shorter, longer = sorted((signed, shown), key=len)
    return longer.endswith("." + shorter) and "." in shorter and not _WIDE.match(shorter)


def _without_comments(value: str) -> str:
    """Parentheses nest and may hold anything; inside quotes they mean nothing."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
            continue
        elif character == '"' and not depth:
            quoted = not quoted
        elif not quoted and character == "(":
            depth += 1
            continue
        elif not quoted and character == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(character)
    return "".join(kept)
