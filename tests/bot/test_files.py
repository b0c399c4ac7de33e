"""The store of files: once each, whole or not at all, and gone when nobody refers to it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.files import FileMissing, FileStore, StoreUnusable, TooLarge
from desk.files import FileOrigin, NewFile
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import NOW, SETUP, a_reply

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture(params=["folder", "memory"])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    place = f"memory://{tmp_path.name}" if request.param == "memory" else str(tmp_path / "files")
    store = FileStore(place)
    await store.prepare()
    return store


def refer_to(file: NewFile, tx: SqlTransaction) -> None:
    tx.organisation.load(SETUP)
    entry = a_reply(tx, "paul@example.org")
    tx.files.add(entry.ticket, entry.id, file, FileOrigin.FORM, NOW)


async def a_desk(store: SqlStore) -> None:
    await store.write(lambda tx: tx.organisation.load(SETUP))


def contents(folder: Path) -> list[str]:
    return [place.name for place in folder.rglob("*") if place.is_file()]


def inode(place: Path) -> int:
    return place.stat().st_ino


async def in_portions(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_what_is_kept_can_be_read_by_its_digest(files: FileStore):
    digest = await files.keep(b"bytes")

    assert digest == hashlib.sha256(b"bytes").hexdigest()
    assert await files.read(digest) == b"bytes"


async def test_what_comes_in_portions_is_the_same_file(files: FileStore):
    kept = await files.keep_stream(in_portions(b"by", b"", b"tes"), most=5)

    assert (kept.digest, kept.size) == (await files.keep(b"bytes"), 5)


async def test_one_byte_too_many_is_kept_nowhere(files: FileStore):
    with pytest.raises(TooLarge):
        await files.keep_stream(in_portions(b"by", b"tes"), most=4)

    assert not await files.has(hashlib.sha256(b"bytes").hexdigest())


async def test_nobody_has_what_was_never_kept(files: FileStore):
    with pytest.raises(FileMissing):
        await files.read("0" * 64)


async def test_the_same_bytes_from_many_at_once_are_one_file(tmp_path: Path):
    stores = [FileStore(str(tmp_path)) for _ in range(4)]

    digests = await asyncio.gather(*(s.keep(b"same" * 10_000) for s in stores for _ in range(5)))

    assert len(set(digests)) == 1
    assert contents(tmp_path) == [digests[0]]


async def test_damaged_bytes_are_not_given_out(tmp_path: Path):
    store = FileStore(str(tmp_path))
    digest = await store.keep(b"bytes")
    (tmp_path / digest[:2] / digest).write_bytes(b"other")

    with pytest.raises(FileMissing):
        await store.read(digest)


@pytest.mark.parametrize("left", [b"", b"\0\0\0\0\0", b"byt"])
async def test_what_a_power_cut_left_is_replaced_when_the_bytes_come_again(
    tmp_path: Path, left: bytes
):
    store = FileStore(str(tmp_path))
    digest = await store.keep(b"bytes")
    (tmp_path / digest[:2] / digest).write_bytes(left)

    await store.keep(b"bytes")

    assert await store.read(digest) == b"bytes"
    assert contents(tmp_path) == [digest]


@pytest.mark.parametrize("known", [False, True])
async def test_a_file_is_kept_once_the_folders_that_name_it_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
):
    def replace(*names: str) -> None:
        done.append("in place")
        put_in_place(*names)

    done: list[str | int] = []
    put_in_place = os.replace
    monkeypatch.setattr("bot.files.os.replace", replace)
    monkeypatch.setattr("bot.files.os.fsync", lambda handle: done.append(os.fstat(handle).st_ino))
    root = tmp_path / "files"
    store = FileStore(str(root))
    await store.prepare()
    assert done == [inode(tmp_path)]
    if known:  # to another process, which may not have come so far
        await FileStore(str(root)).keep(b"bytes")
    done.clear()

    digest = await store.keep(b"bytes")

    folder = root / digest[:2]
    written = [] if known else [inode(folder / digest), "in place"]
    assert done == [*written, inode(folder), inode(root)]


@pytest.mark.parametrize(("error", "kept"), [(errno.EINVAL, True), (errno.EIO, False)])
async def test_a_disk_may_know_no_fsync_of_folders_but_not_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, kept: bool
):
    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(error, os.strerror(error))

    monkeypatch.setattr("bot.files.os.fsync", fsync)
    failing = contextlib.nullcontext() if kept else pytest.raises(OSError, match="output error")

    with failing:
        await FileStore(str(tmp_path)).keep(b"bytes")


async def test_a_writing_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store = FileStore(str(tmp_path))
    monkeypatch.setattr("bot.files.os.replace", full)

    with pytest.raises(OSError, match="No space"):
        await store.keep(b"bytes")

    assert contents(tmp_path) == []


async def test_what_no_ticket_refers_to_is_forgotten_after_a_while(
    store: SqlStore, files: FileStore
):
    orphan, used = await files.keep(b"orphan"), await files.keep(b"used")
    file = NewFile("used.txt", "text/plain", 4, used)
    await store.write(lambda tx: refer_to(file, tx))

    assert await files.forget_orphans(store, datetime.now(UTC)) == 0  # too young
    assert await files.forget_orphans(store, LATER) == 1

    assert not await files.has(orphan)
    assert await files.has(used)


async def test_nothing_of_another_database_is_forgotten(
    store: SqlStore, files: FileStore, tmp_path: Path
):
    """A mistyped DATABASE_URL, or a test desk with the real one's folder."""
    await a_desk(store)
    await files.forget_orphans(store, LATER)
    theirs = await files.keep(b"theirs")
    upgrade(f"sqlite:///{tmp_path / 'another.db'}")
    another = SqlStore(f"sqlite:///{tmp_path / 'another.db'}")
    try:
        await a_desk(another)
        with capture_logs() as logs:
            assert await files.forget_orphans(another, LATER) == 0
    finally:
        another.close()

    assert await files.has(theirs)
    assert [line["event"] for line in logs] == ["files_of_another_desk"]
    assert await files.forget_orphans(store, LATER) == 1


