"""One whole story through a real Bolt app: command, form, card, press, message."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from sandbox import Sandbox
from tests.sandbox.tiny_bot import (
    a_button,
    a_form,
    a_manifest,
    actions,
    an_app,
    over_http,
    over_socket,
)


def desk(app: AsyncApp, heard: list[str]) -> AsyncApp:
    """Listeners of a desk that opens tickets and lets people take them."""

    @app.command("/ticket")
    async def opened(ack: Any, body: Any, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=a_form())
        await ack("Opening a form")

    @app.view("ticket.new")
    async def sent(ack: Any, view: Any, client: Any) -> None:
        subject = view["state"]["values"]["subject"]["subject"]["value"]
        if subject == "bad":
            await ack(response_action="errors", errors={"subject": "Say more"})
            return
        blocks = [actions(a_button())]
        await client.chat_postMessage(channel="C01POSTES", text=subject, blocks=blocks)
        await ack()

    @app.action("ticket.claim")
    async def claimed(ack: Any, body: Any, client: Any) -> None:
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**place, text=f"taken by <@{body['user']['id']}>")
        await ack()

    @app.event("message")
    async def message(event: Any) -> None:
        heard.append(event["text"])

    return app


async def the_story(slack: Sandbox, heard: list[str]) -> None:
    pierre = slack.person("pierre")

    await pierre.command("/ticket", channel="#support-postes")
    nothing_typed = await pierre.submit()
    await pierre.fill({"Subject": "bad"})
    refused = await pierre.submit()
    await pierre.fill({"subject": "No paper"})
    accepted = await pierre.submit()
    await pierre.press("ticket.claim")
    await pierre.say("#support-postes", "on my way, <3 @camille")

    assert pierre.ephemerals[-1].text == "Opening a form"
    assert nothing_typed == {"subject": "Please complete this required field."}
    assert refused == {"subject": "Say more"}
    assert accepted == {}
    assert pierre.modal is None
    assert pierre.messages("#support-postes")[0].text == "taken by <@U01PIERRE>"
    assert heard == ["on my way, &lt;3 <@U01CAMILLE>"]


async def test_a_bolt_app_over_socket_mode_lives_a_whole_story(slack: Sandbox) -> None:
    heard: list[str] = []

    async with over_socket(desk(an_app(slack), heard), slack):
        await the_story(slack, heard)


async def test_a_bolt_app_over_signed_http_lives_the_same_story(
    unused_tcp_port: int,
) -> None:
    heard: list[str] = []
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"

    async with (
        Sandbox(a_manifest(), deliver_to=url) as slack,
        over_http(desk(an_app(slack), heard), unused_tcp_port),
    ):
        await the_story(slack, heard)
