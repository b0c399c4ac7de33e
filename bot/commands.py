"""What the command line offers. Each command has `--help` with examples."""

from __future__ import annotations

import asyncio
import errno
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import check as checking
from bot import people_list, spool_commands
from bot.alone import alone_on
from bot.app import Bot, utc_now
from bot.command_group import Group
from bot.config import Settings, SettingsFault, read_settings
from bot.demo import run_demo
from bot.deskfile import DeskFileFault
from bot.indexing import Indexing
from bot.logs import set_up_logs
from bot.mail_commands import mail
from bot.running import run_loop, run_until_stopped
from bot.seeding import run as seeding
from bot.slack import TokenRefused
from bot.unknown_settings import unknown_settings
from bot.visible import visible
from desk.errors import Busy
from desk.mail_queue import DropQueued, SendQueued, drop_queued, send_queued
from desk.people import SYSTEM
from storage.faults import why_not_reached
from storage.migrate import upgrade
from storage.store import SqlStore

log = structlog.get_logger(__name__)

R = TypeVar("R")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frontdesk", prog_name="frontdesk")
def main() -> None:
    """Frontdesk: a help desk that lives in Slack."""


main.add_command(mail)


@main.command(epilog="frontdesk run\nFRONTDESK_LOG_FORMAT=json frontdesk run")
def run() -> None:
    """Start the bot. Settings come from the environment and a .env file.

    Any number of processes may run on one PostgreSQL database.
    """
    settings = _settings()
    set_up_logs(settings)
    for line in unknown_settings():
        log.warning("setting_unknown", told=line)

    async def serve() -> None:
        with alone_on(settings.database_url):
            await run_until_stopped(Bot(settings), second_ends=True)

    _explained(serve)


@main.command(epilog="frontdesk demo\nfrontdesk demo --fresh\nfrontdesk demo --port 9000")
@click.option(
    "--port",
    type=click.IntRange(1, 65_532),
    default=8500,
    show_default=True,
    help="Port of the local Slack, e.g. 9000; the three behind it are taken, too.",
)
@click.option(
    "--folder", default="var/demo", show_default=True, help="Where the demo keeps things."
)
@click.option("--fresh", is_flag=True, help="Forget the last demo and begin anew.")
@click.option("--http", "over_http", is_flag=True, help="Deliver over HTTP, not Socket Mode.")
@click.option(
    "--undo",
    type=click.IntRange(0, 600),
    default=20,
    show_default=True,
    help="Seconds a reply can be taken back.",
)
def demo(port: int, folder: str, fresh: bool, over_http: bool, undo: int) -> None:
    """The bot with a local Slack and mailboxes in your browser. Nothing leaves this machine."""
    _explained(lambda: run_demo(port, Path(folder), fresh=fresh, over_http=over_http, undo=undo))


@main.command(epilog="frontdesk check\nfrontdesk check --offline")
@click.option("--offline", is_flag=True, help="Ask no server: what is on this machine only.")
def check(offline: bool) -> None:
    """Look whether everything is set up, and say what to do where it is not.

    On this machine: settings, desk file, your own mail templates, the sender of mails, the DKIM
    key, the certificate of mail in, the address that mails come back to, the folder for files.
    Beyond it: the DNS record of the key, a store of files elsewhere, database, Slack with the
    scopes of the app, mail server, mailboxes.
    """
    settings = _settings()
    ok = asyncio.run(checking.check(settings, offline=offline, say=_say))
    sys.exit(0 if ok else 1)


@main.command(epilog="frontdesk reindex\nfrontdesk reindex --anew")
@click.option("--anew", is_flag=True, help="Begin again where an earlier run was interrupted.")
def reindex(anew: bool) -> None:
    """Read every ticket again, for the search. Bots may go on running meanwhile.

    Needed only when tickets are not found by words that stand in them. An interrupted run goes on
    where it ended.
    """
    settings = _settings()

    async def do() -> int:
        await asyncio.to_thread(upgrade, settings.database_url)
        store = SqlStore(settings.database_url)
        try:
            return await Indexing(store, utc_now).again(anew=anew, progress=_progress)
        finally:
            store.close()

    count = _explained(do)
    click.echo(f"{count} ticket{'' if count == 1 else 's'} indexed.")


def _say(line: str) -> None:
    click.echo(visible(line))


@main.group(cls=Group)
def people() -> None:
    """People without Slack, known by their address."""


@people.command(
    name="import",
    epilog="frontdesk people import people.csv\nfrontdesk people import - < people.csv",
)
@click.argument("file", type=click.File("rb"))
def import_people(file: Any) -> None:
    """Add or update people from a CSV file with the columns name, email, language, title.

    Comma, semicolon or tab between them, as your spreadsheet saves it. Language is en or fr;
    language and title may be missing. Nothing is stored if a line is wrong.
    """
    settings = _settings()
    try:
        found = people_list.read(people_list.text_of(file.read()))
    except people_list.ListFault as fault:
        _fail(fault.lines)
    count = _explained(lambda: people_list.store(settings, found, _progress))
    click.echo(f"{count} people added or updated.")


@main.group(cls=Group)
def outbox() -> None:
    """What could not be delivered, and what to do about it."""


