"""The rows of made-up tickets: a life each, most of them over, with all that it leaves behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.seeding.sentences import NOTHING, Sentences, subject
from desk.effects import Message, SendMail, ShowEntry
from desk.journal import Kind, visibility_of
from desk.lifecycle import State
from desk.ticket import PRIORITY, HoldReason, Impact, Origin, Outcome, RequestType, Urgency
from storage.columns import to_text
from storage.tickets import HELD

SECOND = 1_000_000  # microseconds, as times are stored
DAY = 86_400 * SECOND
SPAN = 3 * 365 * DAY  # over which tickets came in
KEPT = 7 * DAY  # what Slack was told is forgotten after that
RECENT = 0.08  # the last tickets, of which many are still open
OPEN_AMONG_RECENT, OPEN_AMONG_OLD = 0.6, 0.0022  # one in twenty in all

COLUMNS: dict[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "subject", "description", "requester_id", "team_id", "created_at", "state_since"),
        *("changed_at", "beneficiary_id", "tell_beneficiary", "catalogue_id", "assignee_id"),
        *("state", "outcome", "impact", "urgency", "request_type", "origin", "hold_reason"),
        *("hold_until", "new_answer", "code", "solution", "version", "is_open", "rank"),
    ),
    "entries": (
        *("id", "ticket_id", "kind", "at", "by_id", "visibility", "words", "facts"),
        "public_from",
    ),
    "cards": ("ticket_id", "team_id", "channel", "ts", "active", "at"),
    "messages": ("entry_id", "channel", "ts", "ours"),
    "mails": ("message_id", "ticket_id", "entry_id", "incoming", "at"),
    "outbox": (
        *("lane", "key", "payload", "asked", "due_at", "state", "attempts", "error", "ticket_id"),
        *("entry_id", "person_id", "created_at", "done_at", "remote"),
    ),
}

_MIDDLE = (Kind.NOTE, Kind.NOTE, Kind.REPLY, Kind.ANSWER, Kind.REPLY, Kind.ASSIGNED)
_TIMES = (0.2, 1, 1, 1, 1, 2, 3)  # how busy tickets are, beside each other
_IMPACTS = (Impact.PERSON,) * 7 + (Impact.SERVICE,) * 2 + (Impact.DEPARTMENT,)
_URGENCIES = (Urgency.LOW, Urgency.MEDIUM, Urgency.MEDIUM, Urgency.HIGH, Urgency.CRITICAL)


@dataclass(frozen=True)
class Team:
    id: int
    channel: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Cast:
    """Who and what tickets are about: ids that are in the database."""

    people: Sequence[int]
    teams: tuple[Team, ...]
    catalogue: tuple[int, ...]
    codes: tuple[tuple[str, str], ...]  # keys, and the facts that name them, as JSON
    sentences: Sentences


class Writer:
    """Makes portions. The same `random` and first numbers give the same rows."""

    def __init__(self, cast: Cast, random: Random, ticket: int, entry: int, now: int) -> None:
        self._cast = cast
        self._random = random
        self._ticket = ticket
        self._entry = entry
        self._now = now
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def portion(self, places: range, total: int, entries: int) -> dict[str, list[tuple[Any, ...]]]:
        """Tickets number `places` of `total`, with about that many entries each."""
        for place in places:
            self._life(place / total, entries)
        return self._rows

    def _life(self, moment: float, entries: int) -> None:
        random, cast = self._random, self._cast
        recent = moment > 1 - RECENT
        is_open = random.random() < (OPEN_AMONG_RECENT if recent else OPEN_AMONG_OLD)
        created = self._now - SPAN + int(moment * (SPAN - DAY))
        requester = cast.people[int(len(cast.people) * random.random() ** 2)]
        team = random.choice(cast.teams)
        held_by = random.choice(team.members) if team.members else None
        if is_open and random.random() < 0.35:
            held_by = None
        life = _Life(requester, team, held_by, created, random.choice(("fr", "fr", "en")), is_open)
        self._journal(life, max(1, round(entries * random.choice(_TIMES) * 7 / 9.2)))
        self._rows["tickets"].append(self._row(life))
        self._surfaces(life)
        self._ticket += 1

    def _journal(self, life: _Life, length: int) -> None:
        random = self._random
        self._say(life, Kind.OPENED, life.requester)
        if life.held_by is not None:
            self._say(life, Kind.ASSIGNED, life.held_by)
        for _ in range(length - (2 if life.is_open else 4)):
            kind = random.choice(_MIDDLE)
            self._say(life, kind, life.requester if kind is Kind.ANSWER else life.held_by)
        if life.is_open:
            return
        life.code = random.choice(self._cast.codes) if self._cast.codes else None
        life.is_solved = random.random() < 0.94 and life.code is not None
        if not life.is_solved:
            self._say(life, Kind.ABANDONED, life.held_by)
            return
        self._say(life, Kind.RESOLVED, life.held_by)
        life.is_closed = random.random() < 0.97
        if life.is_closed:
            self._say(life, Kind.CLOSED, None)

    def _say(self, life: _Life, kind: Kind, by: int | None) -> None:
        spoken = kind in (Kind.OPENED, Kind.NOTE, Kind.REPLY, Kind.ANSWER, Kind.RESOLVED)
        words = self._cast.sentences.some(self._random, life.language) if spoken else NOTHING
        facts = life.code[1] if kind is Kind.RESOLVED and life.code else "{}"
        at = life.latest
        public_from = at if kind in (Kind.REPLY, Kind.RESOLVED) else None
        self._rows["entries"].append(
            (
                *(self._entry, self._ticket, kind.value, at, by, _VISIBILITY[kind]),
                *(words, facts, public_from),
            )
        )
        life.said.append((self._entry, kind, at, words))
        life.latest = min(self._now, at + self._random.randrange(60 * SECOND, DAY))
        self._entry += 1

    def _row(self, life: _Life) -> tuple[Any, ...]:
        random = self._random
        impact, urgency = random.choice(_IMPACTS), random.choice(_URGENCIES)
        held = life.is_open and life.held_by is not None and random.random() < 0.3
        until = self._now + random.randrange(DAY, 30 * DAY) if held else None
        state = _state(life, held)
        last = life.said[-1]
        solution = next((words for _, kind, _, words in life.said if kind is Kind.RESOLVED), None)
        beneficiary = random.choice(self._cast.people) if random.random() < 0.08 else None
        outcome = Outcome.SOLVED if life.is_solved else Outcome.ABANDONED
        return (
            *(self._ticket, subject(random, life.language), life.said[0][3], life.requester),
            *(life.team.id, life.created, last[2], last[2], beneficiary, True),
            random.choice(self._cast.catalogue) if self._cast.catalogue else None,
            *(life.held_by, state.value, outcome.value if state is State.CLOSED else None),
            *(impact.value, urgency.value, random.choice(tuple(RequestType)).value),
            random.choice(tuple(Origin)).value,
            *(HoldReason.DATE.value if held else None, until, last[1] is Kind.ANSWER),
            *(life.code[0] if solution and life.code else None, solution, len(life.said)),
            *(int(life.is_open), PRIORITY[impact][urgency] + (HELD if life.held_by else 0)),
        )

    def _surfaces(self, life: _Life) -> None:
        channel = life.team.channel
        card = f"{life.created // SECOND}.{self._ticket % SECOND:06d}"
        self._rows["cards"].append(
            (self._ticket, life.team.id, channel, card, True, life.created + SECOND)
        )
        for entry, kind, at, _ in life.said:
            if kind in (Kind.NOTE, Kind.REPLY, Kind.ANSWER):
                ts = f"{at // SECOND}.{entry % SECOND:06d}"
                self._rows["messages"].append((entry, channel, ts, kind is not Kind.NOTE))
            if at > self._now - KEPT:
                shown = ShowEntry(self._ticket, entry)
                self._rows["outbox"].append(
                    (
                        *(shown.lane, shown.key, _payload(shown), 1, at, "done", 0, ""),
                        *(self._ticket, None, None, at, at + SECOND, None),
                    )
                )
            if kind is Kind.ANSWER:
                incoming = (f"<in.{entry}@client.example>", self._ticket, entry, True, at)
                self._rows["mails"].append(incoming)
            message = _MAILED.get(kind)
            if message is not None:
                self._mail(life, message, entry, at)

    def _mail(self, life: _Life, message: Message, entry: int, at: int) -> None:
        mail = SendMail(message, self._ticket, life.requester, entry, entry)
        remote = f"<out.{entry}@frontdesk.example>"
        self._rows["mails"].append((remote, self._ticket, entry, False, at))
        self._rows["outbox"].append(
            (
                *(mail.lane, mail.key, _payload(mail), 1, at, "done", 0, ""),
                *(self._ticket, entry, life.requester, at, at + SECOND, remote),
            )
        )


def _payload(effect: SendMail | ShowEntry) -> str:
    return to_text({"kind": type(effect).__name__, **vars(effect)})


_VISIBILITY = {kind: visibility_of(kind).value for kind in Kind}
_MAILED = {
    Kind.OPENED: Message.ACKNOWLEDGEMENT,
    Kind.REPLY: Message.REPLY,
    Kind.RESOLVED: Message.RESOLVED,
}


@dataclass
class _Life:
    requester: int
    team: Team
    held_by: int | None
    created: int
    language: str
    is_open: bool
    is_solved: bool = False
    is_closed: bool = False
    code: tuple[str, str] | None = None
    said: list[tuple[int, Kind, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.latest = self.created


def _state(life: _Life, held: bool) -> State:
    if life.is_open:
        return State.PENDING if held else State.ASSIGNED if life.held_by else State.NEW
    return State.RESOLVED if life.is_solved and not life.is_closed else State.CLOSED
