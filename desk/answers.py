"""What the desk answers to questions: frozen facts for cards, forms, pages and mails.

Two families never mix: facts for technicians carry `Entry`; facts for requesters carry
`PublicEntry` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import Message, Notice
from desk.files import PublicFile, TicketFile
from desk.journal import Entry, PublicEntry
from desk.labels import Label
from desk.lifecycle import Move, State
from desk.mails import Delivery, MailThread, ReturnedMail
from desk.organisation import (
    PLAIN_STYLE,
    Catalogue,
    House,
    MailStyle,
    Placement,
    ResolutionCode,
    Team,
)
from desk.people import Actor, Person
from desk.ports import Extent, Page, Tab
from desk.ticket import Outcome, Ticket
from desk.words import NO_WORDS, Words


@dataclass(frozen=True)
class TicketFacts:
    """A ticket with everything it points at, for technicians."""

    ticket: Ticket
    requester: Person
    beneficiary: Person | None
    assignee: Person | None
    team: Team
    path: tuple[Label, ...]  # family, service, sub-service; empty where none was chosen
    code: Label | None  # of its resolution
    audience: tuple[Person, ...]  # who would receive a public reply now
    participants: tuple[Person, ...] = ()  # who takes part beside requester and beneficiary


@dataclass(frozen=True)
class CardFacts:
    """What one card shows. `moves` is what any member of the team may do.

    A card that is not `active` is the one line that a transfer left behind; it points to
    `facts.team`.
    """

    facts: TicketFacts
    moves: tuple[Move, ...]
    last: Entry | None
    trouble: tuple[Delivery, ...]  # mails that failed or are uncertain
    active: bool
    language: str


@dataclass(frozen=True)
class ThreadFacts:
    """The first line of the thread below a team's card."""

    facts: TicketFacts
    team: Team
    earlier: int  # entries written before this card
    language: str


@dataclass(frozen=True)
class EntryFacts:
    """One entry as the technicians' thread shows it. `undo` while it can be taken back."""

    facts: TicketFacts
    entry: Entry
    refers_to: Entry | None
    deliveries: tuple[Delivery, ...]
    undo: bool
    language: str


@dataclass(frozen=True)
class TicketPage:
    """The ticket's modal for a technician. `moves` is what this person may do."""

    facts: TicketFacts
    journal: tuple[Entry, ...]  # what there is to read, oldest first
    deliveries: tuple[Delivery, ...]
    undoable: frozenset[int]  # replies that can still be taken back
    moves: tuple[Move, ...]
    viewer: Person
    followers: tuple[int, ...] = ()  # tickets that late answers opened


@dataclass(frozen=True)
class RequesterLine:
    """A ticket as its requester or beneficiary sees it, in a list or as a page's head."""

    id: int
    reference: str
    subject: str
    state: State
    outcome: Outcome | None
    team: Label
    created_at: datetime
    changed_at: datetime
    state_since: datetime
    waits_for_me: bool  # on hold until the requester answers


@dataclass(frozen=True)
class RequesterPage:
    """The ticket's modal for the person it is for: the public journal and nothing else."""

    line: RequesterLine
    description: Words
    requester: Person
    beneficiary: Person | None
    journal: tuple[PublicEntry, ...]
    solution: Words | None
    may_answer: bool
    viewer: Person
    follows: int | None = None  # their solved ticket, which a late answer was to


@dataclass(frozen=True)
class TechnicianHome:
    """App Home for a technician: one tab, one page. `counts` of all tabs (capped at 1,000)."""

    viewer: Person
    tab: Tab
    page: Page
    rows: tuple[TicketFacts, ...]
    moves: dict[int, tuple[Move, ...]]  # by ticket: what the viewer may do
    counts: dict[Tab, int]
    teams: tuple[Team, ...]
    own: tuple[RequesterLine, ...]  # requests of the technician's own, open ones
    mails: int | None = None  # in trouble, for administrators (capped)


@dataclass(frozen=True)
class RequesterHome:
    viewer: Person
    page: Extent  # whole tickets are not for requesters
    rows: tuple[RequesterLine, ...]


@dataclass(frozen=True)
class NewTicketFacts:
    """What the form for a new ticket needs to know."""

    viewer: Person
    actor: Actor
    house: House
    catalogue: Catalogue
    teams: tuple[Team, ...]
    requester: Person | None = None
    requester_open: tuple[TicketFacts, ...] = ()  # the requester's open tickets, newest first
    requester_open_total: int = 0
    returned: ReturnedMail | None = None  # the last mail to the requester's address that came back
    beneficiary: Person | None = None

    def team_of(self, placement: Placement) -> Team:
        """Where a ticket of this placement goes: its team, or the fallback team."""
        wanted = placement.team if placement.team is not None else self.house.fallback_team
        known = {team.id: team for team in self.teams}
        return known.get(wanted) or known[self.house.fallback_team]


@dataclass(frozen=True)
class MoveFormFacts:
    """What the form of any move needs: the ticket, who is mailed, and the choices there are."""

    facts: TicketFacts
    viewer: Person
    move: Move
    codes: tuple[ResolutionCode, ...]  # in use
    teams: tuple[Team, ...]  # in use
    members: tuple[Person, ...]  # of the ticket's team
    recent_public: tuple[PublicEntry, ...]  # the last two
    signature: Words = NO_WORDS  # of the viewer, below a reply
    files: tuple[TicketFile, ...] = ()  # that a reply may take along, newest first
    shared: frozenset[int] = frozenset()  # those chosen before the reply was taken back
    returned: tuple[ReturnedMail, ...] = ()  # mails to those who are told now that came back


@dataclass(frozen=True)
class CreatedFacts:
    """The confirmation after a ticket was created. `told` is empty where nobody can be told."""

    facts: TicketFacts
    viewer: Person
    told: tuple[Person, ...]
    for_technician: bool


@dataclass(frozen=True)
class MailFacts:
    """Everything a mail to a requester may say. There is nothing internal here to leak.

    `entry` is the public entry the mail carries: the description, the reply, or the solution.
    """

    message: Message
    ticket: int
    reference: str
    subject: str
    to: Person
    entry: PublicEntry
    author: str  # who wrote it; "" for the desk itself
    team: Label
    desk_name: str
    for_beneficiary: bool  # the reader is the beneficiary, not the requester
    requester_name: str
    references: tuple[str, ...]  # Message-IDs of the conversation, oldest first
    files: tuple[PublicFile, ...] = ()  # chosen by the author for the reader
    team_key: str = ""
    style: MailStyle = PLAIN_STYLE
    signature: Words = NO_WORDS  # the author's own
    thread: MailThread | None = None
    in_copy: bool = False  # the reader takes part in somebody else's request


@dataclass(frozen=True)
class TakenBack:
    """A reply that was taken back, as its form was filled in."""

    words: Words
    then_hold: bool


@dataclass(frozen=True)
class NoticeFacts:
    """A direct or ephemeral note. `reader` is None for somebody the directory does not know yet."""

    notice: Notice
    facts: TicketFacts
    reader: Person | None
    by: Person | None
    card: tuple[str, str] | None
    language: str


@dataclass(frozen=True)
class TechnicianFinds:
    """The tickets in which the words of `query` occur; `more` where there are others."""

    query: str
    rows: tuple[TicketFacts, ...]
    more: bool


@dataclass(frozen=True)
class RequesterFinds:
    """The same for somebody who finds requests of their own only, by what they may read."""

    query: str
    rows: tuple[RequesterLine, ...]
    more: bool
