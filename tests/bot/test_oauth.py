"""Access tokens for mailboxes: where they come from, when they end, who never sees them."""

import base64
import logging
import stat
from dataclasses import replace

import pytest
import structlog
from pydantic import SecretStr

from bot import mail_fetching
from bot.oauth import Grant, Tokens
from bot.refresh_token import RefreshToken
from mail.imap import Away, Denied
from tests.bot.test_mail_fetching import (  # noqa: F401 - fixtures
    a_box,
    a_mail,
    effects,
    fetched_from,
    hurried,
    kept,
    store,
    until,
    until_kept,
)
from tests.plain_imap import ALL, a_plain_server
from tests.token_server import a_token_server

SECRETS = ("refresh 0", "client secret 0", "access 0", "access 1")


@pytest.fixture
async def issuer():
    async with a_token_server() as double:
        yield double


@pytest.fixture
async def server():
    async with a_plain_server(*ALL) as double:
        yield double


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


def a_grant(issuer):
    return Grant("client", SecretStr("client secret 0"), SecretStr("refresh 0"), issuer.url, "mail")


def a_token_box(server, issuer):
    return a_box(server, password=None, grant=a_grant(issuer))


async def trouble(store):  # noqa: F811
    progress = await store.read(lambda tx: tx.mailboxes.of("support"))
    return progress.trouble if progress else None


async def test_a_token_is_asked_for_as_the_standard_says_and_used_until_shortly_before_its_end(
    issuer,
):
    clock = Clock()
    tokens = Tokens(a_grant(issuer), clock)

    first = [await tokens.current(), await tokens.current()]
    clock.now += 3_600 - 60
    second = await tokens.current()

    assert (first, second) == (["access 0"] * 2, "access 1")
    assert issuer.asked[0] == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "client secret 0",
        "refresh_token": "refresh 0",
        "scope": "mail",
    }


async def test_a_refresh_token_that_is_replaced_each_time_is_used_from_then_on(issuer):
    issuer.turns = True
    tokens = Tokens(a_grant(issuer))
    for _ in range(3):
        await tokens.current()
        tokens.forget()

    assert [form["refresh_token"] for form in issuer.asked] == [f"refresh {n}" for n in range(3)]


def a_start(issuer, folder, configured="refresh 0"):
    """The tokens of one process that starts with this configuration."""
    grant = replace(a_grant(issuer), refresh_token=SecretStr(configured))
    return Tokens(grant, refresh=RefreshToken(grant.refresh_token, folder, "support"))


async def test_a_replaced_refresh_token_outlives_the_process(issuer, tmp_path):
    issuer.turns = True
    folder = tmp_path / "state"
    for _ in range(3):
        await a_start(issuer, folder).current()

    assert [form["refresh_token"] for form in issuer.asked] == [f"refresh {n}" for n in range(3)]
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "refresh 0" not in file.read_text()


async def test_a_newly_configured_token_wins_over_one_kept_before(issuer, tmp_path):
    issuer.turns = True
    await a_start(issuer, tmp_path).current()
    issuer.refresh_token = "signed in anew"

    await a_start(issuer, tmp_path, "signed in anew").current()
    await a_start(issuer, tmp_path, "signed in anew").current()

    used = [form["refresh_token"] for form in issuer.asked]
    assert used == ["refresh 0", "signed in anew", "refresh 2"]


async def test_what_another_process_was_given_is_read_before_each_use(issuer, tmp_path):
    issuer.turns = True
    one, other = (a_start(issuer, tmp_path) for _ in range(2))
    for tokens in (one, other, one, other):
        await tokens.current()
        tokens.forget()

    assert [form["refresh_token"] for form in issuer.asked] == [f"refresh {n}" for n in range(4)]


async def test_replaced_by_another_process_just_then_it_is_asked_once_more(issuer, tmp_path):
    issuer.turns = True
    grant = a_grant(issuer)
    late = RefreshToken(grant.refresh_token, tmp_path, "support")
    seen = [late.newest()]  # read just before the other process refreshed
    await a_start(issuer, tmp_path).current()
    newest = late.newest
    late.newest = lambda: seen.pop() if seen else newest()

    assert await Tokens(grant, refresh=late).current() == "access 1"


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"derived_from": 1}', "\udcff"])
async def test_a_damaged_file_is_as_good_as_none(issuer, tmp_path, damage):
    file = tmp_path / "mailbox-support.token"
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    issuer.turns = True

    assert await a_start(issuer, tmp_path).current() == "access 0"
    assert await a_start(issuer, tmp_path).current() == "access 1"


