"""Bolt at the edge: who may speak to us is its matter, and all that is said goes to the router."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.courtesy import Courtesy
from bot.form import to_json
from bot.slack_calls import NO_ANSWER, error_word
from bot.slack_client import SlackClient
from handlers.router import Reply, Router

log = structlog.get_logger(__name__)

KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "event_callback",
        "message_action",
        "shortcut",
        "view_closed",
        "view_submission",
    }
)
PATIENCE = aiohttp.ClientTimeout(total=15, connect=5)  # a call that hangs ends
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries to reach Slack at start


@dataclass(frozen=True)
class Workspace:
    """Who we are in Slack, as auth.test says once at start."""

    team_id: str
    bot_id: str
    user_id: str
    url: str
    authorized: AuthorizeResult


class TokenRefused(Exception):
    """Slack does not know a token, or no more, or it is one of the wrong kind."""

    def __init__(self, setting: str, error: str) -> None:
        super().__init__(f"{setting}: {error}")
        self.setting, self.error = setting, error


REFUSED_TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "missing_scope",
    }
)


def slack_session() -> aiohttp.ClientSession:
    """One for all calls: a connection for each costs five times as much."""
    return aiohttp.ClientSession(timeout=PATIENCE, json_serialize=to_json)


def slack_client(settings: Settings, session: aiohttp.ClientSession) -> SlackClient:
    """One client on one shared session.

    The SDK's own time limit is ignored once a session is given, so the session has one. Its default
    retry handler would post twice after a dropped connection: only the outbox retries.
    """
    return SlackClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
        logger=_quiet_logger("frontdesk.calls", logging.WARNING),
    )


def _quiet_logger(name: str, level: int) -> logging.Logger:
    """Slack's libraries ask for a logger's own level: one without writes out each message for a log
    that nobody keeps, which costs as much as sending it."""
    quiet = logging.getLogger(name)
    quiet.setLevel(level)
    return quiet


async def meet_slack(client: AsyncWebClient, stopping: asyncio.Event) -> Workspace | None:
    """Ask Slack who we are, until it answers. None when told to stop first.

    Raises TokenRefused.
    """
    pause = FIRST_PAUSE
    while not stopping.is_set():
        try:
            answer = await client.auth_test()
            return _workspace(answer.data, client.token or "")
        except SlackApiError as refused:
            error = error_word(refused)
            if error in REFUSED_TOKEN:
                raise TokenRefused("SLACK_BOT_TOKEN", error) from None
            log.warning("slack_not_ready", error=error, again_in=pause)
        except NO_ANSWER as fault:
            log.warning("slack_not_reached", fault=type(fault).__name__, again_in=pause)
        try:
            await asyncio.wait_for(stopping.wait(), pause)
        except TimeoutError:
            pause = min(pause * 2, LONGEST_PAUSE)
    return None


def _workspace(data: Any, token: str) -> Workspace:
    return Workspace(
        team_id=str(data.get("team_id") or ""),
        bot_id=str(data.get("bot_id") or ""),
        user_id=str(data.get("user_id") or ""),
        url=str(data.get("url") or ""),
        authorized=AuthorizeResult(
            enterprise_id=data.get("enterprise_id"),
            team_id=data.get("team_id"),
            bot_id=data.get("bot_id"),
            bot_user_id=data.get("user_id"),
            bot_token=token,
        ),
    )


class App(AsyncApp):
    """Bolt, out of which nothing falls as a 404: what no listener takes is malformed, or of a kind
    that we did not ask for and Slack may have invented since."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        if not _has_what_bolt_reads(req.body):
            return _malformed()
        answer = await super().async_dispatch(req)
        if answer.status != 404:
            return answer
        kind = req.body.get("type")
        if not isinstance(kind, str) or kind in KINDS:
            return _malformed()
        log.warning("kind_unknown", kind=kind[:50])
        return BoltResponse(status=200, body="")

    def _init_context(self, req: AsyncBoltRequest) -> None:
        """Bolt makes a client for each request, whose token one may then exchange. Ours is always
        the same, and a client costs three times what the signature does."""
        req.context.update(
            logger=self.logger,
            token=self.client.token,
            client=self.client,
            listener_runner=self.listener_runner,
        )


