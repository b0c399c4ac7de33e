"""The bot is killed without warning, again and again: nothing is lost and nothing comes twice."""

from __future__ import annotations

import asyncio
import copy
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.delivery import DeliveryError
from sandbox.person import Person
from tests.journeys.killable import Killable, a_killable_bot
from tests.journeys.mishaps import (
    LONG,
    cards,
    database_locked,
    filled_form,
    soon,
    stored,
    submission,
)
from tests.journeys.sights import PAUL, lines, shown

KILLS = int(os.environ.get("FRONTDESK_KILLS", "4"))
TICKETS_A_KILL = 4
SEED = int(os.environ.get("FRONTDESK_SEED", "20261124"))
Form = tuple[dict[str, Any], dict[str, Any]]  # a form's view, and what is filled in


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Killable]:
    async with a_killable_bot(tmp_path, database_url) as killable:
        yield killable


async def test_every_ticket_that_was_accepted_has_one_card_and_one_mail_whenever_we_died(
    stage: Killable,
) -> None:
    chance = random.Random(SEED)
    await stage.start()
    form = await _a_form(stage)
    people = [stage.slack.person(name) for name in ("pierre", "camille", "aicha")]
    subjects = [f"Printer {number:04}" for number in range(KILLS * TICKETS_A_KILL)]
    shares = [subjects[start :: len(people)] for start in range(len(people))]
    killing = asyncio.create_task(_kill_at_random(stage, chance))

    accepted = await asyncio.gather(
        *(
            _open_them(stage, person, form, share, random.Random(f"{SEED} {person.id}"))
            for person, share in zip(people, shares, strict=True)
        )
    )
    await killing
    await stage.all_shown()

    assert stage.deaths == KILLS
    tickets = Counter(subject for (subject,) in stored(stage, "SELECT subject FROM tickets"))
    assert set(tickets.values()) == {1}
    assert {subject for share in accepted for subject in share} <= set(tickets)
    assert _cards(stage) == tickets
    assert _threads(stage) == set(tickets.values())
    mails = _mails(stage)
    doubtful = _doubtful(stage)
    for subject in tickets:
        assert mails[subject] == 1 or (mails[subject] == 0 and subject in doubtful), subject
        assert ("⚠️" in shown(_card(stage, subject))) == (subject in doubtful), subject