async def test_where_nothing_can_be_kept_the_process_still_knows_it(issuer, tmp_path):
    issuer.turns = True
    folder = tmp_path / "state"
    folder.write_text("no folder")
    tokens = a_start(issuer, folder)
    with structlog.testing.capture_logs() as entries:
        for _ in range(2):
            await tokens.current()
            tokens.forget()

    assert [form["refresh_token"] for form in issuer.asked] == ["refresh 0", "refresh 1"]
    assert "refresh_token_not_kept" in str(entries)
    assert not any(secret in str(entries) for secret in (*SECRETS, "refresh 1"))


async def test_a_token_that_stays_the_same_is_not_written(issuer, tmp_path):
    issuer.repeats = True

    await a_start(issuer, tmp_path).current()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lifetime", ["3600", None, "soon", 0])
async def test_an_odd_lifetime_does_no_harm(issuer, lifetime):
    issuer.lifetime = lifetime

    assert await Tokens(a_grant(issuer)).current() == "access 0"


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, None, Denied),
        (401, None, Denied),
        (403, "<html>", Denied),
        (429, None, Away),
        (503, "down for a moment", Away),
        (302, "", Away),
        (200, "<html>sign in</html>", Away),
        (200, "[]", Away),
        (200, "{}", Away),
    ],
)
async def test_a_no_for_good_is_told_from_one_for_now(issuer, status, body, fault):
    issuer.status, issuer.body = status, body

    with pytest.raises(fault) as raised:
        await Tokens(a_grant(issuer)).current()

    assert not any(secret in str(raised.value) for secret in SECRETS)


async def test_a_token_server_that_is_not_there_is_away(issuer):
    grant = Grant("client", None, SecretStr("refresh 0"), "http://127.0.0.1:1/token")

    with pytest.raises(Away):
        await Tokens(grant).current()


async def test_a_mailbox_is_read_with_a_token(server, issuer, store):  # noqa: F811
    server.tokens = {"access 0"}
    server.add(a_mail("one"))

    async with fetched_from(a_token_box(server, issuer), store):
        await until_kept(store, "one")

    assert "AUTHENTICATE" in server.said


async def test_a_token_withdrawn_before_its_end_is_replaced_once_and_nobody_hears(
    server,
    issuer,
    store,  # noqa: F811
):
    server.tokens = {"access 1"}
    server.add(a_mail("one"))

    async with fetched_from(a_token_box(server, issuer), store):
        await until_kept(store, "one")

    assert server.answers_to_errors == [b""]
    assert len(issuer.asked) == 2
    assert await effects(store) == []


async def test_a_mailbox_that_takes_no_token_is_asked_less_and_less_and_told_once(
    server,
    issuer,
    store,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(mail_fetching, "FIRST_PAUSE", 0.2)
    async with fetched_from(a_token_box(server, issuer), store) as fetching:

        async def tried_thrice():
            return fetching._failures >= 3

        await until(tried_thrice)
        asked = len(issuer.asked)
        assert await trouble(store) == "denied"
        server.tokens = {f"access {number}" for number in range(99)}
        server.add(a_mail("one"))
        await until_kept(store, "one")

    assert asked <= 2 * 4  # once anew for each try
    assert [key.split(":")[2] for key in await effects(store)] == ["denied"]


async def test_an_ended_grant_is_told(server, issuer, store):  # noqa: F811
    issuer.refresh_token = "another"
    async with fetched_from(a_token_box(server, issuer), store):

        async def denied():
            return await trouble(store) == "denied"

        await until(denied)

    assert len(await effects(store)) == 1
    assert server.said == []


async def test_no_secret_reaches_the_log(server, issuer, store, caplog, tmp_path):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    issuer.turns = True
    with structlog.testing.capture_logs() as entries:
        box = a_token_box(server, issuer)
        async with fetched_from(box, store, state_folder=tmp_path / "state") as fetching:

            async def tried_twice():
                return fetching._failures >= 2

            await until(tried_twice)

    written = f"{entries} {caplog.text} {fetching._tokens!r} {a_grant(issuer)!r}"
    hidden = [*SECRETS, "refresh 1", *issuer.handed_out]
    hidden += [base64.b64encode(secret.encode()).decode().rstrip("=") for secret in hidden]
    assert "mailbox_trouble" in written
    assert [secret for secret in hidden if secret in written] == []
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["mailbox-support.token"]
