"""Slack is slow, refuses, or falls silent after the work: everything appears, and once."""

from __future__ import annotations

import asyncio

import pytest

from bot import arrivals, endings, slack_calls
from handlers import afterwards
from tests.journeys.mishaps import (
    LONG,
    cards,
    database_locked,
    filled_form,
    settled,
    soon,
    stored,
)
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(endings, "SETTLING", 0.2)
    monkeypatch.setattr(arrivals, "CALL", 1.0)
    monkeypatch.setattr(arrivals, "SETTLED", 0.3)


EVERY_WAY = pytest.mark.parametrize(
    "trouble",
    ["timeout_after", "drop_after", "drop_before", 500, "fatal_error"],
)


def _go_wrong(stage: Stage, method: str, trouble: int | str, times: int = 1) -> None:
    if trouble == "fatal_error":
        stage.slack.faults.add(method, error=trouble, times=times)
    else:
        stage.slack.faults.add(method, trouble, times=times)


async def test_what_slack_acknowledged_is_stored_although_slack_answers_nothing_any_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "CALL", LONG)
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    slack.faults.add("*", "timeout_after", times=1000)

    errors = await pierre.submit()

    assert errors == {}
    assert stored(stage, "SELECT subject FROM tickets") == [("Printer",)]
    assert slack.traffic.of("chat.postMessage") == []  # hangs: nothing came back so far
    slack.faults.clear()


async def test_nothing_is_acknowledged_before_it_is_stored(stage: Stage) -> None:
    pierre = stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")

    with database_locked(stage):
        sending = asyncio.create_task(pierre.submit())
        done, _ = await asyncio.wait({sending}, timeout=0.3)
        assert not done

    assert await sending == {}
    assert stored(stage, "SELECT subject FROM tickets") == [("Printer",)]


async def test_a_form_that_opens_slowly_keeps_no_click_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afterwards, "OPENING", 0.3)
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.faults.add("views.open", "timeout_after", times=1)

    await pierre.command("/ticket", "", channel="support-postes")
    await soon(slack, lambda: slack.traffic.of("command /ticket"))

    assert slack.traffic.of("command /ticket")[0].status == 200
    await pierre.command("/ticket", "Second", channel="support-postes")
    await soon(slack, lambda: "Second" in shown(pierre.modal))


@EVERY_WAY
async def test_a_card_cut_off_on_its_way_appears_once(stage: Stage, trouble: int | str) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    _go_wrong(stage, "chat.postMessage", trouble)

    assert await pierre.submit() == {}

    await settled(stage)
    assert len(cards(pierre, "support-postes", "Printer")) == 1
    assert len(slack.mailbox("paul")) == 1
    assert _stuck(stage) == []


@EVERY_WAY
async def test_a_line_of_the_thread_cut_off_on_its_way_appears_once(
    stage: Stage, trouble: int | str
) -> None:
    pierre = stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    before = len(pierre.thread("support-postes", posted))
    _go_wrong(stage, "chat.postMessage", trouble)

    await pierre.press("ticket.assign", on=posted)

    await settled(stage)
    assert len(pierre.thread("support-postes", posted)) == before + 1
    assert _stuck(stage) == []


async def test_a_card_found_again_shows_what_happened_meanwhile(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "SETTLING", 1.0)
    pierre = stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    _go_wrong(stage, "chat.postMessage", "drop_after")
    assert await pierre.submit() == {}
    posted = await soon(stage.slack, lambda: card(pierre, "support-postes", "Printer"))

    await pierre.press("ticket.assign", on=posted)

    await settled(stage)
    assert "Assigné à" in shown(card(pierre, "support-postes", "Printer"))
    assert len(cards(pierre, "support-postes", "Printer")) == 1


