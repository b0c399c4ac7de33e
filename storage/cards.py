"""Which messages in Slack stand for which tickets and entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, insert, or_, select, update

from desk.journal import Kind
from desk.ports import Card
from storage.dialect import upsert
from storage.outbox_rows import IS_WAITING
from storage.prepared import ahead, prepared
from storage.tables import cards as c
from storage.tables import entries, outbox, teams, tickets
from storage.tables import messages as m

_CARD: Select[Any] = select(c.c.ticket_id, c.c.team_id, c.c.channel, c.c.ts, c.c.active)
_OF = prepared(_CARD.where(c.c.ticket_id == bindparam("ticket")).order_by(c.c.id))
_ACTIVE = prepared(_CARD.where(c.c.ticket_id == bindparam("ticket"), c.c.active))
_AT = prepared(_CARD.where(c.c.channel == bindparam("channel"), c.c.ts == bindparam("ts")))
_RETIRE = prepared(
    update(c).where(c.c.ticket_id == bindparam("ticket"), c.c.active).values(active=False)
)
# Where a team's channel is known by its name only, that may be any; and so it may where the ticket
# was transferred while its card was on its way.
_TRANSFERRED_SINCE = exists().where(
    entries.c.ticket_id == outbox.c.ticket_id,
    entries.c.kind == str(Kind.TRANSFERRED),
    entries.c.at >= outbox.c.attempted_at,
)
_POSTING_SINCE = prepared(
    select(func.min(outbox.c.attempted_at))
    .join_from(outbox, tickets, tickets.c.id == outbox.c.ticket_id)
    .join(teams, teams.c.id == tickets.c.team_id)
    .where(IS_WAITING, outbox.c.key.like("card:%"))
    .where(
        or_(
            teams.c.channel == bindparam("channel"),
            teams.c.channel.like("#%"),
            _TRANSFERRED_SINCE,
        )
    )
)
_ENTRY_AT = prepared(
    select(m.c.entry_id).where(m.c.channel == bindparam("channel"), m.c.ts == bindparam("ts"))
)
_MESSAGE_OF = prepared(
    select(m.c.channel, m.c.ts)
    .where(m.c.entry_id == bindparam("entry"), m.c.ours)
    .order_by(m.c.id.desc())
    .limit(1)
)


class SqlCards:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, ticket: int) -> tuple[Card, ...]:
        return tuple(map(_card, self._connection.execute(_OF, {"ticket": ticket})))

    def at(self, channel: str, ts: str) -> Card | None:
        row = self._connection.execute(_AT, {"channel": channel, "ts": ts}).first()
        return None if row is None else _card(row)

    def active(self, ticket: int) -> Card | None:
        row = self._connection.execute(_ACTIVE, {"ticket": ticket}).first()
        return None if row is None else _card(row)

    def posting_since(self, channel: str) -> datetime | None:
        found: datetime | None
        found = self._connection.execute(_POSTING_SINCE, {"channel": channel}).scalar()
        return found

    def add(self, card: Card, at: datetime) -> None:
        if card.active:
            self.retire(card.ticket)
        values = {
            "ticket_id": card.ticket,
            "team_id": card.team,
            "channel": card.channel,
            "ts": card.ts,
            "active": card.active,
            "at": at,
        }
        upsert(self._connection, c, values, ("channel", "ts"), keep=("at",))

    def retire(self, ticket: int) -> None:
        self._connection.execute(_RETIRE, {"ticket": ticket})

    def entry_at(self, channel: str, ts: str) -> int | None:
        place = {"channel": channel, "ts": ts}
        return self._connection.execute(_ENTRY_AT, place).scalar_one_or_none()

    def expect_message_of(self, entry: int) -> None:
        """`message_of` is asked next, see `ahead`."""
        ahead(self._connection, _MESSAGE_OF, {"entry": entry})

    def message_of(self, entry: int) -> tuple[str, str] | None:
        row = self._connection.execute(_MESSAGE_OF, {"entry": entry}).first()
        return None if row is None else (row.channel, row.ts)

    def keep_message(self, entry: int, channel: str, ts: str, *, ours: bool) -> None:
        values = {"entry_id": entry, "channel": channel, "ts": ts, "ours": ours}
        if ours:
            upsert(self._connection, m, values, ("channel", "ts"))
        else:
            # A person's message is one note: who is told it and its edit at once tries again.
            self._connection.execute(insert(m), values)


def _card(row: Row[Any]) -> Card:
    return Card(row.ticket_id, row.team_id, row.channel, row.ts, row.active)