async def test_what_is_being_written_is_not_touched_as_the_owner_is_looked_for(
    tmp_path: Path, store: SqlStore
):
    files = FileStore(str(tmp_path))
    await files.prepare()
    await a_desk(store)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / ".new-x").write_bytes(b"half")

    await files.forget_orphans(store, datetime.now(UTC))

    assert [one.name for one in (tmp_path / "ab").iterdir()] == [".new-x"]


async def test_files_without_an_owner_are_whose_tickets_refer_to_them(
    store: SqlStore, files: FileStore
):
    """As they were left by a version that wrote no owner down."""
    await a_desk(store)
    orphan, used = await files.keep(b"orphan"), await files.keep(b"used")

    assert await files.forget_orphans(store, LATER) == 0
    assert await files.has(orphan)
    file = NewFile("used.txt", "text/plain", 4, used)
    await store.write(lambda tx: refer_to(file, tx))

    assert await files.forget_orphans(store, LATER) == 1
    assert await files.has(used)


async def test_nobody_else_on_the_machine_looks_into_files(tmp_path: Path):
    await FileStore(str(tmp_path / "var" / "files")).prepare()

    modes = [stat.S_IMODE(place.stat().st_mode) for place in (tmp_path / "var").rglob("*")]
    assert modes == [0o700]
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


async def test_what_is_kept_anew_is_young_again(tmp_path: Path, store: SqlStore):
    files = FileStore(str(tmp_path))
    await a_desk(store)
    digest = await files.keep(b"bytes")
    place = tmp_path / digest[:2] / digest
    old = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(place, (old, old))

    await files.keep(b"bytes")

    assert await files.forget_orphans(store, datetime.now(UTC)) == 0


async def test_leftovers_of_a_process_that_died_are_removed(tmp_path: Path, store: SqlStore):
    files = FileStore(str(tmp_path))
    await files.prepare()
    await a_desk(store)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / ".new-x").write_bytes(b"half")

    await files.forget_orphans(store, LATER)

    assert list((tmp_path / "ab").iterdir()) == []


def test_a_place_that_cannot_be_used_is_said():
    with pytest.raises(StoreUnusable):
        FileStore("nothing-of-the-kind://bucket")


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_bytes_come_back_as_they_were(contents: list[bytes]):
    async def scenario() -> None:
        store = FileStore("memory://any")
        digests = [await store.keep(data) for data in contents]
        assert [await store.read(digest) for digest in digests] == contents

    asyncio.run(scenario())
