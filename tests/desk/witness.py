"""Somebody who watches everything that happens at the desk and knows what must never be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from desk.ask_delivery import card_facts, entry_facts, mail_facts, notice_facts, thread_facts
from desk.ask_queue import Home
from desk.ask_ticket import OpenPage
from desk.effects import (
    OpenThread,
    RefreshCard,
    SendDirect,
    SendMail,
    ShowEntry,
    TellPerson,
    Whisper,
)
from desk.errors import AlreadySent, AlreadyTaken, DeskError, MoveNotAllowed, NotYours
from desk.journal import Entry, Kind
from desk.lifecycle import LIFECYCLE, Move, State
from desk.people import Actor
from desk.result import Result
from desk.ticket import Outcome, Ticket
from storage.outbox_rows import Lease
from tests.desk.office import MINUTE, Office, Row

R = TypeVar("R")
Mail = SendMail | SendDirect


@dataclass(frozen=True)
class Sight:
    """A ticket, its journal and the whole outbox at one moment."""

    ticket: Ticket
    journal: tuple[Entry, ...]
    rows: tuple[Row, ...]
    at: datetime


@dataclass
class Witness:
    """Runs the office step by step; each check says what was broken."""

    office: Office
    runner: asyncio.Runner
    secrets: list[str] = field(default_factory=list)
    replies: dict[str, int] = field(default_factory=dict)  # the word in a reply → its entry
    asked_for: dict[int, set[str]] = field(default_factory=dict)  # ticket → handles
    sights: dict[int, Sight] = field(default_factory=dict)
    in_hand: list[tuple[Lease, datetime]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)  # entries whose mail a relay once had in hand
    mailed: list[Mail] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    said: int = 0

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(work)

    def word(self) -> str:
        self.said += 1
        return f"w{self.said:04}"

    def secret(self) -> str:
        """A word for technicians alone."""
        self.secrets.append("Secret" + self.word())
        return self.secrets[-1]

    # What happened

    def look(self, number: int) -> Sight:
        ticket, journal = self.run(self._look(number))
        return Sight(ticket, journal, tuple(self.office.rows()), self.office.now)

    async def _look(self, number: int) -> tuple[Ticket, tuple[Entry, ...]]:
        return await self.office.ticket(number), await self.office.journal(number)

    def attempt(
        self, number: int, command: Any, move: Move | None, by: str, once: str | None = None
    ) -> Result | None:
        """Carry out a command; None where it was refused, rightly and without a trace."""
        before, actor = self.look(number), self.run(self.office.actor(by))
        try:
            result = self.run(self.office.does(command, once))
        except DeskError as refusal:
            assert self.look(number) == before, "a refused command changed something"
            self._rightly_refused(refusal, before, actor)
            return None
        after = self.look(number)
        if result.changed and move is not None:
            self._followed(before.ticket, after.ticket, move, actor)
        self._only_grew(before, after)
        return result

    def _rightly_refused(self, refusal: DeskError, before: Sight, actor: Actor) -> None:
        ticket = before.ticket
        match refusal:
            case NotYours(move=Move() as move):
                assert not actor.may(move, ticket)
            case MoveNotAllowed(move=move):
                assert actor.may(move, ticket)
                assert (ticket.state, move) not in LIFECYCLE
            case AlreadyTaken():
                assert ticket.assignee not in (None, actor.id)
            case AlreadySent(entry=number):
                entry = next(e for e in before.journal if e.id == number)
                assert not entry.undoable(self.office.now) or number in self.taken
            case _:
                pass

    def _followed(self, before: Ticket, after: Ticket, move: Move, actor: Actor) -> None:
        assert actor.may(move, before), f"{move} without the right to"
        expected = LIFECYCLE[before.state, move]
        if expected is State.ASSIGNED and after.assignee is None:
            expected = State.NEW
        assert after.state is expected, f"{move} led from {before.state} to {after.state}"

    def _only_grew(self, before: Sight, after: Sight) -> None:
        kept = [replace(entry, withdrawn=False) for entry in after.journal[: len(before.journal)]]
        assert kept == [replace(entry, withdrawn=False) for entry in before.journal]
        if after.ticket != before.ticket:
            assert after.ticket.version > before.ticket.version
        assert len(after.rows) >= len(before.rows)

    # What must always hold

    def check(self, number: int) -> None:
        now = self.look(number)
        if number in self.sights:
            if self.sights[number] == now:
                return
            self._only_grew(self.sights[number], now)
        self.sights[number] = now
        self._is_whole(now.ticket)
        cards = self.run(self.office.store.read(lambda tx: tx.cards.of(number)))
        assert sum(card.active for card in cards) <= 1
        self.shows_nothing_internal(number, OpenPage(number), Home())

    def _is_whole(self, ticket: Ticket) -> None:
        """What belongs to a state is there in that state and in no other."""
        over = ticket.state in (State.RESOLVED, State.CLOSED)
        assert (ticket.hold is not None) == (ticket.state is State.PENDING)
        assert (ticket.outcome is not None) == over
        assert (ticket.resolution is not None) == (ticket.outcome is Outcome.SOLVED)
        assert (ticket.duplicate_of is not None) == (ticket.outcome is Outcome.DUPLICATE)
        assert ticket.state is not State.NEW or ticket.assignee is None
        assert ticket.state is not State.ASSIGNED or ticket.assignee is not None

    def shows_nothing_internal(self, number: int, *questions: Any) -> None:
        """Whatever the people the ticket is for may ask."""
        for handle in self.asked_for[number]:
            for question in questions:
                answer = self.run(self.office.desk.ask(question, by=handle))
                self.says_nothing_internal(repr(answer), self.office.now)

    def says_nothing_internal(self, said: str, now: datetime) -> None:
        assert not [secret for secret in self.secrets if secret in said]
        early = [word for word, entry in self.replies.items() if entry in self.withdrawn]
        for sight in self.sights.values():
            unpublished = {e.id for e in sight.journal if e.public_from and now < e.public_from}
            early += [word for word, entry in self.replies.items() if entry in unpublished]
        assert not [word for word in early if word in said]

    # The relay

    def relay_takes(self, ahead: bool) -> None:
        """`ahead`: by a machine whose clock is."""
        at = self.office.now + (MINUTE if ahead else 0 * MINUTE)
        owner = f"relay {self.word()}"
        leases = self.run(self.office.lease(at, owner))
        self.in_hand += [(lease, at) for lease in leases]
        effects = [lease.effect for lease in leases]
        self.taken |= {effect.entry for effect in effects if isinstance(effect, Mail)}

    def relay_sends(self) -> None:
        hand, self.in_hand = self.in_hand, []
        for lease, at in hand:
            self.run(self._send(lease, at))

    async def _send(self, lease: Lease, at: datetime) -> None:
        store, now = self.office.store, self.office.now
        if not await store.write(lambda tx: tx.outbox.attempting(lease, now)):
            return  # it ran out, and another relay has it
        await self._carry_out(lease.effect, max(at, now))
        assert await store.write(lambda tx: tx.outbox.finish(lease, now))

    async def _carry_out(self, effect: Any, at: datetime) -> None:
        read = self.office.store.read
        match effect:
            case SendMail() | SendDirect():
                facts = await read(lambda tx: mail_facts(tx, effect, at))
                self.says_nothing_internal(repr(facts), at)
                self._sent(effect)
            case RefreshCard(ticket):
                facts = await read(lambda tx: card_facts(tx, ticket, None))
                card = await read(lambda tx: tx.cards.active(ticket))
                if card is None or card.team != facts.facts.ticket.team:
                    await self.office.post_card(ticket)
            case OpenThread():
                await read(lambda tx: thread_facts(tx, effect))
            case ShowEntry():
                await read(lambda tx: entry_facts(tx, effect, at))
            case TellPerson() | Whisper():
                await read(lambda tx: notice_facts(tx, effect))

    def _sent(self, mail: Mail) -> None:
        same = [
            m
            for m in self.mailed
            if (m.to, m.ticket, m.version) == (mail.to, mail.ticket, mail.version)
        ]
        assert not same, "somebody was mailed twice for one version"
        assert mail.entry not in self.withdrawn, "a reply taken back was sent"
        self.mailed.append(mail)

    def took_back(self, number: int, entry: int) -> None:
        """A reply was withdrawn: nobody had it, nobody saw it, nobody will get it."""
        reply = next(e for e in self.look(number).journal if e.id == entry)
        assert reply.public_from is not None
        assert self.office.now < reply.public_from, "a reply came back after it was public"
        assert entry not in self.taken, "a reply came back that a relay had in hand"
        self.withdrawn.add(entry)

    def pending_replies(self, number: int) -> list[int]:
        journal = self.look(number).journal
        return [entry.id for entry in journal if entry.kind is Kind.REPLY]
