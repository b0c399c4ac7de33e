"""Invitations: what, when, where and by whom, out of iCalendar as calendars really write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from babel.core import get_global

from mail.notices import Invite, Reply
from mail.tidy import one_line

_MOST_LINES = 20_000
_LONGEST = 2_000_000  # characters that are looked at
_LONGEST_VALUE = 1_000
_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z)?)?")
_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,40})=("[^"]*"|[^;:"]*)')
_ESCAPED = re.compile(r"\\([nN\\;,])")
_LONG_AGO = datetime.combine(date.min, time())
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ANSWERS = {
    "ACCEPTED": Reply.ACCEPTED,
    "DECLINED": Reply.DECLINED,
    "TENTATIVE": Reply.TENTATIVE,
}
_METHODS = {"REQUEST": Reply.REQUEST, "CANCEL": Reply.CANCEL, "COUNTER": Reply.COUNTER}


@dataclass(frozen=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class _Component:
    """The first property of a name counts."""

    kind: str
    properties: dict[str, _Property] = field(default_factory=dict)
    children: list[_Component] = field(default_factory=list)

    def get(self, name: str) -> str:
        found = self.properties.get(name)
        return found.value if found else ""

    def words(self, name: str) -> str:
        return one_line(_unescaped(self.get(name)), 300)

    def all(self, kind: str) -> Iterator[_Component]:
        for child in self.children:
            if child.kind == kind:
                yield child
            yield from child.all(kind) if child.kind == "VCALENDAR" else ()


def invite_of(text: str) -> Invite | None:
    """The first event of the file; None where there is none that can be understood."""
    try:
        return _invite(_read(text[:_LONGEST]))
    except (ValueError, OverflowError, KeyError, RecursionError):
        return None


def _invite(calendar: _Component) -> Invite | None:
    events = list(calendar.all("VEVENT"))
    if not events:
        return None
    event = next((e for e in events if "RECURRENCE-ID" not in e.properties), events[0])
    zones = {zone.get("TZID"): zone for zone in calendar.all("VTIMEZONE")}
    begin = event.properties.get("DTSTART")
    starts = _when(begin, zones)
    series = {e.get("UID") or str(index) for index, e in enumerate(events)}
    return Invite(
        what=event.words("SUMMARY"),
        starts=starts,
        ends=_end(event, starts, zones),
        zone=one_line(begin.parameters.get("TZID", ""), 80) if begin else "",
        where=event.words("LOCATION"),
        organiser=_person(event.properties.get("ORGANIZER")),
        reply=_reply(calendar, event),
        repeats="RRULE" in event.properties or "RDATE" in event.properties,
        others=len(series) - 1,
    )


def _reply(calendar: _Component, event: _Component) -> Reply:
    inside = next(iter(c for c in calendar.children if c.kind == "VCALENDAR"), calendar)
    method = inside.get("METHOD").strip().upper()
    if event.get("STATUS").strip().upper() == "CANCELLED":
        return Reply.CANCEL
    if method == "REPLY":
        attendee = event.properties.get("ATTENDEE")
        answer = attendee.parameters.get("PARTSTAT", "").upper() if attendee else ""
        return _ANSWERS.get(answer, Reply.TENTATIVE)
    return _METHODS.get(method, Reply.PUBLISHED)


def _person(named: _Property | None) -> str:
    if named is None:
        return ""
    address = re.sub(r"(?i)^mailto:", "", named.value.strip())
    name = named.parameters.get("CN", "").strip()
    if name and address and name.lower() != address.lower() and "@" in address:
        return one_line(f"{name} <{address}>", 200)
    return one_line(name or address, 200)


def _end(
    event: _Component, starts: datetime | date | None, zones: dict[str, _Component]
) -> datetime | date | None:
    ends = _when(event.properties.get("DTEND"), zones)
    if ends is None and starts is not None and (length := _length(event.get("DURATION"))):
        ends = starts + length
    if ends is not None and isinstance(ends, datetime) != isinstance(starts, datetime):
        return None
    if ends is not None and not isinstance(ends, datetime) and starts is not None:
        return max(ends - timedelta(days=1), starts)  # the file names the day after
    return ends


def _when(named: _Property | None, zones: dict[str, _Component]) -> datetime | date | None:
    found = _TIME.match(named.value.strip()) if named else None
    if named is None or found is None:
        return None
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if not 1970 <= day.year <= 2200:
        return None  # nobody is invited then; a program meant "no date"
    if found[4] is None:
        return day
    at = time(int(found[4]), int(found[5]), min(int(found[6] or 0), 59))
    local = datetime.combine(day, at)
    if found[7]:
        return local.replace(tzinfo=UTC)
    return local.replace(tzinfo=_zone(named.parameters.get("TZID", ""), local, zones))


def _length(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return length if found[1] != "-" else None


def _zone(name: str, local: datetime, zones: dict[str, _Component]) -> tzinfo:
    """By its usual name, by Windows' name for it, or by the rules that the file brings along."""
    windows = get_global("windows_zone_mapping")
    bare = name.strip().strip('"').removeprefix("/")
    # Older programs put their own path before the name: `/mozilla.org/20050126_1/Europe/Paris`.
    for candidate in (bare, windows.get(bare, ""), "/".join(bare.split("/")[-2:])):
        if candidate and re.fullmatch(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}", candidate):
            try:
                return ZoneInfo(candidate)
            except (OSError, ValueError, KeyError):
                continue
    described = zones.get(name)
    return _by_rules(described, local) if described else UTC


