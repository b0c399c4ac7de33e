"""Several people at once, notes that stay inside, and a ticket that changes hands."""

from __future__ import annotations

import asyncio

import pytest

from bot import arrivals, endings
from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import cards, raw_mails, settled, soon, stored
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage


async def test_of_two_technicians_who_claim_at_once_one_wins_and_the_other_is_told_who(
    any_stage: Stage,
) -> None:
    slack = any_stage.slack
    pierre, camille = slack.person("pierre"), slack.person("camille")
    posted = await open_ticket(any_stage, pierre, requester=PAUL)

    await asyncio.gather(*(p.press("ticket.assign", on=posted) for p in (pierre, camille)))

    await soon(slack, lambda: "Assigné à" in shown(card(pierre, "support-postes", "R-000001")))
    await settled(any_stage)
    names = {"Durand Pierre": pierre, "Camille Lefèvre": camille}
    winners = [n for n in names if n in shown(card(pierre, "support-postes", "R-000001"))]
    assert len(winners) == 1
    (loser,) = (person for name, person in names.items() if name != winners[0])
    await soon(slack, lambda: loser.ephemerals)
    assert winners[0] in loser.ephemerals[-1].text
    assert names[winners[0]].ephemerals == []
    assert lines(pierre, posted).count("Assigné à") == 1


async def test_who_presses_assign_twice_is_told_nothing(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)

    await asyncio.gather(*(pierre.press("ticket.assign", on=posted) for _ in range(3)))

    await settled(stage)
    assert pierre.ephemerals == []
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'assigned'") == [(1,)]
    assert slack.traffic.of("chat.postEphemeral") == []


async def test_notes_are_recorded_with_every_change_and_leave_the_team_never(
    stage: Stage,
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)

    kept = await pierre.say("support-postes", "He dropped it xyzzy-1.", thread_ts=posted)
    gone = await pierre.say("support-postes", "Ask his boss xyzzy-2.", thread_ts=posted)
    await soon(slack, lambda: kept.reactions.get("memo") and gone.reactions.get("memo"))
    await pierre.edit(kept, "He dropped it twice xyzzy-3.")
    await soon(slack, lambda: "xyzzy-3" in _from_bot(pierre, posted))
    await pierre.delete(gone)
    await soon(slack, lambda: "supprimée" in _from_bot(pierre, posted))
    await _resolve(stage, pierre, posted, "New roller.")

    await soon(slack, lambda: any("New roller." in m for m in raw_mails(slack)))
    await settled(stage)
    kinds = [kind for (kind,) in stored(stage, "SELECT kind FROM entries ORDER BY id")]
    assert kinds == ["opened", "note", "note", "note_edited", "note_deleted", "resolved"]
    assert not any("xyzzy" in mail for mail in raw_mails(slack))
    assert "xyzzy" not in await _all_that_paul_sees(stage)


async def test_a_note_of_somebody_outside_the_team_is_kept_and_they_are_told_privately(
    stage: Stage,
) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await paul.join("support-postes")

    said = await paul.say("support-postes", "Any news? xyzzy", thread_ts=posted)

    await soon(slack, lambda: paul.ephemerals)
    hint = paul.ephemerals[-1]
    assert hint.thread_ts == posted.ts
    assert "ticket.answer" in shown(hint)
    assert pierre.ephemerals == []
    await soon(slack, lambda: said.reactions.get("memo"))
    facts = stored(stage, "SELECT facts FROM entries WHERE kind = 'note'")
    assert "outsider" in str(facts)
    await settled(stage)
    assert not any("xyzzy" in mail for mail in raw_mails(slack))

    await paul.press("ticket.answer", on=hint)
    await soon(slack, lambda: paul.modal)
    await paul.fill({"message": "Any news, please?"})
    assert await paul.submit() == {}
    await soon(slack, lambda: "Any news, please?" in _from_bot(pierre, posted))


