"""App Home, the directory's events and messages in threads, from payload to desk."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.ids import Action, Form
from desk.assign_ticket import ClaimTicket
from desk.effects import MarkNoted, Whisper
from desk.journal import Kind
from desk.people import Person
from desk.setting_up import LearnPeople
from handlers.answer import PublishHome
from handlers.payload import Malformed
from handlers.people import person_from_slack
from handlers.router import Reply
from tests.desk.office import NOE, PAUL, PIERRE, ZOE, Office
from tests.handlers import payloads
from tests.handlers.front import Front, text_of

USER: dict[str, Any] = {
    "id": "U0IRIS",
    "team_id": "T0MERIDIEN",
    "name": "iris",
    "deleted": False,
    "real_name": "Iris Newell",
    "tz": "Europe/Paris",
    "locale": "fr-FR",
    "is_bot": False,
    "profile": {
        "real_name": "Iris  Newell",
        "email": "Iris@Meridien.example",
        "title": "Accounting",
    },
}
IRIS = Person(
    0,
    "Iris Newell",
    "iris@meridien.example",
    "U0IRIS",
    "fr",
    title="Accounting",
    zone="Europe/Paris",
)


def opened(user: str = PIERRE, **changes: str) -> Any:
    return payloads.event({"type": "app_home_opened", "user": user, "tab": "home", **changes})


# App Home.


async def test_app_home_is_drawn_when_it_is_opened(front: Front, office: Office) -> None:
    await office.open()

    assert await front.event(opened()) == Reply()
    technicians = text_of(front.view)
    await front.event(opened(PAUL))

    assert isinstance(front.step, PublishHome)
    assert front.step.user == PAUL
    assert front.view["callback_id"] == Form.HOME
    assert "R-000001" in technicians
    assert "R-000001" in text_of(front.view)


async def test_the_messages_tab_draws_nothing(front: Front) -> None:
    await front.event(opened(tab="messages"))

    assert front.afterwards.steps == []


@pytest.mark.parametrize(
    ("action", "value", "shown"),
    [
        (Action.HOME_TEAMS, "teams:0", {1, 2}),
        (Action.HOME_MINE, "mine:0", {2}),
        (Action.HOME_SOLVED, "solved:0", set()),
        (Action.HOME_NEXT, "teams:1", {1, 2}),
        (Action.HOME_PREVIOUS, "", {1, 2}),
        (Action.HOME_PREVIOUS, "gone:x", {1, 2}),
        (Action.HOME_PREVIOUS, "teams:²", {1, 2}),
    ],
)
async def test_its_buttons_turn_tabs_and_pages(
    front: Front, office: Office, action: Action, value: str, shown: set[int]
) -> None:
    await office.open()
    await office.does(ClaimTicket(await office.open(), PIERRE))
    await front.event(opened())

    await front.action(payloads.view_click(front.view, action, value))

    said = text_of(front.view)
    assert {number for number in (1, 2) if f"R-{number:06d}" in said} == shown


# The directory.


@pytest.mark.parametrize(
    ("changes", "person"),
    [
        pytest.param({}, IRIS, id="everything"),
        pytest.param({"deleted": True}, {"active": False}, id="gone"),
        pytest.param({"locale": "en-GB"}, {"language": "en"}, id="english"),
        pytest.param({"locale": None}, {"language": ""}, id="nobody knows the language"),
        pytest.param({"tz": None}, {"zone": "UTC"}, id="nobody knows the zone"),
        pytest.param({"profile": {}}, {"email": None, "title": ""}, id="a guest"),
        pytest.param({"profile": None}, {"email": None, "title": ""}, id="no profile"),
        pytest.param(
            {"profile": {}, "real_name": None},
            {"email": None, "title": "", "name": "iris"},
            id="no name",
        ),
        pytest.param(
            {"profile": {"real_name": " "}},
            {"email": None, "title": "", "name": "U0IRIS"},
            id="a blank name",
        ),
    ],
)
def test_slacks_user_is_a_person_of_the_directory(changes: Any, person: Any) -> None:
    expected = person if isinstance(person, Person) else Person(**{**vars(IRIS), **person})

    assert person_from_slack({**USER, **changes}) == expected


@pytest.mark.parametrize("changes", [{"is_bot": True}, {"id": "USLACKBOT"}])
def test_machines_are_nobody(changes: Any) -> None:
    assert person_from_slack({**USER, **changes}) is None


@pytest.mark.parametrize(
    "user", [{}, {"profile": "x", "id": "U1"}, {"id": 7}, {**USER, "tz": 7}, [], "U1"]
)
def test_what_is_no_user_is_malformed(user: Any) -> None:
    with pytest.raises(Malformed):
        person_from_slack(user)


@pytest.mark.parametrize("kind", ["team_join", "user_change"])
async def test_who_joins_or_changes_is_learned(front: Front, office: Office, kind: str) -> None:
    await office.does(LearnPeople((IRIS,)))
    changed = {**USER, "profile": {**USER["profile"], "real_name": "Iris Married"}}

    reply = await front.event(payloads.event({"type": kind, "user": changed}))

    assert reply == Reply()
    iris = (await office.actor("U0IRIS")).person
    assert (iris.name, iris.email, iris.title) == (
        "Iris Married",
        "iris@meridien.example",
        "Accounting",
    )


async def test_a_bot_that_joins_is_not_learned(front: Front, office: Office) -> None:
    await front.event(payloads.event({"type": "team_join", "user": {**USER, "is_bot": True}}))

    assert await office.store.read(lambda tx: tx.people.by_handle("U0IRIS")) is None


async def test_an_event_about_no_user_is_a_bad_request(front: Front) -> None:
    for user in (None, "U0IRIS", {"id": None}):
        reply = await front.event(payloads.event({"type": "user_change", "user": user}))
        assert reply == Reply(400)


# Messages in threads.


async def test_a_message_in_a_tickets_thread_is_a_note(front: Front, office: Office) -> None:
    number, card = await office.opened_with_card()
    message = payloads.written("The roller.", NOE, thread=card.ts)

    assert await front.event(payloads.event(message)) == Reply()

    note = await office.last(number)
    assert (note.kind, note.words.text) == (Kind.NOTE, "The roller.")
    assert office.waiting_of(MarkNoted) == [MarkNoted(number, note.id, card.channel, message["ts"])]
    assert front.afterwards.steps == []


async def test_a_message_delivered_many_times_is_one_note(front: Front, office: Office) -> None:
    number, card = await office.opened_with_card()
    message = payloads.written("The roller.", thread=card.ts)

    for attempt in range(11):
        await front.event(payloads.event(message, f"Ev{attempt}"))

    assert [e.kind for e in await office.journal(number)] == [Kind.OPENED, Kind.NOTE]


async def test_edits_and_deletions_follow(front: Front, office: Office) -> None:
    number, card = await office.opened_with_card()
    message = payloads.written("The roller.", thread=card.ts)

    for _ in range(2):
        for event in (message, payloads.edited(message, "The fuser."), payloads.deleted(message)):
            await front.event(payloads.event(event))
    await front.event(payloads.event(payloads.unfurled(message)))

    kinds = [e.kind for e in await office.journal(number)]
    assert kinds == [Kind.OPENED, Kind.NOTE, Kind.NOTE_EDITED, Kind.NOTE_DELETED]


async def test_a_note_may_be_edited_again(front: Front, office: Office) -> None:
    number, card = await office.opened_with_card()
    message = payloads.written("The roller.", thread=card.ts)
    await front.event(payloads.event(message))

    for text, at in (("The fuser.", "1764000010.000000"), ("The fan.", "1764000020.000000")):
        await front.event(payloads.event(payloads.edited(message, text, at=at)))

    said = [e.words.text for e in await office.journal(number)]
    assert said[1:] == ["The roller.", "The fuser.", "The fan."]


async def test_an_outsider_is_told_where_to_answer(front: Front, office: Office) -> None:
    _, card = await office.opened_with_card()

    await front.event(payloads.event(payloads.written("Me too!", ZOE, thread=card.ts)))

    (whisper,) = office.waiting_of(Whisper)
    assert (whisper.user, whisper.thread) == (ZOE, card.ts)


async def test_talk_elsewhere_is_not_ours(front: Front, office: Office) -> None:
    number, card = await office.opened_with_card()

    await front.event(payloads.event(payloads.written("Lunch?", thread="5.5")))
    await front.event(payloads.event(payloads.written("Lunch?")))

    assert len(await office.journal(number)) == 1
    assert card.active
