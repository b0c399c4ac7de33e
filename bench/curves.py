"""`python -m bench.curves`: how latency grows with load, and throughput with processes, drawn."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click

from bench.chart import Axis, Point, line_chart
from bench.databases import databases
from bench.load import closed_loop, open_loop
from bench.payloads import forms, numbered
from bench.rounds import AT_ONCE, HOST, POSTS, create_calmly
from bench.servers import ROOT, Server, start
from bench.table import machine

RATES = (5, 10, 20, 30, 40, 60, 80, 100, 130)  # new tickets a second
SECONDS = 4.0  # of each rate
OVERLOADED = 2.0  # seconds at the 99th hundredth: it will not get better with more
PATIENCE = 120.0
PROCESSES = (1, 2, 4)
TICKETS = 400  # for each number of processes
DRAWN = {"ours": "Frontdesk", "ordinary": "ordinary build", "floor": "floor"}

Curves = dict[str, list[Point]]


@click.command(
    epilog="\b\nExamples:\n  python -m bench.curves\n  python -m bench.curves --into build"
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / "docs" / "pictures",
    help="Where the pictures go. [default: docs/pictures]",
)
def main(into: Path) -> None:
    """Draw latency against load, and throughput against processes on one PostgreSQL.

    Takes about six minutes. What the pictures were drawn from is printed.
    """
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="curves-", dir=build))
    try:
        with databases("sqlite", folder) as urls:
            latency = asyncio.run(_latency(urls, folder))
        with databases("postgresql", folder) as urls:
            throughput = asyncio.run(_throughput(urls["ours"], folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    into.mkdir(parents=True, exist_ok=True)
    (into / "latency.svg").write_text(_latency_chart(latency), encoding="utf-8")
    (into / "throughput.svg").write_text(_throughput_chart(throughput), encoding="utf-8")
    click.echo(json.dumps({"machine": machine(), "latency": latency, "throughput": throughput}))


async def _latency(urls: dict[str, str], folder: Path) -> Curves:
    """Milliseconds until a new ticket is acknowledged, at the 99th hundredth, by rate."""
    servers = [await _started(name, url, folder) for name, url in urls.items()]
    found: Curves = {name: [] for name in urls}
    overloaded: set[str] = set()
    try:
        for rate, server in itertools.product(RATES, servers):
            if server.name in overloaded:
                continue
            milliseconds = await _at_rate(server, rate)
            click.echo(f"{server.name} at {rate}/s: {milliseconds:.1f} ms", err=True)
            found[server.name].append((float(rate), round(milliseconds, 2)))
            if milliseconds > OVERLOADED * 1e3:
                overloaded.add(server.name)
    finally:
        await _stopped(servers)
    return found


async def _at_rate(server: Server, rate: float) -> float:
    count = int(rate * SECONDS)
    requests = numbered(forms(server.create, HOST), server.tickets + 1, count)
    server.tickets += count
    answers = await open_loop(server.port, requests, rate)
    taken = [number for number in answers.sent if number not in answers.refused]
    await server.slack.until_shown(dict.fromkeys(taken, POSTS), PATIENCE)
    return answers.at(0.99) * 1e3


async def _throughput(url: str, folder: Path) -> Curves:
    """New tickets a second until all are shown, by processes."""
    found: Curves = {"acknowledged": [], "shown in Slack": []}
    servers = [await _started("ours", url, folder)]
    try:
        for many in PROCESSES:
            while len(servers) < many:
                own = folder / f"ours-{len(servers)}"
                own.mkdir()
                servers.append(await start("ours", url, own, beside=servers[0]))
            taken, shown = await _together(servers)
            click.echo(f"{many} processes: {taken:.0f} taken, {shown:.0f} shown a second", err=True)
            found["acknowledged"].append((float(many), round(taken, 1)))
            found["shown in Slack"].append((float(many), round(shown, 1)))
    finally:
        await _stopped(servers)
    return found


async def _together(servers: list[Server]) -> tuple[float, float]:
    one = servers[0]
    requests = numbered(forms(one.create, HOST), one.tickets + 1, TICKETS)
    one.tickets += TICKETS
    began = time.perf_counter()
    answers = await closed_loop([server.port for server in servers], requests, AT_ONCE)
    await one.slack.until_shown(dict.fromkeys(answers.sent, POSTS), PATIENCE)
    return TICKETS / answers.took, TICKETS / (time.perf_counter() - began)


async def _started(name: str, url: str, folder: Path) -> Server:
    own = folder / f"{name}-first"
    own.mkdir(exist_ok=True)
    server = await start(name, url, own)
    await create_calmly(server, 10, defaultdict(list))
    return server


async def _stopped(servers: list[Server]) -> None:
    for server in servers:
        server.stop()
    for double in {id(s.slack): (s.slack, s.mail) for s in servers}.values():
        for part in double:
            await part.stop()


def _latency_chart(found: Curves) -> str:
    lines = {DRAWN[name]: points for name, points in found.items()}
    return line_chart(
        "A new ticket is stored and acknowledged within … (99 of 100)",
        Axis("new tickets a second", (5, 10, 20, 40, 80, 130), logarithmic=True),
        Axis("ms", (1, 3, 10, 30, 100, 300, 1000, 3000), logarithmic=True),
        lines,
    )


def _throughput_chart(found: Curves) -> str:
    highest = max(value for points in found.values() for _, value in points)
    step = next(s for s in (10, 20, 50, 100, 200, 500) if highest <= 5 * s)
    return line_chart(
        "New tickets a second on one PostgreSQL",
        Axis("processes", (1, 2, 3, 4)),
        Axis("tickets/s", tuple(step * n for n in range(6))),
        found,
    )


if __name__ == "__main__":
    main()
