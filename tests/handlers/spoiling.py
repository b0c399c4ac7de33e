"""One payload of every kind, and every way to spoil one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from blocks.drafts import Draft
from blocks.home import requester_home
from blocks.ids import Action, Shortcut
from blocks.move_forms import hold_form, reply_form
from blocks.ticket_form import ticket_form
from desk.lifecycle import Move
from handlers.payload import Called, Click, Happened, Reached, Spoken, Submission, Typing
from locales.translator import translator_for
from tests.desk.office import PAUL
from tests.facts import move_form_facts, new_ticket_facts
from tests.facts import requester_home as home_facts
from tests.handlers import payloads

EN = translator_for("en")
REPLY = reply_form(move_form_facts(Move.REPLY), EN)
HOLD = hold_form(move_form_facts(Move.HOLD), EN)
NEW = ticket_form(new_ticket_facts(), Draft(family=1, other=True), EN)
HOME = requester_home(home_facts(), EN)
NOTE = payloads.written("Roller", thread="1764000000.000100")

BODIES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "card": (Click.read, payloads.card_click(Action.TICKET_ASSIGN, "42")),
    "thread": (Click.read, payloads.thread_click(Action.REPLY_WITHDRAW, "42:7")),
    "overflow": (Click.read, payloads.overflow_click(Action.TICKET_MORE, "ticket.hold:42")),
    "modal": (Click.read, payloads.view_click(NEW, Action.FORM_FAMILY, option="1")),
    "home": (Click.read, payloads.view_click(HOME, Action.HOME_NEXT, ":1")),
    "form": (Submission.read, payloads.submission(REPLY, message="Hello")),
    "hold": (Submission.read, payloads.submission(HOLD, hold_reason="date", until="2026-12-01")),
    "new": (Submission.read, payloads.submission(NEW, tell_beneficiary=("yes",))),
    "typing": (Typing.read, payloads.typing(NEW, Action.FORM_REQUESTER, "smi")),
    "command": (Called.read, payloads.command("Printer jams")),
    "shortcut": (Reached.read, payloads.shortcut(Shortcut.TICKET_CREATE)),
    "message": (Reached.read, payloads.message_shortcut(Shortcut.TICKET_FROM_MESSAGE, NOTE)),
    "written": (Spoken.read, payloads.event(NOTE)),
    "broadcast": (Spoken.read, payloads.event(payloads.broadcast("Roller", parent="U0BOT"))),
    "edited": (Spoken.read, payloads.event(payloads.edited(NOTE, "Fuser"))),
    "deleted": (Spoken.read, payloads.event(payloads.deleted(NOTE))),
    "happened": (Happened.read, payloads.event({"type": "team_join", "user": {"id": PAUL}})),
}


def places_in(body: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside, to be spoiled."""
    keys = body.keys() if isinstance(body, dict) else range(len(body))
    found = []
    for key in keys:
        found.append((*above, key))
        if isinstance(body[key], dict | list):
            found += places_in(body[key], (*above, key))
    return found


def spoiled(body: Any, place: tuple[Any, ...], by: Any, *, remove: bool) -> Any:
    copied = copy.deepcopy(body)
    inside = copied
    for key in place[:-1]:
        inside = inside[key]
    if remove:
        del inside[place[-1]]
    else:
        inside[place[-1]] = by
    return copied
