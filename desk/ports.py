"""What the desk needs from a database, in the desk's words. `storage/` is the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from desk.effects import Effect
from desk.files import Files
from desk.held_mails import HeldMails
from desk.journal import Draft, Entry
from desk.mails import Acknowledgements, Delivery, Mails, ReturnedMails
from desk.organisation import (
    PLAIN_STYLE,
    Catalogue,
    House,
    MailStyle,
    ResolutionCode,
    Team,
)
from desk.people import Actor, Person
from desk.queued_mails import QueuedMails
from desk.result import Result
from desk.ticket import Ticket
from desk.words import Words

R = TypeVar("R")


@dataclass(frozen=True)
class Card:
    """A message of ours in a team's channel that stands for a ticket. One is active."""

    ticket: int
    team: int
    channel: str
    ts: str
    active: bool


class Tab(StrEnum):
    TEAMS = "teams"
    MINE = "mine"
    SOLVED = "solved"


@dataclass(frozen=True)
class Extent:
    """Which page of a list one looks at, and how long the list is. Nothing of what is in it."""

    total: int
    number: int  # from 0
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Page(Extent):
    """One page of tickets, and how many there are on all pages."""

    tickets: tuple[Ticket, ...] = ()

    @property
    def extent(self) -> Extent:
        return Extent(self.total, self.number, self.size)


class Tickets(Protocol):
    def add(self, ticket: Ticket) -> Ticket:
        """Store a new ticket and return it with its number."""

    def get(self, ticket: int) -> Ticket:
        """Raises NoSuchTicket."""

    def save(self, ticket: Ticket, seen: int) -> Ticket:
        """Store a changed ticket if it is still at version `seen`; return it one version on.

        Raises Stale.
        """

    def queue(self, actor: Actor, tab: Tab, page: int, size: int) -> Page:
        """TEAMS: open ones of the actor's teams (every team's for an administrator without one),
        unassigned first, then by priority, then oldest first. MINE: open ones held by the actor,
        by priority then oldest. SOLVED: resolved or closed ones of those teams or by that person,
        latest first."""

    def asked_by(self, person: int, *, open_only: bool, limit: int, page: int = 0) -> Page:
        """Tickets whose requester or beneficiary this is; open ones first, newest first."""

    def find(self, words: Sequence[str], most: int) -> tuple[Ticket, ...]:
        """Tickets in which each of `words` begins some word, notes and all; among the newest such,
        open ones first, newest first."""

    def find_own(self, person: int, words: Sequence[str], most: int) -> tuple[Ticket, ...]:
        """The same among tickets whose requester or beneficiary this is, by what they may read."""

    def followers(self, ticket: int) -> tuple[int, ...]:
        """The first twenty tickets that late answers to this one opened, oldest first."""

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Open tickets whose hold until a date is over."""


class Journal(Protocol):
    def add(self, draft: Draft, at: datetime) -> Draft:
        """The draft with the number it has in the journal."""
        ...

    def get(self, entry: int) -> Entry:
        """Raises NoSuchTicket(0) where there is none."""

    def of(self, ticket: int) -> tuple[Entry, ...]:
        """All entries, oldest first."""

    def about(self, entry: int) -> tuple[Entry, ...]:
        """Those that refer to it, oldest first."""

    def last(self, ticket: int) -> Entry | None: ...

    def deliveries(self, ticket: int) -> tuple[Delivery, ...]:
        """Of all the ticket's entries, oldest first."""


class People(Protocol):
    def get(self, person: int) -> Person: ...

    def many(self, people: Iterable[int]) -> Mapping[int, Person]: ...

    def by_handle(self, handle: str) -> Person | None:
        """By Slack id, address (any case) or `person:<id>`."""

    def expect(self, acting: str, others: Iterable[str]) -> None:
        """Who acts and whom it is about are asked for by these handles next, before anything
        changes who they are: they may be read along with what is asked before."""

    def actor(self, handle: str) -> Actor:
        """Who acts. A Slack id not yet known becomes a person (in a read transaction: not stored).
        `system` is an administrator without a name."""

    def add(self, name: str, email: str | None, slack_id: str | None, language: str) -> Person: ...

    def learn(self, person: Person) -> Person:
        """Insert or update by Slack id, else by address; `person.id` is ignored.

        Somebody known by address only and now seen in Slack stays one person.
        """

    def set_address(self, person: int, email: str) -> None: ...

    def signature(self, person: int) -> Words:
        """What stands below this person's replies; no words: their name and team."""

    def set_signature(self, person: int, words: Words) -> None: ...

    def search(self, query: str, limit: int) -> tuple[Person, ...]:
        """Active people all of whose query words begin a word of their name or address (accents,
        case and order ignored), the most frequent requesters first. Empty query: those."""

    def note_request(self, person: int) -> None:
        """Count one more request, for the order of `search`."""

    def rejoin_teams(self) -> None:
        """Match team members given by address, Slack id or user group with the people now known."""


