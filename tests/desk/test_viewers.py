"""Who acts is remembered for their words, and forgotten as soon as something changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.ask_queue import Viewer
from desk.people import Person
from desk.setting_up import LearnPeople
from desk.viewers import MOST, REMEMBERED, Viewers
from tests.desk.office import PAUL, Office

FLEUR = "fleur@meridien.example"


async def language(office: Office, handle: str) -> str:
    return (await office.desk.ask(Viewer(), by=handle)).person.language


async def test_a_person_who_changes_language_is_answered_in_it_at_once(office: Office):
    before = await language(office, PAUL)

    await office.does(
        LearnPeople((Person(0, "Paul Smith", "paul.smith@meridien.example", PAUL, "fr"),))
    )

    assert (before, await language(office, PAUL)) == ("en", "fr")


async def test_what_another_process_learned_is_noticed_after_a_minute(office: Office):
    await language(office, PAUL)
    paul = Person(0, "Paul Smith", "paul.smith@meridien.example", PAUL, "fr")
    await office.store.write(lambda tx: tx.people.learn(paul))

    at_once = await language(office, PAUL)
    office.later(REMEMBERED)

    assert (at_once, await language(office, PAUL)) == ("en", "fr")


async def test_a_clock_that_is_put_back_makes_nobody_remembered_for_longer(office: Office):
    await language(office, PAUL)
    paul = Person(0, "Paul Smith", "paul.smith@meridien.example", PAUL, "fr")
    await office.store.write(lambda tx: tx.people.learn(paul))

    office.later(timedelta(hours=-1))

    assert await language(office, PAUL) == "fr"


async def test_somebody_new_is_not_remembered_before_slack_said_who_they_are(office: Office):
    before = await language(office, "U0NEW")

    await office.store.write(lambda tx: tx.people.learn(Person(0, "New", None, "U0NEW", "en")))

    assert (before, await language(office, "U0NEW")) == ("fr", "en")


@pytest.mark.parametrize("seen", [False, True], ids=["never seen", "seen before Slack said who"])
async def test_who_wrote_before_they_came_to_slack_keeps_their_language(office: Office, seen: bool):
    await office.store.write(lambda tx: tx.people.add("Fleur", FLEUR, None, "en"))
    if seen:
        await office.store.write(lambda tx: tx.people.actor("U0FLEUR"))

    await office.does(LearnPeople((Person(0, "Fleur Roy", FLEUR, "U0FLEUR", ""),)))

    assert await language(office, "U0FLEUR") == "en"


async def test_whose_address_another_account_has_is_spoken_to_as_the_house_does(office: Office):
    await office.does(LearnPeople((Person(0, "Fleur Roy", FLEUR, "U0FLEUR", "en"),)))

    await office.does(LearnPeople((Person(0, "Fleur B.", FLEUR, "U0OTHER", ""),)))

    assert await language(office, "U0OTHER") == "fr"


async def test_what_was_read_before_a_change_is_not_kept_after_it(office: Office):
    viewers = Viewers()
    paul = await office.actor(PAUL)
    moment = viewers.moment
    viewers.forget()

    viewers.keep(PAUL, paul, office.now, moment)

    assert viewers.get(PAUL, office.now) is None


async def test_memory_does_not_grow_with_the_company(office: Office):
    viewers = Viewers()
    paul = await office.actor(PAUL)
    for number in range(MOST + 1):
        viewers.keep(f"U{number}", paul, office.now, viewers.moment)

    assert viewers.get("U0", office.now) is None
    assert viewers.get(f"U{MOST}", office.now) == paul
