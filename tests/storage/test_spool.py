"""Mail that comes in is here once, and worked on by one at a time, in its order."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.held_mails import Fate, HeldMail, Why
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


TAKING = a_letter(way="network", team="reseau", strangers="hold")


async def refused(store, letter=None):
    """One that its way did not take."""
    (mail,) = await kept(store, letter or a_letter())
    await leased(store)
    assert await store.write(lambda tx: tx.spool.refuse(mail, "a", NOW, "unknown sender"))
    return mail


async def test_refused_at_one_way_a_mail_begins_anew_at_one_that_takes_it(store: SqlStore):
    mail = await refused(store)
    await store.write(lambda tx: tx.spool.purge(LATER))

    first = await store.write(lambda tx: tx.spool.keep(TAKING, LATER))
    again = await store.write(lambda tx: tx.spool.keep(TAKING, LATER))

    assert (first, again) == ((mail, True), (mail, False))
    (anew,) = await store.write(lambda tx: tx.spool.lease(LATER, HOLD, "b", 10))
    assert (anew.id, anew.way, anew.team, anew.strangers) == (mail, "network", "reseau", "hold")
    assert (anew.error, anew.attempts) == ("", 0)
    assert (await store.read(lambda tx: tx.spool.contents(mail))).raw == TAKING.raw
    assert await store.write(lambda tx: tx.spool.finish(mail, "b", LATER))


@pytest.mark.parametrize("strangers", ["refuse", "hold", "accept"])
async def test_taken_at_one_way_a_mail_is_not_begun_anew_at_another(store: SqlStore, strangers):
    (mail,) = await kept(store, a_letter(strangers="accept"))
    await leased(store)
    await store.write(lambda tx: tx.spool.finish(mail, "a", NOW))

    other = replace(TAKING, strangers=strangers)
    assert await store.write(lambda tx: tx.spool.keep(other, NOW)) == (mail, False)

    found = await store.read(lambda tx: tx.spool.get(mail))
    assert (found.state, found.way) == ("done", "lmtp")


async def test_another_way_that_refuses_as_well_changes_nothing(store: SqlStore):
    mail = await refused(store)

    other = replace(TAKING, strangers="refuse")
    assert await store.write(lambda tx: tx.spool.keep(other, NOW)) == (mail, False)

    assert (await store.read(lambda tx: tx.spool.get(mail))).state == "refused"


async def test_what_cannot_be_fetched_begins_nothing_anew(store: SqlStore):
    mail = await refused(store)

    bare = replace(TAKING, raw=None)
    kept_again = await store.write(lambda tx: tx.spool.keep(bare, NOW, set_aside="too large"))

    assert kept_again == (mail, False)
    assert (await store.read(lambda tx: tx.spool.get(mail))).state == "refused"


async def test_a_mail_that_waits_to_be_refused_goes_the_other_way(store: SqlStore):
    (mail,) = await kept(store, a_letter())
    assert await leased(store) == [mail]

    assert await store.write(lambda tx: tx.spool.keep(TAKING, NOW)) == (mail, False)

    assert not await store.write(lambda tx: tx.spool.refuse(mail, "a", NOW, "unknown sender"))
    found = await store.read(lambda tx: tx.spool.get(mail))
    assert (found.state, found.way, found.team) == ("waiting", "network", "reseau")
    assert await store.write(lambda tx: tx.spool.finish(mail, "a", NOW))


@pytest.mark.parametrize("refused_first", [True, False])
async def test_refused_and_kept_by_two_processes_at_once_it_is_taken(
    store: SqlStore, database_url: str, refused_first: bool
):
    other = SqlStore(database_url)
    mails = await kept(store, *(a_letter(f"k{n}") for n in range(8)))
    await leased(store)
    works = [
        [
            store.write(lambda tx, m=mail: tx.spool.refuse(m, "a", NOW, "unknown sender")),
            other.write(lambda tx, n=n: tx.spool.keep(replace(TAKING, key=f"k{n}"), NOW)),
        ][:: 1 if refused_first else -1]
        for n, mail in enumerate(mails)
    ]

    await asyncio.gather(*(work for pair in works for work in pair))

    other.close()
    found = await store.read(lambda tx: tx.spool.latest(99))
    assert sorted(one.id for one in found) == mails
    assert {(one.state, one.way) for one in found} == {("waiting", "network")}


async def test_what_somebody_refused_stays_refused_whichever_way_it_comes(store: SqlStore):
    (mail,) = await kept(store, a_letter())
    held = HeldMail("k1@example.org", "", "Printer", "")

    def decide(tx):
        card = tx.held_mails.hold("k1", held, Why.FLOOD, None, NOW)
        tx.held_mails.decide(card, Fate.REFUSED, None, NOW)

    await store.write(decide)

    assert await store.write(lambda tx: tx.spool.keep(TAKING, NOW)) == (mail, False)
    assert (await store.read(lambda tx: tx.spool.get(mail))).state == "refused"
    assert await store.read(lambda tx: tx.spool.known(("k1",), "hold")) == {"k1": mail}


async def test_a_mailbox_fetches_what_another_way_refused(store: SqlStore):
    mail = await refused(store)

    for strangers, known in (("refuse", {"k1": mail}), ("hold", {}), ("accept", {})):
        found = await store.read(lambda tx, s=strangers: tx.spool.known(("k1",), s))
        assert found == known


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
