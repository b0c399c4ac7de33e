"""One unit of work, with a repository for each subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from sqlalchemy import Connection, bindparam, delete, insert, select

from desk.result import Result
from storage.acknowledgements import SqlAcknowledgements
from storage.attachments import SqlFiles
from storage.cards import SqlCards
from storage.held_mails import SqlHeldMails
from storage.journal import SqlJournal
from storage.known_house import KnownHouse, Memory
from storage.leases import SqlLeases
from storage.mail_queue import SqlMailQueue
from storage.mailboxes import SqlMailboxes
from storage.mails import SqlMails
from storage.organisation import SqlOrganisation
from storage.outbox import SqlOutbox
from storage.outbox_rows import Hand, Lease
from storage.pace import SqlPace
from storage.people import SqlPeople
from storage.prepared import QuickConnection, prepared
from storage.returned_mails import SqlReturnedMails
from storage.spool import SqlSpool
from storage.syncs import SqlSyncs
from storage.tables import once as once_keys
from storage.ticket_index import SqlTicketIndex
from storage.tickets import SqlTickets


class Taker(Protocol):
    """A relay that shows a new ticket without leasing what it shows in a transaction of its own."""

    @property
    def hand(self) -> Hand: ...

    def has_room(self) -> bool:
        """From any thread."""

    def turned_away(self) -> None:
        """What had no room may be there now. From any thread."""

    def look(self, tx: SqlTransaction, begun: Sequence[Lease]) -> tuple[Lease, ...]:
        """The same with the facts that they show. In the transaction, before its commit: what can
        be made out of what it remembers is left for later, when nobody waits any more."""

    def take(self, begun: Sequence[Lease]) -> None:
        """They are committed. From any thread."""


_PING = select(1)
_FIRST = prepared(
    select(once_keys.c.ticket_id, once_keys.c.entry_id, once_keys.c.changed).where(
        once_keys.c.key == bindparam("key")
    )
)
_REMEMBER = prepared(insert(once_keys))


class SqlTransaction:
    """The desk's `Transaction`. Lives as long as the work it was given to."""

    def __init__(
        self,
        slow: Connection,
        memory: Memory,
        *,
        writable: bool,
        locks: bool = False,
        taker: Taker | None = None,
    ) -> None:
        """`locks`: a ticket that is got is about to be changed. `taker`: who shows new ones."""
        self._quick = QuickConnection(slow)
        connection = self._connection = cast(Connection, self._quick)
        self._taker = taker
        self.begun: tuple[Lease, ...] = ()  # what the taker is to carry out after the commit
        self.tickets = SqlTickets(connection, locks=locks)
        self.outbox = SqlOutbox(connection, self.tickets.added, taker.hand if taker else None)
        known = KnownHouse(connection, memory)
        self.people = SqlPeople(connection, known, self.outbox if writable else None)
        self.journal = SqlJournal(connection, self.outbox, self.people, self.tickets.added)
        self.organisation = SqlOrganisation(connection, known)
        self.cards = SqlCards(connection)
        self.mails = SqlMails(connection, self.tickets.added)
        self.files = SqlFiles(connection)
        self.pace = SqlPace(connection, self.outbox)
        self.spool = SqlSpool(connection)

    @property
    def leases(self) -> SqlLeases:
        return SqlLeases(self._connection)

    @property
    def returned_mails(self) -> SqlReturnedMails:
        return SqlReturnedMails(self._connection, self.outbox)

    @property
    def acknowledgements(self) -> SqlAcknowledgements:
        return SqlAcknowledgements(self._connection)

    @property
    def mail_queue(self) -> SqlMailQueue:
        return SqlMailQueue(self._connection, self.people, self.outbox)

    @property
    def syncs(self) -> SqlSyncs:
        return SqlSyncs(self._connection)

    @property
    def held_mails(self) -> SqlHeldMails:
        return SqlHeldMails(self._connection, self.people, self.spool, self.acknowledgements)

    @property
    def mailboxes(self) -> SqlMailboxes:
        return SqlMailboxes(self._connection)

    @property
    def must_last(self) -> bool:
        """Whether it must be on the disk before anybody hears of it, although nobody watches."""
        return self.outbox.attempts or self.spool.kept

    @property
    def wakes_the_relay(self) -> bool:
        """Who begins with a ticket looks for more by itself."""
        return not self.begun and (self.outbox.asked or self.outbox.freed)

    @property
    def index(self) -> SqlTicketIndex:
        """What tickets are found by."""
        return SqlTicketIndex(self._connection, self.tickets, self.journal, self.people)

    def settle(self) -> None:
        """Write down what was only collected until now. Must come before the commit."""
        self.outbox.settle()
        self.people.settle()
        if self._taker is not None and self.outbox.begun:
            self.begun = self._taker.look(self, self.outbox.begun)

    def end(self) -> None:
        """After the commit: it answers only what it remembers, and raises Ended otherwise."""
        self._quick.end()

    def forget_expected(self) -> None:
        """What was expected to be asked and was not is asked anew from now on."""
        self._quick.forget_ahead()

    def ping(self) -> None:
        """Make the database answer."""
        self._connection.execute(_PING)

    def first_time(self, once: str) -> Result | None:
        row = self._connection.execute(_FIRST, {"key": once}).first()
        return None if row is None else Result(row[0], row[1], row[2])

    def remember(self, once: str, result: Result, at: datetime) -> None:
        self._connection.execute(
            _REMEMBER,
            {
                "key": once,
                "ticket_id": result.ticket,
                "entry_id": result.entry,
                "changed": result.changed,
                "at": at,
            },
        )

    def forget_once(self, before: datetime, limit: int = 1000) -> int:
        """Drop the once keys kept before that moment, a portion at a time; returns how many."""
        old = select(once_keys.c.key).where(once_keys.c.at < before).limit(limit)
        return self._connection.execute(delete(once_keys).where(once_keys.c.key.in_(old))).rowcount
