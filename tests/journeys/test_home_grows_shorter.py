"""App Home remembers its page, and the list may be shorter by the time it is drawn again."""

from __future__ import annotations

import pytest

from desk.answers import RequesterHome, TechnicianHome
from desk.ask_queue import Home
from desk.open_ticket import OpenTicket
from desk.ports import Tab
from desk.words import Words
from tests.journeys.stage import Stage


@pytest.mark.parametrize("person", ["pierre", "paul"])
async def test_beyond_the_last_page_stands_the_last_page(stage: Stage, person: str) -> None:
    paul = stage.slack.person("paul").id
    for number in range(3):
        wish = OpenTicket(paul, paul, f"Printer {number}", Words.plain("It jams."))
        await stage.bot.desk.handle(wish)

    home = await stage.bot.desk.ask(Home(Tab.TEAMS, 4), by=stage.slack.person(person).id)

    assert isinstance(home, TechnicianHome | RequesterHome)
    assert len(home.rows) == 3
    assert home.page.number == 0
