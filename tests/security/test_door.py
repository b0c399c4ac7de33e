"""Nothing is read that Slack did not sign just now, and no request costs more than it may."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from typing import Any

import pytest

import bot.http
from bot.http import LARGEST, OLDEST, SLACK
from tests.security.street import (
    NEW,
    OLD,
    Street,
    a_street,
    signed,
    signed_headers,
    status,
)

PATH = SLACK.encode()
STAMP = b"X-Slack-Request-Timestamp: "
FORGED = b"X-Slack-Signature: v0=" + b"0" * 64


def now() -> bytes:
    return STAMP + b"%d" % int(time.time())


def request(*headers: bytes, body: bytes = b"{}") -> bytes:
    lines = [b"Host: bot.example", b"Content-Length: %d" % len(body), *headers]
    return b"POST " + PATH + b" HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + body


async def test_a_signed_request_comes_through(street: Street) -> None:
    heard = await street.say(signed(b'{"a": 1}'))

    assert status(heard) == 200
    assert heard.endswith(b"taken")
    assert street.through == [{"a": 1}]


@pytest.mark.parametrize(
    "unsigned",
    [
        pytest.param(lambda: request(), id="no headers"),
        pytest.param(lambda: request(now()), id="no signature"),
        pytest.param(lambda: request(now(), FORGED), id="forged"),
        pytest.param(lambda: request(FORGED), id="no timestamp"),
        pytest.param(lambda: signed(b"{}", "another secret"), id="another's secret"),
        pytest.param(lambda: signed(b"{}")[:-1] + b" ", id="changed on the way"),
        pytest.param(lambda: signed(b"{}", NEW, now(), FORGED), id="a second signature"),
    ],
)
async def test_no_parser_sees_what_is_not_signed(
    street: Street, monkeypatch: pytest.MonkeyPatch, unsigned: Any
) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(bot.http, "payload_in", lambda body, kind: parsed.append(body))

    heard = await street.say(unsigned())

    assert status(heard) == 401
    assert (parsed, street.through) == ([], [])


@pytest.mark.parametrize("age", [OLDEST + 5, -OLDEST - 5], ids=["old", "from the future"])
async def test_what_cannot_be_signed_now_is_refused_before_its_body_came(
    street: Street, age: float
) -> None:
    headers = signed_headers(b"{}", at=time.time() - age) + b"Content-Length: 1000000\r\n\r\n"

    heard = await street.say(b"POST " + PATH + b" HTTP/1.1\r\n" + headers)

    assert status(heard) == 401


async def test_after_a_refusal_the_connection_serves_the_next_request(street: Street) -> None:
    """What is left of the refused body is not taken for a request."""
    hidden = signed(b'{"hidden": 1}')
    caller = await street.knock()

    await caller.say(request(now(), FORGED, body=hidden))
    refused = await caller.hear()
    await caller.say(signed(b'{"next": 1}'))
    taken = await caller.hear()
    caller.leave()

    assert (status(refused), status(taken)) == (401, 200)
    assert street.through == [{"next": 1}]


async def test_the_comparison_does_not_end_at_the_first_difference(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every signature of the right form is compared whole, by the function made for it."""
    compared: list[tuple[bytes, bytes]] = []
    whole = bot.http.hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return whole(one, other)

    monkeypatch.setattr(bot.http.hmac, "compare_digest", compare)

    await street.say(request(now(), FORGED))

    [(expected, given)] = compared
    assert len(expected) == len(given) == 67


async def test_while_the_secret_is_replaced_both_are_taken() -> None:
    async with a_street((NEW, OLD)) as street:
        heard = [await street.say(signed(b"{}", secret)) for secret in (NEW, OLD, "older still")]

    assert [status(answer) for answer in heard] == [200, 200, 401]


async def test_once_the_secret_is_replaced_the_old_one_opens_nothing() -> None:
    async with a_street((NEW,)) as street:
        heard = await street.say(signed(b"{}", OLD))

    assert status(heard) == 401


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"])
async def test_another_method_is_refused(street: Street, method: bytes) -> None:
    heard = await street.say(signed(method=method))

    assert status(heard) == 405
    assert b"allow: POST" in heard
    assert street.through == []


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_came(street: Street) -> None:
    head = b"POST " + PATH + b" HTTP/1.1\r\n" + signed_headers(b"")

    heard = await street.say(head + b"Content-Length: %d\r\n\r\n" % (LARGEST + 1))

    assert status(heard) == 413


