"""The doubles answer as what they stand for, and each server can be measured."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections import defaultdict
from pathlib import Path

import aiohttp
import pytest

from bench import rounds, servers
from bench.double import CHANNELS, SlackDouble
from bench.floor import Database
from bench.load import Answers, closed_loop, open_loop
from bench.payloads import FORM_SIZE, clicks, forms, numbered
from bench.rounds import QUICK, SCENARIOS, Lost, measure
from bench.sink import MailSink
from bench.table import as_json, ratio_lines, ratios, value_lines
from bench.wire import Incoming, answer
from storage.migrate import upgrade

FEW = dataclasses.replace(
    QUICK, rounds=1, clicks=8, creates=3, burst=6, seconds=0.05, slow=2, held=6
)


def test_messages_are_cut_where_they_end_however_they_arrive():
    stream = answer(b'{"ok":true}') + b"POST /x HTTP/1.1\r\n\r\n" + answer(b"")
    incoming = Incoming()

    found = [m for byte in stream for m in incoming.feed(bytes([byte]))]

    assert [body for _, body in found] == [b'{"ok":true}', b"", b""]


def test_a_form_is_as_large_as_a_realistic_one_and_signed_anew_each_time():
    make = forms("/slack/events", "127.0.0.1")

    bodies = [make(number).partition(b"\r\n\r\n") for number in (1, 2)]

    assert all(FORM_SIZE * 0.95 < len(body) < FORM_SIZE * 1.05 for _, _, body in bodies)
    assert b"bench-00000002" in bodies[1][2]
    assert bodies[0][0] != bodies[1][0]


async def test_the_double_tells_when_a_ticket_was_shown():
    slack = SlackDouble()
    await slack.start()
    async with aiohttp.ClientSession() as session:
        card = {"channel": next(iter(CHANNELS)), "text": "Printer bench-00000007"}
        async with session.post(slack.url + "chat.postMessage", json=card) as said:
            posted = json.loads(await said.read())
        line = {"channel": posted["channel"], "text": "Below", "thread_ts": posted["ts"]}

        await session.post(slack.url + "chat.postMessage", json=line)

    assert await slack.until_shown({7: 2}, within=5)
    assert slack.calls == {"chat.postMessage": 2}
    assert not await slack.until_shown({8: 1}, within=0.01)
    await slack.stop()


async def test_the_sink_takes_mails_one_after_another():
    sink = MailSink()
    await sink.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
    for number in (1, 2):
        writer.write(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n")
        writer.write(b"Subject: bench-%d\r\n\r\nHello\r\n.\r\n" % number)

    assert await sink.until_mailed({1, 2}, within=5)
    assert (await reader.readline()).startswith(b"220")
    writer.close()
    await sink.stop()


def test_the_floor_stores_the_rows_of_a_ticket(tmp_path: Path):
    upgrade(f"sqlite:///{tmp_path}/floor.db")
    database = Database(f"sqlite:///{tmp_path}/floor.db")

    assert [database.keep(f"bench-{number}", "words") for number in (1, 2)] == [1, 2]


@pytest.mark.parametrize("name", ["floor", "ordinary", "ours"])
async def test_each_server_can_be_measured(tmp_path: Path, name: str):
    server = await servers.start(name, f"sqlite:///{tmp_path}/{name}.db", tmp_path)
    try:
        found = await measure([server], FEW, tmp_path, lambda line: None)
    finally:
        server.stop()
        await server.slack.stop()
        await server.mail.stop()

    assert found["burst: creates/s", name][0] > 0
    assert found["create: p50 ms", name][0] > 0
    assert sum(found["refused", name]) == 0


async def test_a_server_that_does_not_start_says_why(tmp_path: Path):
    with pytest.raises(RuntimeError, match="did not start"):
        await servers.start("ordinary", "nonsense://", tmp_path)


async def test_what_ours_refuses_ends_the_measurement(tmp_path: Path):
    server = await servers.start("ours", f"sqlite:///{tmp_path}/ours.db", tmp_path)
    forged = forms("/slack/events", "127.0.0.1")(1).replace(b"v0=", b"v0=0")
    try:
        answers = await closed_loop(server.port, [(1, forged)], 1)
        with pytest.raises(Lost, match="ours refused"):
            rounds._taken(server, answers, defaultdict(list))
    finally:
        server.stop()


async def test_the_open_loop_keeps_its_rate_whether_or_not_answers_come():
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.2)
        writer.write(answer(b""))

    server = await asyncio.start_server(slowly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    requests = [(number, b"GET / HTTP/1.1\r\n\r\n") for number in range(10)]

    answers = await open_loop(port, requests, rate=100)

    assert len(answers.seconds) == 10
    assert max(answers.sent.values()) - min(answers.sent.values()) < 0.2 * 10
    server.close()


def test_the_table_shows_each_ratio_with_its_spread():
    found = {
        (what, who): [value, value * 2]
        for ratio in ratios("sqlite")
        for (what, who), value in ((ratio.ours, 6.0), (ratio.theirs, 2.0))
    }

    lines = list(ratio_lines(found, "sqlite"))

    assert len(lines) == len(ratios("sqlite")) + 2
    assert any("≤ 4" in line and "yes" in line for line in lines)
    assert next(iter(value_lines(found))).startswith("| median")
    assert json.loads(as_json(found, "sqlite"))["database"] == "sqlite"


def test_every_scenario_says_what_it_does():
    assert all(scenario.__doc__ for scenario in SCENARIOS)


def test_shares_are_of_the_answers_in_order():
    answers = Answers(seconds=[0.3, 0.1, 0.2])

    assert (answers.at(0.5), answers.at(0.99)) == (0.2, 0.3)


def test_clicks_are_numbered():
    made = list(numbered(clicks("/slack/events", "h"), 5, 2))

    assert [number for number, _ in made] == [5, 6]
    assert made[0][1] != made[1][1]
