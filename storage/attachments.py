"""Files of tickets: what is known of them. Their bytes are in a store of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from desk.effects import ShowFiles
from desk.files import FileOrigin, FileState, NewFile, TicketFile
from storage.file_tables import attachment_shares as s
from storage.file_tables import attachments as a
from storage.outbox_rows import ATTEMPT, OURS, Lease, attempt, waits_in_lane
from storage.prepared import prepared
from storage.tables import entries, outbox, people

_FILE: Select[Any] = select(
    a.c.id,
    a.c.ticket_id,
    a.c.entry_id,
    a.c.name,
    a.c.media_type,
    a.c.size,
    a.c.digest,
    a.c.state,
    a.c.origin,
    a.c.slack_id,
    a.c.shown,
    a.c.problem,
    people.c.name.label("author"),
).select_from(
    a.join(entries, entries.c.id == a.c.entry_id).outerjoin(people, people.c.id == entries.c.by_id)
)
_GET = prepared(_FILE.where(a.c.id == bindparam("file")))
_OF = prepared(_FILE.where(a.c.ticket_id == bindparam("ticket")).order_by(a.c.id))
_OF_ENTRY = prepared(_FILE.where(a.c.entry_id == bindparam("entry")).order_by(a.c.id))
_SHARED_BY = prepared(
    _FILE.where(
        a.c.id.in_(select(s.c.attachment_id).where(s.c.entry_id == bindparam("entry")))
    ).order_by(a.c.id)
)
_ADD = prepared(insert(a).returning(a.c.id))
_SHARE = prepared(insert(s))
_DIGESTS = prepared(
    select(a.c.digest).where(a.c.ticket_id == bindparam("ticket"), a.c.digest.is_not(None))
)
_BEGIN_UPLOAD = prepared(update(outbox).where(*OURS).values(**ATTEMPT, remote=bindparam("upload")))
_COME_AGAIN = prepared(
    select(outbox.c.id)
    .where(*waits_in_lane(outbox, bindparam("lane")), outbox.c.id != bindparam("row"))
    .where(outbox.c.key.like(bindparam("keys")))
    .limit(1)
)
_UPLOAD = prepared(select(outbox.c.remote).where(outbox.c.id == bindparam("row")))


class SqlFiles:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, ticket: int, entry: int, file: NewFile, origin: FileOrigin, at: datetime
    ) -> TicketFile:
        values = {
            "ticket_id": ticket,
            "entry_id": entry,
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "digest": file.digest or None,
            "state": (FileState.KEPT if file.digest else FileState.WAITING).value,
            "origin": origin.value,
            "slack_id": file.slack_id or None,
            "shown": origin is FileOrigin.THREAD,
            "problem": "",
            "at": at,
        }
        number = self._connection.execute(_ADD, values).scalar_one()
        return self.get(number)

    def get(self, file: int) -> TicketFile:
        return _file(self._connection.execute(_GET, {"file": file}).one())

    def of(self, ticket: int) -> tuple[TicketFile, ...]:
        return tuple(map(_file, self._connection.execute(_OF, {"ticket": ticket})))

    def of_entry(self, entry: int) -> tuple[TicketFile, ...]:
        """Those that came with it, oldest first."""
        return tuple(map(_file, self._connection.execute(_OF_ENTRY, {"entry": entry})))

    def hide(self, files: Iterable[int]) -> None:
        for file in files:
            self._change(file, {"shown": False})

    def share(self, entry: int, files: Iterable[int]) -> None:
        rows = [{"entry_id": entry, "attachment_id": file} for file in dict.fromkeys(files)]
        if rows:
            self._connection.execute(_SHARE, rows)

    def shared_by(self, entry: int) -> tuple[TicketFile, ...]:
        return tuple(map(_file, self._connection.execute(_SHARED_BY, {"entry": entry})))

    # What became of their bytes

    def kept(self, file: int, digest: str, size: int) -> None:
        """The bytes are in the store now."""
        values = {"digest": digest, "size": size, "state": FileState.KEPT.value, "problem": ""}
        self._change(file, values)

    def lost(self, file: int, problem: str) -> None:
        """They will never be in the store."""
        self._change(file, {"state": FileState.LOST.value, "problem": problem})

    def lock(self, files: Iterable[int]) -> None:
        """Nobody else changes these until the transaction ends, and who is doing so ends first."""
        mine = select(a.c.id).where(a.c.id.in_(list(files))).order_by(a.c.id)
        self._connection.execute(mine.with_for_update())

    def shown(self, files: Mapping[int, str]) -> None:
        """The thread shows these, by what Slack calls each."""
        for file, slack_id in files.items():
            self._change(file, {"slack_id": slack_id, "shown": True, "problem": ""})

    def not_shown(self, file: int, problem: str) -> None:
        """Slack does not take it; it can still go by mail."""
        self._change(file, {"problem": problem})

    def digests(self, ticket: int) -> frozenset[str]:
        """What the ticket has already, so that a signature's picture is kept once."""
        return frozenset(self._connection.execute(_DIGESTS, {"ticket": ticket}).scalars())

    def in_use(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of `digests` that some ticket refers to."""
        known = select(a.c.digest).where(a.c.digest.in_(list(digests)))
        return frozenset(self._connection.execute(known).scalars())

    # An upload in hand

    def begin_upload(self, lease: Lease, upload: str, at: datetime) -> bool:
        """Note, with the attempt, what Slack will call the files; the lease begins anew. False: it
        is not ours to do."""
        values = {**attempt(lease, at), "upload": upload}
        return self._connection.execute(_BEGIN_UPLOAD, values).rowcount > 0

    def upload_of(self, row: int) -> str:
        """What was noted when the row's last upload began."""
        return self._connection.execute(_UPLOAD, {"row": row}).scalar() or ""

    def come_again(self, row: int, ticket: int, entry: int) -> bool:
        """Whether, besides `row`, one waits that a transfer put behind the new team's card."""
        wish = ShowFiles(ticket, entry)
        values = {"row": row, "lane": wish.lane, "keys": f"{wish.key}:v%"}
        return self._connection.execute(_COME_AGAIN, values).first() is not None

    def _change(self, file: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(a).where(a.c.id == file).values(**values))


def _file(row: Row[Any]) -> TicketFile:
    return TicketFile(
        id=row.id,
        ticket=row.ticket_id,
        entry=row.entry_id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        digest=row.digest or "",
        state=FileState(row.state),
        origin=FileOrigin(row.origin),
        slack_id=row.slack_id or "",
        shown=row.shown,
        problem=row.problem,
        by=row.author or "",
    )
