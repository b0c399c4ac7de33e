"""The signature: what Slack signed just now passes, anything else does not, and nothing raises."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from slack_bolt.response import BoltResponse

from bot import http
from bot.http import OLDEST, SlackDoor, is_signed

NOW = 1_795_000_000
bodies = st.binary(max_size=2000)
# Without NUL: HMAC fills keys up with it, so "a" and "a\0" are one key.
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
secrets = st.text(letters, min_size=1, max_size=40)
moments = st.integers(0, 10**11)


def signed(body: bytes, timestamp: str, secret: str) -> str:
    """As Slack documents it."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@given(bodies, secrets, moments, st.integers(-OLDEST, OLDEST))
def test_what_slack_signed_within_five_minutes_passes(
    body: bytes, secret: str, at: int, age: int
) -> None:
    timestamp = str(at)

    assert is_signed(body, timestamp, signed(body, timestamp, secret), secret, at + age)


@given(bodies, secrets, moments, st.integers(OLDEST + 1, 10**9), st.sampled_from([-1, 1]))
def test_an_old_request_does_not_pass_nor_one_from_the_future(
    body: bytes, secret: str, at: int, age: int, direction: int
) -> None:
    timestamp = str(at)

    signature = signed(body, timestamp, secret)

    assert not is_signed(body, timestamp, signature, secret, at + direction * age)


@given(bodies, bodies, secrets)
def test_another_body_does_not_pass(body: bytes, other: bytes, secret: str) -> None:
    assume(body != other)

    signature = signed(body, str(NOW), secret)

    assert not is_signed(other, str(NOW), signature, secret, NOW)


@given(bodies, secrets, secrets)
def test_another_secret_does_not_pass(body: bytes, secret: str, other: str) -> None:
    assume(secret != other)

    signature = signed(body, str(NOW), other)

    assert not is_signed(body, str(NOW), signature, secret, NOW)


@given(bodies, secrets, st.integers(1, OLDEST))
def test_a_timestamp_moved_afterwards_does_not_pass(body: bytes, secret: str, by: int) -> None:
    signature = signed(body, str(NOW), secret)

    assert not is_signed(body, str(NOW + by), signature, secret, NOW)


@given(bodies, st.text(max_size=40), st.text(max_size=100), secrets)
def test_no_header_raises(body: bytes, timestamp: str, signature: str, secret: str) -> None:
    assume(signature != "")

    assert not is_signed(body, timestamp, signature, secret, NOW)


def test_a_timestamp_of_many_digits_is_refused_unread() -> None:
    assert not is_signed(b"", "9" * 5000, "v0=", "secret", NOW)


def test_a_zero_in_front_of_the_timestamp_is_another_text() -> None:
    signature = signed(b"", str(NOW), "secret")

    assert not is_signed(b"", f"0{NOW}", signature, "secret", NOW)


async def test_who_waits_for_the_answer_runs_before_we_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    monkeypatch.setattr(http, "give_way", lambda: order.append("given way"))
    body, stamp = b'{"type": "event_callback"}', str(int(time.time()))

    async def dispatch(payload: dict[str, Any]) -> BoltResponse:
        order.append("handled")
        return BoltResponse(status=200, body="")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        order.append(message["type"])

    headers = [
        (b"content-type", b"application/json"),
        (b"x-slack-request-timestamp", stamp.encode()),
        (b"x-slack-signature", signed(body, stamp, "secret").encode()),
    ]
    door, asked = SlackDoor(dispatch, ["secret"]), {"method": "POST", "headers": headers}
    await door(asked, receive, send)
    await SlackDoor(dispatch, ["another"])(asked, receive, lambda message: send({"type": "-"}))

    assert order[:4] == ["handled", "http.response.start", "http.response.body", "given way"]
    assert order[4:] == ["-", "-"]  # whoever is turned away has nothing to wait for
