"""The router in front of a real desk, and what it would ask of Slack afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from desk.errors import Busy
from handlers.answer import OpenView, PublishHome, PushView, SayPrivately, Then, UpdateView, View
from handlers.router import Reply, Router
from tests.desk.office import Office


@dataclass
class Kept:
    """Takes the place of `Afterwards`: keeps the steps and asks Slack for nothing."""

    steps: list[Then] = field(default_factory=list)

    def start(self, steps: tuple[Then, ...], sorry: Then | None = None) -> None:
        self.steps += steps


@dataclass
class Lock:
    """A desk that can be made to fail: in commands, in questions, or in both."""

    office: Office
    commands: Exception | None = None
    questions: Exception | None = None

    async def handle(self, command: Any, *, once: str | None = None) -> Any:
        if self.commands:
            raise self.commands
        return await self.office.desk.handle(command, once=once)

    async def open(self, wish: Any, *, once: str | None = None) -> Any:
        if self.commands:
            raise self.commands
        return await self.office.desk.open(wish, once=once)

    async def ask(self, question: Any, *, by: str) -> Any:
        if self.questions:
            raise self.questions
        return await self.office.desk.ask(question, by=by)

    def is_busy(self) -> None:
        self.commands = self.questions = Busy()


class Front:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.lock = Lock(office)
        self.afterwards = Kept()
        self.router = Router(self.lock, self.afterwards)  # type: ignore[arg-type]

    async def sends(self, route: Callable[[Any], Awaitable[Reply]], body: Any) -> Reply:
        self.afterwards.steps.clear()
        return await route(body)

    async def action(self, body: Any) -> list[Then]:
        """What follows a click that was acknowledged."""
        reply = await self.sends(self.router.action, body)
        assert reply == Reply()
        return list(self.afterwards.steps)

    async def form(self, body: Any) -> Any:
        """The answer to a form: None where it closes."""
        reply = await self.sends(self.router.form, body)
        assert reply.status == 200
        return reply.body

    async def event(self, body: Any) -> Reply:
        return await self.sends(self.router.event, body)

    @property
    def step(self) -> Then:
        """The one thing asked of Slack."""
        (step,) = self.afterwards.steps
        return step

    @property
    def view(self) -> View:
        """The one view shown."""
        assert isinstance(self.step, OpenView | PushView | UpdateView | PublishHome)
        return self.step.view

    @property
    def said(self) -> str:
        """What was said privately, where the person acted."""
        step = self.step
        return step.text if isinstance(step, SayPrivately) else text_of(step.view)


def text_of(view: Any) -> str:
    """All that stands in a view or message."""
    match view:
        case dict():
            return " ".join(filter(None, (text_of(v) for k, v in view.items() if k in _SHOWN)))
        case list() | tuple():
            return " ".join(filter(None, map(text_of, view)))
        case str():
            return view
    return ""


_SHOWN = frozenset(
    {"text", "title", "blocks", "elements", "element", "label", "fields", "accessory", "hint"}
)


def block_ids(view: Any) -> list[str]:
    """The fields a form has, in order."""
    return [block["block_id"] for block in view["blocks"] if "block_id" in block]
