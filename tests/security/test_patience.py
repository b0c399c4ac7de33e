"""Whoever keeps a connection without a request is sent away, and takes no room from Slack."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from bot import web_server
from bot.http import SLACK
from tests.security.street import LONG, Street, signed, signed_headers, status

PATH = SLACK.encode()
SHORT = 0.5  # seconds, in place of ten


def chunked(words: bytes) -> bytes:
    """Behind headers that are in order, as far as can be told before the body is there."""
    head = b"POST " + PATH + b" HTTP/1.1\r\n" + signed_headers(b"")
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + words


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "PATIENCE", SHORT)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test ends by what it is about, or fails."""
    monkeypatch.setattr(web_server, "PATIENCE", 10 * LONG)


@pytest.mark.usefixtures("impatient")
async def test_who_says_nothing_is_sent_away(street: Street) -> None:
    callers = [await street.knock() for _ in range(20)]

    for caller in callers:
        await caller.until_hung_up()

    await street.until_connections(0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(b"POST " + PATH + b" HTTP/1.1\r\nX-Slow: " + b"x" * 2000, id="headers"),
        pytest.param(
            b"POST " + PATH + b" HTTP/1.1\r\n" + b"A: b\r\n" * 500, id="one header after the other"
        ),
        pytest.param(b"\r\n" * 1000, id="empty lines"),
    ],
)
async def test_headers_that_never_end_are_not_waited_for(street: Street, words: bytes) -> None:
    caller = await street.knock()
    slowly = asyncio.create_task(caller.trickle(words, 0.02))

    await caller.until_hung_up()

    await slowly
    await street.until_connections(0)


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_trickles_in_is_not_waited_for(street: Street) -> None:
    caller = await street.knock()
    head = (
        b"POST " + PATH + b" HTTP/1.1\r\n" + signed_headers(b"") + b"Content-Length: 2000\r\n\r\n"
    )
    await caller.say(head)
    slowly = asyncio.create_task(caller.trickle(b"x" * 2000, 0.02))

    await caller.until_hung_up()

    await slowly
    await street.until_connections(0)
    assert street.through == []


@pytest.mark.usefixtures("impatient")
async def test_who_was_refused_cannot_stay_by_sending_on(street: Street) -> None:
    """The keep-alive of the server below us ends with the first byte that follows."""
    caller = await street.knock()
    await caller.say(b"POST " + PATH + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n")
    refused = await caller.hear()
    slowly = asyncio.create_task(caller.trickle(b"x" * 2000, 0.02))

    await caller.until_hung_up()

    await slowly
    assert status(refused) == 401


@pytest.mark.usefixtures("impatient")
async def test_who_does_not_listen_is_not_answered_for_ever(street: Street) -> None:
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", street.port))
        deaf.setblocking(False)
        await street.until_connections(1)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(_ask_for_ever(deaf), LONG)

    await street.until_connections(0)


async def _ask_for_ever(asking: socket.socket) -> None:
    many = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" * 200
    while True:
        await asyncio.get_running_loop().sock_sendall(asking, many)


@pytest.mark.usefixtures("impatient")
async def test_who_goes_on_asking_may_stay(street: Street) -> None:
    caller = await street.knock()
    answers = []
    for _ in range(8):
        await caller.say(signed())
        answers.append(status(await caller.hear()))
        await asyncio.sleep(SHORT / 4)
    caller.leave()

    assert answers == [200] * 8


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(lambda: b"GET /" + b"x" * 100_000, id="an address"),
        pytest.param(lambda: b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 100_000, id="one header"),
        pytest.param(lambda: b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, id="many headers"),
        pytest.param(lambda: chunked(b"1;" + b"x" * 100_000), id="what is said beside a chunk"),
        pytest.param(lambda: chunked(b"1\r\nx\r\n" * 20_000), id="a chunk for each byte"),
        pytest.param(
            lambda: chunked(b"0\r\n" + b"A: b\r\n" * 20_000), id="headers behind the body"
        ),
        pytest.param(
            lambda: chunked(b"0\r\nA: " + b"x" * 100_000), id="one header behind the body"
        ),
    ],
)
async def test_what_is_no_body_is_not_kept_however_much_of_it_comes(
    street: Street, words: Callable[[], bytes]
) -> None:
    """At the latest when the next piece comes; nobody's patience has to end for it."""
    caller = await street.knock()

    await caller.say(words())
    await caller.until_hung_up()

    await street.until_connections(0)
    assert street.through == []


@pytest.mark.usefixtures("patient")
async def test_requests_sent_before_any_answer_do_not_queue_up(street: Street) -> None:
    """The server below us keeps as many as there come."""
    caller = await street.knock()

    await caller.say(signed() + b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" * 5_000)
    heard = await caller.until_hung_up()

    await street.until_connections(0)
    assert heard.count(b"HTTP/1.1 200") <= web_server.MOST_PIPELINED


async def test_a_few_requests_sent_at_once_are_answered_in_turn(street: Street) -> None:
    caller = await street.knock()

    await caller.say(signed(b'{"a": 1}') + signed(b'{"a": 2}') + signed(b'{"a": 3}'))
    heard = [status(await caller.hear()) for _ in range(3)]
    caller.leave()

    assert heard == [200] * 3
    assert street.through == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.usefixtures("patient")
async def test_a_flood_of_connections_ends_at_the_limit_and_slack_is_heard(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest silent ones go; a request sent at once is served before its turn comes."""
    monkeypatch.setattr(web_server, "MOST_CONNECTIONS", 20)
    flood = [await street.knock() for _ in range(60)]
    await street.until_connections(20)

    heard = await street.say(signed())

    assert status(heard) == 200
    assert len(street.server.server_state.connections) <= 20
    for caller in flood:
        caller.leave()
