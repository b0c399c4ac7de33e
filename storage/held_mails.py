"""Mails of the spool that wait for a decision, by the card that asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update

from desk.held_mails import Fate, HeldCard, HeldMail, LetIn, Why
from desk.people import Person
from storage.acknowledgements import SqlAcknowledgements
from storage.dialect import insert_for
from storage.people import SqlPeople
from storage.spool import SqlSpool
from storage.spool_tables import HOLDS_A_FLOOD
from storage.spool_tables import held_cards as c
from storage.spool_tables import held_mails as h
from storage.spool_tables import spool as s

TEXT = 12_000  # characters that are kept to be looked at; the mail itself is in the spool
TICKETS = 3  # that a card names
_ALONE = (Why.STRANGER.value, Why.CLOSED.value)  # each of these has a card of its own
ADMINISTRATORS = 0  # in the place of a team; null would differ from itself in an index


class SqlHeldMails:
    def __init__(
        self,
        connection: Connection,
        people: SqlPeople,
        spool: SqlSpool,
        acknowledgements: SqlAcknowledgements,
    ) -> None:
        self._connection = connection
        self._people = people
        self._spool = spool
        self._acknowledgements = acknowledgements

    def hold(
        self, key: str, mail: HeldMail, why: Why, team: int | None, at: datetime
    ) -> int | None:
        number = self._spool.known((key,)).get(key)
        if number is None:
            return None
        before = self.card_of(number)
        if before is not None:
            return before  # another process was as far as we are, and somebody may have decided
        self._spool.hold(key)
        card = self._card(why, team or ADMINISTRATORS, mail.address, at)
        values = {
            "mail_id": number,
            "card_id": card,
            "name": mail.name,
            "subject": mail.subject,
            "text": mail.text[:TEXT],
            "files": mail.files,
            "doubtful": mail.doubtful,
            "ticket_id": mail.ticket,
        }
        self._connection.execute(insert(h), values)
        return card

    def _card(self, why: Why, team: int, address: str, at: datetime) -> int:
        """A card of its own; but those of a flood share one until it is decided about."""
        if why is Why.ANSWERS and (shared := self._growing(team, address, at)) is not None:
            return shared
        values = {
            "why": why.value,
            "team_id": team,
            "address": address,
            "fate": Fate.OPEN.value,
            "at": at,
        }
        new: Any = insert(c)
        if why is Why.FLOOD:
            new = insert_for(self._connection.dialect.name, c).on_conflict_do_update(
                index_elements=["address", "team_id"], index_where=HOLDS_A_FLOOD, set_={"at": at}
            )
        return int(self._connection.execute(new.returning(c.c.id), values).scalar_one())

    def _growing(self, team: int, address: str, at: datetime) -> int | None:
        """The open card of this sender's answers. No index keeps a second one away, so whoever
        looks for one waits here for others that do."""
        self._acknowledgements.lock(address.rpartition("@")[2], at)
        same = (c.c.address == address, c.c.team_id == team, c.c.why == Why.ANSWERS.value)
        still = update(c).where(*same, c.c.fate == Fate.OPEN.value).values(at=at)
        return self._connection.execute(still.returning(c.c.id)).scalar()

    def let_in(self, key: str) -> LetIn | None:
        row = self._connection.execute(
            select(c.c.id, c.c.decided_by)
            .join_from(s, h, h.c.mail_id == s.c.id)
            .join(c, c.c.id == h.c.card_id)
            .where(s.c.key == key, c.c.fate == Fate.LET_IN.value)
        ).first()
        if row is None:
            return None
        return LetIn(row[0], self._people.get(row[1]).name if row[1] else "")

    def strangers_since(self, address: str, moment: datetime, most: int) -> int:
        some = (
            select(literal(1))
            .select_from(c)
            .where(c.c.address == address, c.c.at >= moment, c.c.why.in_(_ALONE))
            .limit(most)
            .subquery()
        )
        return self._connection.execute(select(func.count()).select_from(some)).scalar_one()

    def get(self, card: int) -> HeldCard | None:
        row = self._connection.execute(select(c).where(c.c.id == card)).first()
        if row is None:
            return None
        mails = self._connection.execute(
            select(h.c.name, h.c.subject, h.c.text, h.c.files, h.c.doubtful, h.c.ticket_id)
            .where(h.c.card_id == card)
            .order_by(h.c.mail_id.desc())
            .limit(1)
        ).first()
        newest = HeldMail(row.address, *mails) if mails else HeldMail(row.address, "", "", "")
        return HeldCard(
            id=row.id,
            why=Why(row.why),
            team=row.team_id or None,
            fate=Fate(row.fate),
            mails=self._count(card),
            newest=newest,
            at=row.at,
            by=row.decided_by,
            decided_at=row.decided_at,
            tickets=self._tickets(card),
            place=(row.channel, row.ts) if row.ts else None,
        )

    def _count(self, card: int) -> int:
        counted = select(func.count()).select_from(h).where(h.c.card_id == card)
        return self._connection.execute(counted).scalar_one()

    def _tickets(self, card: int) -> tuple[int, ...]:
        made = (h.c.card_id == card, h.c.ticket_id.is_not(None))
        found = select(h.c.ticket_id).where(*made).group_by(h.c.ticket_id)
        found = found.order_by(func.min(h.c.mail_id)).limit(TICKETS)
        return tuple(self._connection.execute(found).scalars())

    def card_of(self, mail: int) -> int | None:
        found = select(h.c.card_id).where(h.c.mail_id == mail)
        return self._connection.execute(found).scalar()

    def alone(self, mail: int, at: datetime) -> int:
        shared = self.card_of(mail)
        if shared is None:
            raise LookupError(f"mail {mail} was never held")
        row = self._connection.execute(select(c).where(c.c.id == shared).with_for_update()).one()
        now_on = self.card_of(mail)  # who decides about all of them comes before us, or after
        if now_on != shared:
            return self.alone(mail, at)
        if self._count(shared) == 1:
            return shared
        # As a stranger's: no second open card of a flood may be.
        own = self._card(Why.STRANGER, row.team_id, row.address, at)
        decided = {"fate": row.fate, "decided_by": row.decided_by, "decided_at": row.decided_at}
        self._connection.execute(update(c).where(c.c.id == own).values(decided))
        self._connection.execute(update(h).where(h.c.mail_id == mail).values(card_id=own))
        return own

    def decide(self, card: int, fate: Fate, by: Person | None, at: datetime) -> bool:
        """The row of the card is what two who decide at once, and a flood that goes on, meet at."""
        decided = {"fate": fate.value, "decided_by": (by.id if by else 0) or None, "decided_at": at}
        is_open = (c.c.id == card, c.c.fate == Fate.OPEN.value)
        if not self._connection.execute(update(c).where(*is_open).values(decided)).rowcount:
            return False
        own = select(h.c.mail_id).where(h.c.card_id == card)
        mails = tuple(self._connection.execute(own).scalars())
        if fate is Fate.LET_IN:
            self._spool.release(mails, at, "accept")
        else:
            self._spool.refuse_held(mails, at, f"refused by {by.name}" if by else "refused")
        # What was kept to be looked at is in the ticket from now on, or nobody's business.
        self._connection.execute(update(h).where(h.c.card_id == card).values(text=""))
        return True

    def overrule(self, card: int, fate: Fate, at: datetime) -> None:
        decided = {"fate": fate.value, "decided_by": None, "decided_at": at}
        other = (c.c.id == card, c.c.fate != fate.value)
        self._connection.execute(update(c).where(*other).values(decided))

    def became(self, key: str, ticket: int) -> int | None:
        mail = select(s.c.id).where(s.c.key == key).scalar_subquery()
        changed = update(h).where(h.c.mail_id == mail).values(ticket_id=ticket)
        return self._connection.execute(changed.returning(h.c.card_id)).scalar()

    def keep_place(self, card: int, channel: str, ts: str) -> None:
        self._connection.execute(update(c).where(c.c.id == card).values(channel=channel, ts=ts))

    def is_at(self, channel: str, ts: str) -> bool:
        there = select(c.c.id).where(c.c.channel == channel, c.c.ts == ts).limit(1)
        return self._connection.execute(there).first() is not None
