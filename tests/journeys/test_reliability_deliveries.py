"""Slack delivers some things several times, some late, and some while we cannot take them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox.delivery import Ack, Parcel
from sandbox.person import Person
from sandbox.traffic import Record
from storage import patience
from tests.journeys.mishaps import (
    cards,
    database_locked,
    filled_form,
    settled,
    soon,
    stored,
    submission,
)
from tests.journeys.sights import PAUL, lines, open_ticket, shown
from tests.journeys.stage import Stage, a_stage

DOORS = pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])


@DOORS
async def test_a_form_sent_five_times_at_once_opens_one_ticket(
    tmp_path: Path, database_url: str, over_http: bool
) -> None:
    async with a_stage(tmp_path, over_http=over_http, DATABASE_URL=database_url) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        await filled_form(stage, pierre, requester=PAUL, subject="Printer")
        parcel = submission(stage, pierre)

        answers = await asyncio.gather(*(slack.courier.ask(parcel) for _ in range(5)))

        assert len({_reference(answer) for answer in answers}) == 1
        assert stored(stage, "SELECT count(*) FROM tickets") == [(1,)]
        await settled(stage)
        assert len(cards(pierre, "support-postes", "R-0000")) == 1
        assert len(slack.mailbox("paul")) == 1


@DOORS
async def test_a_click_delivered_twice_counts_once(
    tmp_path: Path, database_url: str, over_http: bool
) -> None:
    async with a_stage(tmp_path, over_http=over_http, DATABASE_URL=database_url) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        slack.deliver_twice()

        await pierre.press("ticket.assign", on=posted)

        assert len(slack.traffic.of("block_actions ticket.assign")) == 2
        await settled(stage)
        assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'assigned'") == [(1,)]
        assert pierre.ephemerals == []


@DOORS
async def test_a_message_delivered_eleven_times_is_one_note(
    tmp_path: Path, database_url: str, over_http: bool
) -> None:
    async with a_stage(tmp_path, over_http=over_http, DATABASE_URL=database_url) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        said = await pierre.say("support-postes", "Roller worn.", thread_ts=posted)
        await soon(slack, lambda: said.reactions.get("memo"))
        first = _heard_from(stage, pierre)[0].request
        again = [_as_event(first, f"Ev{number}") for number in range(10)]

        heard = await asyncio.gather(*(slack.courier.tell(parcel) for parcel in again))

        assert heard == [True] * 10
        await settled(stage)
        assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'note'") == [(1,)]
        assert len(said.reactions["memo"]) == 1


@DOORS
async def test_an_event_we_could_not_store_is_taken_when_slack_brings_it_again(
    tmp_path: Path, database_url: str, over_http: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    async with a_stage(tmp_path, over_http=over_http, DATABASE_URL=database_url) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        await settled(stage)
        slack.courier.patience = 1.0
        slack.courier.retry_delays = (0.1,) * 50

        with database_locked(stage):
            said = await pierre.say("support-postes", "Roller worn.", thread_ts=posted)
            await soon(slack, lambda: _heard_from(stage, pierre))
            assert "memo" not in said.reactions

        await soon(slack, lambda: said.reactions.get("memo"))
        await slack.courier.settle()
        deliveries = _heard_from(stage, pierre)
        assert deliveries[0].status != 200
        assert deliveries[-1].request["retry"] == len(deliveries) - 1
        assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'note'") == [(1,)]


async def test_a_form_we_could_not_store_keeps_its_text_and_can_be_sent_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.courier.patience = 30.0
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")

    with database_locked(stage):
        errors = await pierre.submit()

    said = "".join(errors.values())
    assert "please try again" in said
    assert "veuillez réessayer" in said
    assert await pierre.submit() == {}
    assert "R-000001" in shown(pierre.modal)
    await soon(slack, lambda: slack.mailbox("paul"))


async def test_a_click_we_could_not_store_is_told_to_the_person_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.courier.patience = 30.0
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)

    with database_locked(stage):
        await pierre.press("ticket.assign", on=posted)

    await soon(slack, lambda: pierre.ephemerals)
    assert "please try again" in pierre.ephemerals[-1].text
    assert stored(stage, "SELECT state FROM tickets") == [("new",)]


async def test_a_connection_that_breaks_costs_no_message(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.courier.retry_delays = (0.2,) * 50
    posted = await open_ticket(stage, pierre, requester=PAUL)

    slack.drop_socket()
    first = await pierre.say("support-postes", "Said while nobody listened.", thread_ts=posted)
    await soon(slack, lambda: first.reactions.get("memo"))
    await slack.refresh_socket()
    second = await pierre.say("support-postes", "Said while changing lines.", thread_ts=posted)
    await soon(slack, lambda: second.reactions.get("memo"))

    await settled(stage)
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'note'") == [(2,)]
    assert "Said while" not in lines(pierre, posted).replace(shown(first), "").replace(
        shown(second), ""
    )


def _reference(answer: Ack) -> str:
    """The ticket that the answer to a form tells of."""
    text = str(answer.body)
    start = text.index("R-")
    return text[start : start + len("R-000001")]


def _heard_from(stage: Stage, person: Person) -> list[Record]:
    """Deliveries of what this person wrote, oldest first."""
    return [r for r in stage.slack.traffic.of("event message") if r.who == person.id]


def _as_event(payload: dict[str, object], event_id: str) -> Parcel:
    again = {key: value for key, value in payload.items() if key != "retry"}
    return Parcel("events_api", {**again, "event_id": event_id}, "event message again")
