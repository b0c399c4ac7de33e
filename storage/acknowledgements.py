"""How many acknowledgements a sender and a domain got lately, counted by all processes together."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from storage.dialect import insert_for
from storage.mail_tables import acknowledgements as a
from storage.mail_tables import mail_domains as d
from storage.prepared import prepared

_SINCE = a.c.at > bindparam("since")
_TO_ADDRESS = prepared(
    select(func.count()).select_from(a).where(a.c.address == bindparam("address"), _SINCE)
)
_TO_DOMAIN = prepared(
    select(func.count()).select_from(a).where(a.c.domain == bindparam("domain"), _SINCE)
)
_SAME = prepared(
    select(a.c.id)
    .where(a.c.address == bindparam("address"), _SINCE, a.c.words == bindparam("words"))
    .limit(1)
)
_ADD = prepared(insert(a))


class SqlAcknowledgements:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, domain: str, at: datetime) -> None:
        """Whoever counts for this domain next waits until this transaction ends."""
        self._connection.execute(_lock(self._connection.dialect.name), {"domain": domain, "at": at})

    def to_address(self, address: str, since: datetime) -> int:
        values = {"address": address, "since": since}
        return int(self._connection.execute(_TO_ADDRESS, values).scalar_one())

    def to_domain(self, domain: str, since: datetime) -> int:
        values = {"domain": domain, "since": since}
        return int(self._connection.execute(_TO_DOMAIN, values).scalar_one())

    def same(self, address: str, words: str, since: datetime) -> bool:
        values = {"address": address, "words": words, "since": since}
        return self._connection.execute(_SAME, values).first() is not None

    def add(self, address: str, domain: str, words: str, at: datetime) -> None:
        values = {"address": address, "domain": domain, "words": words, "at": at}
        self._connection.execute(_ADD, values)

    def forget(self, before: datetime, limit: int = 1000) -> int:
        """Drop what no budget counts any more, a portion at a time; returns how many."""
        old = select(a.c.id).where(a.c.at < before).limit(limit)
        return self._connection.execute(delete(a).where(a.c.id.in_(old))).rowcount


@cache
def _lock(dialect: str) -> Any:
    statement = insert_for(dialect, d)
    return prepared(
        statement.on_conflict_do_update(
            index_elements=["domain"], set_={"at": statement.excluded.at}
        )
    )
