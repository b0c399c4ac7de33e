"""Whoever may send anything at all, may still do and see only what is theirs."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from blocks.drafts import Context
from blocks.ids import Action, Field
from handlers import moves, replies
from sandbox.delivery import DeliveryError, Parcel
from tests.journeys.mishaps import settled, stored
from tests.journeys.sights import PAUL, open_ticket
from tests.journeys.stage import Stage

SECRET = "It jams."  # in the description of the ticket that is not theirs
OUTSIDERS = {
    "a requester": "U01ZOE",
    "a technician of another team": "U01NOE",
    "somebody of another workspace": "U0STRANGER",
    "an empty name": " ",
    "the bot itself": "U01FRONTDESK",
    "the schedule": "system",
    "a person by number": "person:1",
    "a person by address": "paul.smith@meridien.example",
}
CLICKS = sorted({*moves.ACTIONS, *replies.ACTIONS} - {Action.TICKET_MORE})
FORMS = sorted({*moves.FORMS, *replies.FORMS})
TYPED = {
    Field.CODE: "assistance", Field.SOLUTION: "Done.", Field.REASON: "So.", Field.NOTE: "So.",
    Field.MESSAGE: "Hello.", Field.HOLD_REASON: "supplier", Field.TEAM: "2",
    Field.ASSIGNEE: "U01NOE", Field.DUPLICATE_OF: "R-000002",
}  # fmt: skip
READERS = {Action.TICKET_OPEN, Action.JOURNAL_SHOW}  # technicians of any team read every ticket


def around(user: str) -> dict[str, Any]:
    team = "T0ELSEWHERE" if user == "U0STRANGER" else "T01MERIDIEN"
    return {
        "team": {"id": team, "domain": "elsewhere"},
        "user": {"id": user, "username": "x", "name": "x", "team_id": team},
        "trigger_id": f"1.2.{user}",
    }


async def deliver(stage: Stage, parcel: Parcel) -> None:
    """Whether it is answered or refused as malformed."""
    with contextlib.suppress(DeliveryError):
        await stage.slack.courier.ask(parcel)


async def click(stage: Stage, user: str, action: str, value: str) -> None:
    used = {"action_id": action, "type": "button", "value": value, "action_ts": "1.5"}
    place = {"container": {"type": "message", "channel_id": "C01POSTES", "message_ts": "1.1"}}
    payload = {"type": "block_actions", **around(user), **place, "actions": [used]}
    await deliver(stage, Parcel("interactive", payload, action, user))


async def send(stage: Stage, user: str, form: str, metadata: str) -> None:
    values = {
        field: {"input": {"type": "plain_text_input", "value": v}} for field, v in TYPED.items()
    }
    blocks = [{"type": "input", "block_id": field, "element": {}} for field in TYPED]
    view = {
        "id": f"V{user}{form}", "callback_id": form, "type": "modal", "blocks": blocks,
        "private_metadata": metadata, "state": {"values": values},
    }  # fmt: skip
    payload = {"type": "view_submission", **around(user), "view": view}
    await deliver(stage, Parcel("interactive", payload, form, user))


def desk(stage: Stage) -> list[Any]:
    tables = ("tickets", "entries", "mails")
    kept = [stored(stage, f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    posted = len(stage.slack.traffic.of("chat.postMessage"))
    return [*kept, posted, {name: len(box) for name, box in stage.slack.mailboxes.boxes.items()}]


@pytest.fixture
async def anothers(stage: Stage) -> Stage:
    """Paul's ticket, in the workstations' queue."""
    await open_ticket(stage, stage.slack.person("pierre"), requester=PAUL)
    await settled(stage)
    return stage


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_a_click_on_anothers_ticket_changes_nothing(anothers: Stage, who: str) -> None:
    before = desk(anothers)

    for action in CLICKS:
        for value in ("1", "1:1", "1:2", "01", "999"):
            await click(anothers, OUTSIDERS[who], action, value)
    for action in moves.MENU:
        await click(anothers, OUTSIDERS[who], Action.TICKET_MORE, f"{action}:1")
    await settled(anothers)

    assert desk(anothers) == before


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_a_form_with_anothers_ticket_changes_nothing(anothers: Stage, who: str) -> None:
    before = desk(anothers)

    for form in FORMS:
        await send(anothers, OUTSIDERS[who], form, Context(1).encode())
        await send(anothers, OUTSIDERS[who], form, '{"ticket": 1, "entry": 1}')
    await settled(anothers)

    assert desk(anothers) == before


FORGED = [
    "", "null", "[]", "{", '{"ticket": "1"}', '{"ticket": null}', '{"ticket": -1}',
    '{"ticket": 1e400}', '{"ticket": [1]}', '{"ticket": {"a": 1}}',
    '{"ticket": 99999999999999999999999}', '{"__class__": "x"}', '{"ticket":' + "[" * 1000,
]  # fmt: skip


async def test_metadata_that_we_did_not_write_opens_nothing(anothers: Stage) -> None:
    before = desk(anothers)

    for form in FORMS:
        for metadata in FORGED:
            await send(anothers, "U01ZOE", form, metadata)
    await settled(anothers)

    assert desk(anothers) == before


async def test_a_requester_reads_nothing_of_anothers_ticket(anothers: Stage) -> None:
    views = ("views.open", "views.update", "views.push", "chat.postEphemeral")
    count = sum(len(anothers.slack.traffic.of(method)) for method in views)

    for action in (*CLICKS, *READERS):
        for value in ("1", "1:1", "1:2"):
            await click(anothers, "U01ZOE", action, value)
    await settled(anothers)

    calls = [call for method in views for call in anothers.slack.traffic.of(method)]
    shown = [call for call in calls if SECRET in str(call) and "U01ZOE" in str(call)]
    assert len(calls) > count
    assert shown == []
    assert SECRET not in str(anothers.slack.person("zoe").modals)
