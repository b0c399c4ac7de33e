"""One dictionary from id to handler for each kind of thing that Slack sends.

Bolt passes everything on by its kind (`bot/slack.py`); matching stays constant however many ids
there are, and the consistency test reads these dictionaries.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from blocks.drafts import Unreadable
from blocks.ids import RETIRED, Action
from desk.ask_queue import Viewer
from desk.errors import Busy, DeskError
from desk.people import Actor
from desk.service import Desk
from handlers import (
    errors,
    held_mail,
    home,
    mail_queue,
    moves,
    notes,
    people,
    people_on_ticket,
    replies,
    search,
    tickets,
)
from handlers.afterwards import Afterwards
from handlers.answer import Answer
from handlers.context import Context, Handler, Table
from handlers.payload import (
    Body,
    Called,
    Click,
    Happened,
    Malformed,
    Reached,
    Spoken,
    Submission,
    Typing,
)
from handlers.turns import Turns
from locales.translator import translator_for

log = structlog.get_logger(__name__)

COMMANDS: Table = {**tickets.COMMANDS}
SHORTCUTS: Table = {**tickets.SHORTCUTS}
ACTIONS: Table = {
    **tickets.ACTIONS,
    **moves.ACTIONS,
    **replies.ACTIONS,
    **home.ACTIONS,
    **search.ACTIONS,
    **people_on_ticket.ACTIONS,
    **mail_queue.ACTIONS,
    **held_mail.ACTIONS,
}
FORMS: Table = {
    **tickets.FORMS,
    **moves.FORMS,
    **replies.FORMS,
    **search.FORMS,
    **mail_queue.FORMS,
    **people_on_ticket.FORMS,
}
OPTIONS: Table = {**tickets.OPTIONS, **people_on_ticket.OPTIONS}
EVENTS: Table = {**home.EVENTS, **people.EVENTS}
MESSAGES: Table = {**notes.MESSAGES}
ANSWER = 2.6  # seconds: Slack waits three, and the way to it takes some
SLACK_ID = re.compile(r"[UW]\w{0,50}", re.ASCII)
UNANSWERED = frozenset({Action.INPUT})  # inputs that nothing else depends on


@dataclass(frozen=True)
class Reply:
    """What Bolt is to send back: an HTTP status and a JSON body."""

    status: int = 200
    body: Any = None


class Router:
    """Reads a payload, finds its handler, answers, and turns refusals into words."""

    def __init__(self, desk: Desk, afterwards: Afterwards) -> None:
        self._desk = desk
        self._afterwards = afterwards
        self._turns = Turns()

    async def command(self, body: Body) -> Reply:
        return await self._route("command", body, Called.read, lambda c: COMMANDS.get(c.command))

    async def shortcut(self, body: Body) -> Reply:
        return await self._route(
            "shortcut", body, Reached.read, lambda s: SHORTCUTS.get(s.shortcut)
        )

    async def action(self, body: Body) -> Reply:
        return await self._route("action", body, Click.read, lambda c: ACTIONS.get(c.action))

    async def form(self, body: Body) -> Reply:
        return await self._route("form", body, Submission.read, lambda s: FORMS.get(s.form))

    async def options(self, body: Body) -> Reply:
        return await self._route("options", body, Typing.read, lambda s: OPTIONS.get(s.action))

    async def event(self, body: Body) -> Reply:
        event = body.get("event")
        if isinstance(event, Mapping) and event.get("type") == "message":
            return await self._route("event", body, Spoken.read, lambda s: MESSAGES.get(s.what))
        return await self._route("event", body, Happened.read, lambda e: EVENTS.get(e.kind))

    async def closed(self, body: Body) -> Reply:
        """A form was left. Nothing changes, by design."""
        return Reply()

    async def _route(
        self,
        kind: str,
        body: Body,
        read: Callable[[Body], Any],
        find: Callable[[Any], Handler | None],
    ) -> Reply:
        try:
            asked = _of_slack(read(body))
        except Malformed as fault:
            log.warning("payload_malformed", kind=kind, what=str(fault))
            return Reply(400)
        handler = find(asked)
        if handler is None and (kind == "event" or getattr(asked, "action", "") in UNANSWERED):
            return Reply()
        view = asked.view if isinstance(asked, Click) else ""
        try:
            async with asyncio.timeout(ANSWER), self._turns.of(view):
                return await self._answer(kind, asked, handler)
        except TimeoutError:
            # It may still be stored, when the database answers at last: its once key knows it then.
            log.warning("answer_late", kind=kind)
            return self._reply(errors.busy(asked), asked)

    async def _answer(self, kind: str, asked: Any, handler: Handler | None) -> Reply:
        try:
            context = await self._context(asked.user)
            if handler is None:
                log.warning("id_unknown", kind=kind, retired=_retired(asked))
                answer = errors.out_of_date(asked, context)
            else:
                answer = await self._answered(handler, asked, context)
        except (Malformed, Unreadable) as fault:
            log.warning("payload_malformed", kind=kind, what=str(fault))
            return Reply(400)
        except Busy:
            answer = errors.busy(asked)
        except Exception:
            log.exception("handler_failed", kind=kind)
            answer = errors.busy(asked)
        return self._reply(answer, asked)

    def _reply(self, answer: Answer, asked: Any) -> Reply:
        if answer.then:
            self._afterwards.start(answer.then, errors.not_opened(asked))
        return Reply(503 if answer.retry else 200, answer.ack)

    async def _context(self, user: str) -> Context:
        if not user:
            return Context(self._desk, translator_for("en"), None)
        viewer: Actor = await self._desk.ask(Viewer(), by=user)
        return Context(self._desk, translator_for(viewer.person.language), viewer)

    async def _answered(self, handler: Handler, asked: Any, context: Context) -> Answer:
        try:
            return await handler(asked, context)
        except DeskError as refusal:
            log.info("declined", refusal=type(refusal).__name__, by=asked.user)
            return errors.refused(refusal, asked, context)


def _of_slack(asked: Any) -> Any:
    """Other handles of the desk (addresses, numbers, the schedule's own) are nobody's in Slack."""
    if asked.user and not SLACK_ID.fullmatch(asked.user):
        raise Malformed("user")
    return asked


def _retired(asked: Any) -> bool:
    return getattr(asked, "action", "") in RETIRED
