"""Files of a mail that came in: into the store first, then into the ticket."""

from __future__ import annotations

from collections.abc import Iterable

from bot.files import FileStore
from desk.files import NewFile
from mail.attachment import Attachment
from mail.content.images import worth_keeping
from storage.store import SqlStore


class FilesIn:
    def __init__(self, store: SqlStore, files: FileStore) -> None:
        self._store = store
        self._files = files

    async def keep(
        self, attachments: Iterable[Attachment], ticket: int | None = None
    ) -> tuple[NewFile, ...]:
        """What the desk's command is to be given. Without decoration, and without what `ticket`
        has already: a signature's logo comes back with each answer."""
        seen: frozenset[str] = frozenset()
        if ticket is not None:
            number = ticket
            seen = await self._store.read(lambda tx: tx.files.digests(number))
        wanted = worth_keeping(attachments, seen)
        return tuple([await self._new(file) for file in wanted])

    async def _new(self, file: Attachment) -> NewFile:
        digest = await self._files.keep(file.data)
        return NewFile(file.name, file.media_type, len(file.data), digest)
