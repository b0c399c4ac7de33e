"""Mail servers that can little, that cut us off, or that nobody vouches for."""

import imaplib
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import mail_fetching
from bot.check import _mailbox
from mail.imap import After
from mail.imap_url import ImapServer
from storage.store import SqlStore
from tests.bot.test_mail_fetching import (  # noqa: F401 - fixtures
    a_box,
    a_mail,
    all_done,
    effects,
    fetched_from,
    hurried,
    kept,
    store,
    until,
    until_kept,
    until_seen,
)
from tests.imap_server import PASSWORD
from tests.plain_imap import ALL, a_plain_server

PEM = Path(__file__).parents[1] / "mail" / "localhost.pem"  # signed by itself, for "localhost"


@pytest.fixture
async def server():
    async with a_plain_server(*ALL) as double:
        double.passwords = {PASSWORD}
        yield double


@pytest.fixture
def certificate():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(PEM)
    return context


def subjects(raws):
    return sorted(raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in raws)


def is_now(found, wanted):
    async def same() -> bool:
        return found() == wanted

    return same


async def in_trouble(store):  # noqa: F811
    progress = await store.read(lambda tx: tx.mailboxes.of("support"))
    return progress.trouble if progress else None


@pytest.mark.parametrize("can", [ALL, ("UIDPLUS",), ()], ids=["all", "no MOVE", "nothing"])
@pytest.mark.parametrize("after", [After.MOVE, After.DELETE])
async def test_what_others_have_marked_is_never_removed(store, can, after):  # noqa: F811
    async with a_plain_server(*can) as server:
        server.passwords = {PASSWORD}
        server.add(a_mail("theirs"), "INBOX", r"\Deleted")
        box = a_box(server, after=after, processed="Done", backlog=False)  # from now on
        async with fetched_from(box, store):
            await until_seen(store, 101)
            server.add(a_mail("one"))
            await until_kept(store, "one")
            await all_done(store)
            await until(is_now(lambda: _left(server), ["theirs"]))

    assert "theirs" in subjects(server.raws())
    assert subjects(server.raws("Done")) == (["one"] if after is After.MOVE else [])


def _left(server):
    """Neither put away nor marked, but for what was marked before."""
    inbox = server.folders["INBOX"]
    return subjects(m.raw for m in inbox if m.uid == 101 or r"\Deleted" not in m.flags)


async def test_without_uidplus_a_mail_is_removed_once_nobody_else_has_marked_any(store):  # noqa: F811
    async with a_plain_server() as server:
        server.passwords = {PASSWORD}
        server.add(a_mail("one"))
        async with fetched_from(a_box(server, after=After.MOVE, processed="Done"), store):
            await until_seen(store, 101)
            await all_done(store)
            await until(is_now(lambda: subjects(server.raws()), []))

    assert subjects(server.raws("Done")) == ["one"]


@pytest.mark.parametrize("word", ['pass wörd \\ " ✓', 'quote " and \\ slash'])
async def test_any_password_and_folder_name_will_do(server, store, word):  # noqa: F811
    server.passwords = {word}
    folder = "Été && R&D"
    server.folders["&AMk-t&AOk- &-&- R&-D"] = []
    server.add(a_mail("one"), "&AMk-t&AOk- &-&- R&-D")
    where = ImapServer.read(server.url.replace("INBOX", "%C3%89t%C3%A9%20%26%26%20R%26D"))

    box = a_box(server, password=SecretStr(word), after=After.MOVE, processed="Lu ✓")
    box = replace(box, server=where)
    async with fetched_from(box, store):
        await until_kept(store, "one")
        await all_done(store)
        await until(is_now(lambda: subjects(server.raws("Lu &JxM-")), ["one"]))

    assert where.folder == folder


async def test_a_folder_that_is_not_there_is_told(server, store):  # noqa: F811
    where = ImapServer.read(server.url.replace("INBOX", "Nowhere"))
    async with fetched_from(replace(a_box(server), server=where), store):

        async def told() -> bool:
            return await in_trouble(store) == "no_folder"

        await until(told)

    assert len(await effects(store)) == 1