@pytest.mark.parametrize(
    ("fault", "mails"),
    [
        ({"method": "chat.postMessage", "delay": 3600.0}, 1),
        ({"method": "chat.postMessage", "status": "timeout_after"}, 1),
        ({"smtp": "rcpt"}, 1),
        ({"smtp": "data"}, 0),
        ({"smtp": "after_data"}, 1),
    ],
    ids=["before the post", "after the post", "before the mail", "in the mail", "after the mail"],
)
async def test_killed_between_the_commit_and_the_world_it_goes_on_where_it_was(
    stage: Killable, fault: dict[str, Any], mails: int
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await stage.start()
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    smtp = fault.get("smtp")
    if smtp:
        slack.smtp_faults.add(smtp, "hang")
    else:
        slack.faults.add(**fault)

    assert await pierre.submit() == {}

    waiting = slack.smtp_faults.waiting if smtp else slack.faults.waiting
    await _until_taken(waiting)
    if not smtp:
        await _until_mailed(stage)
    stage.kill()
    await stage.ended()
    await stage.start()
    await stage.all_shown()
    assert _cards(stage) == {"Printer": 1}
    assert _threads(stage) == {1}
    assert _mails(stage)["Printer"] == mails
    in_doubt = smtp in ("data", "after_data")
    assert (_doubtful(stage) == {"Printer"}) == in_doubt
    if in_doubt:
        await soon(slack, lambda: "⚠️" in shown(_card(stage, "Printer")))
        await soon(slack, lambda: "mail.retry" in lines(pierre, _card(stage, "Printer")))


async def test_told_to_stop_it_finishes_what_it_has_begun(stage: Killable) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await stage.start()
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")

    with database_locked(stage):
        sending = asyncio.create_task(pierre.submit())
        await asyncio.wait({sending}, timeout=0.3)
        await stage.tell_to_stop()
        await asyncio.wait({sending}, timeout=0.3)
        assert not sending.done()

    assert await sending == {}
    assert await stage.ended() == 0
    assert "stopped" in stage.last_words()
    assert "Traceback" not in stage.last_words()
    assert stored(stage, "SELECT subject FROM tickets") == [("Printer",)]
    assert not slack.connected
    await stage.start()
    await stage.all_shown()
    assert (_cards(stage), _mails(stage)) == ({"Printer": 1}, {"Printer": 1})


async def test_told_to_stop_while_slack_hangs_it_stops_and_goes_on_later(stage: Killable) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await stage.start()
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    slack.faults.add("chat.postMessage", "timeout_after")
    assert await pierre.submit() == {}
    await _until_taken(slack.faults.waiting)

    await stage.tell_to_stop()

    assert await stage.ended() == 0
    await stage.start()
    await stage.all_shown()
    assert (_cards(stage), _mails(stage)) == ({"Printer": 1}, {"Printer": 1})


async def _a_form(stage: Killable) -> Form:
    """A filled form, to be sent many times over as if it had been opened each time."""
    pierre = stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Subject")
    view = pierre.form
    form = copy.deepcopy((view.definition, view.state))
    await pierre.close()
    return form


async def _open_them(
    stage: Killable, person: Person, form: Form, subjects: list[str], chance: random.Random
) -> list[str]:
    """Send the form once for each subject; those that were accepted. Whoever hears nothing tries
    again, or loses patience."""
    accepted = []
    for subject in subjects:
        view = stage.slack.workspace.views.open(person.id, copy.deepcopy(form[0]), over=None)
        view.state = copy.deepcopy(form[1])
        await person.fill({"subject": subject})
        while True:
            try:
                await stage.slack.courier.ask(submission(stage, person))
            except DeliveryError:
                if chance.random() < 0.3:
                    break
                await soon(stage.slack, lambda: stage.slack.connected)
            else:
                accepted.append(subject)
                break
        await asyncio.sleep(chance.uniform(0, 0.05))
    return accepted


async def _kill_at_random(stage: Killable, chance: random.Random) -> None:
    """So many deaths, at moments counted by what went over the wire; also while it starts."""
    for _ in range(KILLS):
        forget = stage.kill_after(chance.randint(2, 60))
        if chance.random() < 0.3:
            await asyncio.sleep(chance.uniform(0, 1.5))
            stage.kill()
        quiet = asyncio.create_task(_kill_when_quiet(stage))
        await stage.ended()
        quiet.cancel()
        forget()
        await stage.spawn()
    await stage.ready()


async def _kill_when_quiet(stage: Killable) -> None:
    """Everything is done before the moment came."""
    await stage.all_shown()
    await asyncio.sleep(1)
    stage.kill()


async def _until_taken(waiting: list[Any]) -> None:
    """Until the fault has struck."""
    async with asyncio.timeout(LONG):
        while waiting:  # noqa: ASYNC110 - what hangs tells nobody
            await asyncio.sleep(0.02)


async def _until_mailed(stage: Killable) -> None:
    """Until we know that the mail left: killed before that, it would be in doubt as well."""
    mail = "SELECT state FROM outbox WHERE payload LIKE '%SendMail%'"
    async with asyncio.timeout(LONG):
        while stored(stage, mail) != [("done",)]:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)


def _card(stage: Killable, subject: str) -> Any:
    (found,) = cards(stage.slack.person("pierre"), "support-postes", subject)
    return found


def _cards(stage: Killable) -> Counter[str]:
    """How many cards each subject has."""
    pierre = stage.slack.person("pierre")
    subjects = [subject for (subject,) in stored(stage, "SELECT subject FROM tickets")]
    shown_now = [shown(message) for message in pierre.messages("support-postes")]
    return Counter({s: sum(s in text for text in shown_now) for s in subjects})


def _threads(stage: Killable) -> set[int]:
    """How many openings the threads have: one each."""
    pierre = stage.slack.person("pierre")
    threads = [pierre.thread("support-postes", m) for m in pierre.messages("support-postes")]
    return {sum("Journal d’intervenant" in shown(reply) for reply in thread) for thread in threads}


def _mails(stage: Killable) -> Counter[str]:
    """How many acknowledgements each subject brought."""
    mails = stage.slack.mailbox("paul")
    return Counter(mail.subject.partition("] ")[2] for mail in mails)


def _doubtful(stage: Killable) -> set[str]:
    """Subjects whose mail is said to be in doubt."""
    query = (
        "SELECT t.subject FROM outbox o JOIN tickets t ON t.id = o.ticket_id"
        " WHERE o.state = 'uncertain'"
    )
    return {subject for (subject,) in stored(stage, query)}
