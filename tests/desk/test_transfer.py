"""Transferring: the ticket starts afresh with another team, and its card moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.answer_ticket import AnswerTicket
from desk.ask_delivery import card_facts, thread_facts
from desk.assign_ticket import ClaimTicket
from desk.effects import OpenThread, RefreshCard, ShowEntry
from desk.errors import InvalidField, MoveNotAllowed, NotYours
from desk.journal import Kind
from desk.lifecycle import State
from desk.setting_up import LoadDesk
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from tests.desk.office import NOE, PAUL, PIERRE, Office, bring_to, the_house

WHY = Words.plain("It is the switch.")


async def test_a_transferred_ticket_is_new_and_nobodys_in_the_other_team(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    network = await office.team("reseau")
    await office.deliver()
    office.later()

    result = await office.does(TransferTicket(number, PIERRE, network, WHY))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.team, ticket.assignee) == (State.NEW, network, None)
    assert (entry.id, entry.kind, entry.words) == (result.entry, Kind.TRANSFERRED, WHY)
    assert not entry.is_public
    assert entry.facts == {
        "team": {"en": "Network", "fr": "Réseau"},
        "from_team": {"en": "Workstations", "fr": "Postes de travail"},
    }
    assert office.waiting() == [
        RefreshCard(number),
        OpenThread(number, network),
        ShowEntry(number, entry.id),
    ]


async def test_a_transfer_ends_a_hold(office: Office) -> None:
    number = await bring_to(office, State.PENDING)

    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))

    assert (await office.ticket(number)).hold is None


async def test_the_old_card_rests_until_the_new_one_comes(office: Office) -> None:
    number, old = await office.opened_with_card()
    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))

    between = await office.store.read(lambda tx: tx.cards.active(number))
    new = await office.post_card(number)

    all_cards = await office.store.read(lambda tx: tx.cards.of(number))
    assert between is None
    assert all_cards == (replace(old, active=False), new)
    assert new.channel == "C0RESEAU"


async def test_the_old_card_points_to_the_new_team_in_its_own_teams_language(
    office: Office,
) -> None:
    number, old = await office.opened_with_card()
    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))
    resting = replace(old, active=False)

    left = await office.store.read(lambda tx: card_facts(tx, number, resting))
    moved = await office.store.read(lambda tx: card_facts(tx, number, None))

    assert (left.active, left.facts.team.key) == (False, "reseau")
    assert moved.active
    assert moved.last is not None
    assert moved.last.kind is Kind.TRANSFERRED


async def test_the_new_thread_says_how_much_was_said_before(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    network = await office.team("reseau")
    office.later()
    await office.does(TransferTicket(number, PIERRE, network))
    office.later()
    await office.does(ClaimTicket(number, NOE))

    facts = await office.store.read(lambda tx: thread_facts(tx, OpenThread(number, network)))

    assert (facts.team.key, facts.earlier) == ("reseau", 3)  # opened, assigned, transferred


async def test_rights_follow_the_ticket_to_its_new_team(office: Office) -> None:
    number = await office.open()
    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))

    with pytest.raises(NotYours):
        await office.does(ClaimTicket(number, PIERRE))
    await office.does(ClaimTicket(number, NOE))

    assert (await office.ticket(number)).state is State.ASSIGNED


async def test_a_transfer_needs_another_team_that_exists(office: Office) -> None:
    number = await office.open()
    here = await office.team("postes")

    for team, problem in [(here, "same_team"), (999, "no_such_team")]:
        with pytest.raises(InvalidField) as refusal:
            await office.does(TransferTicket(number, PIERRE, team))
        assert (refusal.value.field, refusal.value.problem) == ("team", problem)


async def test_a_team_no_longer_in_use_gets_nothing(office: Office) -> None:
    number, gone = await office.open(), await office.team("applis")
    setup = the_house()
    teams = tuple(team for team in setup.teams if team.key != "applis")
    entries = tuple(e for e in setup.catalogue if not e.key.startswith("applis"))
    await office.does(LoadDesk(replace(setup, teams=teams, catalogue=entries)))

    with pytest.raises(InvalidField) as refusal:
        await office.does(TransferTicket(number, PIERRE, gone))

    assert refusal.value.problem == "no_such_team"


async def test_a_refused_transfer_leaves_the_card_alone(office: Office) -> None:
    number = await bring_to(office, State.RESOLVED)
    card = await office.post_card(number)

    with pytest.raises(MoveNotAllowed):
        await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))

    assert await office.store.read(lambda tx: tx.cards.active(number)) == card


async def test_an_answer_nobody_has_read_is_new_to_the_other_team(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(AnswerTicket(number, PAUL, Words.plain("It still jams.")))

    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))

    assert (await office.ticket(number)).new_answer