def _by_rules(zone: _Component, local: datetime) -> tzinfo:
    """The offset of whichever half of the year began last before `local`."""
    halves = []
    for half in zone.children:
        offset = _OFFSET.match(half.get("TZOFFSETTO").strip())
        if half.kind in ("STANDARD", "DAYLIGHT") and offset:
            minutes = int(offset[2]) * 60 + int(offset[3])
            moment = timedelta(minutes=-minutes if offset[1] == "-" else minutes)
            halves.append((_began(half, local), moment))
    if not halves:
        return UTC
    return timezone(max(halves)[1])


def _began(half: _Component, local: datetime) -> datetime:
    """When this half began the last time before `local`."""
    rule = dict(p.partition("=")[::2] for p in half.get("RRULE").upper().split(";"))
    day = re.fullmatch(r"([+-]?\d)?([A-Z]{2})", rule.get("BYDAY", ""))
    start = _TIME.match(half.get("DTSTART"))
    first = _midnight(int(start[1]), int(start[2]), int(start[3])) if start else _LONG_AGO
    if not rule.get("BYMONTH", "").isdigit() or day is None or day[2] not in _DAYS:
        return first
    month, which, weekday = int(rule["BYMONTH"]), int(day[1] or 1), _DAYS.index(day[2])
    changes = [_weekday(year, month, which, weekday) for year in (local.year - 1, local.year)]
    return max((change for change in changes if change <= local), default=first)


def _midnight(year: int, month: int, day: int) -> datetime:
    return datetime.combine(date(year, month, day), time())


def _weekday(year: int, month: int, which: int, weekday: int) -> datetime:
    if which > 0:
        first = _midnight(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
    last = _midnight(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-which - 1))


def _read(text: str) -> _Component:
    """The tree of components; what is not closed ends with the file."""
    root = _Component("")
    open_ones = [root]
    for line in _unfolded(text):
        named = _property(line)
        if named is None:
            continue
        if named.name == "BEGIN":
            child = _Component(named.value.strip().upper())
            if len(open_ones) < 6:
                open_ones[-1].children.append(child)
            open_ones.append(child)
        elif named.name == "END":
            if len(open_ones) > 1:
                open_ones.pop()
        else:
            open_ones[-1].properties.setdefault(named.name, named)
    return root


def _unfolded(text: str) -> Iterator[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_MOST_LINES]
    pieces: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t"):
            pieces.append(line[1:])
            continue
        if pieces:
            yield "".join(pieces)
        pieces = [line]
    yield "".join(pieces)


def _property(line: str) -> _Property | None:
    name = re.match(r"[\w-]{1,60}", line)
    if name is None:
        return None
    at, parameters = name.end(), {}
    while found := _PARAMETER.match(line, at):
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    if line[at : at + 1] != ":":
        return None
    return _Property(name[0].upper(), parameters, line[at + 1 : at + 1 + _LONGEST_VALUE])


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text)
