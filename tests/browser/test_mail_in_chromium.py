"""Mail as people use it: copies, files, forwards, whole mails, and mails that do not leave."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from desk.assign_ticket import ClaimTicket
from desk.reply import Reply
from desk.words import Words
from tests.browser.scene import CHANNEL, Scene
from tests.browser.window import Window, Windows
from tests.journeys.mishaps import settled, soon

pytestmark = pytest.mark.browser

PIERRE, PAUL, MARIE, AICHA = "U01PIERRE", "U01PAUL", "U01MARIE", "U01AICHA"
PAULS, MARIES = "paul.smith@meridien.example", "marie.curie@meridien.example"
ROBERT = "robert.brown@partner.example"
PIERRES, GRACES = "pierre.durand@meridien.example", "grace.obrien@meridien.example"
THE_CHANNEL = "&c=C01POSTES"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAID = {
    "fr": {
        "subject": "Le lecteur de badges clignote",
        "text": "Bonjour,\n\nPlus personne n’entre par la porte nord depuis 8 h 15.\n\nPaul",
        "question": "Pouvez-vous appuyer sur le bouton dessous\u202f?",
        "answer": "C’est fait\u202f: il clignote toujours. 😕",
        "copied": "En copie du courriel",
        "invitation": "Invitation : ",
        "failed": "Non remis",
        "photo": "lecteur de badges.png",
        "meeting": "Point sur les badges",
        "wish": "Accès au parking",
        "quote": "Bonjour,\n\nje livre jeudi à 9 h. Qui m’ouvre la barrière\u202f?\n\nRobert Brown",
    },
    "en": {
        "subject": "Badge reader blinks",
        "text": "Hello,\n\nNobody gets in by the north gate since 8:15.\n\nPaul",
        "question": "Could you press the button below it?",
        "answer": "I did: it still blinks. 😕",
        "copied": "In copy of the e-mail",
        "invitation": "Invitation: ",
        "failed": "Not delivered",
        "photo": "badge reader.png",
        "meeting": "About the badges",
        "wish": "Access to the car park",
        "quote": "Hello,\n\nI deliver on Thursday at 9. Who opens the gate?\n\nRobert Brown",
    },
}


async def test_who_is_in_copy_takes_part_by_mail(scene: Scene, windows: Windows) -> None:
    said = SAID[scene.language]
    paul = await windows.of(PAUL, place=f"&v=mail&box={PAULS}")

    await paul.the("mail-new").click()
    await paul.the("mail-cc").fill(f"Marie Curie <{MARIES}>")
    await paul.the("mail-subject").fill(said["subject"])
    await paul.the("mail-text").fill(said["text"])
    photo = {"name": said["photo"], "mimeType": "image/png", "buffer": DOT + bytes(40_000)}
    await paul.the("mail-files").set_input_files(files=[photo])
    await expect(paul.the("mail-compose")).to_contain_text(said["photo"])
    await paul.picture("mail-write")
    await paul.the("mail-send-new").click()

    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    card = pierre.card(said["subject"])
    await card.get_by_test_id("thread-bar").click()
    await expect(pierre.thread).to_contain_text(said["copied"])
    await expect(pierre.thread.get_by_test_id("file")).to_have_count(1)
    await pierre.button("ticket.assign", card).click()
    await pierre.button("ticket.reply", card).click()
    await pierre.write("message", said["question"])
    await pierre.modal.get_by_text(said["photo"]).click()
    await pierre.submit()
    marie = await windows.of(MARIE, place=f"&v=mail&box={MARIES}")
    await marie.the("mail-item").filter(has_text="[R-000005]").first.click()
    await expect(marie.the("mail-open").get_by_test_id("file")).to_contain_text(said["photo"])
    await marie.the("mail-reply").fill(said["answer"])
    await marie.the("mail-send").click()
    await _invite(paul, said["meeting"])
    await expect(pierre.thread).to_contain_text(said["answer"])
    invitation = pierre.card(said["meeting"])
    await pierre.button("mail.show", pierre.thread).click()

    await expect(pierre.modal).to_contain_text(said["answer"])
    await expect(pierre.modal).to_contain_text("> ")
    await pierre.page.keyboard.press("Escape")
    await pierre.picture("mail-thread")
    await invitation.get_by_test_id("thread-bar").click()
    await expect(pierre.thread).to_contain_text(f"{said['invitation']}{said['meeting']}")


async def _invite(window: Window, what: str) -> None:
    """A whole mail from a file, as a calendar sends it."""
    begin = datetime.now(UTC) + timedelta(days=3)
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:badges@example\r\n"
        f"SUMMARY:{what}\r\nLOCATION:Salle Garonne\r\nORGANIZER;CN=Paul Smith:mailto:{PAULS}\r\n"
        f"DTSTART:{begin:%Y%m%d}T090000Z\r\nDTEND:{begin:%Y%m%d}T093000Z\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail = (
        f"From: Paul Smith <{PAULS}>\r\nTo: somebody@elsewhere.example\r\nSubject: {what}\r\n"
        "Message-ID: <badges@calendar.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + calendar
    )
    file = {"name": "invite.eml", "mimeType": "message/rfc822", "buffer": mail.encode()}
    await window.the("mail-new").click()
    await window.the("mail-raw").set_input_files(files=[file])
    await expect(window.the("mail-text")).to_be_disabled()
    await window.the("mail-send-new").click()
    await expect(window.the("mail-compose")).to_have_count(0)


async def test_a_strangers_mail_becomes_a_ticket_at_a_click(scene: Scene, windows: Windows) -> None:
    said = SAID[scene.language]
    aicha = await windows.of(AICHA, place="&c=C01ADMIN")

    await scene.slack.send_mail(ROBERT, scene.slack.desk_address, said["wish"], said["quote"])
    held = aicha.card(ROBERT)
    await expect(held).to_contain_text(said["wish"])
    await aicha.picture("mail-held")
    await aicha.button("held.let_in", held).click()

    await expect(held).to_contain_text("R-000005")
    await expect(aicha.button("held.let_in", held)).to_have_count(0)
    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    await expect(pierre.card(said["wish"])).to_contain_text("Robert Brown")


async def test_what_a_technician_forwards_is_a_request_of_whoever_wrote_it(
    scene: Scene, windows: Windows
) -> None:
    plan = ("plan.txt", b"3rd floor", "text/plain")
    await scene.slack.send_mail(
        f"Grace O’Brien <{GRACES}>", PIERRES, "Projector", "It shows nothing.", files=[plan]
    )
    pierre = await windows.of(PIERRE, place=f"&v=mail&box={PIERRES}")

    await pierre.the("mail-item").click()
    await pierre.the("mail-forward").click()
    await pierre.the("mail-send-new").click()

    await expect(pierre.the("mail-compose")).to_have_count(0)
    await pierre.page.goto(f"{scene.slack.web_url}#as={PIERRE}{THE_CHANNEL}")
    card = pierre.card("Projector")
    await expect(card).to_contain_text("It shows nothing.")
    await expect(card).to_contain_text("Grace")
    await card.get_by_test_id("thread-bar").click()
    await expect(pierre.thread.get_by_test_id("file")).to_contain_text("plan.txt")


async def test_an_administrator_sends_a_mail_again(scene: Scene, windows: Windows) -> None:
    said = SAID[scene.language]
    number = await scene.open_the_story_s()
    await settled(scene)
    scene.slack.smtp_faults.add("data", 554, 1)
    await scene.bot.desk.handle(ClaimTicket(number, PIERRE))
    await scene.bot.desk.handle(Reply(number, PIERRE, Words.plain(said["question"])))
    await soon(scene.slack, lambda: "554" in _last_card(scene))
    aicha = await windows.of(AICHA, place="&v=app&tab=home")

    await aicha.button("queue.open").click()
    await expect(aicha.modal).to_contain_text(said["failed"])
    await aicha.picture("mail-queue")
    await aicha.button("queue.send", aicha.modal).click()

    await expect(aicha.button("queue.send", aicha.modal)).to_have_count(0)
    await settled(scene)
    mails = [*scene.slack.mailbox(PAULS), *scene.slack.mailbox(MARIES)]
    assert sum(said["question"] in mail.text for mail in mails) == 2


def _last_card(scene: Scene) -> str:
    return str(scene.slack.person("pierre").messages(CHANNEL)[-1].blocks)
