"""Somebody quicker than we are: what they do in a form is answered in the order they did it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from blocks.drafts import Draft
from blocks.ids import YES, Action
from desk.ask_queue import NewTicketForm
from handlers.answer import UpdateView
from handlers.turns import Turns
from tests.desk.office import PAUL, PIERRE
from tests.handlers import payloads
from tests.handlers.front import Front


async def test_the_last_thing_done_in_a_form_is_drawn_last(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    await front.sends(front.router.command, payloads.command("", PIERRE))
    form = front.view
    ask, asked = front.lock.ask, []

    async def slow_at_first(question: Any, *, by: str) -> Any:
        if isinstance(question, NewTicketForm):
            asked.append(question)
            await asyncio.sleep(0.1 if len(asked) == 1 else 0)
        return await ask(question, by=by)

    monkeypatch.setattr(front.lock, "ask", slow_at_first)
    front.afterwards.steps.clear()
    requester = payloads.view_click(form, Action.FORM_REQUESTER, option=PAUL, requester=PAUL)
    for_another = payloads.view_click(form, Action.FORM_OTHER, requester=PAUL, other=[YES])
    for_another["view"]["id"] = requester["view"]["id"]

    await asyncio.gather(front.router.action(requester), front.router.action(for_another))

    drawn = [step for step in front.afterwards.steps if isinstance(step, UpdateView)]
    drafts = [Draft.decode(str(step.view["private_metadata"])) for step in drawn]
    assert [(draft.requester, draft.other) for draft in drafts] == [(PAUL, False), (PAUL, True)]


async def test_views_do_not_wait_for_each_other() -> None:
    turns = Turns()
    done = []

    async def use(view: str, seconds: float) -> None:
        async with turns.of(view):
            await asyncio.sleep(seconds)
            done.append(view)

    await asyncio.gather(use("one", 0.1), use("two", 0), use("", 0))

    assert done == ["two", "", "one"]


async def test_a_use_that_fails_lets_the_next_one_in() -> None:
    turns = Turns()

    with pytest.raises(ValueError, match="broken"):
        async with turns.of("one"):
            raise ValueError("broken")

    async with asyncio.timeout(1), turns.of("one"):
        pass
