"""The three stories in a real browser, with a real bot, in French and in English."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from sandbox.stories.script import Script
from tests.browser.scene import CHANNEL, Scene
from tests.browser.window import Window, Windows
from tests.journeys.mishaps import LONG

pytestmark = pytest.mark.browser

PIERRE, PAUL, MARIE, CAMILLE = "U01PIERRE", "U01PAUL", "U01MARIE", "U01CAMILLE"
THE_CHANNEL = "&c=C01POSTES"
HOME = "&v=app&tab=home"
PAULS_MAIL = "&v=mail&box=paul.smith@meridien.example"
MARIES_MAIL = "&v=mail&box=marie.curie@meridien.example"
BACKGROUND = "body => getComputedStyle(body).backgroundColor + getComputedStyle(body).color"
SAID = {
    "fr": {
        "assigned": "Assigné à Durand Pierre",
        "answer": "Nouvelle réponse",
        "blank": "Merci de remplir",
    },
    "en": {
        "assigned": "Assigned to Durand Pierre",
        "answer": "New answer",
        "blank": "Please complete",
    },
}


async def test_a_technician_creates_a_request_for_somebody_else(
    scene: Scene, windows: Windows
) -> None:
    script = scene.script
    pierre = await windows.of(PIERRE, place=THE_CHANNEL, larger=True)

    await pierre.say("/ticket")
    await expect(pierre.modal).to_be_visible()
    await pierre.choose("requester", "pau", "Paul Smith")
    await pierre.field("other").check()
    await expect(pierre.field("beneficiary")).to_be_visible()
    await pierre.choose("beneficiary", "cur", "Marie Curie")
    family, service, item = script.path
    await pierre.choose("family", family[:8], family)
    await pierre.choose("service", service[:5], service)
    await pierre.choose("item", item[:5], item)
    await expect(pierre.modal.get_by_text("→")).to_have_count(2)  # the team, the priority
    await pierre.field("description").fill(script.description)
    await pierre.field("subject").fill(script.subject)
    await pierre.picture("new-ticket")
    await pierre.field("subject").press("Enter")

    await expect(pierre.modal).to_contain_text("✅ R-000005")
    await pierre.the("modal-cancel").click()
    await expect(pierre.modal).to_have_count(0)
    card = pierre.card("R-000005")
    await expect(card).to_contain_text(script.subject)
    await expect(card).to_contain_text("Paul Smith")
    await expect(card).to_contain_text("Marie Curie")
    await expect(pierre.button("ticket.assign", card)).to_have_class("btn btn-block btn-primary")
    await pierre.picture("queue")
    mails = await scene.slack.until(lambda: scene.slack.mailbox("paul")[2:], LONG)
    assert mails[0].subject == f"[R-000005] {script.subject}"


async def test_a_technician_talks_with_the_requester(scene: Scene, windows: Windows) -> None:
    script, said = scene.script, SAID[scene.language]
    await scene.open_the_story_s()
    pierre = await windows.of(PIERRE, place=HOME)

    await _take_it_at_home(pierre)
    await (
        pierre.the("sidebar-channel").and_(pierre.page.locator(f'[data-name="{CHANNEL}"]')).click()
    )
    card = pierre.card("R-000005")
    await expect(card).to_contain_text(said["assigned"])
    await _note_in_the_thread(pierre, script.note)
    await pierre.button("ticket.reply", card).click()
    await pierre.write("message", script.question)
    await pierre.picture("reply")
    await pierre.submit()
    await expect(pierre.modal).to_have_count(0)
    await expect(pierre.button("reply.withdraw", pierre.thread)).to_be_visible()

    paul = await windows.of(PAUL, language="en", place=PAULS_MAIL)
    await _answer_the_mail(paul, script.question.split("\n")[-1], script.answer)

    await expect(pierre.thread).to_contain_text(script.answer)
    await expect(pierre.button("reply.withdraw", pierre.thread)).to_have_count(0)
    await expect(card).to_contain_text(said["answer"])
    await expect(pierre.thread.get_by_test_id("reaction")).to_contain_text("📝")
    await pierre.picture("thread")
    await _look_at_the_ticket(await windows.of(PIERRE, place=THE_CHANNEL, larger=True), script)
    await _read_every_mail(paul, script.secret)
    await _look_at_the_request(await windows.of(PAUL, language="en", place=HOME), script)
    await _look_at_the_request(await windows.of(MARIE, language="fr", place=HOME), script)


async def test_a_narrow_window_shows_one_thing_at_a_time(scene: Scene, windows: Windows) -> None:
    await scene.open_the_story_s()
    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    await pierre.page.set_viewport_size({"width": 420, "height": 800})

    card = pierre.card("R-000005")
    await card.get_by_test_id("thread-bar").click()
    await expect(pierre.thread).to_contain_text("🔒")
    await pierre.the("thread-close").click()
    await pierre.button("ticket.reply", card).click()

    await expect(pierre.modal).to_be_visible()
    # Who wants little motion wants no slow one.
    await expect(pierre.page.locator(".overlay")).to_have_css("animation-name", "none")


async def test_a_link_is_followed_although_there_is_news_while_it_is_pressed(
    scene: Scene, windows: Windows
) -> None:
    pierre = await windows.of(PIERRE, place=HOME)
    channel = pierre.the("sidebar-channel").and_(pierre.page.locator(f'[data-name="{CHANNEL}"]'))
    await channel.hover()
    await pierre.page.mouse.down()
    await scene.open_the_story_s()
    await pierre.page.wait_for_timeout(1_000)  # the news is there, and the page counts it
    await pierre.page.mouse.up()

    await expect(pierre.card("R-000005")).to_be_visible()


async def test_a_late_answer_does_not_undo_what_the_app_has_shown(
    scene: Scene, windows: Windows
) -> None:
    async def late(route: Route) -> None:
        answer = await route.fetch()  # what was shown before the app has heard of us
        await pierre.page.wait_for_timeout(1_000)
        await route.fulfill(response=answer)

    pierre = await windows.of(PIERRE, place=HOME)
    new = pierre.page.locator('[data-block="section"]').filter(has_text="R-000005")
    await expect(pierre.button("home.new")).to_be_visible()
    await scene.open_the_story_s()
    await pierre.page.route("**/ui/home", late)

    async with pierre.page.expect_response("**/ui/home"):
        await pierre.page.reload()
    await pierre.page.wait_for_timeout(200)

    await expect(new).to_be_visible()


async def _take_it_at_home(pierre: Window) -> None:
    take = pierre.page.locator('[data-action-id="ticket.assign"]')
    await expect(take).to_have_count(2)  # the story's, and one nobody holds either
    await pierre.picture("home")
    await take.last.click()
    await expect(take).to_have_count(1)


async def _look_at_the_ticket(pierre: Window, script: Script) -> None:
    await pierre.more(pierre.card("R-000005"), "ticket.open")
    await expect(pierre.modal).to_contain_text(script.secret)
    await pierre.picture("ticket-page")


async def _note_in_the_thread(pierre: Window, note: str) -> None:
    await pierre.card("R-000005").get_by_test_id("thread-bar").click()
    await expect(pierre.thread).to_contain_text("🔒")
    await pierre.say(note, pierre.thread)
    noted = pierre.thread.get_by_test_id("message").filter(has_text=note)
    await expect(noted.get_by_test_id("reaction")).to_contain_text("📝")


async def _answer_the_mail(paul: Window, question: str, answer: str) -> None:
    mail = paul.the("mail-item").filter(has_text="Durand Pierre (").first
    await mail.click()
    await expect(paul.page.frame_locator("iframe").locator("body")).to_contain_text(question)
    await paul.the("mail-reply").fill(answer)
    await paul.the("mail-send").click()
    await expect(paul.the("mail-item").filter(has_text=answer)).to_have_count(1)


async def _read_every_mail(paul: Window, secret: str) -> None:
    for item in await paul.the("mail-item").all():
        await item.click()
        assert secret not in await paul.body()
    await paul.the("mail-tab-text").click()
    assert secret not in await paul.body()
    await paul.the("mail-tab-headers").click()
    assert secret not in await paul.body()


async def _look_at_the_request(asker: Window, script: Script) -> None:
    """Wherever the people it is for look, there is no internal note."""
    mine = asker.page.locator('[data-block="section"]').filter(has_text="R-000005")
    await expect(mine).to_be_visible()
    await asker.picture("requester-home")
    assert script.secret not in await asker.body()
    await asker.button("ticket.open", mine).click()
    await expect(asker.modal).to_contain_text(script.answer)
    await asker.picture("requester-page")
    assert script.secret not in await asker.body()


async def test_a_technician_resolves_and_the_requester_reads_the_solution(
    scene: Scene, windows: Windows
) -> None:
    script, said = scene.script, SAID[scene.language]
    await scene.open_the_story_s()
    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    card = pierre.card("R-000005")

    await pierre.button("ticket.resolve", card).click()
    await pierre.write("solution", " ")
    await pierre.submit()
    await expect(pierre.the("field-error").filter(has_text=said["blank"])).to_be_visible()
    await pierre.choose("code", script.code[:6], script.code)
    await pierre.clear("solution")
    await pierre.write("solution", script.solution)
    await pierre.picture("resolve")
    await pierre.page.keyboard.press("Control+Enter")

    await expect(pierre.modal).to_have_count(0)
    await expect(card).to_contain_text(f"Durand Pierre · {script.code}")
    paul = await windows.of(PAUL, language="en", place=PAULS_MAIL)
    await _read_the_solution(paul, script, "Durand Pierre has solved your request")
    marie = await windows.of(MARIE, language="fr", place=MARIES_MAIL)
    await _read_the_solution(marie, script, "Durand Pierre a résolu")
    await pierre.the("rail-traffic").click()
    await pierre.page.get_by_test_id("traffic-row").filter(has_text="resolve.form").first.click()
    await expect(pierre.the("traffic-detail")).to_contain_text("view_submission")
    await pierre.picture("traffic")


async def _read_the_solution(reader: Window, script: Script, heading: str) -> None:
    await reader.the("mail-item").first.click()
    body = reader.page.frame_locator("iframe").locator("body")
    await expect(body).to_contain_text(heading)
    await expect(body).to_contain_text(script.solution)
    await reader.picture("mail")
    light = await body.evaluate(BACKGROUND)
    await reader.the("mail-scheme").click()
    await expect(body).to_contain_text(script.solution)
    await reader.picture("mail-dark")
    assert await body.evaluate(BACKGROUND) != light


@pytest.mark.parametrize("language", ["fr"], indirect=True)
async def test_escape_leaves_a_form_and_changes_nothing(scene: Scene, windows: Windows) -> None:
    await scene.open_the_story_s()
    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    card = pierre.card("R-000005")
    before = await card.inner_text()

    await pierre.button("ticket.resolve", card).click()
    await pierre.write("solution", "Presque")
    await pierre.page.keyboard.press("Escape")

    await expect(pierre.modal).to_have_count(0)
    assert await card.inner_text() == before
    assert scene.slack.person("pierre").modal is None


@pytest.mark.parametrize("language", ["en"], indirect=True)
async def test_a_colleague_sees_a_card_change_hands_without_reloading(
    scene: Scene, windows: Windows
) -> None:
    await scene.open_the_story_s()
    pierre = await windows.of(PIERRE, place=THE_CHANNEL)
    camille = await windows.of(CAMILLE, place=THE_CHANNEL)
    await expect(camille.button("ticket.assign", camille.card("R-000005"))).to_be_visible()

    await pierre.button("ticket.assign", pierre.card("R-000005")).click()

    await expect(camille.card("R-000005")).to_contain_text("Assigned to Durand Pierre")
    await expect(camille.button("ticket.assign", camille.card("R-000005"))).to_have_count(0)
