"""The store of files: each kept once, under the SHA-256 of its bytes.

A folder by default, anything fsspec can write to by URL. Bytes are here before a transaction
refers to them; what nothing refers to is forgotten after a time of grace. Any number of processes
may share one store.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import fsspec
import structlog
from fsspec.implementations.local import LocalFileSystem

from storage.store import SqlStore

log = structlog.get_logger(__name__)

GRACE = timedelta(days=1)  # between the bytes and the transaction that refers to them, at most
OWNER = "belongs-to"  # the file that names the database whose files these are
PORTION = 500  # digests asked about in one query
FILES_ALONE = frozenset({errno.EINVAL, errno.ENOTSUP})  # said where folders need no fsync
SPOOLED = 5_000_000  # bytes of one file in memory at most; the rest waits on the disk


class FileMissing(Exception):
    """The store does not have these bytes, or not as they were."""


class TooLarge(Exception):
    """More bytes than one file may have."""


class StoreUnusable(ValueError):
    """The place named in the settings cannot be used; the message says why."""


@dataclass(frozen=True)
class Kept:
    digest: str
    size: int


class FileStore:
    """Every method does its work in a thread: disks and networks keep nobody else waiting."""

    def __init__(self, url: str) -> None:
        """A folder or a URL of fsspec's. Raises StoreUnusable."""
        try:
            self._fs, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as fault:
            raise StoreUnusable(f"FRONTDESK_FILES: {fault}") from None
        self._root = str(root).rstrip("/")
        self._local = Path(self._root) if isinstance(self._fs, LocalFileSystem) else None

    async def prepare(self) -> None:
        """Make the folder. Raises StoreUnusable."""
        try:
            await asyncio.to_thread(self._make_root)
        except OSError as fault:
            raise StoreUnusable(
                f"FRONTDESK_FILES: {self._root}: {fault.strerror or fault}"
            ) from None

    def _make_root(self) -> None:
        if self._local is None:
            self._fs.makedirs(self._root, exist_ok=True)
            return
        for folder in (*reversed(self._local.parents), self._local):
            folder.mkdir(mode=0o700, exist_ok=True)  # for nobody else's eyes
        _to_disk(self._local.parent)

    @property
    def folder(self) -> Path | None:
        """None where the store is on no disk of this machine."""
        return self._local

    async def try_out(self) -> None:
        """Keep a few bytes, read them back and remove them. Raises what the store raises."""
        data = os.urandom(32)  # nobody else's, so that nobody misses them afterwards
        digest = await self.keep(data)
        try:
            await self.read(digest)
        finally:
            await asyncio.to_thread(self._fs.rm_file, self._place(digest))

    async def keep(self, data: bytes) -> str:
        """The digest of `data`, which is in the store from now on."""

        async def whole() -> AsyncIterator[bytes]:
            yield data

        return (await self.keep_stream(whole(), len(data))).digest

    async def keep_stream(self, chunks: AsyncIterator[bytes], most: int) -> Kept:
        """What comes in portions, never whole in memory. Raises TooLarge after `most` bytes."""
        seen = hashlib.sha256()
        size = 0
        with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as spool:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge
                await asyncio.to_thread(_take, spool, seen, chunk)
            digest = seen.hexdigest()
            spool.seek(0)
            await asyncio.to_thread(self._write, digest, spool)
        return Kept(digest, size)

    async def read(self, digest: str) -> bytes:
        """Raises FileMissing, also where the bytes are no longer those that were kept."""
        return await asyncio.to_thread(self._read, digest)

    async def has(self, digest: str) -> bool:
        return bool(await asyncio.to_thread(self._fs.exists, self._place(digest)))

    async def forget_orphans(self, store: SqlStore, now: datetime, grace: timedelta = GRACE) -> int:
        """Remove what no ticket refers to and was not written within `grace`; how many. Nothing is
        removed where another database is the one that refers to these files."""
        if not await self._is_of(store):
            log.warning("files_of_another_desk", advice=f"see {self._root}/{OWNER}")
            return 0
        old = await asyncio.to_thread(lambda: list(self._older_than(now - grace)))
        removed = 0
        for start in range(0, len(old), PORTION):
            digests = old[start : start + PORTION]
            used = await store.read(lambda tx, d=digests: tx.files.in_use(d))  # type: ignore[misc]
            for digest in digests:
                if digest not in used:
                    removed += await asyncio.to_thread(self._remove, digest, now - grace)
        return removed

    async def _is_of(self, store: SqlStore) -> bool:
        """Whether this database is the one whose files are here. The first one that has some here,
        or comes while there are none, is written down beside them."""
        ours = await store.write(lambda tx: tx.organisation.identity())
        owner = await asyncio.to_thread(self._owner)
        if owner:
            return owner == ours
        there = await asyncio.to_thread(lambda: list(islice(self._digests(), PORTION)))
        if there and not await store.read(lambda tx: tx.files.in_use(there)):
            return False
        await asyncio.to_thread(self._fs.pipe_file, f"{self._root}/{OWNER}", ours.encode())
        return True

    def _owner(self) -> str:
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{OWNER}")).decode("ascii").strip()
        except FileNotFoundError:
            return ""

    def _place(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

    def _write(self, digest: str, data: Any) -> None:
        """Whole or not at all, and on the disk when this returns. One that is there is renewed, so
        that nobody removes it as old just when somebody comes to refer to it."""
        if self._local is None:
            self._fs.makedirs(f"{self._root}/{digest[:2]}", exist_ok=True)
            self._fs.pipe_file(self._place(digest), data.read())
            return
        place = Path(self._place(digest))
        if not _renewed(place, digest):
            place.parent.mkdir(parents=True, exist_ok=True)
            _put_in_place(place, data)
        # Also for one that is there: whoever wrote it may not have come so far yet.
        _to_disk(place.parent)
        _to_disk(self._local)

    def _read(self, digest: str) -> bytes:
        try:
            data: bytes = self._fs.cat_file(self._place(digest))
        except FileNotFoundError:
            raise FileMissing(digest) from None
        if hashlib.sha256(data).hexdigest() != digest:
            log.error("file_damaged", digest=digest)
            raise FileMissing(digest)
        return data

    def _older_than(self, moment: datetime) -> Iterator[str]:
        if not self._fs.exists(self._root):
            return
        for path, about in self._fs.find(self._root, detail=True).items():
            name = path.rpartition("/")[2]
            if _written(about) >= moment:
                continue
            if name.startswith(".new-"):
                self._fs.rm_file(path)  # of a process that died while it wrote
            elif _is_digest(name):
                yield name

    def _digests(self) -> Iterator[str]:
        """Of all files, however young; nothing is touched."""
        if self._fs.exists(self._root):
            names = (path.rpartition("/")[2] for path in self._fs.find(self._root))
            yield from filter(_is_digest, names)

    def _remove(self, digest: str, before: datetime) -> bool:
        """Unless it was written anew meanwhile."""
        place = self._place(digest)
        try:
            self._fs.invalidate_cache()
            if _written(self._fs.info(place)) >= before:
                return False
            self._fs.rm_file(place)
        except FileNotFoundError:
            return False
        return True


def _is_digest(name: str) -> bool:
    return len(name) == hashlib.sha256().digest_size * 2


def _take(spool: Any, seen: Any, chunk: bytes) -> None:
    spool.write(chunk)
    seen.update(chunk)


def _renewed(place: Path, digest: str) -> bool:
    """Whether it is there and as it was: a power cut may have left the name without the bytes."""
    try:
        os.utime(place)  # first, or it could be removed while it is read
        with place.open("rb") as there:
            return hashlib.file_digest(there, "sha256").hexdigest() == digest
    except FileNotFoundError:
        return False


def _put_in_place(place: Path, data: Any) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as fresh:
            while chunk := data.read(1 << 20):
                fresh.write(chunk)
            fresh.flush()
            os.fsync(fresh.fileno())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _to_disk(folder: Path) -> None:
    """A file outlives a power cut only where the folder that names it does."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # one that we may enter but not list, and any on Windows
    try:
        os.fsync(handle)
    except OSError as fault:
        if fault.errno not in FILES_ALONE:
            raise
    finally:
        os.close(handle)


def _written(about: dict[str, Any]) -> datetime:
    """When, as each file system says it; one that does not say is never old."""
    found = about.get("mtime") or about.get("LastModified") or about.get("created") or time.time()
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(found), UTC)
