"""Requests of the browser: who acts, what they name, and refusals as sentences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.delivery import DeliveryError
from sandbox.inputs import Gone, NotOnScreen
from sandbox.interactions import Place
from sandbox.mailboxes import MailRefused
from sandbox.modals import View
from sandbox.slack import Slack
from sandbox.world import Channel, Message
from sandbox.world import Person as Profile

Json = dict[str, Any]


class Refused(Exception):
    """The browser asked for something that is not there or not allowed."""


class Ask:
    """The fields of one request, each turned into the thing it names."""

    def __init__(self, slack: Slack, fields: Json) -> None:
        self.slack = slack
        self.fields = fields

    def text(self, name: str, default: str | None = None) -> str:
        value = self.fields.get(name, default)
        if value is None:
            raise Refused(f"the field {name} is missing")
        return str(value)

    @property
    def me(self) -> Profile:
        person = self.slack.world.find_person(self.text("as"))
        if person is None:
            raise Refused(f"there is nobody called {self.text('as')}")
        if not person.in_slack:
            raise Refused(f"{person.name} has a mailbox but no Slack")
        return person

    @property
    def channel(self) -> Channel:
        key = self.text("channel")
        channel = self.slack.world.find_channel(key)
        hidden = channel and channel.kind != "channel" and self.me.id not in channel.members
        if channel is None or hidden:
            raise Refused(f"there is no channel {key} for {self.me.name}")
        return channel

    @property
    def message(self) -> Message:
        return self._message(self.channel, self.text("ts"))

    def view(self, view_id: str) -> View:
        view = self.slack.workspace.views.find(view_id)
        if view is None or view.user != self.me.id:
            raise Refused("this form is no longer open")
        return view

    @property
    def place(self) -> Place:
        where = self.fields.get("where") or {}
        kind = where.get("type")
        if kind == "view":
            return Place(view=self.view(str(where.get("view_id"))))
        if kind == "home":
            home = self.slack.workspace.views.homes.get(self.me.id)
            if home is None:
                raise Refused("the home is empty")
            return Place(view=home)
        if kind == "message":
            channel = self.slack.world.find_channel(str(where.get("channel")))
            if channel is None:
                raise Refused("there is no such channel")
            return Place(message=self._message(channel, str(where.get("ts"))))
        raise Refused("where must be a message, a view or home")

    def _message(self, channel: Channel, ts: str) -> Message:
        mine = (m for m in channel.ephemerals if m.ephemeral_to == self.me.id and m.ts == ts)
        message = channel.message(ts) or next(mine, None)
        if message is None:
            raise Refused("this message is no longer there")
        return message


Task = Callable[[Ask], Awaitable[Json | list[Any]]]


def route(slack: Slack, task: Task) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A JSON route: fields in, the task's answer out, refusals as sentences."""

    async def answer(request: web.Request) -> web.Response:
        fields: Json = dict(request.query)
        try:
            if request.method == "POST":
                fields |= await request.json()
            return web.json_response(await task(Ask(slack, fields)))
        except DeliveryError as silent:
            refusal = {"ok": False, "error": silent.reason, "sentence": silent.sentence}
            return web.json_response(refusal, status=424)
        except MailRefused as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        except Gone as gone:
            return web.json_response(
                {"ok": False, "error": "gone", "sentence": str(gone)}, status=409
            )
        except (Refused, NotOnScreen, LookupError, TypeError, ValueError) as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)

    return answer
