"""What a handler answers: how to acknowledge, and what Slack is asked for afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

View = Mapping[str, Any]


@dataclass(frozen=True)
class OpenView:
    """A modal, while the trigger lives (three seconds)."""

    trigger: str
    view: View


@dataclass(frozen=True)
class PushView:
    """A modal on top of the one that is open."""

    trigger: str
    view: View


@dataclass(frozen=True)
class UpdateView:
    """The open modal changes, unless it changed meanwhile (`hash`; "" means whatever it is)."""

    view_id: str
    view: View
    hash: str = ""


@dataclass(frozen=True)
class PublishHome:
    user: str
    view: View


@dataclass(frozen=True)
class SayPrivately:
    """A sentence only this person sees, where they acted."""

    channel: str
    user: str
    text: str
    thread: str = ""


@dataclass(frozen=True)
class SayDirectly:
    """A sentence in the person's conversation with us, where they acted in no channel."""

    user: str
    text: str


Then = OpenView | PushView | UpdateView | PublishHome | SayPrivately | SayDirectly


@dataclass(frozen=True)
class Answer:
    """`ack` is the body of the acknowledgement; `then` runs after it was sent.

    `retry` asks Slack to deliver an event again.
    """

    ack: Mapping[str, Any] | None = None
    then: tuple[Then, ...] = ()
    retry: bool = False


def then(*steps: Then) -> Answer:
    return Answer(then=steps)
