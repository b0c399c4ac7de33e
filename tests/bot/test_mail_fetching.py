"""Mailboxes of a real IMAP server in memory, fetched by the real fetcher into a real database."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot import mail_fetching
from bot.mail_fetching import Fetching
from bot.mail_spool import letter
from bot.mailboxes import Mailbox
from mail.imap import After, Imap, NoFolder
from mail.imap_url import ImapServer
from mail.ways import Strangers, Way
from storage.store import SqlStore
from tests.imap_server import PASSWORD, ImapDouble, an_imap_server

LONG = 60.0  # seconds a busy machine may need
LARGE = 100_000


@pytest.fixture
async def server():
    async with an_imap_server() as double:
        yield double


@pytest.fixture
def store(database_url):
    opened = SqlStore(database_url)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Whoever waits on purpose waits less."""
    pauses = {"LOOK": 0.2, "RENEWED": 0.2, "FIRST_PAUSE": 0.1, "UNFILED": 0.05, "POLL": 2.0}
    for name, seconds in pauses.items():
        monkeypatch.setattr(mail_fetching, name, seconds)
    monkeypatch.setattr(mail_fetching, "HOLD", timedelta(seconds=2))


def a_mail(name: str, text: str = "Hello") -> bytes:
    return (
        f"Message-ID: <{name}@x.example>\r\nFrom: Paul <paul@example.org>\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0100\r\nSubject: {name}\r\n\r\n{text}\r\n"
    ).encode()


def a_box(server: ImapDouble, **changes) -> Mailbox:
    box = Mailbox(
        "support",
        ImapServer.read(server.url),
        Way("support", "network"),
        password=SecretStr(PASSWORD),
        backlog=True,
    )
    return replace(box, **changes)


@asynccontextmanager
async def fetched_from(
    box: Mailbox, store: SqlStore, clock=lambda: datetime.now(UTC), state_folder=None
):
    fetching = Fetching(box, store, clock, lambda: None, LARGE, state_folder)
    running = asyncio.create_task(fetching.run())
    try:
        yield fetching
    finally:
        await fetching.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def kept(store: SqlStore) -> list[str]:
    mails = await store.read(lambda tx: tx.spool.latest(1000))
    return sorted(mail.subject for mail in mails)


async def until(condition):
    async with asyncio.timeout(LONG):
        while not await condition():  # noqa: ASYNC110 - a server has no event for us
            await asyncio.sleep(0.03)


async def until_kept(store: SqlStore, *subjects: str) -> None:
    async def there() -> bool:
        return await kept(store) == sorted(subjects)

    await until(there)


async def until_seen(store: SqlStore, uid: int) -> None:
    async def there() -> bool:
        progress = await store.read(lambda tx: tx.mailboxes.of("support"))
        return progress is not None and progress.seen >= uid and not progress.trouble

    await until(there)


async def all_done(store: SqlStore) -> None:
    def work(tx):
        now = datetime.now(UTC)
        for mail in tx.spool.lease(now, timedelta(seconds=9), "desk", 100):
            tx.spool.finish(mail.id, "desk", now)

    while (await store.read(lambda tx: tx.spool.counts()))["waiting"]:
        await store.write(work)


async def effects(store: SqlStore) -> list[str]:
    def work(tx):
        return [lease.effect.key for lease in tx.outbox.lease(_later(), timedelta(0), "x", 50)]

    return await store.write(work)


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


async def test_a_mail_is_kept_byte_for_byte_and_stays_unread(server, store):
    raw = a_mail("one", "caf\xe9 \x00 . \r\n..dots").replace(b"Hello", b"\xff\xfe")
    await server.add(raw)

    async with fetched_from(a_box(server), store):
        await until_kept(store, "one")

    (mail,) = await store.read(lambda tx: tx.spool.latest(9))
    assert (await store.read(lambda tx: tx.spool.contents(mail.id))).raw == raw
    assert (mail.way, mail.team) == ("support", "network")
    assert await server.flags() == [set()]


async def test_what_comes_in_meanwhile_is_told_by_the_server_at_once(server, store, monkeypatch):
    monkeypatch.setattr(mail_fetching, "POLL", 10 * LONG)
    async with fetched_from(a_box(server), store):
        await until_seen(store, 0)
        await asyncio.sleep(1)  # until it listens
        await server.add(a_mail("new"))

        await until_kept(store, "new")


async def test_a_server_without_idle_is_asked_from_time_to_time(store, monkeypatch):
    monkeypatch.setattr(mail_fetching, "POLL", 0.2)
    async with an_imap_server(disable_idle=True) as server, fetched_from(a_box(server), store):
        await until_seen(store, 0)
        await server.add(a_mail("new"))

        await until_kept(store, "new")


