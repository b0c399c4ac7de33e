"""Ways to a new ticket: the command, the shortcuts, App Home."""

from __future__ import annotations

import pytest

from blocks.drafts import Draft
from blocks.ids import Action, Form, Shortcut
from desk.open_ticket import LONGEST_SUBJECT
from handlers.answer import OpenView
from tests.desk.office import MARIE, PAUL, PIERRE, Office
from tests.handlers import payloads
from tests.handlers.front import Front


async def test_the_command_opens_the_form(front: Front) -> None:
    body = payloads.command("")

    reply = await front.router.command(body)

    assert (reply.status, reply.body) == (200, None)
    assert isinstance(front.step, OpenView)
    assert front.step.trigger == body["trigger_id"]
    assert front.view["callback_id"] == Form.TICKET_NEW
    assert Draft.decode(front.view["private_metadata"]) == Draft(channel=payloads.CHANNEL)


async def test_what_follows_the_command_is_the_subject(front: Front) -> None:
    await front.router.command(payloads.command("Printer   jams\nagain" + "n" * 200))

    (subject,) = (b for b in front.view["blocks"] if b.get("block_id") == "subject")
    typed = subject["element"]["initial_value"]
    assert typed.startswith("Printer jams again")
    assert len(typed) == LONGEST_SUBJECT


@pytest.mark.parametrize("typed", ["R-000001", "r-1"])
async def test_a_reference_after_the_command_opens_its_ticket(
    front: Front, office: Office, typed: str
) -> None:
    await office.open()

    await front.router.command(payloads.command(typed))

    assert front.view["callback_id"] == Form.TICKET_PAGE


async def test_a_reference_of_nothing_is_answered_in_words(front: Front) -> None:
    reply = await front.router.command(payloads.command("R-77", PAUL))

    assert reply.body["response_type"] == "ephemeral"
    assert "R-000077" in reply.body["text"]
    assert front.afterwards.steps == []


@pytest.mark.parametrize("typed", ["help", "HELP", "aide", "?"])
async def test_help_is_for_who_asked(front: Front, typed: str) -> None:
    reply = await front.router.command(payloads.command(typed))
    requesters = await front.router.command(payloads.command(typed, PAUL))

    assert reply.body["response_type"] == requesters.body["response_type"] == "ephemeral"
    assert reply.body["text"]
    assert reply.body != requesters.body
    assert front.afterwards.steps == []


async def test_shortcut_and_app_home_open_the_form_too(front: Front) -> None:
    await front.router.shortcut(payloads.shortcut(Shortcut.TICKET_CREATE))
    by_shortcut = front.view
    await front.event(payloads.event({"type": "app_home_opened", "user": PIERRE, "tab": "home"}))
    await front.action(payloads.view_click(front.view, Action.HOME_NEW))

    assert by_shortcut["callback_id"] == front.view["callback_id"] == Form.TICKET_NEW


async def test_a_message_becomes_the_description_and_its_author_the_requester(
    front: Front,
) -> None:
    message = payloads.written(f"Jams, ask <@{MARIE}>", PAUL)
    message["blocks"][0]["elements"][0]["elements"] = [
        {"type": "text", "text": "Jams, ask "},
        {"type": "user", "user_id": MARIE},
        {"type": "user", "user_id": "U0NEVERSEEN"},
    ]

    await front.router.shortcut(payloads.message_shortcut(Shortcut.TICKET_FROM_MESSAGE, message))

    link = "https://meridien.slack.com/archives/C0POSTES/p1764000009000300"
    assert Draft.decode(front.view["private_metadata"]) == Draft(
        requester=PAUL, channel=payloads.CHANNEL, permalink=link
    )
    (described,) = (b for b in front.view["blocks"] if b.get("block_id") == "description")
    said = described["element"]["initial_value"]
    assert said == f"Jams, ask @Marie Curie@U0NEVERSEEN\n\n{link}"


async def test_who_is_no_technician_reports_a_message_for_themselves(
    front: Front, office: Office
) -> None:
    message = payloads.written("Jams", MARIE)
    await front.router.shortcut(
        payloads.message_shortcut(Shortcut.TICKET_FROM_MESSAGE, message, PAUL)
    )

    await front.form(payloads.submission(front.view, PAUL, subject="Printer jams"))

    assert (await office.ticket(1)).requester == await office.id_of(PAUL)
