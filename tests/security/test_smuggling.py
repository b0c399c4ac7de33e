"""What two readers of HTTP could understand in two ways is refused, whoever reads before us."""

from __future__ import annotations

import pytest

from bot.http import SLACK
from tests.security.street import Street, signed, signed_headers, status

PATH = SLACK.encode()
CHUNKED = b"Transfer-Encoding: chunked"
HIDDEN = signed(b'{"hidden": 1}')


def request(*lengths: bytes, body: bytes, path: bytes = PATH) -> bytes:
    lines = b"".join(line + b"\r\n" for line in lengths)
    return b"POST " + path + b" HTTP/1.1\r\n" + signed_headers(b"") + lines + b"\r\n" + body


def ambiguous() -> dict[str, bytes]:
    """Signed anew each time: a signature is good for five minutes."""
    return {
        "both, the length is longer": request(
            b"Content-Length: %d" % (5 + len(HIDDEN)), CHUNKED, body=b"0\r\n\r\n" + HIDDEN
        ),
        "both, the chunks are longer": request(b"Content-Length: 0", CHUNKED, body=HIDDEN),
        "both, the other way round": request(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n"),
        "two lengths": request(b"Content-Length: 0", b"Content-Length: 9", body=HIDDEN),
        "two lengths in one": request(b"Content-Length: 0, 9", body=HIDDEN),
        "a length with a sign": request(b"Content-Length: +0", body=HIDDEN),
        "a length in other digits": request("Content-Length: ٠".encode(), body=HIDDEN),
        "a length below zero": request(b"Content-Length: -1", body=HIDDEN),
        "an encoding nobody knows": request(b"Transfer-Encoding: xchunked", body=HIDDEN),
        "chunked and then more": request(b"Transfer-Encoding: chunked, gzip", body=HIDDEN),
        "chunked twice": request(CHUNKED, CHUNKED, body=HIDDEN),
        "a blank before the colon": request(b"Transfer-Encoding : chunked", body=HIDDEN),
        "both, one of them folded": request(
            b"Content-Length: 5", b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n" + HIDDEN
        ),
        "chunks without a number": request(CHUNKED, body=b"zz\r\n" + HIDDEN),
        "a bare line feed in a value": request(b"X-A: b\nContent-Length: 0\x00", body=HIDDEN),
        "both, on the health page": request(
            b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + HIDDEN, path=b"/health"
        ),
    }


@pytest.mark.parametrize("name", ambiguous())
async def test_an_ambiguous_request_is_refused_and_nothing_hidden_in_it_is_heard(
    street: Street, name: str
) -> None:
    caller = await street.knock()

    await caller.say(ambiguous()[name])
    heard = await caller.hear()
    await caller.until_hung_up()

    assert status(heard) in (400, 501)
    assert street.through == []


async def test_a_request_in_chunks_alone_is_as_good_as_any(street: Street) -> None:
    body = b'{"a": 1}'
    head = b"POST " + PATH + b" HTTP/1.1\r\n" + signed_headers(body) + CHUNKED + b"\r\n\r\n"

    heard = await street.say(
        head + b"3\r\n" + body[:3] + b"\r\n5\r\n" + body[3:] + b"\r\n0\r\n\r\n"
    )

    assert status(heard) == 200
    assert street.through == [{"a": 1}]


async def test_a_request_for_a_websocket_is_one_for_a_page(street: Street) -> None:
    heard = await street.say(
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )

    assert status(heard) == 200
