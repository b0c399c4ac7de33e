"""Files: from a mail into the thread, from the thread to the requester, and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import arrivals, endings, file_courier
from desk.transfer_ticket import TransferTicket
from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import raw_mails, settled, soon
from tests.journeys.sights import PAUL, card, open_ticket, shown
from tests.journeys.stage import Stage, a_stage

PDF, PLAIN, ODD = "application/pdf", "text/plain", "image/png"
THREE = (
    ("quote.pdf", b"%PDF-1.7 quote", PDF),
    ("notes.txt", b"read me", PLAIN),
    ("été 2026.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, ODD),
)


@pytest.fixture
async def stage(tmp_path: Path, database_url: str):
    async with a_stage(tmp_path, DATABASE_URL=database_url) as opened:
        yield opened


def in_thread(stage: Stage, person: Person, posted: Message) -> list[str]:
    """Names of the files in the thread, in order."""
    files = stage.slack.workspace.files
    messages = person.thread(posted.channel, posted.ts)
    found = [files.find(file) for message in messages for file in message.files]
    return [file.name for file in found if file]


def bytes_in_mails(stage: Stage, address: str) -> list[bytes]:
    return [data for mail in stage.slack.mailbox(address) for _, data, _ in mail.files]


async def mailed_ticket(
    stage: Stage, by: Person, files: Iterable[tuple[str, bytes, str]]
) -> Message:
    await stage.slack.send_mail(
        "paul.smith@meridien.example",
        stage.slack.desk_address,
        "Three files",
        "Here they are.",
        files=files,
    )
    posted = await soon(stage.slack, lambda: card_anywhere(stage, by, "Three files"))
    await settled(stage)
    return posted


def card_anywhere(stage: Stage, by: Person, subject: str) -> Message | None:
    names = (channel.id for channel in stage.slack.world.channels_of(by.id))
    return next((found for name in names if (found := card(by, name, subject))), None)


async def test_the_files_of_a_mail_stand_in_the_thread_in_one_message(stage: Stage):
    camille = stage.slack.person("camille")

    posted = await mailed_ticket(stage, camille, THREE)

    assert in_thread(stage, camille, posted) == ["quote.pdf", "notes.txt", "été 2026.png"]
    thread = camille.thread(posted.channel, posted.ts)
    assert len([message for message in thread if message.files]) == 1
    assert "3 fichiers de Paul Smith" in thread[-1].text


async def test_only_what_is_ticked_goes_with_a_reply(stage: Stage):
    camille = stage.slack.person("camille")
    posted = await open_ticket(stage, camille, requester=PAUL)
    await settled(stage)  # or Slack has to tell of a message twice: the card is not written down
    secret = camille.bring("secret.txt", b"for technicians only")
    guide = camille.bring("guide – été.txt", b"how to do it")
    await camille.say("support-postes", "two files", posted, files=[secret, guide])
    await settled(stage)

    await camille.press("ticket.reply", posted)
    await soon(stage.slack, lambda: camille.modal)
    await camille.fill({"message": "Here is the guide.", "share_files": ["guide – été.txt"]})
    assert await camille.submit() == {}
    await settled(stage)

    mail = stage.slack.mailbox("paul.smith@meridien.example")[-1]
    assert mail.files == [("guide – été.txt", b"how to do it", "text/plain")]
    assert "Here is the guide." in mail.text
    assert not any("technicians only" in raw for raw in raw_mails(stage.slack))
    assert b"for technicians only" not in bytes_in_mails(stage, "paul.smith@meridien.example")
    reply = next(m for m in camille.thread(posted.channel, posted.ts) if "guide" in shown(m))
    assert "Partagé avec le demandeur" in shown(reply)


async def test_nothing_is_ticked_by_itself(stage: Stage):
    camille = stage.slack.person("camille")
    posted = await mailed_ticket(stage, camille, THREE)

    await camille.press("ticket.reply", posted)
    await soon(stage.slack, lambda: camille.modal)
    await camille.fill({"message": "Thank you."})
    assert await camille.submit() == {}
    await settled(stage)

    assert stage.slack.mailbox("paul.smith@meridien.example")[-1].files == []


async def test_a_new_file_in_the_reply_form_is_mailed_and_stands_in_the_thread(stage: Stage):
    camille = stage.slack.person("camille")
    posted = await open_ticket(stage, camille, requester=PAUL)
    await settled(stage)  # or Slack has to tell of a message twice: the card is not written down
    fresh = camille.bring("new.pdf", b"%PDF-1.7 new", PDF)

    await camille.press("ticket.reply", posted)
    await soon(stage.slack, lambda: camille.modal)
    await camille.fill({"message": "See the file.", "new_files": [fresh]})
    assert await camille.submit() == {}
    await settled(stage)

    assert stage.slack.mailbox("paul.smith@meridien.example")[-1].files == [
        ("new.pdf", b"%PDF-1.7 new", PDF)
    ]
    assert in_thread(stage, camille, posted) == ["new.pdf"]


async def test_the_files_of_a_new_tickets_form_stay_between_technicians(stage: Stage):
    camille = stage.slack.person("camille")
    await camille.command("/ticket", "With a file", channel="support-postes")
    await soon(stage.slack, lambda: camille.modal)
    await camille.fill({"requester": PAUL, "description": "It jams."})
    await camille.fill({"files": [camille.bring("log.txt", b"inner log")]})

    assert await camille.submit() == {}

    posted = await soon(stage.slack, lambda: card(camille, "support-postes", "With a file"))
    await settled(stage)
    assert in_thread(stage, camille, posted) == ["log.txt"]
    assert bytes_in_mails(stage, "paul.smith@meridien.example") == []


async def test_somebody_without_an_address_is_sent_the_file_by_slack(stage: Stage):
    camille, guest = stage.slack.person("camille"), _guest(stage)
    posted = await open_ticket(stage, camille, requester=guest.profile.name)

    await camille.press("ticket.reply", posted)
    await soon(stage.slack, lambda: camille.modal)
    fresh = camille.bring("for you.txt", b"yours")
    await camille.fill({"message": "See the file.", "new_files": [fresh]})
    assert await camille.submit() == {}
    await settled(stage)

    files = stage.slack.workspace.files
    sent = [files.find(file) for message in guest.dms for file in message.files]
    assert [(file.name, file.data) for file in sent if file] == [("for you.txt", b"yours")]


def _guest(stage: Stage) -> Person:
    without = (p for p in stage.slack.world.slack_people() if not p.email and not p.is_bot)
    return stage.slack.person(next(without).id)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("files.getUploadURLExternal", 429),
        ("files.getUploadURLExternal", 500),
        ("upload", 500),
        ("upload", 429),
        ("files.completeUploadExternal", 429),
        ("files.completeUploadExternal", 500),
        ("files.completeUploadExternal", "fail_after"),
        ("files.completeUploadExternal", "drop_after"),
        ("files.completeUploadExternal", "drop_before"),
    ],
)
async def test_files_stand_in_the_thread_once_whatever_slack_answers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, step: str, fault: int | str
):
    monkeypatch.setattr(file_courier, "LATER", timedelta(seconds=0.3))
    monkeypatch.setattr(endings, "SETTLING", 0.2)
    monkeypatch.setattr(arrivals, "SETTLED", 0.3)
    monkeypatch.setattr(endings, "FIRST_PAUSE", 0.2)
    camille = stage.slack.person("camille")
    stage.slack.faults.add(step, fault)

    posted = await mailed_ticket(stage, camille, THREE)

    assert in_thread(stage, camille, posted) == ["quote.pdf", "notes.txt", "été 2026.png"]
    assert not [f for f in stage.slack.faults.waiting if f.method == step]


async def test_the_store_has_each_content_once(stage: Stage):
    camille = stage.slack.person("camille")
    same = (("a.pdf", b"%PDF same", PDF), ("b.pdf", b"%PDF same", PDF))

    posted = await mailed_ticket(stage, camille, same)

    assert in_thread(stage, camille, posted) == ["a.pdf", "b.pdf"]
    digest = hashlib.sha256(b"%PDF same").hexdigest()
    folder = stage.settings.state_folder / "files"
    assert [p.name for p in folder.rglob("*") if p.is_file()] == [digest]


async def test_a_file_too_large_for_slack_is_named_in_the_thread_and_can_still_be_sent(
    stage: Stage,
):
    camille = stage.slack.person("camille")
    stage.slack.workspace.files.largest = 100

    posted = await mailed_ticket(stage, camille, THREE)

    assert in_thread(stage, camille, posted) == ["quote.pdf", "notes.txt"]
    said = "\n".join(shown(message) for message in camille.thread(posted.channel, posted.ts))
    assert "*été 2026.png* (10\u00a0ko) est trop volumineux pour Slack" in said
    await camille.press("ticket.reply", posted)
    await soon(stage.slack, lambda: camille.modal)
    await camille.fill({"message": "It is back.", "share_files": ["été 2026.png"]})
    assert await camille.submit() == {}
    await settled(stage)
    assert stage.slack.mailbox("paul.smith@meridien.example")[-1].files == [THREE[2]]


async def test_a_file_that_is_gone_before_we_have_it_is_named_in_the_thread(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_courier, "UNKNOWN", 0)
    camille = stage.slack.person("camille")
    posted = await open_ticket(stage, camille, requester=PAUL)
    await settled(stage)  # or Slack has to tell of a message twice: the card is not written down
    lost = camille.bring("lost.txt", b"lost")
    stage.slack.faults.add("files.info", error="file_not_found")

    await camille.say("support-postes", "look", posted, files=[lost])
    await settled(stage)

    said = "\n".join(shown(message) for message in camille.thread(posted.channel, posted.ts))
    assert "*lost.txt* a disparu" in said


async def test_a_mail_that_comes_twice_brings_its_files_once(stage: Stage):
    camille = stage.slack.person("camille")
    posted = await mailed_ticket(stage, camille, THREE)
    again = stage.slack.mailboxes.both_ways("paul.smith@meridien.example")[0]

    await stage.slack.mailboxes.send_raw(again.envelope_from, again.raw)
    await settled(stage)

    assert len(in_thread(stage, camille, posted)) == 3


async def test_a_picture_that_comes_back_with_each_answer_is_kept_once(stage: Stage):
    camille = stage.slack.person("camille")
    posted = await mailed_ticket(stage, camille, THREE)
    mail = stage.slack.mailbox("paul.smith@meridien.example")[-1]

    await stage.slack.send_mail(
        "paul.smith@meridien.example",
        mail.header("Reply-To"),
        "Re: files",
        "Once more.",
        files=[THREE[2], ("fresh.txt", b"fresh", PLAIN)],
    )
    await soon(stage.slack, lambda: len(in_thread(stage, camille, posted)) > 3)
    await settled(stage)

    assert in_thread(stage, camille, posted)[3:] == ["fresh.txt"]


async def test_a_card_does_not_wait_for_files_that_slack_does_not_take(stage: Stage):
    camille = stage.slack.person("camille")
    stage.slack.faults.add("upload", 500, times=1000)

    await stage.slack.send_mail(
        "paul.smith@meridien.example", stage.slack.desk_address, "Three", "Here.", files=THREE
    )

    posted = await soon(stage.slack, lambda: card_anywhere(stage, camille, "Three"))
    await camille.press("ticket.assign", posted)
    await soon(stage.slack, lambda: "Camille" in shown(card_anywhere(stage, camille, "Three")))


async def test_a_transfer_brings_the_files_into_the_new_teams_thread(stage: Stage):
    camille, noe = stage.slack.person("camille"), stage.slack.person("noe")
    await mailed_ticket(stage, camille, THREE)
    reseau = await stage.bot.store.read(
        lambda tx: next(t.id for t in tx.organisation.teams() if t.key == "reseau")
    )

    await stage.bot.desk.handle(TransferTicket(1, camille.id, reseau))
    await settled(stage)

    channel = next(c.id for c in stage.slack.world.channels.values() if c.name == "support-reseau")
    reader = (
        noe if noe.id in stage.slack.channel(channel).members else stage.slack.person("mateusz")
    )
    moved = card(reader, channel, "Three files")
    assert moved is not None
    assert in_thread(stage, reader, moved) == ["quote.pdf", "notes.txt", "été 2026.png"]


async def test_administrators_are_told_which_scopes_files_need(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_courier, "LATER", timedelta(seconds=60))
    async with a_stage(tmp_path, DATABASE_URL=database_url) as stage:
        granted = stage.slack.manifest.scopes - {"files:write"}
        object.__setattr__(stage.slack.manifest, "scopes", granted)
        pierre = stage.slack.person("pierre")

        await stage.slack.send_mail(
            "paul.smith@meridien.example", stage.slack.desk_address, "No", "Here.", files=THREE
        )
        warned = await soon(stage.slack, lambda: card(pierre, "frontdesk-admin", "files:write"))

        assert warned is not None
        assert card_anywhere(stage, pierre, "*R-") is not None