async def test_a_post_lost_several_times_in_different_ways_appears_once(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    _go_wrong(stage, "chat.postMessage", "drop_before")
    _go_wrong(stage, "chat.postMessage", 500)
    _go_wrong(stage, "chat.postMessage", "drop_after")
    _go_wrong(stage, "conversations.history", 500, times=2)
    slack.faults.add("conversations.history", 429, retry_after=1)

    assert await pierre.submit() == {}

    await settled(stage)
    assert len(cards(pierre, "support-postes", "Printer")) == 1


async def test_an_edit_cut_off_on_its_way_is_made_after_all(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    for trouble in ("drop_before", 500, "timeout_after"):
        _go_wrong(stage, "chat.update", trouble)

    await pierre.press("ticket.assign", on=posted)

    await settled(stage)
    assert "Pierre Durand" in shown(posted) or "Durand Pierre" in shown(posted)
    assert slack.faults.waiting == []


async def test_slacks_pause_is_kept_to(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    slack.faults.add("chat.postMessage", 429, retry_after=2)

    assert await pierre.submit() == {}

    await settled(stage)
    posts = slack.traffic.of("chat.postMessage")
    assert [post.status for post in posts[:2]] == [429, 200]
    assert posts[1].at - posts[0].at >= 1.9
    assert len(cards(pierre, "support-postes", "Printer")) == 1


async def test_a_pause_in_one_channel_holds_no_other_channel_up(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.faults.add("chat.postMessage", 429, retry_after=3600)
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    assert await pierre.submit() == {}
    await soon(slack, lambda: slack.traffic.of("chat.postMessage"))
    await filled_form(stage, pierre, requester=PAUL, subject="Wi-Fi")
    await pierre.fill({"family": "Réseau et téléphonie"})
    await soon(slack, lambda: "service" in shown(pierre.modal))

    assert await pierre.submit() == {}

    await soon(slack, lambda: card(slack.person("noe"), "support-reseau", "Wi-Fi"))
    assert cards(pierre, "support-postes", "Printer") == []


async def test_a_card_that_somebody_deleted_is_posted_again(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    place = slack.channel("support-postes")
    place.messages[:] = [m for m in place.messages if m.ts != posted.ts]

    await pierre.press("ticket.assign", on=posted)

    again = await soon(slack, lambda: card(pierre, "support-postes", "R-000001"))
    await settled(stage)
    assert again is not None
    assert again.ts != posted.ts
    assert "→" in lines(pierre, again)
    assert len(cards(pierre, "support-postes", "R-000001")) == 1


async def test_cards_wait_for_a_channel_the_bot_is_not_in_and_come_when_it_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(slack_calls.WAITING_FOR_SETUP, "not_in_channel", 0.2)
    monkeypatch.setitem(slack_calls.WAITING_FOR_SETUP, "channel_not_found", 0.2)
    slack, pierre = stage.slack, stage.slack.person("pierre")
    channel = slack.channel("support-postes")
    bot_user = slack.world.app.user_id
    channel.members.remove(bot_user)
    slack.faults.add("chat.postMessage", error="channel_not_found", times=2)
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")

    assert await pierre.submit() == {}

    refused = "chat.postMessage"
    await soon(slack, lambda: len(slack.traffic.of(refused)) > 3)
    assert cards(pierre, "support-postes", "Printer") == []
    assert len(slack.mailbox("paul")) == 1  # nobody's mail waits for a channel
    channel.members.append(bot_user)
    await soon(slack, lambda: card(pierre, "support-postes", "Printer"))
    await settled(stage)
    assert len(cards(pierre, "support-postes", "Printer")) == 1


async def test_what_slack_will_never_take_is_kept_and_holds_nothing_else_up(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    slack.faults.add("chat.update", error="invalid_blocks")

    await pierre.press("ticket.assign", on=posted)

    await settled(stage)
    assert [row[1] for row in _stuck(stage)] == ["refused"]
    assert "→" in lines(pierre, posted)
    told = " ".join(m.text for m in slack.channel("frontdesk-admin").messages)
    assert "R-000001" in told
    assert "invalid_blocks" in told


def _stuck(stage: Stage) -> list[tuple[object, ...]]:
    return stored(stage, "SELECT key, state FROM outbox WHERE state IN ('refused', 'uncertain')")
