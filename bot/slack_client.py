"""Slack's own client, with a shorter way for what is said to Slack as JSON."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.form import from_json, to_json


class SlackClient(AsyncWebClient):
    """The library prepares each call for whatever a call may be (files, forms, retries, logs),
    which takes two thirds as long again as aiohttp does to send it. Posts, edits and windows are
    plain JSON: two of them show a new ticket."""

    def __init__(self, **how: Any) -> None:
        """As the library's."""
        super().__init__(**how)
        self._is_plain = not (self.ssl or self.retry_handlers or self.default_params)
        self._said_with_json = {
            **self.headers,
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json;charset=utf-8",
        }

    async def api_call(
        self, api_method: str, *, json: dict[str, Any] | None = None, **how: Any
    ) -> AsyncSlackResponse:
        """As the library's; but what comes back is read as JSON whatever it calls itself, and what
        is no object raises SlackApiError without an error word of Slack's. Nothing of what was
        said stands in the answer: it is not for turning pages."""
        session = self.session
        is_plain = json is not None and not how and "token" not in json and self._is_plain
        if not is_plain or session is None or session.closed:
            return await super().api_call(api_method, json=json, **how)
        url = self.base_url + api_method
        async with session.post(
            url,
            data=to_json(json).encode(),
            headers=self._said_with_json,
            proxy=self.proxy,
        ) as answer:
            said = _object_in(await answer.read())
        heard = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=url,
            req_args={},  # nothing of it for a log
            data=said,
            headers=dict(answer.headers),
            status_code=answer.status,
        )
        heard.validate()  # type: ignore[no-untyped-call]
        return heard


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        said = from_json(body)
    except (ValueError, RecursionError):
        return {}  # a proxy's page, or half an answer
    return said if isinstance(said, dict) else {}
