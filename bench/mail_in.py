"""`python -m bench.mail_in`: a morning's mails all at once. Is each there, and who waits for it?

Half of them are new requests, half answers. The bot is a process of its own, as `frontdesk run`
starts it; meanwhile technicians click at a steady pace, as they did before when it was quiet.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import click
import psutil  # type: ignore[import-untyped]

from bench.double import REQUESTERS, address_of
from bench.load import Answers, open_loop
from bench.payloads import clicks, numbered
from bench.servers import Server, free_port, start

DESK = "support@bench.example"
HOST = "127.0.0.1"
PATIENCE = 600.0  # seconds until all must be worked on
RATE = 10  # clicks a second
TOGETHER = 20  # connections that bring mails; servers that send have no more to one place


class Arrivals:
    """The bot's door for mail, and its database to look at."""

    def __init__(self, server: Server, port: int, database: Path) -> None:
        self.server, self.port, self.database = server, port, database

    def ask(self, query: str) -> list[tuple[int | str, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def count(self, query: str) -> int:
        return int(self.ask(query)[0][0])

    def megabytes(self) -> float:
        return float(psutil.Process(self.server.process.pid).memory_info().rss / 1e6)

    async def bring(self, mails: Iterable[EmailMessage]) -> float:
        """All of them as fast as they are taken; seconds until the last one was."""
        waiting, began = iter(mails), time.perf_counter()

        async def one_line() -> None:
            line = aiosmtplib.SMTP(hostname=HOST, port=self.port, start_tls=False, timeout=60)
            async with line:
                for mail in waiting:
                    await line.send_message(mail)

        await asyncio.gather(*(one_line() for _ in range(TOGETHER)))
        return time.perf_counter() - began

    async def worked_on(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.count("SELECT count(*) FROM spool WHERE state = 'waiting'"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # another process's database tells us nothing


def request(number: int) -> EmailMessage:
    return _mail(number, address_of(REQUESTERS[number % len(REQUESTERS)]), f"bench-{number:08d}")


def answer(number: int, ticket: int, sender: str) -> EmailMessage:
    return _mail(number, sender, f"Re: [R-{ticket:06}] as before")


def _mail(number: int, sender: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, DESK, subject
    mail["Message-ID"] = f"<{number}@bench-clients.example>"
    mail.set_content(f"The printer on floor {number} jams again.\n" * 10)
    return mail


@click.command()
@click.option("--mails", default=1_000, show_default=True, help="That arrive at once.")
def main(mails: int) -> None:
    """A few lines: how long it took, what became of the mails, and what clicks cost meanwhile."""
    with tempfile.TemporaryDirectory(prefix="mail-in-") as folder:
        asyncio.run(_measure(Path(folder), mails))


async def _measure(folder: Path, mails: int) -> None:
    port, database = free_port(), folder / "mail.db"
    os.environ["FRONTDESK_MAIL_LISTEN"] = f"smtp://{HOST}:{port}"  # the process gets it from us
    server = await start("ours", f"sqlite:///{database}", folder)
    try:
        await _rush(Arrivals(server, port, database), mails)
    finally:
        server.stop()
        await server.slack.stop()
        await server.mail.stop()


async def _rush(arrivals: Arrivals, mails: int) -> None:
    known = max(20, mails // 5)  # tickets that there are before
    await arrivals.bring(map(request, range(known)))
    await arrivals.worked_on()
    await asyncio.sleep(2)
    quiet = await _clicks(arrivals, range(1, known // 2 + 1))
    before = arrivals.megabytes()
    made, said = _kept(arrivals)
    coming = list(_coming(arrivals, known, mails))
    began = time.perf_counter()
    taking = asyncio.create_task(arrivals.bring(coming))
    busy = await _clicks(arrivals, range(known // 2 + 1, known + 1))
    accepted = await taking
    await arrivals.worked_on()
    took = time.perf_counter() - began
    tickets, answers = (now - then for now, then in zip(_kept(arrivals), (made, said), strict=True))
    different = "SELECT count(DISTINCT message_id) FROM mails WHERE incoming"
    kept = arrivals.count(different) - known
    click.echo(f"{mails} mails: {tickets} tickets, {answers} answers")
    click.echo(f"{mails - kept} lost, {tickets + answers - kept} doubled")
    click.echo(
        f"accepted in {accepted:.1f} s ({mails / accepted:.0f}/s), worked on in {took:.1f} s"
    )
    click.echo(f"memory {before:.0f} MB before, {arrivals.megabytes():.0f} MB after")
    for share in (0.5, 0.95):
        slower = busy.at(share) / quiet.at(share)
        times = f"{quiet.at(share) * 1e3:.1f} ms quiet, {busy.at(share) * 1e3:.1f} ms meanwhile"
        click.echo(f"clicks p{share * 100:.0f}: {times}, {slower:.1f} times")


def _kept(arrivals: Arrivals) -> tuple[int, int]:
    """Tickets, and different mails among the answers."""
    answers = "SELECT count(*) FROM entries WHERE kind = 'answer'"
    return arrivals.count("SELECT count(*) FROM tickets"), arrivals.count(answers)


def _coming(arrivals: Arrivals, known: int, mails: int) -> Iterable[EmailMessage]:
    whose = "SELECT t.id, p.email FROM tickets t JOIN people p ON p.id = t.requester_id ORDER BY 1"
    tickets = arrivals.ask(whose)
    for number in range(mails):
        if number % 2:
            ticket, sender = tickets[number // 2 % known]
            yield answer(known + number, int(ticket), str(sender))
        else:
            yield request(known + number)


async def _clicks(arrivals: Arrivals, tickets: range) -> Answers:
    """Each of these tickets is claimed, at a steady pace."""
    port = arrivals.server.port
    made = clicks("/slack/events", HOST)
    return await open_loop(port, numbered(made, tickets.start, len(tickets)), RATE)


if __name__ == "__main__":
    main()
