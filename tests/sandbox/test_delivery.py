"""How the bot hears of things: signed, in time, and again when it did not answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from sandbox import DeliveryError, Sandbox
from tests.sandbox.tiny_bot import a_button, a_client, a_manifest, actions, an_app, over_socket

POSTES = "#support-postes"


@dataclass
class Ear:
    """A bare web server that keeps what it gets and answers as it is told."""

    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    pause: float = 0.0
    no_retry: bool = False

    async def hear(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.text()))
        await asyncio.sleep(self.pause)
        status, text = self.answers.pop(0) if self.answers else (200, "")
        headers = {"X-Slack-No-Retry": "1"} if self.no_retry else {}
        return web.Response(status=status, text=text, headers=headers)


@pytest.fixture
async def ear(unused_tcp_port: int) -> AsyncIterator[Ear]:
    ear = Ear()
    app = web.Application()
    app.router.add_post("/slack/events", ear.hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    yield ear
    await runner.cleanup()


@pytest.fixture
async def http(ear: Ear, unused_tcp_port: int) -> AsyncIterator[Sandbox]:
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    async with Sandbox(
        a_manifest(), deliver_to=url, retry_delays=(0.0, 0.01, 0.01), patience=0.2
    ) as slack:
        yield slack


async def test_events_are_signed_json(http: Sandbox, ear: Ear) -> None:
    await http.person("pierre").say(POSTES, "salut")

    (headers, body) = ear.got[0]
    stamp = headers["X-Slack-Request-Timestamp"]
    digest = hmac.new(
        http.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256
    ).hexdigest()
    assert headers["X-Slack-Signature"] == f"v0={digest}"
    assert "X-Slack-Retry-Num" not in headers
    payload = json.loads(body)
    assert payload["type"] == "event_callback"
    assert payload["event"]["text"] == "salut"
    assert payload["event"]["channel_type"] == "group"
    assert payload["event"]["event_ts"] == payload["event"]["ts"]
    assert payload["authorizations"][0]["user_id"] == "U01FRONTDESK"


async def test_commands_are_a_form(http: Sandbox, ear: Ear) -> None:
    ear.answers = [(200, "Noted & <done>")]

    await http.person("pierre").command("/ticket", "écran noir", channel=POSTES)

    fields = {key: values[0] for key, values in parse_qs(ear.got[0][1]).items()}
    assert fields["command"] == "/ticket"
    assert fields["text"] == "écran noir"
    assert fields["channel_name"] == "privategroup"  # as Slack names private ones
    assert fields["user_name"] == "pierre"
    assert http.person("pierre").ephemerals[-1].text == "Noted & <done>"


async def test_presses_are_json_inside_a_form(http: Sandbox, ear: Ear) -> None:
    posted = await a_client(http).chat_postMessage(
        channel="C01POSTES", text="a", blocks=[actions(a_button())]
    )
    await http.until(lambda: ear.got)

    await http.person("pierre").press("ticket.claim")

    payload = json.loads(parse_qs(ear.got[-1][1])["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["container"]["message_ts"] == posted["ts"]
    assert payload["message"]["bot_id"] == "B01FRONTDESK"
    assert payload["channel"] == {"id": "C01POSTES", "name": "privategroup"}
    assert payload["user"]["team_id"] == payload["team"]["id"]
    assert payload["actions"][0]["block_id"] == "moves"
    assert payload["response_url"].startswith(http.web_url)


async def test_an_event_that_failed_comes_again_with_its_number_and_reason(
    http: Sandbox, ear: Ear
) -> None:
    ear.answers = [(503, "")]

    await http.person("pierre").say(POSTES, "a")
    await http.courier.settle()

    first, second = ear.got
    assert json.loads(first[1])["event_id"] == json.loads(second[1])["event_id"]
    assert second[0]["X-Slack-Retry-Num"] == "1"
    assert second[0]["X-Slack-Retry-Reason"] == "http_error"


async def test_a_late_event_comes_again(http: Sandbox, ear: Ear) -> None:
    ear.pause = 0.3
    await http.person("pierre").say(POSTES, "a")
    ear.pause = 0.0
    await http.courier.settle()

    assert ear.got[1][0]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_an_event_is_tried_four_times_and_no_more(http: Sandbox, ear: Ear) -> None:
    ear.answers = [(500, "")] * 9

    await http.person("pierre").say(POSTES, "a")
    await http.courier.settle()

    numbers = [headers.get("X-Slack-Retry-Num") for headers, _ in ear.got]
    assert numbers == [None, "1", "2", "3"]


async def test_an_app_may_decline_retries(http: Sandbox, ear: Ear) -> None:
    ear.answers, ear.no_retry = [(500, "")], True

    await http.person("pierre").say(POSTES, "a")
    await http.courier.settle()

    assert len(ear.got) == 1


async def test_a_command_that_is_not_answered_is_not_sent_again(http: Sandbox, ear: Ear) -> None:
    ear.pause = 0.3

    with pytest.raises(DeliveryError, match="Frontdesk didn't respond in time") as late:
        await http.person("pierre").command("/ticket", channel=POSTES)
    await http.courier.settle()

    assert late.value.reason == "operation_timeout"
    assert len(ear.got) == 1


async def test_a_parcel_may_be_delivered_twice_on_purpose(http: Sandbox, ear: Ear) -> None:
    http.deliver_twice(2)

    await http.person("pierre").say(POSTES, "a")
    await http.person("pierre").command("/ticket", channel=POSTES)
    await http.courier.settle()

    assert len(ear.got) == 4
    assert ear.got[0][1] == ear.got[1][1]


async def test_the_bot_hears_only_what_it_subscribed_to_and_where_it_is(ear: Ear) -> None:
    url = "http://127.0.0.1:1/none"
    async with Sandbox(a_manifest(events=["message.im"]), deliver_to=url) as slack:
        await slack.person("pierre").say(POSTES, "not subscribed")
        await slack.person("pierre").say("#general", "not a member")

        assert slack.traffic.of("event message") == []


async def test_edits_and_deletions_are_told_with_what_was_before(
    slack: Sandbox, bolt: AsyncApp
) -> None:
    heard: list[dict[str, Any]] = []

    @bolt.event({"type": "message", "subtype": "message_changed"})
    async def changed(event: dict[str, Any]) -> None:
        heard.append(event)

    @bolt.event({"type": "message", "subtype": "message_deleted"})
    async def deleted(event: dict[str, Any]) -> None:
        heard.append(event)

    pierre = slack.person("pierre")
    message = await pierre.say(POSTES, "frist")
    await pierre.edit(message, "first")
    await pierre.delete(message)

    edit, deletion = heard
    assert edit["previous_message"]["text"] == "frist"
    assert edit["message"]["text"] == "first"
    assert edit["message"]["edited"]["user"] == pierre.id
    assert deletion["deleted_ts"] == message.ts
    assert deletion["previous_message"]["text"] == "first"


async def test_the_bots_own_messages_come_as_events_too(slack: Sandbox, bolt: AsyncApp) -> None:
    await bolt.client.chat_postMessage(channel="C01POSTES", text="mine")

    (record,) = await slack.until(lambda: slack.traffic.of("event message"))
    assert record.request["event"]["bot_id"] == "B01FRONTDESK"
    assert record.request["event"]["user"] == "U01FRONTDESK"


async def test_people_coming_and_changing_are_told(slack: Sandbox, bolt: AsyncApp) -> None:
    heard: list[dict[str, Any]] = []

    @bolt.event("user_change")
    async def changed(event: dict[str, Any]) -> None:
        heard.append(event)

    @bolt.event("member_joined_channel")
    async def joined(event: dict[str, Any]) -> None:
        heard.append(event)

    await slack.change_person("paul", name="Paul Smith-Jones")
    await slack.person("paul").join(POSTES)

    assert heard[0]["user"]["real_name"] == "Paul Smith-Jones"
    assert (heard[1]["user"], heard[1]["channel"]) == ("U01PAUL", "C01POSTES")


async def test_events_wait_for_a_bot_that_is_not_connected_yet(slack: Sandbox) -> None:
    heard: list[str] = []
    app = an_app(slack)

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    await slack.person("pierre").say(POSTES, "early")
    with pytest.raises(DeliveryError, match="could not be reached"):
        await slack.person("pierre").command("/ticket", channel=POSTES)
    async with over_socket(app, slack):
        await slack.until(lambda: heard == ["early"])


async def test_a_dropped_socket_is_dialled_again_and_misses_nothing(
    slack: Sandbox, bolt: AsyncApp
) -> None:
    heard: list[str] = []

    @bolt.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    slack.drop_socket()
    await slack.person("pierre").say(POSTES, "while away")

    await slack.until(lambda: heard == ["while away"])


async def test_an_unacknowledged_envelope_comes_again(slack: Sandbox, bolt: AsyncApp) -> None:
    attempts: list[str | None] = []

    @bolt.event("message")
    async def message(request: Any) -> None:
        attempts.append((request.headers.get("x-slack-retry-num") or ["?"])[0])
        if len(attempts) == 1:
            raise RuntimeError("no")

    await slack.person("pierre").say(POSTES, "a")

    await slack.until(lambda: attempts == ["0", "1"])


async def test_a_refreshed_connection_is_replaced(slack: Sandbox, bolt: AsyncApp) -> None:
    await slack.refresh_socket()

    await slack.until_connected()


async def test_response_urls_work_five_times(slack: Sandbox, bolt: AsyncApp) -> None:
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    urls: list[str] = []

    @bolt.command("/ticket")
    async def ticket(ack: Any, body: dict[str, Any]) -> None:
        urls.append(body["response_url"])
        await ack()

    pierre = slack.person("pierre")
    await pierre.command("/ticket", channel=POSTES)
    webhook = AsyncWebhookClient(urls[0])
    answers = [await webhook.send(text=str(n)) for n in range(5)]
    last = await webhook.send(text="6")

    assert [a.body for a in answers] == ["ok"] * 5
    assert (last.status_code, last.body) == (404, "used_url")
    assert [m.text for m in pierre.ephemerals] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_can_replace_or_delete_what_was_pressed(
    slack: Sandbox, bolt: AsyncApp
) -> None:
    @bolt.action("ticket.claim")
    async def claim(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack()
        if body["actions"][0]["value"] == "1":
            blocks = [actions(a_button(value="2"))]
            await respond(text="replaced", blocks=blocks, replace_original=True)
        else:
            await respond(delete_original=True)

    pierre = slack.person("pierre")
    await bolt.client.chat_postEphemeral(
        channel="C01POSTES", user=pierre.id, text="a", blocks=[actions(a_button())]
    )
    await pierre.press("ticket.claim")
    await slack.until(lambda: pierre.ephemerals[-1].text == "replaced")
    await pierre.press("ticket.claim")

    await slack.until(lambda: pierre.ephemerals == [])


async def test_with_both_ways_up_each_takes_its_turn(ear: Ear, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    async with Sandbox(a_manifest(), deliver_to=url, either_way=True) as slack:
        app, heard = an_app(slack), []

        @app.command("/ticket")
        async def ticket(ack: Any) -> None:
            heard.append("socket")
            await ack()

        async with over_socket(app, slack):
            await slack.until(lambda: slack.socket and slack.socket.connections)
            for _ in range(4):
                await slack.person("pierre").command("/ticket", channel=POSTES)

    assert (len(ear.got), len(heard)) == (2, 2)


async def test_of_both_ways_http_alone_is_enough(ear: Ear, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    async with Sandbox(a_manifest(), deliver_to=url, either_way=True) as slack:
        for _ in range(3):
            await slack.person("pierre").command("/ticket", channel=POSTES)

    assert len(ear.got) == 3


async def test_of_both_ways_the_socket_alone_is_enough(unused_tcp_port: int) -> None:
    nowhere = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    async with Sandbox(a_manifest(), deliver_to=nowhere, either_way=True) as slack:
        app, heard = an_app(slack), []

        @app.command("/ticket")
        async def ticket(ack: Any) -> None:
            heard.append("socket")
            await ack()

        async with over_socket(app, slack):
            await slack.until(lambda: slack.socket and slack.socket.connections)
            for _ in range(3):
                await slack.person("pierre").command("/ticket", channel=POSTES)

    assert len(heard) == 3
