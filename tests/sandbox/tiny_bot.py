"""A tiny desk bot on the real slack_bolt, and a sandbox for it to live in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)

SCOPES = [
    "chat:write",
    "commands",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "groups:history",
    "im:read",
    "im:write",
    "im:history",
    "reactions:write",
    "reactions:read",
    "app_mentions:read",
]
EVENTS = [
    "message.channels",
    "message.groups",
    "message.im",
    "app_home_opened",
    "team_join",
    "user_change",
    "member_joined_channel",
    "reaction_added",
    "app_mention",
]


def a_manifest(**changes: Any) -> dict[str, Any]:
    """A small valid manifest; `scopes` and `events` may be given."""
    return {
        "display_information": {"name": "Frontdesk", "description": "A help desk"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "Frontdesk"},
            "slash_commands": [{"command": "/ticket", "description": "Open a ticket"}],
            "shortcuts": [
                {
                    "name": "New ticket",
                    "type": "global",
                    "callback_id": "ticket.create",
                    "description": "Open a ticket",
                },
                {
                    "name": "Make a ticket",
                    "type": "message",
                    "callback_id": "ticket.from_message",
                    "description": "Open a ticket from this",
                },
            ],
        },
        "oauth_config": {"scopes": {"bot": changes.get("scopes", SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": changes.get("events", EVENTS)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def a_client(slack: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def an_app(slack: Sandbox) -> AsyncApp:
    return AsyncApp(
        client=a_client(slack),
        signing_secret=slack.signing_secret,
        process_before_response=True,
    )


@asynccontextmanager
async def over_socket(app: AsyncApp, slack: Sandbox) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until_connected()
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(app: AsyncApp, port: int) -> AsyncIterator[None]:
    """The app behind a web server, at `/slack/events`."""

    async def receive(request: web.Request) -> web.Response:
        answer = await app.async_dispatch(
            AsyncBoltRequest(
                body=await request.text(),
                headers={k: [v] for k, v in request.headers.items()},
            )
        )
        kind = answer.first_headers().get("content-type", "text/plain").split(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=kind)

    server = web.Application()
    server.router.add_post("/slack/events", receive)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def a_form(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": "ticket.new",
        "title": {"type": "plain_text", "text": "New ticket"},
        "submit": {"type": "plain_text", "text": "Create"},
        "blocks": list(blocks) or [a_subject()],
    }
    return view | more


def a_subject(**more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": "subject",
        "label": {"type": "plain_text", "text": "Subject"},
        "element": {"type": "plain_text_input", "action_id": "subject"},
    } | more


def a_button(action_id: str = "ticket.claim", value: str = "1", text: str = "Take") -> Any:
    return {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": text},
    }


def actions(*elements: dict[str, Any], block_id: str = "moves") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}