def _has_what_bolt_reads(body: Any) -> bool:
    """Bolt takes these out of any payload that has them, without looking what they are."""
    event, actions = body.get("event", {"type": ""}), body.get("actions", [{}])
    return (
        isinstance(event, dict)
        and isinstance(event.get("type"), str)
        and isinstance(actions, list)
        and isinstance(next(iter(actions), None), dict)
    )


def _malformed() -> BoltResponse:
    log.warning("payload_malformed")
    return BoltResponse(status=400, body="")


def bolt_app(
    settings: Settings,
    client: AsyncWebClient,
    us: Workspace,
    router: Router,
    courtesy: Courtesy,
) -> App:
    """`process_before_response`: Slack hears from us only after the listener returned, so after the
    commit. By default Bolt acknowledges events before their listener has even begun."""
    secret = settings.slack_signing_secret

    async def authorize(**_: Any) -> AuthorizeResult:
        return us.authorized  # known since the start: no call of Slack before an acknowledgement

    # It warns that `authorize` replaces the token, as we want it to.
    quiet = _quiet_logger("frontdesk.bolt", logging.ERROR)
    app = App(
        name="frontdesk",  # else it looks through all of our sources for one
        client=client,
        logger=quiet,
        signing_secret=secret.get_secret_value() if secret else "unused in Socket Mode",
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # http.py checks before anything is parsed
        ssl_check_enabled=False,  # of legacy commands, and of custom steps: not among what we get
        attaching_function_token_enabled=False,
    )
    app.use(OneDoor(router, courtesy))
    return app


class OneDoor(AsyncMiddleware):
    """What Bolt has let in goes to the router by its kind, in one look.

    Listeners would do the same; but Bolt asks them one after another, and gathers every argument a
    listener may want each time it asks.
    """

    def __init__(self, router: Router, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self._routes: dict[object, Callable[[Any], Awaitable[Reply]]] = {
            "block_actions": router.action,
            "block_suggestion": router.options,
            "event_callback": router.event,
            "view_submission": router.form,
            "message_action": router.shortcut,
            "shortcut": router.shortcut,
            "view_closed": router.closed,
        }
        self._command = router.command

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt gives it by this name
    ) -> BoltResponse | None:
        route = self._route(req.body)
        if route is None:
            await next()
            return None
        with self._courtesy.answering():
            reply = await route(req.body)
        # Bolt would write it by the library, in ten times the time.
        return BoltResponse(
            status=reply.status, body=to_json(reply.body) if reply.body is not None else ""
        )

    def _route(self, body: Any) -> Callable[[Any], Awaitable[Reply]] | None:
        kind = body.get("type")
        if isinstance(kind, str):
            return self._routes.get(kind)
        return self._command if "command" in body else None


async def ask_for_a_line(client: AsyncWebClient, token: str) -> str:
    """The address of a connection. Raises TokenRefused where only another token helps, and
    otherwise what the client raises."""
    try:
        answer = await client.apps_connections_open(app_token=token)
    except SlackApiError as refused:
        error = error_word(refused)
        if error in REFUSED_TOKEN:
            raise TokenRefused("SLACK_APP_TOKEN", error) from None
        raise
    return str(answer["url"])


async def open_line(client: AsyncWebClient, token: str) -> str | None:
    """The same, or None where Slack gave none: who runs asks again. Raises TokenRefused: the client
    by itself would try a wrong token for ever."""
    try:
        return await ask_for_a_line(client, token)
    except SlackApiError:
        pass  # the client tries again, and says what it hears
    except NO_ANSWER as fault:
        log.warning("slack_not_reached", fault=type(fault).__name__)
    return None


async def dispatch(app: AsyncApp, payload: dict[str, Any]) -> BoltResponse:
    """A verified HTTP request through Bolt. It comes as from Socket Mode, already read: Bolt's own
    reader takes half a millisecond for a form, and none of its headers concern us."""
    return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