async def test_what_lay_there_before_the_first_look_is_left_alone(server, store):
    await server.add(a_mail("old"), at=datetime(2026, 1, 1, tzinfo=UTC))

    async with fetched_from(a_box(server, backlog=False), store):
        await until_seen(store, 101)
        await server.add(a_mail("new"))

        await until_kept(store, "new")


async def test_numbered_anew_nothing_is_taken_twice_and_nothing_old_comes_up(server, store):
    await server.add(a_mail("old"), at=datetime(2026, 1, 1, tzinfo=UTC))
    async with fetched_from(a_box(server, backlog=False), store):
        await until_seen(store, 101)
        await server.add(a_mail("one"), at=_later())
        await until_seen(store, 102)
        before = await store.read(lambda tx: tx.mailboxes.of("support"))

        await server.number_anew()
        await server.add(a_mail("two"), at=_later())

        await until_kept(store, "one", "two")
        await until_seen(store, 103)
        after = await store.read(lambda tx: tx.mailboxes.of("support"))

    assert after.uidvalidity != before.uidvalidity
    assert await kept(store) == ["one", "two"]


async def test_of_another_server_with_the_same_numbers_nothing_is_ours_to_file(server, store):
    await server.add(a_mail("one"))
    async with fetched_from(a_box(server, after=After.DELETE), store):
        await until_seen(store, 101)
    here = await store.read(lambda tx: tx.mailboxes.of("support"))
    assert await store.read(lambda tx: tx.mailboxes.is_to_file(here))

    moved = replace(here, place="imap://elsewhere")
    await store.write(lambda tx: tx.mailboxes.begin_anew(moved))

    assert not await store.read(lambda tx: tx.mailboxes.is_to_file(moved))


async def test_a_mail_that_came_another_way_is_known(server, store):
    other = letter(b"Received: by mx.example\r\n" + a_mail("one"), Way("lmtp"))
    await store.write(lambda tx: tx.spool.keep(other, datetime.now(UTC)))
    await server.add(a_mail("one"))

    async with fetched_from(a_box(server, after=After.MOVE, processed="Done"), store):
        await until_seen(store, 101)
        await all_done(store)
        await until(lambda: _is(server.mails("Done"), ["one@x.example"]))

    assert await kept(store) == ["one"]


async def _is(found, wanted) -> bool:
    return await found == wanted


@pytest.mark.parametrize(
    ("after", "processed"),
    [(After.MOVE, "Frontdesk"), (After.FLAG, "\\Flagged"), (After.DELETE, "")],
)
async def test_a_mail_is_put_away_when_the_desk_is_done_and_not_before(
    server, store, after, processed
):
    await server.add(a_mail("one"))
    async with fetched_from(a_box(server, after=after, processed=processed), store):
        await until_seen(store, 101)
        await asyncio.sleep(0.3)
        assert (await server.mails(), await server.flags()) == (["one@x.example"], [set()])

        await all_done(store)

        if after is After.FLAG:
            await until(lambda: _is(server.flags(), [{processed}]))
        else:
            await until(lambda: _is(server.mails(), []))
    filed = ["one@x.example"] if after is After.MOVE else []
    assert await server.mails("Frontdesk") == filed


async def test_what_comes_in_while_another_is_put_away_is_told_at_once(server, store, monkeypatch):
    monkeypatch.setattr(mail_fetching, "POLL", 900.0)
    loop, put_away = asyncio.get_running_loop(), Imap.file

    def slowly(imap, *what):
        put_away(imap, *what)
        if list(what[0]) == [101]:
            asyncio.run_coroutine_threadsafe(server.add(a_mail("two")), loop).result()
            imap._client.noop()  # as many mails as before

    monkeypatch.setattr(Imap, "file", slowly)
    await server.add(a_mail("one"))
    async with fetched_from(a_box(server, after=After.MOVE, processed="Done"), store):
        await until_kept(store, "one")
        await all_done(store)

        await until_kept(store, "one", "two")


async def test_killed_after_the_desk_was_done_the_next_process_puts_it_away(server, store):
    box = a_box(server, after=After.MOVE, processed="Done")
    await server.add(a_mail("one"))
    async with fetched_from(box, store):
        await until_seen(store, 101)
    await all_done(store)

    async with fetched_from(box, store):
        await until(lambda: _is(server.mails("Done"), ["one@x.example"]))

    assert await kept(store) == ["one"]


