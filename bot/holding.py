"""Mails that wait for somebody's decision: of strangers and closed accounts, and floods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from desk.decide_held import floods, floods_ticket, hold_answer, hold_mail, mail_became
from desk.held_mails import HeldMail, LetIn, Why
from desk.people import Person
from desk.result import Result
from mail.reading import Incoming
from mail.ways import Way
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Holding:
    def __init__(self, store: SqlStore, mails_an_hour: int, clock: Callable[[], datetime]) -> None:
        """`mails_an_hour`: that one sender makes tickets, or cards, with."""
        self._store = store
        self._most = mails_an_hour
        self._clock = clock

    async def let_in(self, mail: Incoming) -> LetIn | None:
        """The decision by which this mail goes on, if it was held before."""
        if not mail.key:
            return None
        return await self._store.read(lambda tx: tx.held_mails.let_in(mail.key))

    async def became(self, mail: Incoming, result: Result) -> None:
        """The message that asked tells which ticket came of it."""
        now, ticket = self._clock(), result.ticket
        if ticket is not None:
            await self._store.write(lambda tx: mail_became(tx, mail.key, ticket, now))

    async def holds_stranger(self, mail: Incoming, way: Way, gone: Person | None = None) -> None:
        """Keep the mail until somebody decides about it. `gone`: whose closed account wrote it."""
        now = self._clock()
        shown = _shown(mail, gone.name if gone else "")
        usual = Why.CLOSED if gone else Why.STRANGER

        def hold(tx: SqlTransaction) -> Why:
            flood = floods(tx, mail.from_address, self._most, now)
            why = Why.FLOOD if flood else usual
            if not mail.key or not hold_mail(tx, mail.key, shown, why, way.team, now):
                raise LookupError("a mail that is kept nowhere cannot be held")
            return why

        why = await self._store.write(hold)
        log.warning("mail_held", reason=why.value)

    async def holds_flood(self, mail: Incoming, sender: Person, way: Way) -> bool:
        """Hold the mail of somebody who sends more than a person writes. Nothing is lost."""
        now = self._clock()

        def hold(tx: SqlTransaction) -> bool:
            if tx.tickets.asked_since(sender.id, now - HOUR, self._most) < self._most:
                return False
            held = _shown(mail, sender.name)
            return bool(mail.key) and hold_mail(tx, mail.key, held, Why.FLOOD, way.team, now)

        held = await self._store.write(hold)
        if held:
            log.warning("mail_held", reason=Why.FLOOD.value)
        return held

    async def holds_answer(self, mail: Incoming, ticket: int, by: str, once: str) -> bool:
        """Hold what somebody goes on writing into a ticket faster than a person does; but not what
        is there already, under `once`."""
        now, most = self._clock(), self._most

        def floods(tx: SqlTransaction) -> bool:
            return floods_ticket(tx, ticket, by, most, now) and tx.first_time(once) is None

        if not mail.key or not await self._store.read(floods):
            return False

        def hold(tx: SqlTransaction) -> bool:
            name = tx.people.actor(by).person.name
            return hold_answer(tx, mail.key, _shown(mail, name, ticket), now)

        held = await self._store.write(hold)
        if held:
            log.warning("mail_held", reason=Why.ANSWERS.value, ticket=ticket)
        return held


def _shown(mail: Incoming, name: str = "", ticket: int | None = None) -> HeldMail:
    return HeldMail(
        address=mail.from_address,
        name=name or mail.from_name,
        subject=mail.subject,
        text=mail.text,
        files=len(mail.attachments),
        doubtful=mail.unverified,
        ticket=ticket,
    )
