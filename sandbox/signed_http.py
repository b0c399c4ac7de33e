"""Deliveries over HTTP, signed as Slack signs them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.delivery import Ack, NoAnswer, Parcel, Retry

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    connected = True

    def __init__(self, url: str, signing_secret: str, clock: Callable[[], float]) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def wait_until_connected(self) -> None:
        """HTTP needs no connection beforehand."""

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        body, content_type = encode(parcel)
        try:
            async with asyncio.timeout(patience):
                return await self._post(body, self._headers(body, content_type, retry))
        except TimeoutError:
            raise NoAnswer("http_timeout") from None
        except aiohttp.ClientError as broken:
            raise NoAnswer("connection_failed", status=type(broken).__name__) from broken

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Ack:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(self.url, data=body, headers=headers) as answer:
            content = await answer.text()
            if not 200 <= answer.status < 300:
                unwanted = answer.headers.get("X-Slack-No-Retry") == "1"
                raise NoAnswer("http_error", status=answer.status, retry=not unwanted)
            return Ack(read_answer(content), answer.status)

    def _headers(self, body: bytes, content_type: str, retry: Retry | None) -> dict[str, str]:
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": USER_AGENT,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if retry:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        return headers


def encode(parcel: Parcel) -> tuple[bytes, str]:
    """Events travel as JSON, commands as a form, the rest as JSON inside a form."""
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    fields: Mapping[str, Any] = parcel.payload
    if parcel.kind == "interactive":
        fields = {"payload": json.dumps(parcel.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def read_answer(content: str) -> dict[str, Any] | None:
    """JSON objects as they are; any other text is what a command may answer with."""
    if not content.strip():
        return None
    try:
        parsed = json.loads(content)
    except ValueError:
        return {"text": content}
    return parsed if isinstance(parsed, dict) else {"text": content}