async def test_two_processes_fetch_each_mail_once_and_one_takes_over(server, store, database_url):
    await server.add(a_mail("one"))
    other = SqlStore(database_url)
    async with fetched_from(a_box(server), other):
        async with fetched_from(a_box(server), store):
            await until_kept(store, "one")
            await asyncio.sleep(0.5)
            assert server.connections == 1
        await server.add(a_mail("two"))
        await until_kept(store, "one", "two")
    other.close()


async def test_who_loses_the_mailbox_in_the_middle_passes_over_nothing(server, store):
    names = [f"mail-{number}" for number in range(6)]
    for name in names:
        await server.add(a_mail(name))

    def lost():
        """The lease went to somebody else, whom we notice after the first mail."""
        first._is_ours = False

    first = Fetching(a_box(server), store, lambda: datetime.now(UTC), lost, LARGE)
    running = asyncio.create_task(first.run())
    await until_seen(store, 101)
    await first.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    async with fetched_from(a_box(server), store):
        await until_kept(store, *names)


async def test_a_server_that_breaks_off_is_come_back_to(server, store):
    async with fetched_from(a_box(server), store):
        await until_seen(store, 0)
        await server.down()
        await server.add(a_mail("one"))

        async def in_trouble() -> bool:
            return (await store.read(lambda tx: tx.mailboxes.of("support"))).trouble == "away"

        await until(in_trouble)
        await server.up()

        await until_kept(store, "one")
    assert await effects(store) == []  # so short that nobody had to be told


async def test_a_wrong_password_is_told_once_and_so_is_its_end(server, store):
    async with fetched_from(a_box(server, password=SecretStr("wrong")), store):

        async def tried_again() -> bool:
            return server.connections >= 3

        await until(tried_again)
    async with fetched_from(a_box(server), store):
        await until_seen(store, 0)

    assert [key.split(":")[:3] for key in await effects(store)] == [
        ["mailbox", "support", "denied"]
    ]
    # The second one waits in the first one's lane.
    progress = await store.read(lambda tx: tx.mailboxes.of("support"))
    assert (progress.trouble, progress.told) == ("", False)


async def test_a_folder_that_cannot_be_made_is_told_once(server, store, monkeypatch):
    def refuse(*_):
        raise NoFolder("Done")

    monkeypatch.setattr(Imap, "file", refuse)
    await server.add(a_mail("one"))
    async with fetched_from(a_box(server, after=After.MOVE, processed="Done"), store):
        await until_kept(store, "one")
        await all_done(store)

        async def tried_again() -> bool:
            return server.connections >= 4

        await until(tried_again)

    assert await store.read(lambda tx: tx.outbox.counts()["waiting"]) == 1
    progress = await store.read(lambda tx: tx.mailboxes.of("support"))
    assert (progress.trouble, progress.told) == ("no_folder", True)


async def test_a_mail_too_large_is_set_aside_without_being_fetched(server, store):
    await server.add(a_mail("large", "x" * LARGE))
    await server.add(a_mail("small"))

    async with fetched_from(a_box(server), store):
        await until_kept(store, "large", "small")

    large = (await store.read(lambda tx: tx.spool.latest(9, ("set_aside",))))[0]
    assert large.subject == "large"
    assert large.error.startswith("too large")
    assert (await store.read(lambda tx: tx.spool.contents(large.id))).raw is None
    assert await effects(store) == [f"mail-set-aside:{large.id}"]


async def test_a_stop_is_quick_while_the_server_says_nothing(store):
    silent = await asyncio.start_server(lambda r, w: asyncio.sleep(3600), "127.0.0.1", 0)
    double = ImapDouble(silent.sockets[0].getsockname()[1])
    async with asyncio.timeout(10):
        async with fetched_from(a_box(double), store):
            await asyncio.sleep(0.3)
    silent.close()


async def test_what_another_way_refused_is_fetched_and_begins_anew(server, store):
    await server.add(a_mail("one"))
    elsewhere = letter(a_mail("one"), Way("import"))
    now = datetime.now(UTC)

    def refuse(tx):
        mail, _ = tx.spool.keep(elsewhere, now)
        tx.spool.lease(now, timedelta(seconds=9), "desk", 1)
        tx.spool.refuse(mail, "desk", now, "unknown sender")

    await store.write(refuse)

    async with fetched_from(a_box(server, way=Way("support", None, Strangers.HOLD)), store):
        await until_seen(store, 1)

    (mail,) = await store.read(lambda tx: tx.spool.latest(9))
    assert (mail.state, mail.way) == ("waiting", "support")
