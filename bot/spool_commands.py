"""`frontdesk mail …`: what came in, what became of it, and bringing mail in from files."""

from __future__ import annotations

import asyncio
import mailbox
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.app import utc_now
from bot.config import Settings
from bot.mail_spool import letter
from bot.visible import visible
from desk.decide_held import decide_by_hand, overrule
from desk.held_mails import Fate
from mail.reading import read_mail
from mail.ways import Strangers, Way
from storage.migrate import upgrade
from storage.spool import DONE, DROPPED, HELD, REFUSED, SET_ASIDE, WAITING, Letter
from storage.store import SqlStore
from storage.transaction import SqlTransaction

STATES = (WAITING, HELD, SET_ASIDE, REFUSED, DONE, DROPPED)
LONGEST = 20_000  # characters of a mail's text that are shown

WithStore = Callable[[Callable[[Any], Any]], Any]


def add_to(
    mail: click.Group,
    settings: Callable[[], Settings],
    with_store: WithStore,
    explained: Callable[..., Any],
    fail: Callable[[list[str]], Any],
) -> None:
    """The commands of mail that comes in, to the group of mail."""

    @mail.command(
        name="list",
        epilog="frontdesk mail list\nfrontdesk mail list --state set_aside --state held",
    )
    @click.option("--state", multiple=True, type=click.Choice(STATES), help="Only these.")
    @click.option("--limit", default=50, show_default=True, help="How many at most.")
    def list_mails(state: tuple[str, ...], limit: int) -> None:
        """Mails that came in, the newest first: number, state, when, how, sender, subject, why."""
        for one in with_store(lambda tx: tx.spool.latest(limit, state)):
            facts = (one.id, one.state, f"{one.received_at:%Y-%m-%d %H:%M}", one.way)
            words = (*map(str, facts), one.sender, one.subject, one.error)
            click.echo(visible("\t".join(words)))
        counts = with_store(lambda tx: tx.spool.counts())
        click.echo(", ".join(f"{number} {name}" for name, number in counts.items()), err=True)

    @mail.command(epilog="frontdesk mail show 17\nfrontdesk mail show 17 --raw > mail.eml")
    @click.argument("number", type=click.IntRange(1, 2**63 - 1))
    @click.option("--raw", is_flag=True, help="The mail as it came, byte for byte.")
    def show(number: int, raw: bool) -> None:
        """One mail, and what the desk makes of it."""
        found = with_store(lambda tx: (tx.spool.get(number), tx.spool.contents(number)))
        one, contents = found
        if one is None:
            fail([f"There is no mail {number}. See: frontdesk mail list"])
        if raw:
            if contents.raw is None:
                fail([f"Mail {number} is not kept any more, or was too large to be fetched."])
            sys.stdout.buffer.write(contents.raw)
            return
        for name in ("state", "error", "way", "sender", "subject", "message_id", "size"):
            click.echo(visible(f"{name}: {getattr(one, name)}"))
        if contents.raw is not None:
            read = read_mail(contents.raw, contents.envelope_to, contents.envelope_from)
            click.echo()
            for line in read.text[:LONGEST].splitlines():
                click.echo(visible(line))

    @mail.command(epilog="frontdesk mail retry 17")
    @click.argument("number", type=click.IntRange(1, 2**63 - 1))
    def retry(number: int) -> None:
        """Work once more on a mail that was set aside, refused, held or given up."""
        if not with_store(lambda tx: _again(number, tx)):
            fail([f"Mail {number} is done already, or not kept. See: frontdesk mail list"])
        click.echo(f"Mail {number} will be tried again.")

    @mail.command(epilog="frontdesk mail drop 17\nfrontdesk mail drop 17 --yes")
    @click.argument("number", type=click.IntRange(1, 2**63 - 1))
    @click.confirmation_option("--yes", prompt="Give this mail up? The desk will not answer it")
    def drop(number: int) -> None:
        """Give a mail up that was set aside, is held or waits."""
        if not with_store(lambda tx: _given_up(number, tx)):
            fail([f"Mail {number} is done already, or there is none. See: frontdesk mail list"])
        click.echo(f"Mail {number} was given up.")

    @mail.command(
        name="import",
        epilog="frontdesk mail import request.eml\n"
        "frontdesk mail import old.mbox --strangers accept\n"
        "frontdesk mail import ~/Maildir --team reseau",
    )
    @click.argument("paths", nargs=-1, required=True, type=click.Path(True, path_type=Path))
    @click.option("--team", default=None, help="Key of the team it is for, e.g. reseau.")
    @click.option(
        "--strangers",
        type=click.Choice([str(one) for one in Strangers]),
        default=None,
        help="What becomes of mail by people nobody knows. Default: as the settings say.",
    )
    def import_mails(paths: tuple[Path, ...], team: str | None, strangers: str | None) -> None:
        """Take in mail from files: single mails, mbox files, Maildir folders.

        What came in before is known and left alone, so the same command may be run again. The bot
        works on it, at once or when it is started.
        """
        given = settings()
        way = Way("import", team, Strangers(strangers) if strangers else given.mail_strangers)

        async def bring() -> tuple[int, int]:
            await asyncio.to_thread(upgrade, given.database_url)
            store = SqlStore(given.database_url)
            new = known = 0
            try:
                for path in paths:
                    for raw in _mails_of(path):
                        is_new = await store.write(partial(_kept, letter(raw, way)))
                        new, known = new + is_new, known + (not is_new)
            finally:
                store.close()
            return new, known

        new, known = explained(bring)
        click.echo(f"{new} mails taken in, {known} known already.")


def _again(mail: int, tx: SqlTransaction) -> bool:
    """What was held is let in by this, and Slack tells so."""
    now = utc_now()
    if decide_by_hand(tx, mail, Fate.LET_IN, now):
        return True
    again = tx.spool.retry(mail, now)
    if again:
        overrule(tx, mail, Fate.LET_IN, now)
    return again


def _given_up(mail: int, tx: SqlTransaction) -> bool:
    now = utc_now()
    if decide_by_hand(tx, mail, Fate.REFUSED, now):
        return True
    given_up = tx.spool.drop(mail, now)
    if given_up:
        overrule(tx, mail, Fate.REFUSED, now)
    return given_up


def _kept(mail: Letter, tx: SqlTransaction) -> bool:
    """Whether it is new."""
    return tx.spool.keep(mail, utc_now())[1]


def _mails_of(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        folder = mailbox.Maildir(str(path), create=False)
        for key in sorted(folder.keys()):
            yield folder.get_bytes(key)
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield path.read_bytes()
        return
    mbox = mailbox.mbox(str(path), create=False)
    for number in mbox.iterkeys():
        yield mbox.get_bytes(number)
