"""A person can do what people do in Slack, and cannot do what they cannot."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from sandbox import NotOnScreen, Sandbox
from tests.sandbox.tiny_bot import a_button, a_client, a_form, actions

Json = dict[str, Any]
POSTES = "#support-postes"


@pytest.fixture
def heard(bolt: AsyncApp) -> list[Json]:
    """Everything the app was told, acknowledged at once."""
    told: list[Json] = []

    async def keep(ack: Any, body: Json) -> None:
        told.append(body)
        await ack()

    bolt.shortcut("ticket.create")(keep)
    bolt.shortcut("ticket.from_message")(keep)
    bolt.action("ticket.claim")(keep)
    for kind in ("message", "reaction_added", "app_mention", "app_home_opened"):
        bolt.event(kind)(keep)
    return told


async def test_a_global_shortcut_has_a_trigger_and_no_channel(
    slack: Sandbox, heard: list[Json]
) -> None:
    await slack.person("pierre").shortcut("ticket.create")

    (body,) = heard
    assert body["type"] == "shortcut"
    assert body["user"]["id"] == "U01PIERRE"
    assert body["trigger_id"]
    assert "channel" not in body


async def test_a_message_shortcut_brings_the_message(slack: Sandbox, heard: list[Json]) -> None:
    pierre = slack.person("pierre")
    message = await slack.person("camille").say("#general", "écran noir")

    await pierre.message_shortcut("ticket.from_message", message)

    (body,) = heard
    assert body["type"] == "message_action"
    assert body["message"]["text"] == "écran noir"
    assert body["message"]["user"] == "U01CAMILLE"
    assert body["message_ts"] == message.ts


async def test_a_mention_is_told_as_well_as_the_message(slack: Sandbox, heard: list[Json]) -> None:
    await slack.person("pierre").say(POSTES, "@frontdesk help")
    await slack.courier.settle()

    assert sorted(body["event"]["type"] for body in heard) == ["app_mention", "message"]


async def test_a_reaction_is_told_and_taken_back(slack: Sandbox, heard: list[Json]) -> None:
    pierre = slack.person("pierre")
    message = await pierre.say(POSTES, "done?")

    await pierre.react(message, "white_check_mark")
    await pierre.react(message, "white_check_mark")

    assert heard[-1]["event"]["item"]["ts"] == message.ts
    assert message.reactions == {}


async def test_a_reply_names_its_thread_and_parent(slack: Sandbox, heard: list[Json]) -> None:
    pierre = slack.person("pierre")
    message = await pierre.say(POSTES, "question")

    await pierre.say(POSTES, "answer", message)

    event = heard[-1]["event"]
    assert (event["thread_ts"], event["parent_user_id"]) == (message.ts, pierre.id)
    assert [m.text for m in pierre.thread(POSTES, message)] == ["answer"]
    assert [m.text for m in pierre.messages(POSTES)] == ["question"]


async def test_direct_messages_with_the_app_have_their_own_tab(
    slack: Sandbox, bolt: AsyncApp, heard: list[Json]
) -> None:
    paul = slack.person("paul")
    await bolt.client.chat_postMessage(channel=paul.id, text="your ticket")
    unread = dict(paul.unread)

    await paul.open_messages()
    await paul.say(paul.dm, "thanks")

    assert unread == {paul.dm.id: 1}
    assert paul.unread == {}
    assert heard[0]["event"]["tab"] == "messages"
    assert heard[1]["event"]["channel_type"] == "im"


async def test_declining_a_confirmation_tells_the_app_nothing(
    slack: Sandbox, bolt: AsyncApp, heard: list[Json]
) -> None:
    def plain(text: str) -> Json:
        return {"type": "plain_text", "text": text}

    sure = {
        "title": plain("Sure?"),
        "text": plain("Really"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    await bolt.client.chat_postMessage(
        channel="C01POSTES", text="a", blocks=[actions(a_button() | {"confirm": sure})]
    )
    pierre = slack.person("pierre")

    await pierre.press("ticket.claim", confirm=False)
    declined = [b for b in heard if b["type"] == "block_actions"]
    await pierre.press("ticket.claim")

    assert declined == []
    assert heard[-1]["type"] == "block_actions"


async def test_buttons_alike_are_told_apart_by_value_or_words(
    slack: Sandbox, bolt: AsyncApp, heard: list[Json]
) -> None:
    await bolt.client.chat_postMessage(
        channel="C01POSTES",
        text="a",
        blocks=[
            actions(a_button(value="1", text="Take 1"), block_id="one"),
            actions(a_button(value="2", text="Take 2"), block_id="two"),
        ],
    )
    pierre = slack.person("pierre")

    await pierre.press("ticket.claim", value="2")
    await pierre.press("ticket.claim", value="Take 1")
    await pierre.press("ticket.claim", block_id="two")

    pressed = [b["actions"][0]["value"] for b in heard if b["type"] == "block_actions"]
    assert pressed == ["2", "1", "2"]
    with pytest.raises(NotOnScreen, match=r"there are: 1 \(Take 1\), 2 \(Take 2\)"):
        await pierre.press("ticket.claim", value="3")


async def test_what_is_not_on_the_screen_cannot_be_used(slack: Sandbox) -> None:
    pierre = slack.person("pierre")
    theirs = await slack.person("camille").say(POSTES, "mine")
    trigger = slack.workspace.triggers.new(pierre.id)

    with pytest.raises(NotOnScreen, match="nowhere on"):
        await pierre.press("ticket.claim")
    with pytest.raises(NotOnScreen, match="no form open"):
        await pierre.submit()
    with pytest.raises(NotOnScreen, match="not a valid command"):
        await pierre.command("/tikcet", channel=POSTES)
    with pytest.raises(NotOnScreen, match="only the author"):
        await pierre.edit(theirs, "yours")
    with pytest.raises(NotOnScreen, match="is not in #support-reseau"):
        await pierre.say("#support-reseau", "hello")
    with pytest.raises(NotOnScreen, match="is not in #frontdesk-admin"):
        slack.person("paul").messages("#frontdesk-admin")
    await a_client(slack).views_open(trigger_id=trigger, view=a_form())
    with pytest.raises(NotOnScreen, match=r"no input 'urgency' here; there are: subject/subject"):
        await pierre.fill({"urgency": "high"})