@outbox.command(name="list", epilog="frontdesk outbox list\nfrontdesk outbox list --limit 500")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="How many rows at most.",
)
def list_outbox(limit: int) -> None:
    """Messages and mails that were refused or are uncertain; then those that were tried in vain
    and will be tried again. Oldest first."""
    rows = _with_store(lambda tx: (*tx.outbox.stuck(limit), *tx.outbox.postponed(limit)))
    for row in rows[:limit]:
        what = row.effect.get("kind", "?")
        ticket = row.effect.get("ticket")
        where = f"R-{ticket:06d}" if isinstance(ticket, int) else ""
        click.echo(visible(f"{row.id}\t{row.state}\t{what}\t{where}\t{row.error}"))
    counts = _with_store(lambda tx: tx.outbox.counts())
    click.echo(", ".join(f"{number} {state}" for state, number in counts.items()), err=True)


@outbox.command(epilog="frontdesk outbox retry 17")
@click.argument("row", type=click.IntRange(1, 2**63 - 1))
def retry(row: int) -> None:
    """Deliver a row after all. An uncertain mail may then arrive twice.

    The ticket of a mail tells that it was done from the command line.
    """

    def again(tx: Any) -> bool:
        now = utc_now()
        return send_queued(SendQueued(row, SYSTEM), tx, now).changed or tx.outbox.retry(row, now)

    _said(_with_store(again), row, "will be tried again")


@outbox.command(epilog="frontdesk outbox drop 17\nfrontdesk outbox drop 17 --yes")
@click.argument("row", type=click.IntRange(1, 2**63 - 1))
@click.confirmation_option("--yes", prompt="Give this message up? Nobody will get it")
def drop(row: int) -> None:
    """Give a row up: it will never be delivered.

    The ticket of a mail tells that it was done from the command line.
    """

    def give_up(tx: Any) -> bool:
        now = utc_now()
        return drop_queued(DropQueued(row, SYSTEM), tx, now).changed or tx.outbox.drop(row, now)

    _said(_with_store(give_up), row, "was given up")


@main.group(cls=Group)
def bench() -> None:
    """Large amounts of everything, made up, to measure with."""


@bench.command(
    name="seed",
    epilog="frontdesk bench seed --database-url sqlite:///var/large.db\n"
    "frontdesk bench seed --people 200000 --tickets 1000000 --entries 10"
    " --database-url postgresql://localhost/large",
)
@click.option("--people", default=20_000, show_default=True, help="How many people.")
@click.option("--tickets", default=10_000, show_default=True, help="How many tickets.")
@click.option("--entries", default=10, show_default=True, help="Journal entries of each, about.")
@click.option("--seed", default=1, show_default=True, help="The same number, the same desk.")
@click.option("--database-url", required=True, help="Where: sqlite:///path or postgresql://…")
@click.option("--yes", is_flag=True, help="Also where real people or tickets are.")
def seed_desk(
    people: int, tickets: int, entries: int, seed: int, database_url: str, yes: bool
) -> None:
    """Fill a database with a made-up desk. No bot may run on it meanwhile.

    Interrupted, the same command goes on where it stopped.
    """
    size = seeding.Size(people, tickets, entries, seed)
    report = seeding.Progress(lambda line: click.echo(line, err=True))

    async def fill() -> dict[str, int]:
        await asyncio.to_thread(upgrade, database_url)
        await asyncio.to_thread(seeding.seed, database_url, size, report, yes=yes)
        return await asyncio.to_thread(seeding.counts, database_url)

    try:
        for name, count in _explained(fill).items():
            click.echo(f"{name}\t{count}")
    except seeding.RealData:
        _fail(["There are people or tickets here already. Name an empty database, or add --yes."])


def _said(found: bool, row: int, what: str) -> None:
    if not found:
        _fail(
            [f"Row {row} is in no trouble, or is being tried just now. See: frontdesk outbox list"]
        )
    click.echo(f"Row {row} {what}.")


def _with_store(work: Callable[[Any], Any]) -> Any:
    settings = _settings()

    async def do() -> Any:
        await asyncio.to_thread(upgrade, settings.database_url)
        store = SqlStore(settings.database_url)
        try:
            return await store.write(work)
        finally:
            store.close()

    return _explained(do)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {total}", nl=done == total, err=True)


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsFault as fault:
        _fail([*fault.lines, "See docs/operating.md, or try it first: frontdesk demo"])


def _explained(start: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """Run to the end; what an administrator can put right is said in a line, not a traceback."""
    try:
        return run_loop(start())
    except DeskFileFault as fault:
        _fail(fault.lines)
    except TokenRefused as refused:
        _fail([f"Slack refuses {refused.setting} ({refused.error}): copy it from your app's page."])
    except Busy as busy:
        _fail([f"The database {why_not_reached(busy)}. Is DATABASE_URL right, and the server up?"])
    except SQLAlchemyError as fault:
        # Only the kind: what drivers say may quote the URL.
        kind = type(getattr(fault, "orig", None) or fault).__name__
        _fail([f"The database cannot be used ({kind}). Is DATABASE_URL right?"])
    except ValueError as wrong:
        _fail([f"{wrong}."])
    except OSError as fault:
        _fail([_os_trouble(fault)])
    except KeyboardInterrupt:
        sys.exit(130)


def _os_trouble(fault: OSError) -> str:
    where = f"{fault.filename}: " if fault.filename else ""
    said = f"{where}{fault.strerror or fault}."
    if fault.errno == errno.EADDRINUSE:
        said += " Stop the other program, or choose another port."
    return said


def _fail(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(visible(line), err=True)
    sys.exit(2)


spool_commands.add_to(mail, _settings, _with_store, _explained, _fail)
