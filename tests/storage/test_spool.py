"""Mail that comes in is here once, and worked on by one at a time, in its order."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.mailboxes import Progress
from storage.spool import Letter
from storage.store import SqlStore

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOLD = timedelta(seconds=30)
LATER = NOW + 2 * HOLD


def a_letter(key="k1", **changes):
    letter = Letter(
        key=key,
        raw=b"From: paul@example.org\r\n\r\nHello\x00\xff",
        way="lmtp",
        team=None,
        strangers="refuse",
        sender=f"{key}@example.org",
        subject="Printer",
        message_id=f"<{key}@example.org>",
        thread=f"<{key}@example.org>",
        size=31,
        envelope_from="paul@example.org",
        envelope_to=("support+t.x@desk.example",),
    )
    return replace(letter, **changes)


async def kept(store, *letters):
    return [await store.write(lambda tx, it=it: tx.spool.keep(it, NOW)[0]) for it in letters]


async def leased(store, owner="a", now=NOW, limit=10):
    return [m.id for m in await store.write(lambda tx: tx.spool.lease(now, HOLD, owner, limit))]


async def test_a_mail_is_kept_as_it_came(store: SqlStore):
    (mail,) = await kept(store, a_letter())

    contents = await store.read(lambda tx: tx.spool.contents(mail))

    assert contents.raw == a_letter().raw
    assert contents.envelope_to == ("support+t.x@desk.example",)


async def test_two_copies_that_come_at_the_same_moment_are_one_mail(
    store: SqlStore, database_url: str
):
    other = SqlStore(database_url)

    both = await asyncio.gather(
        *(each.write(lambda tx: tx.spool.keep(a_letter(), NOW)) for each in (store, other) * 4)
    )

    other.close()
    assert len({mail for mail, _ in both}) == 1
    assert sorted(new for _, new in both) == [False] * 7 + [True]


async def test_a_leased_mail_is_nobody_elses_until_the_lease_ends(store: SqlStore):
    (mail,) = await kept(store, a_letter())

    assert await leased(store, "a") == [mail]
    assert await leased(store, "b") == []
    assert await leased(store, "b", LATER) == [mail]
    assert (await store.read(lambda tx: tx.spool.get(mail))).deaths == 1
    assert not await store.write(lambda tx: tx.spool.finish(mail, "a", LATER))
    assert await store.write(lambda tx: tx.spool.finish(mail, "b", LATER))


async def test_mails_of_one_sender_or_one_conversation_wait_for_each_other(store: SqlStore):
    one, _, _, other = await kept(
        store,
        a_letter("a"),
        a_letter("b", sender="a@example.org"),
        a_letter("c", thread="<a@example.org>"),
        a_letter("d"),
    )

    assert await leased(store) == [one, other]


async def test_mails_without_a_conversation_wait_for_nobody(store: SqlStore):
    mails = await kept(store, a_letter("a", thread=""), a_letter("b", thread=""))

    assert await leased(store) == mails


async def test_a_mail_that_failed_keeps_nobody_waiting(store: SqlStore):
    one, two = await kept(store, a_letter("a"), a_letter("b", sender="a@example.org"))
    await leased(store)

    await store.write(lambda tx: tx.spool.postpone(one, "a", LATER, "KeyError"))

    assert await leased(store) == [two]
    assert await store.read(lambda tx: tx.spool.next_due(NOW)) is not None


async def test_a_held_mail_is_released_once(store: SqlStore):
    (mail,) = await kept(store, a_letter())
    await leased(store)
    await store.write(lambda tx: tx.spool.hold("k1"))

    assert not await store.write(lambda tx: tx.spool.finish(mail, "a", NOW))
    decisions = [
        await store.write(lambda tx: tx.spool.release((mail,), NOW, "accept")) for _ in "ab"
    ]

    assert decisions == [True, False]
    assert await leased(store) == [mail]
    assert (await store.read(lambda tx: tx.spool.get(mail))).strangers == "accept"


@pytest.mark.parametrize("end", ["finish", "refuse", "drop"])
async def test_the_bytes_go_after_a_while_and_the_mail_stays_known(store: SqlStore, end: str):
    (mail,) = await kept(store, a_letter())
    await leased(store)
    ends = {
        "finish": lambda tx: tx.spool.finish(mail, "a", NOW),
        "refuse": lambda tx: tx.spool.refuse(mail, "a", NOW, "unknown sender"),
        "drop": lambda tx: tx.spool.drop(mail, NOW),
    }
    await store.write(ends[end])

    early = await store.write(lambda tx: tx.spool.purge(NOW))
    late = await store.write(lambda tx: tx.spool.purge(LATER))

    assert (early, late) == (0, 1)
    assert (await store.read(lambda tx: tx.spool.contents(mail))).raw is None
    assert await store.write(lambda tx: tx.spool.keep(a_letter(), LATER)) == (mail, False)
    assert not await store.write(lambda tx: tx.spool.retry(mail, LATER))


async def test_a_mail_set_aside_keeps_its_bytes_until_somebody_decides(store: SqlStore):
    (mail,) = await kept(store, a_letter())
    await leased(store)
    await store.write(lambda tx: tx.spool.set_aside(mail, "a", "KeyError"))

    assert await store.write(lambda tx: tx.spool.purge(LATER)) == 0
    assert (await store.read(lambda tx: tx.spool.counts()))["set_aside"] == 1
    assert await store.write(lambda tx: tx.spool.retry(mail, NOW))
    assert await leased(store) == [mail]


async def test_a_claim_moves_the_mailbox_on_and_is_filed_when_the_mail_is_done(store: SqlStore):
    box = Progress("support", "mx/INBOX", 7, 3, None)
    (mail,) = await kept(store, a_letter())
    await store.write(lambda tx: tx.mailboxes.keep(box))

    await store.write(lambda tx: tx.mailboxes.claim(box, 5, mail, NOW, file=True))

    assert (await store.read(lambda tx: tx.mailboxes.of("support"))).seen == 5
    assert await store.read(lambda tx: tx.mailboxes.to_file(box, 9)) == ()
    await leased(store)
    await store.write(lambda tx: tx.spool.finish(mail, "a", NOW))
    assert await store.read(lambda tx: tx.mailboxes.to_file(box, 9)) == (5,)
    await store.write(lambda tx: tx.mailboxes.filed(box, (5,), NOW))
    assert await store.read(lambda tx: tx.mailboxes.to_file(box, 9)) == ()
    assert await store.write(lambda tx: tx.mailboxes.purge(LATER)) == 1