async def test_the_bots_own_lines_and_other_threads_are_no_notes(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await pierre.press("ticket.assign", on=posted)
    other = await pierre.say("support-postes", "Lunch?")
    await pierre.say("support-postes", "Yes!", thread_ts=other)
    await pierre.say("support-postes", "Not in a thread.")

    await slack.courier.settle()
    await settled(stage)

    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'note'") == [(0,)]


async def test_a_transferred_ticket_leaves_a_line_and_its_old_thread_is_still_heard(
    stage: Stage,
) -> None:
    slack, pierre, noe = stage.slack, stage.slack.person("pierre"), stage.slack.person("noe")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)

    await _transfer(stage, pierre, posted, "Réseau", "It is the switch.")

    new = await soon(slack, lambda: card(noe, "support-reseau", "R-000001"))
    assert isinstance(new, Message)
    await settled(stage)
    left = card(pierre, "support-postes", "R-000001")
    assert left is not None
    assert left.ts == posted.ts
    assert "Transféré" in shown(left)
    assert "ticket." not in shown(left)
    assert len(left.blocks) == 1
    assert "ticket.assign" in shown(new)
    assert "journal.show" in _thread(noe, "support-reseau", new)

    late = await pierre.say("support-postes", "Port 7, by the way.", thread_ts=posted)
    await soon(slack, lambda: late.reactions.get("memo"))
    await soon(slack, lambda: "Port 7" in _thread(noe, "support-reseau", new))

    await settled(stage)
    assert len(cards(noe, "support-reseau", "R-000001")) == 1
    assert not any("Port 7" in mail or "the switch" in mail for mail in raw_mails(slack))


@pytest.mark.parametrize("trouble", ["drop_after", 500])
async def test_a_transfer_cut_off_at_its_card_makes_one_card(
    stage: Stage, trouble: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(endings, "SETTLING", 0.1)
    monkeypatch.setattr(arrivals, "SETTLED", 0.3)
    slack, pierre, noe = stage.slack, stage.slack.person("pierre"), stage.slack.person("noe")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    slack.faults.add("chat.postMessage", trouble)
    slack.faults.add("chat.update", 429, retry_after=1)

    await _transfer(stage, pierre, posted, "Réseau", "")

    await soon(slack, lambda: card(noe, "support-reseau", "R-000001"))
    await settled(stage)
    assert len(cards(noe, "support-reseau", "R-000001")) == 1
    assert "ticket." not in shown(card(pierre, "support-postes", "R-000001"))


async def _transfer(stage: Stage, by: Person, posted: Message, team: str, note: str) -> None:
    await by.press("ticket.more", on=posted, value="ticket.transfer:1")
    await soon(stage.slack, lambda: by.modal)
    await by.fill({"team": team, "note": note} if note else {"team": team})
    assert await by.submit() == {}


async def _resolve(stage: Stage, by: Person, posted: Message, solution: str) -> None:
    await by.press("ticket.resolve", on=posted)
    await soon(stage.slack, lambda: by.modal)
    await by.fill({"code": "Assistance", "solution": solution})
    assert await by.submit() == {}


async def _all_that_paul_sees(stage: Stage) -> str:
    paul = stage.slack.person("paul")
    await paul.open_home()
    await soon(stage.slack, lambda: paul.home)
    seen = shown(paul.home)
    await paul.command("/ticket", "R-000001")
    await soon(stage.slack, lambda: "R-000001" in shown(paul.modal))
    return seen + shown(paul.modal) + "".join(map(shown, paul.dms))


def _thread(person: Person, channel: str, posted: Message) -> str:
    return "\n".join(shown(m) for m in person.thread(channel, posted))


def _from_bot(person: Person, posted: Message) -> str:
    """What the bot wrote in the thread."""
    thread = person.thread("support-postes", posted)
    return "\n".join(shown(m) for m in thread if m.by_app)
