"""What comes in is kept before anybody hears so, and worked on until it is done or set aside."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import courtesy, mail_spool
from bot.courtesy import Courtesy
from bot.mail_in import Unworkable
from bot.mail_spool import MailSpool, letter
from desk.errors import Busy
from mail.listener import Reply
from mail.verdict import Kind, Verdict
from mail.ways import Strangers, Way
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.bot.test_mail_fetching import LONG, a_mail

WAY = Way("lmtp")
HOLD = Strangers.HOLD


@pytest.fixture
def store(database_url):
    opened = SqlStore(database_url)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(mail_spool, "PAUSES", (timedelta(0), timedelta(0)))
    monkeypatch.setattr(mail_spool, "LATER", timedelta(0))
    monkeypatch.setattr(mail_spool, "IDLE", 0.1)


class Desk:
    """Takes mail, unless told otherwise for a subject."""

    def __init__(self, refused=(), faults=None):
        self.taken, self.tried = [], []
        self.refused, self.faults = refused, faults or {}
        self.gate = asyncio.Event()
        self.gate.set()

    async def refuses(self, mail, way):
        unwanted = mail.subject in self.refused and way.strangers is Strangers.REFUSE
        return Verdict(Kind.PERSON, ("unknown sender",)) if unwanted else None

    async def take(self, mail, way):
        self.tried.append(mail.subject)
        await self.gate.wait()
        if faults := self.faults.get(mail.subject):
            raise faults.pop(0)
        self.taken.append(mail.subject)


@asynccontextmanager
async def a_spool(store, desk, people=None):
    spool = MailSpool(store, desk, lambda: datetime.now(UTC), people)
    running = asyncio.create_task(spool.run())
    try:
        yield spool
    finally:
        await spool.stop(1)
        await running


async def states(store):
    return {m.subject: m.state for m in await store.read(lambda tx: tx.spool.latest(99))}


async def until(store, **wanted):
    async with asyncio.timeout(LONG):
        while await states(store) != wanted:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)


async def receive(spool, name):
    to = ("support@desk.example",)
    (reply,) = await spool.receive(a_mail(name), (WAY,), to, "paul@example.org")
    return reply


async def test_a_mail_is_confirmed_when_it_is_kept_and_before_the_desk_has_taken_it(store):
    desk = Desk()
    desk.gate.clear()
    async with a_spool(store, desk) as spool:
        assert await receive(spool, "one") is Reply.ACCEPTED
        assert (await states(store), desk.taken) == ({"one": "waiting"}, [])

        desk.gate.set()

        await until(store, one="done")
    assert desk.taken == ["one"]


async def test_a_copy_is_accepted_and_taken_once(store):
    desk = Desk()
    async with a_spool(store, desk) as spool:
        both = await asyncio.gather(receive(spool, "one"), receive(spool, "one"))
        await until(store, one="done")

    assert both == [Reply.ACCEPTED] * 2
    assert desk.taken == ["one"]


async def test_who_is_refused_hears_so_at_the_door_and_nothing_is_kept(store):
    async with a_spool(store, Desk(refused=("spam",))) as spool:
        assert await receive(spool, "spam") is Reply.UNKNOWN_SENDER

    assert await states(store) == {}


async def test_who_is_refused_behind_the_door_is_only_noted(store):
    await store.write(lambda tx: tx.spool.keep(letter(a_mail("spam"), WAY), datetime.now(UTC)))

    async with a_spool(store, Desk(refused=("spam",))):
        await until(store, spam="refused")

    (mail,) = await store.read(lambda tx: tx.spool.latest(1))
    assert mail.error == "unknown sender"


async def test_each_recipient_hears_its_own_verdict_and_the_mail_is_kept_once(store):
    ways = (Way("desk"), Way("open", strangers=Strangers.ACCEPT), Way("phones", "phones", HOLD))
    to = ("desk@x.example", "open@x.example", "phones@x.example")
    desk = Desk(refused=("spam",))
    async with a_spool(store, desk) as spool:
        replies = await spool.receive(a_mail("spam"), ways, to, "paul@example.org")
        await until(store, spam="done")

    (mail,) = await store.read(lambda tx: tx.spool.latest(9))
    contents = await store.read(lambda tx: tx.spool.contents(mail.id))
    assert replies == (Reply.UNKNOWN_SENDER, Reply.ACCEPTED, Reply.ACCEPTED)
    assert (mail.way, mail.team, mail.strangers) == ("phones", "phones", "hold")
    assert contents.envelope_to == to


async def test_while_people_wait_for_an_answer_mail_steps_back(store, monkeypatch):
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people, desk, now = Courtesy(), Desk(), datetime.now(UTC)
    async with a_spool(store, desk, people):
        with people.answering():
            await store.write(lambda tx: tx.spool.keep(letter(a_mail("one"), WAY), now))
            await asyncio.sleep(0.3)
            assert desk.tried == []

        await until(store, one="done")


async def test_a_mail_another_process_keeps_is_worked_on_at_once(postgresql_url, monkeypatch):
    monkeypatch.setattr(mail_spool, "IDLE", 10 * LONG)
    ours, theirs, desk = SqlStore(postgresql_url), SqlStore(postgresql_url), Desk()
    async with a_spool(ours, desk) as spool:
        listening = asyncio.Event()
        loop = asyncio.get_running_loop()
        ours.listen(lambda: loop.call_soon_threadsafe(listening.set), None, spool.wake)
        await asyncio.wait_for(listening.wait(), LONG)
        await asyncio.sleep(0.3)  # until it has looked, and rests

        await theirs.write(lambda tx: tx.spool.keep(letter(a_mail("one"), WAY), datetime.now(UTC)))

        await until(ours, one="done")
    assert desk.taken == ["one"]
    ours.close()
    theirs.close()


async def test_a_mail_let_through_is_worked_on_at_once(database_url, monkeypatch):
    monkeypatch.setattr(mail_spool, "IDLE", 10 * LONG)
    desk, spools = Desk(), []
    store = SqlStore(database_url, on_spool=lambda: [spool.wake() for spool in spools])
    now = datetime.now(UTC)
    number, _ = await store.write(
        lambda tx: tx.spool.keep(letter(a_mail("one"), WAY), now, set_aside="too large")
    )
    async with a_spool(store, desk) as spool:
        spools.append(spool)
        await asyncio.sleep(0.3)  # until it has looked, and rests

        await store.write(lambda tx: tx.spool.retry(number, now))

        await until(store, one="done")
    store.close()


async def test_a_mail_that_fails_three_times_is_set_aside_and_the_next_goes_on(store):
    desk = Desk(faults={"poison": [KeyError("x") for _ in range(9)]})
    async with a_spool(store, desk) as spool:
        await receive(spool, "poison")
        await receive(spool, "next")
        await until(store, poison="set_aside", next="done")

    assert desk.tried.count("poison") == 3
    (mail,) = await store.read(lambda tx: tx.spool.latest(9, ("set_aside",)))
    warned = await store.write(
        lambda tx: tx.outbox.lease(datetime.now(UTC), timedelta(0), "relay", 9)
    )
    assert mail.error == "KeyError"
    assert [one.effect.key for one in warned] == [f"mail-set-aside:{mail.id}"]


async def test_a_mail_that_nothing_can_be_done_about_is_set_aside_with_the_reason(store):
    desk = Desk(faults={"nameless": [Unworkable("nobody is named as its sender")]})
    async with a_spool(store, desk) as spool:
        await receive(spool, "nameless")
        await until(store, nameless="set_aside")

    (mail,) = await store.read(lambda tx: tx.spool.latest(9, ("set_aside",)))
    assert mail.error == "nobody is named as its sender"
    assert desk.tried == ["nameless"]


async def test_a_database_that_was_away_is_no_fault_of_the_mail(store):
    desk = Desk(faults={"one": [Busy() for _ in range(7)]})
    async with a_spool(store, desk) as spool:
        await receive(spool, "one")
        await until(store, one="done")

    assert desk.tried.count("one") == 8


async def test_the_door_says_later_while_the_database_is_away(store, monkeypatch):
    async def busy(*_, **__):
        raise Busy

    async with a_spool(store, Desk()) as spool:
        with monkeypatch.context() as away:
            away.setattr(store, "write", busy)
            assert await receive(spool, "one") is Reply.TRY_LATER


async def test_a_mail_that_ends_its_process_each_time_is_not_tried_for_ever(store, monkeypatch):
    monkeypatch.setattr(mail_spool, "DEATHS", 2)
    await store.write(lambda tx: tx.spool.keep(letter(a_mail("bomb"), WAY), datetime.now(UTC)))
    for _ in range(2):
        past = datetime.now(UTC)
        await store.write(lambda tx, at=past: tx.spool.lease(at, timedelta(0), "dead", 1))
    desk = Desk()

    async with a_spool(store, desk):
        await until(store, bomb="set_aside")

    assert desk.tried == []


async def test_stopped_in_the_middle_another_process_goes_on_at_once(store):
    stuck, other = Desk(), Desk()
    stuck.gate.clear()
    async with a_spool(store, stuck) as spool:
        await receive(spool, "one")
        while not stuck.tried:  # noqa: ASYNC110 - a double has no event for this
            await asyncio.sleep(0.02)

    async with a_spool(store, other):
        await until(store, one="done")

    assert (stuck.taken, other.taken) == ([], ["one"])


@settings(max_examples=60, deadline=None)
@given(raw=st.binary(max_size=300), to=st.text(max_size=30), sender=st.text(max_size=30))
async def test_any_bytes_are_kept_as_they_came(raw, to, sender, tmp_path_factory):
    store = _any_store(tmp_path_factory)
    spool = MailSpool(store, Desk(), lambda: datetime.now(UTC))

    assert await spool.receive(raw, (WAY,), (to,), sender) == (Reply.ACCEPTED,)

    await spool.stop(0)
    number = await store.read(lambda tx: tx.spool.known((letter(raw, WAY).key,)))
    contents = await store.read(lambda tx: tx.spool.contents(*number.values()))
    assert letter(contents.raw, WAY).key == letter(raw, WAY).key


_stores = []


def _any_store(tmp_path_factory):
    """One for all examples."""
    if not _stores:
        url = f"sqlite:///{tmp_path_factory.mktemp('spool')}/desk.db"
        upgrade(url)
        _stores.append(SqlStore(url))
    return _stores[0]


@pytest.mark.parametrize("at_work", [False, True], ids=["refused", "being_refused"])
async def test_what_one_way_refuses_another_one_takes(store, at_work):
    desk = Hesitating(refused=("one",))
    kept = letter(a_mail("one"), Way("import"))
    await store.write(lambda tx: tx.spool.keep(kept, datetime.now(UTC)))
    async with a_spool(store, desk) as spool:
        await desk.judging.wait()
        if not at_work:
            desk.judged.set()
            await until(store, one="refused")

        way = Way("network", "reseau", Strangers.ACCEPT)
        assert await spool.receive(a_mail("one"), (way,), (), "") == (Reply.ACCEPTED,)
        desk.judged.set()

        await until(store, one="done")
    assert desk.taken == ["one"]
    (mail,) = await store.read(lambda tx: tx.spool.latest(9))
    assert (mail.way, mail.team) == ("network", "reseau")


class Hesitating(Desk):
    """Takes its time before it refuses."""

    def __init__(self, **told):
        super().__init__(**told)
        self.judging, self.judged = asyncio.Event(), asyncio.Event()

    async def refuses(self, mail, way):
        verdict = await super().refuses(mail, way)
        self.judging.set()
        if verdict is not None:
            await self.judged.wait()
        return verdict