@dataclass(frozen=True)
class TeamSetup:
    key: str
    en: str
    fr: str
    channel: str | None
    language: str
    members: tuple[str, ...]  # addresses or Slack user ids (user groups already expanded)
    lead: str | None = None
    mail: MailStyle = PLAIN_STYLE


@dataclass(frozen=True)
class EntrySetup:
    key: str
    parent: str | None
    en: str
    fr: str
    team: str | None = None
    request_type: str | None = None
    impact: str | None = None
    urgency: str | None = None


@dataclass(frozen=True)
class CodeSetup:
    key: str
    en: str
    fr: str


@dataclass(frozen=True)
class HouseSetup:
    """The whole desk file, checked."""

    name: str
    language: str
    fallback_team: str
    admin_channel: str | None
    administrators: tuple[str, ...]
    teams: tuple[TeamSetup, ...]
    catalogue: tuple[EntrySetup, ...]
    codes: tuple[CodeSetup, ...]


class Organisation(Protocol):
    def house(self) -> House: ...

    def team(self, team: int) -> Team: ...

    def teams(self) -> tuple[Team, ...]:
        """In use, in the desk file's order."""

    def members(self, team: int) -> tuple[Person, ...]:
        """Active members, by name."""

    def catalogue(self) -> Catalogue:
        """All entries, obsolete ones too, in the desk file's order."""

    def codes(self) -> tuple[ResolutionCode, ...]:
        """All codes, obsolete ones too, in the desk file's order."""

    def load(self, setup: HouseSetup) -> None:
        """Make teams, catalogue and codes as in `setup`; what vanished becomes obsolete."""


class Cards(Protocol):
    def of(self, ticket: int) -> tuple[Card, ...]:
        """All cards of the ticket, oldest first."""

    def at(self, channel: str, ts: str) -> Card | None:
        """The card (active or not) that is this message."""

    def active(self, ticket: int) -> Card | None: ...

    def posting_since(self, channel: str) -> datetime | None:
        """When the first card was posted there of which nobody knows yet where it stands."""

    def add(self, card: Card, at: datetime) -> None:
        """Keep a posted card; the ticket's other cards become inactive if this one is active."""

    def retire(self, ticket: int) -> None:
        """All cards of the ticket become inactive: a new team's card comes."""

    def entry_at(self, channel: str, ts: str) -> int | None:
        """The journal entry that was made from, or is shown by, this thread message."""

    def message_of(self, entry: int) -> tuple[str, str] | None:
        """Channel and ts of the message of ours (the bot's) that shows the entry."""

    def keep_message(self, entry: int, channel: str, ts: str, *, ours: bool) -> None:
        """Remember the Slack message of an entry: a person's own note, or one the bot posted."""


class Outbox(Protocol):
    def put(self, effect: Effect, at: datetime, due: datetime | None = None) -> None:
        """Ask for an effect, at `due` (default: at once). An unfinished row with the same key is
        asked once more instead; its due time becomes the earlier one, but for an attempt that may
        still be under way."""

    def withdraw(self, entry: int) -> bool:
        """Take back all mails and direct messages of the entry, if none was leased or sent yet.

        Returns False, and takes back none, if one was.
        """

    def withdraw_from(self, ticket: int, person: int) -> None:
        """Take back what has not left yet of this ticket's mails and messages to the person."""

    def hurry(self, lane: str, due: datetime) -> None:
        """What was tried there in vain is tried again at `due`, if it was to wait longer."""

    def retry(self, row: int, at: datetime) -> bool:
        """Ask once more for a mail that failed or is uncertain. False where there is none such."""


class Transaction(Protocol):
    """One unit of work. Everything done through it becomes visible together or not at all."""

    @property
    def tickets(self) -> Tickets: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def people(self) -> People: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def files(self) -> Files: ...
    @property
    def returned_mails(self) -> ReturnedMails: ...
    @property
    def acknowledgements(self) -> Acknowledgements: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def held_mails(self) -> HeldMails: ...
    @property
    def mail_queue(self) -> QueuedMails: ...

    def first_time(self, once: str) -> Result | None:
        """The answer already given under this key, or None."""

    def remember(self, once: str, result: Result, at: datetime) -> None: ...


class Store(Protocol):
    """Runs synchronous work in transactions, off the event loop."""

    async def write(self, work: Callable[[Transaction], R]) -> R:
        """Commit what `work` did and return its value; roll back if it raises, and raise that.

        Retries faults of the database for up to two seconds, running `work` again; then Busy.
        """
        ...

    async def read(self, work: Callable[[Transaction], R]) -> R:
        """Run `work` in a read-only transaction."""
        ...
