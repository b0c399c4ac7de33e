"""What the database knows of files, and of an upload in hand."""

from __future__ import annotations

from datetime import timedelta

from desk.effects import ShowFiles
from storage.outbox_rows import Lease
from storage.store import SqlStore
from tests.storage.house import MINUTE, NOW

FILES = ShowFiles(1, 2)
SECOND = timedelta(seconds=1)


async def leased(store: SqlStore) -> Lease:
    await store.write(lambda tx: tx.outbox.put(FILES, NOW))
    (lease,) = await store.write(lambda tx: tx.outbox.lease(NOW, MINUTE, "us", 9))
    return lease


async def test_an_upload_begun_at_the_end_of_a_lease_begins_the_lease_anew(store: SqlStore):
    ours, just_before = await leased(store), NOW + MINUTE - SECOND

    assert await store.write(lambda tx: tx.files.begin_upload(ours, "7:F1", just_before))

    end = NOW + MINUTE
    assert await store.write(lambda tx: tx.outbox.lease(end, MINUTE, "others", 9)) == ()
    end = just_before + MINUTE
    (taken,) = await store.write(lambda tx: tx.outbox.lease(end, MINUTE, "others", 9))
    assert taken.attempted_at == just_before
    assert await store.read(lambda tx: tx.files.upload_of(taken.id)) == "7:F1"


async def test_who_lost_the_lease_begins_no_upload(store: SqlStore):
    ours = await leased(store)
    end = NOW + MINUTE
    await store.write(lambda tx: tx.outbox.lease(end, MINUTE, "others", 9))

    assert not await store.write(lambda tx: tx.files.begin_upload(ours, "7:F1", end))

    assert await store.read(lambda tx: tx.files.upload_of(ours.id)) == ""
