"""Rate limits and faults: what Slack does on a bad day."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.webapi.door import METHODS
from sandbox.webapi.rates import Rates
from tests.sandbox.tiny_bot import a_client, a_manifest

POSTES = "C01POSTES"


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_posting_is_one_a_second_after_a_burst() -> None:
    async with Sandbox(a_manifest(), rates="slack") as slack:
        client = a_client(slack)
        for number in range(4):
            await client.chat_postMessage(channel=POSTES, text=str(number))

        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=POSTES, text="one too many")
        elsewhere = await client.chat_postMessage(channel="C01RESEAU", text="fine")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert elsewhere["ok"]


def test_a_tier_refills_with_time() -> None:
    clock = Clock()
    rates = Rates(clock, limited=True)
    update = METHODS["chat.update"]

    waits = [rates.wait("chat.update", {}, update) for _ in range(51)]
    clock.now += 2

    assert waits[:50] == [0] * 50
    assert waits[50] == 2
    assert rates.wait("chat.update", {}, update) == 0


async def test_a_429_says_when_to_come_back_and_does_nothing(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    slack.faults.add("chat.postMessage", 429, retry_after=7)

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=POSTES, text="a")
    await client.chat_postMessage(channel=POSTES, text="b")

    assert caught.value.response.headers["Retry-After"] == "7"
    assert [m.text for m in slack.channel(POSTES).messages] == ["b"]


async def test_a_server_error_does_nothing(slack: Sandbox, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", 500)

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=POSTES, text="a")

    assert caught.value.response.status_code == 500
    assert slack.channel(POSTES).messages == []


async def test_a_chosen_error_comes_once(slack: Sandbox, client: AsyncWebClient) -> None:
    slack.faults.add("*", error="fatal_error")

    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.auth_test()
    assert (await client.auth_test())["ok"]


async def test_a_time_out_after_the_work_leaves_the_message_there(slack: Sandbox) -> None:
    client = AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[]
    )
    slack.faults.add("chat.postMessage", "timeout_after")

    with pytest.raises(asyncio.TimeoutError):
        await client.chat_postMessage(channel=POSTES, text="a")

    assert [m.text for m in slack.channel(POSTES).messages] == ["a"]


@pytest.mark.parametrize(("fault", "posted"), [("drop_after", ["a"]), ("drop_before", [])])
async def test_a_cut_wire_may_come_before_or_after_the_work(
    slack: Sandbox, client: AsyncWebClient, fault: str, posted: list[str]
) -> None:
    slack.faults.add("chat.postMessage", fault)

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=POSTES, text="a")

    assert [m.text for m in slack.channel(POSTES).messages] == posted


async def test_slack_may_fail_after_the_work(slack: Sandbox, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", "fail_after")

    with pytest.raises(SlackApiError, match="internal_error"):
        await client.chat_postMessage(channel=POSTES, text="a")

    assert [m.text for m in slack.channel(POSTES).messages] == ["a"]


async def test_a_slow_answer_is_still_right(slack: Sandbox, client: AsyncWebClient) -> None:
    slack.faults.add("auth.test", delay=0.05)

    assert (await client.auth_test())["ok"]
    assert slack.traffic.of("auth.test")[0].ms >= 50


def test_a_fault_that_says_nothing_is_refused() -> None:
    slack = Sandbox(a_manifest())

    with pytest.raises(ValueError, match="say what should go wrong"):
        slack.faults.add("chat.update")
    with pytest.raises(ValueError, match="status must be"):
        slack.faults.add("chat.update", "timeout")
    with pytest.raises(ValueError, match="stage must be"):
        slack.smtp_faults.add("hello", 451)


async def test_slacks_seconds_may_pass_faster() -> None:
    async with Sandbox(a_manifest(), rates="slack", faster=20) as slack:
        client = a_client(slack)
        statuses = []
        for number in range(5):
            try:
                await client.chat_postMessage(channel=POSTES, text=str(number))
            except SlackApiError as refused:
                statuses.append(refused.response.headers["Retry-After"])
        await asyncio.sleep(1 / 20)
        await client.chat_postMessage(channel=POSTES, text="after a second of Slack's")

    assert statuses in ([], ["0.05"])  # a slow machine may need that second for the burst