@pytest.mark.parametrize(
    ("refusal", "trouble"),
    [
        ("Incorrect username or password.", "denied"),
        ("[AUTHENTICATIONFAILED] Authentication failed.", "denied"),
        ("[UNAVAILABLE] Temporary authentication failure.", "away"),
        ("[ALERT] Too many simultaneous connections.", "away"),
    ],
)
async def test_a_no_at_the_door_means_the_password_unless_it_is_a_matter_of_time(
    server,
    store,  # noqa: F811
    refusal,
    trouble,
):
    server.refusal, server.passwords = refusal, set()
    async with fetched_from(a_box(server), store):

        async def told() -> bool:
            return await in_trouble(store) == trouble

        await until(told)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("can", "command"),
    [
        *((ALL, c) for c in ("CAPABILITY", "LOGIN", "SELECT", "UID FETCH", "UID MOVE", "CREATE")),
        *(((), c) for c in ("UID COPY", "UID STORE", "UID SEARCH", "EXPUNGE")),
        (("UIDPLUS",), "UID EXPUNGE"),
    ],
)
async def test_cut_off_in_any_command_no_mail_is_lost_or_taken_twice(
    sqlite_url, can, command, when
):
    store = SqlStore(sqlite_url)  # noqa: F811
    async with a_plain_server(*can) as server:
        server.passwords = {PASSWORD}
        for name in ("one", "two"):
            server.add(a_mail(name))
        server.cuts[command, when] = 1
        async with fetched_from(a_box(server, after=After.MOVE, processed="Done"), store):
            await until_kept(store, "one", "two")
            await all_done(store)
            await until(is_now(lambda: server.raws(), []))
            server.add(a_mail("three"))
            await until_kept(store, "one", "two", "three")
    store.close()

    assert server.cuts[command, when] == 0
    assert set(subjects(server.raws("Done"))) >= {"one", "two"}


async def test_cut_off_while_it_listens_it_comes_back(server, store):  # noqa: F811
    async with fetched_from(a_box(server), store):
        await until_seen(store, 0)
        for number in range(3):
            server.cuts["IDLE", "during"] = 1
            await until(is_now(lambda: server.cuts["IDLE", "during"], 0))
            server.add(a_mail(f"mail {number}"))
            await until_seen(store, 101 + number)

    assert await kept(store) == ["mail 0", "mail 1", "mail 2"]


@pytest.mark.parametrize("backlog", [True, False])
async def test_a_first_look_at_a_huge_mailbox_is_no_trouble(
    server,
    store,  # noqa: F811
    backlog,
    monkeypatch,
):
    monkeypatch.setattr(mail_fetching, "AHEAD", 100)
    inbox = server.folders["INBOX"]
    server.add(a_mail("old"))
    monkeypatch.setattr(imaplib, "_MAXLINE", 5_000)
    many = 2_000  # more numbers than one line holds that the library reads
    inbox.extend(type(inbox[0])(100_000_000 + n, inbox[0].raw) for n in range(many))
    server._next["INBOX"] = 100_000_000 + many
    async with fetched_from(a_box(server, backlog=backlog), store):
        if backlog:
            await until_seen(store, 101)
        else:
            await until_seen(store, 100_000_000 + many - 1)
            server.add(a_mail("new"))
            await until_kept(store, "new")


@pytest.mark.parametrize("kind", ["imaps", "imap"])
async def test_an_authority_of_ones_own_is_trusted_by_name(store, certificate, kind, monkeypatch):  # noqa: F811
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    tls = {"implicit": certificate} if kind == "imaps" else {"starttls": certificate}
    async with a_plain_server(*ALL, **tls) as server:
        server.passwords = {PASSWORD}
        server.add(a_mail("one"))
        url = f"{kind}://support@localhost:{server.port}/INBOX?starttls=required"
        async with fetched_from(replace(a_box(server), server=ImapServer.read(url)), store):
            await until_kept(store, "one")

    assert ("STARTTLS" in server.said) == (kind == "imap")


@pytest.mark.parametrize(
    ("host", "trusted", "says"),
    [("localhost", "", "self-signed"), ("127.0.0.1", str(PEM), "not valid for '127.0.0.1'")],
    ids=["by nobody", "of another"],
)
async def test_a_certificate_nobody_vouches_for_is_told_and_no_password_is_sent(
    store,  # noqa: F811
    certificate,
    host,
    trusted,
    says,
    monkeypatch,
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", trusted)
    async with a_plain_server(*ALL, implicit=certificate) as server:
        url = f"imaps://support@{host}:{server.port}/INBOX"
        box = replace(a_box(server), server=ImapServer.read(url))
        async with fetched_from(box, store):

            async def told() -> bool:
                return await in_trouble(store) == "untrusted"

            await until(told)
        ((good, words),) = await _mailbox(box)

    assert server.said == []
    assert not good
    assert says in words
    assert "SSL_CERT_FILE" in words