async def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_large(street: Street) -> None:
    head = b"POST " + PATH + b" HTTP/1.1\r\n" + signed_headers(b"")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    caller = await street.knock()

    await caller.say(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 32)
    heard = await caller.hear()
    caller.leave()

    assert status(heard) == 413
    assert street.through == []


async def test_bodies_that_come_in_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is small enough; who sends them is not known before they are whole."""
    monkeypatch.setattr(bot.http, "LARGEST_TOGETHER", 300_000)
    half = b"POST %s HTTP/1.1\r\n%sContent-Length: 200001\r\n\r\n" % (PATH, signed_headers(b""))
    async with a_street() as street:
        first, second = await street.knock(), await street.knock()
        await first.say(half + b"x" * 200_000)
        await asyncio.sleep(0.2)
        await second.say(half + b"x" * 200_000)
        refused = await second.hear()
        first.leave()
        await street.until_connections(1)
        taken = await street.say(signed(b'{"a": "' + b"x" * 200_000 + b'"}'))
        second.leave()

    assert (status(refused), status(taken)) == (503, 200)


async def test_more_bytes_than_the_length_says_are_no_part_of_it(street: Street) -> None:
    """A length that lies about its body never makes the body longer than what was signed."""
    caller = await street.knock()
    await caller.say(signed(b'{"a": 1}') + b', "b": 2}GARBAGE\r\n\r\n')
    await caller.until_hung_up()

    assert street.through in ([], [{"a": 1}])


async def test_fewer_bytes_than_the_length_says_are_no_request(street: Street) -> None:
    caller = await street.knock()
    await caller.say(signed(b"{}").replace(b"Content-Length: 2", b"Content-Length: 3"))
    caller.writer.write_eof()
    caller.leave()
    await street.until_connections(0)

    assert street.through == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":' * 300_000, id="objects without end"),
        pytest.param(b'{"a":' + b"[" * 900_000 + b"]" * 900_000 + b"}", id="lists without end"),
        pytest.param(b'{"a":' + b"9" * 1_900_000 + b"}", id="a number without end"),
        pytest.param(b"\x00" * 1_000_000, id="nothing at all"),
        pytest.param(gzip.compress(b"{}"), id="compressed"),
        pytest.param(b"\xef\xbb\xbf{}", id="with a mark in front"),
    ],
)
async def test_what_is_signed_and_no_payload_is_answered_400(street: Street, body: bytes) -> None:
    heard = await street.say(signed(body))

    assert status(heard) == 400
    assert street.through == []


async def test_what_is_nested_without_end_costs_no_more_than_what_is_flat() -> None:
    """A ratio of two neighbours, since nobody's machine is always as fast."""

    def spent(body: bytes) -> float:
        begun = time.process_time()
        with pytest.raises((RecursionError, ValueError)):
            bot.http.payload_in(body, "application/json")
        return time.process_time() - begun

    flat = json.dumps({"a": [1] * 300_000}).encode()[:-1]
    nested = b'{"a":' * (len(flat) // 5)

    assert min(spent(nested) for _ in range(3)) < 3 * min(spent(flat) for _ in range(3))


async def test_a_form_of_many_fields_is_refused(street: Street) -> None:
    body = b"&".join(b"f%d=1" % number for number in range(1000))

    heard = await street.say(signed(body).replace(b"application/json", b"application/x-www-form"))

    assert status(heard) == 400
    assert street.through == []


async def test_the_pages_take_no_orders(street: Street) -> None:
    for path in (b"/health", b"/health/live"):
        heard = await street.say(b"POST " + path + b" HTTP/1.1\r\nHost: bot.example\r\n\r\n")

        assert status(heard) == 405


async def test_an_answer_does_not_say_what_runs_here(street: Street) -> None:
    heard = await street.say(request())

    assert b"server:" not in heard.lower()
