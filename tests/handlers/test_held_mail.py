"""The message of a held mail: its buttons decide, refuse and open, for those who may."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.ids import Action
from desk.decide_held import hold_mail
from desk.held_mails import Fate, HeldMail, Why
from handlers.answer import OpenView
from storage.spool import Letter
from tests.desk.office import CAMILLE, NOE, PAUL, PIERRE, Office
from tests.handlers import payloads
from tests.handlers.front import Front, text_of

MAIL = HeldMail("nora@elsewhere.example", "Nora <!here>", "Printer", "It jams <!channel>.")


@pytest.fixture
async def held(office: Office) -> None:
    """One mail of a stranger, for the workstations' team."""
    kept = Letter("k", b"x", "door", "postes", "hold", "", "", "", "", 1)

    def hold(tx: Any) -> None:
        tx.spool.keep(kept, office.now)
        hold_mail(tx, "k", MAIL, Why.STRANGER, "postes", office.now)

    await office.store.write(hold)


async def fate(office: Office) -> Fate:
    card = await office.store.read(lambda tx: tx.held_mails.get(1))
    assert card is not None
    return card.fate


@pytest.mark.parametrize(
    ("action", "wanted"),
    [(Action.HELD_LET_IN, Fate.LET_IN), (Action.HELD_REFUSE, Fate.REFUSED)],
)
async def test_a_button_decides_once_however_often_it_arrives(
    front: Front, held: None, action: Action, wanted: Fate
) -> None:
    click = payloads.card_click(action, "1")

    first = await front.action(click)
    again = await front.action(click)

    assert (first, again) == ([], [])
    assert await fate(front.office) is wanted


async def test_the_second_one_is_told_who_decided(front: Front, held: None) -> None:
    await front.action(payloads.card_click(Action.HELD_LET_IN, "1", CAMILLE))

    await front.action(payloads.card_click(Action.HELD_REFUSE, "1", PIERRE))

    assert front.said.startswith("Camille Lefèvre vient de décider")
    assert await fate(front.office) is Fate.LET_IN


@pytest.mark.parametrize("user", [NOE, PAUL])
@pytest.mark.parametrize("action", [Action.HELD_LET_IN, Action.HELD_REFUSE, Action.HELD_OPEN])
async def test_others_are_told_whose_decision_it_is(
    front: Front, held: None, action: Action, user: str
) -> None:
    await front.action(payloads.card_click(action, "1", user))

    assert ("équipe" if user == NOE else "team") in front.said
    assert await fate(front.office) is Fate.OPEN


async def test_open_shows_the_whole_text_and_nothing_of_it_acts(front: Front, held: None) -> None:
    await front.action(payloads.card_click(Action.HELD_OPEN, "1"))

    assert isinstance(front.step, OpenView)
    text = text_of(front.view)
    assert "It jams &lt;!channel&gt;." in text
    assert "<!here>" not in text


async def test_a_decided_mail_opens_no_more(front: Front, held: None) -> None:
    await front.action(payloads.card_click(Action.HELD_REFUSE, "1", CAMILLE))

    await front.action(payloads.card_click(Action.HELD_OPEN, "1"))

    assert "Camille" in front.said
