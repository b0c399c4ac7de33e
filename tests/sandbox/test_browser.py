"""The browser's JSON and its live channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp

from sandbox import Sandbox
from tests.sandbox.tiny_bot import a_button, a_form, a_subject, actions

Json = dict[str, Any]
PIERRE = "U01PIERRE"
POSTES = "C01POSTES"
PNG = "image/png"


class Window:
    """A browser window of one person."""

    def __init__(self, session: aiohttp.ClientSession, user: str) -> None:
        self._session = session
        self.user = user
        self.status = 0

    async def get(self, path: str, **query: str) -> Any:
        async with self._session.get(path, params=query) as answer:
            self.status = answer.status
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(path, json={"as": self.user, **body}) as answer:
            self.status = answer.status
            return await answer.json()

    async def bring(self, name: str, data: bytes) -> str:
        """The id of a file that this person chose."""
        query = {"as": self.user, "name": name}
        async with self._session.post("/ui/upload", params=query, data=data) as answer:
            return str((await answer.json())["file"]["id"])

    async def state(self) -> Json:
        state: Json = await self.get("/ui/state", **{"as": self.user})
        return state


@pytest.fixture
async def window(slack: Sandbox) -> AsyncIterator[Window]:
    async with aiohttp.ClientSession(slack.web_url) as session:
        yield Window(session, PIERRE)


async def test_everybody_is_listed_with_and_without_slack(window: Window) -> None:
    answer = await window.get("/ui/people")

    people = {person["id"]: person for person in answer["people"]}
    assert answer["workspace"]["name"] == "Atelier Méridien"
    assert people[PIERRE]["avatar"]["initials"] == "PD"
    assert people[PIERRE]["slack"] is True
    assert people["jeanne.martin@client.example"]["slack"] is False


async def test_the_state_is_one_persons_screen(window: Window) -> None:
    state = await window.state()

    assert [c["name"] for c in state["channels"]] == [
        "support-postes",
        "general",
        "frontdesk-admin",
    ]
    assert state["joinable"] == []  # the other teams' channels are private
    assert [(d["is_bot"], d["unread"]) for d in state["dms"]] == [(True, 0)]
    assert state["commands"][0]["command"] == "/ticket"
    assert state["shortcuts"]["message"][0]["callback_id"] == "ticket.from_message"
    assert state["app"]["has_home"] is True
    assert state["app"]["takes_messages"] is True
    assert state["views"] == []


async def test_what_is_said_is_read_back_and_unread_for_others(
    slack: Sandbox, window: Window
) -> None:
    said = await window.post("/ui/say", channel=POSTES, text="bonjour @camille")
    ts = said["message"]["ts"]
    await window.post("/ui/say", channel=POSTES, text="suite", thread_ts=ts)
    await window.post("/ui/react", channel=POSTES, ts=ts, name="eyes")
    await window.post("/ui/edit", channel=POSTES, ts=ts, text="salut @camille")

    listing = await window.get("/ui/messages", channel=POSTES, **{"as": PIERRE})
    thread = await window.get("/ui/messages", channel=POSTES, thread=ts, **{"as": PIERRE})
    camille = await window.get("/ui/state", **{"as": "U01CAMILLE"})

    (message,) = listing["messages"]
    assert message["text"] == "salut <@U01CAMILLE>"
    assert message["edited"] is True
    assert message["reply_count"] == 1
    assert message["reactions"] == [{"name": "eyes", "count": 1, "users": [PIERRE]}]
    assert [m["text"] for m in thread["messages"]] == ["salut <@U01CAMILLE>", "suite"]
    assert (camille["channels"][0]["unread"], camille["channels"][0]["mentions"]) == (1, 1)

    await window.post("/ui/read", channel=POSTES, **{"as": "U01CAMILLE"})
    assert slack.person("camille").unread == {}


async def test_nobody_reads_a_private_place_they_are_not_in(window: Window) -> None:
    answer = await window.get("/ui/messages", channel="C01ADMIN", **{"as": "U01PAUL"})

    assert window.status == 400
    assert answer["ok"] is False
    assert "no channel" in answer["error"]


async def test_a_command_without_a_bot_says_so(window: Window) -> None:
    answer = await window.post("/ui/command", channel=POSTES, command="/ticket", text="")

    assert answer["error"] == "dispatch_failed"
    assert "could not be reached" in answer["sentence"]


async def test_a_command_in_a_thread_is_refused_as_in_slack(window: Window) -> None:
    answer = await window.post(
        "/ui/command", channel=POSTES, command="/ticket", text="", thread_ts="1.2"
    )

    assert answer["error"] == "/ticket is not supported in threads. Sorry!"


async def test_a_form_is_filled_and_sent_from_the_browser(
    window: Window, bolt: AsyncApp, slack: Sandbox
) -> None:
    sent: list[Json] = []
    tick = {"text": {"type": "plain_text", "text": "Urgent"}, "value": "urgent"}
    form = a_form(
        a_subject(),
        a_subject(
            block_id="flags",
            optional=True,
            element={"type": "checkboxes", "action_id": "flags", "options": [tick]},
        ),
    )

    @bolt.command("/ticket")
    async def ticket(ack: Any, body: Json, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=form)
        await ack()

    @bolt.view("ticket.new")
    async def new(ack: Any, view: Json) -> None:
        sent.append(view["state"]["values"])
        await (ack() if len(sent) > 1 else ack(response_action="errors", errors={"subject": "?"}))

    await window.post("/ui/command", channel=POSTES, command="/ticket", text="")
    (view,) = (await window.state())["views"]
    typed = {"subject": {"subject": "Écran"}, "flags": {"flags": ["urgent"]}}
    first = await window.post("/ui/submit", view_id=view["id"], state=typed)
    second = await window.post("/ui/submit", view_id=view["id"], state=typed)

    assert first == {"ok": False, "errors": {"subject": "?"}}
    assert second == {"ok": True}
    assert sent[0]["subject"]["subject"]["value"] == "Écran"
    assert sent[0]["flags"]["flags"]["selected_options"] == [tick]
    assert (await window.state())["views"] == []


async def test_a_silent_app_is_trouble_in_a_form(
    window: Window, bolt: AsyncApp, slack: Sandbox
) -> None:
    trigger = slack.workspace.triggers.new(PIERRE)
    view = (await bolt.client.views_open(trigger_id=trigger, view=a_form()))["view"]
    typed = {"subject": {"subject": "a"}}

    answer = await window.post("/ui/submit", view_id=view["id"], state=typed)

    assert answer == {"ok": False, "trouble": "We had some trouble connecting. Try again?"}


async def test_presses_and_menus_in_messages(window: Window, bolt: AsyncApp) -> None:
    acted: list[Json] = []

    @bolt.action("ticket.claim")
    @bolt.action("ticket.more")
    async def act(ack: Any, body: Json) -> None:
        acted.append(body["actions"][0])
        await ack()

    options = [
        {"text": {"type": "plain_text", "text": t}, "value": t.lower()} for t in ("Hold", "Close")
    ]
    menu = {"type": "overflow", "action_id": "ticket.more", "options": options}
    posted = await bolt.client.chat_postMessage(
        channel=POSTES, text="a", blocks=[actions(a_button(), menu)]
    )
    where = {"type": "message", "channel": POSTES, "ts": posted["ts"]}

    press = await window.post("/ui/action", where=where, block_id="moves", action_id="ticket.claim")
    choice = await window.post(
        "/ui/action", where=where, block_id="moves", action_id="ticket.more", selected="close"
    )
    gone = await window.post("/ui/action", where=where, block_id="moves", action_id="nothing")

    assert press == choice == {"ok": True}
    # The message was edited under the finger: its blocks are new, its buttons are the same.
    late = await window.post("/ui/action", where=where, block_id="old", action_id="ticket.claim")
    assert late == {"ok": True}
    assert acted[0]["value"] == "1"
    assert acted[1]["selected_option"]["value"] == "close"
    assert gone["error"] == "gone"


async def test_the_live_channel_tells_what_concerns_a_person(
    slack: Sandbox, window: Window
) -> None:
    heard: list[Json] = []
    async with (
        aiohttp.ClientSession(slack.web_url) as session,
        session.ws_connect("/ui/live?as=U01CAMILLE") as live,
    ):
        await slack.person("noe").say("#support-reseau", "not for Camille")
        await window.post("/ui/say", channel=POSTES, text="pour Camille")
        while not heard or heard[-1]["type"] != "unread":
            heard.append(await live.receive_json(timeout=2))

    assert [h["type"] for h in heard if h["type"] != "traffic"] == ["message", "unread"]
    message = next(h for h in heard if h["type"] == "message")
    assert message["message"]["text"] == "pour Camille"
    assert (heard[-1]["channel"], heard[-1]["unread"]) == (POSTES, 1)


async def test_mail_is_written_and_read_in_the_browser(window: Window) -> None:
    paul, marie = "paul.smith@meridien.example", "marie.curie@meridien.example"
    await window.post("/ui/mail", **{"from": paul}, to=marie, subject="Lunch", text="Noon?")
    boxes = await window.get("/ui/mailboxes")
    (mail,) = (await window.get("/ui/mailbox", address=marie))["mails"]
    await window.post("/ui/mail/read", address=marie, id=mail["id"])
    await window.post(
        "/ui/mail", **{"from": marie}, to=paul, subject="", text="Oui", reply_to_id=mail["id"]
    )
    newest = (await window.get("/ui/mailbox", address=paul))["mails"][0]
    refused = await window.post("/ui/mail", **{"from": paul}, to="x@desk.example", text="a")

    assert {"address": marie, "name": "Marie Curie", "unread": 1} in boxes
    assert mail["text"] == "Noon?\n"
    assert newest["subject"] == "Re: Lunch"
    assert "> Noon?" in newest["text"]
    assert refused["error"].startswith("no mail server")


async def test_mail_takes_copies_and_files_along_and_on(window: Window, slack: Sandbox) -> None:
    paul, marie, jeanne = (
        "paul.smith@meridien.example",
        "marie.curie@meridien.example",
        "jeanne.martin@client.example",
    )
    photo, notes = await window.bring("photo.png", b"PNG"), await window.bring("notes.txt", b"Hm.")
    wish = {"to": marie, "subject": "Lunch", "text": "Here?", "cc": f"Jeanne <{jeanne}>"}
    await window.post("/ui/mail", **{"from": paul}, **wish, files=[photo])
    first = (await window.get("/ui/mailbox", address=marie))["mails"][0]
    onward = {"to": jeanne, "subject": "Fwd: Lunch", "text": "See below.", "files": [notes]}

    await window.post("/ui/mail", **{"from": marie}, **onward, forward_id=first["id"])
    gone = await window.post("/ui/mail", **{"from": paul}, **wish, files=["F404"])

    in_copy, passed_on = slack.mailbox(jeanne)
    assert (first["cc"], in_copy.files) == (f"Jeanne <{jeanne}>", [("photo.png", b"PNG", PNG)])
    assert [name for name, _, _ in passed_on.files] == ["photo.png", "notes.txt"]
    assert gone["ok"] is False


async def test_a_whole_mail_is_sent_as_it_is(window: Window, slack: Sandbox) -> None:
    raw = b"From: Machine <m@far.example>\r\nTo: nobody@far.example\r\n\r\nHello\xff\r\n"
    marie = "marie.curie@meridien.example"

    file = await window.bring("odd.eml", raw)
    await window.post("/ui/mail", **{"from": "m@far.example"}, to=f"Marie <{marie}>", raw=file)

    (mail,) = slack.mailbox(marie)
    assert (mail.raw, mail.envelope_from, mail.envelope_to) == (raw, "m@far.example", [marie])


async def test_faults_are_set_seen_and_cleared(window: Window, slack: Sandbox) -> None:
    await window.post("/ui/faults", method="chat.update", status=500, times=2)
    await window.post("/ui/faults", stage="data", code=451)
    seen = await window.get("/ui/faults")
    cleared = await window.post("/ui/faults", clear=True)

    assert (seen["api"][0]["method"], seen["api"][0]["times"]) == ("chat.update", 2)
    assert seen["smtp"][0]["stage"] == "data"
    assert cleared == {"api": [], "smtp": []}


async def test_traffic_is_read_from_where_one_left_off(window: Window, bolt: AsyncApp) -> None:
    await bolt.client.auth_test()

    everything = await window.get("/ui/traffic", after="0")
    newest = everything["records"][-1]
    nothing = await window.get("/ui/traffic", after=str(newest["id"]))

    assert newest["kind"] == "auth.test"
    assert nothing == {"records": []}
