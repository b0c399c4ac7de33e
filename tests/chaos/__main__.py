"""`python -m tests.chaos`: thousands of operations while everything goes wrong, then a verdict."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import signal
import sys
import time
from collections import Counter

import click

from bot.command_group import Examples
from tests.chaos.play import Outcome, Plan, play
from tests.journeys.stage import ROOT

BUILD = ROOT / "build" / "chaos"
SELDOM = 30.0  # seconds between two lines of progress in a log
EXAMPLES = """python -m tests.chaos
python -m tests.chaos --operations 5000 --seed 7 --database postgresql --processes 2
make chaos ARGS="--operations 300 --seed 7"
"""


@click.command(
    cls=Examples, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--operations", default=1000, show_default=True, help="How much people do in all.")
@click.option("--seed", type=int, help="The same seed, the same plan. Otherwise a new one.")
@click.option(
    "--database",
    type=click.Choice(["sqlite", "postgresql"]),
    default="sqlite",
    show_default=True,
    help="PostgreSQL is a server started for this: it is stopped and killed on the way.",
)
@click.option("--processes", default=1, show_default=True, help="Bots at once (PostgreSQL only).")
@click.option(
    "--clock", default=20.0, show_default=True, help="Seconds the clock is set wrong, at most."
)
def main(operations: int, seed: int | None, database: str, processes: int, clock: float) -> None:
    """Let people work while the bot is killed, Slack and mail misbehave, the database stops and
    the clock jumps; then heal everything and check that each promise was kept.

    Ends with 1 where one was not. The evidence stays in build/chaos/.
    """
    if database == "sqlite" and processes > 1:
        raise click.UsageError("SQLite has one process. Say --database postgresql.")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    plan = Plan(operations, seed, database, processes, clock)
    folder = BUILD / f"{database}-{processes}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"seed {seed}, evidence in {folder.relative_to(ROOT)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers and disks are to be let go
    outcome = asyncio.run(play(plan, folder, Progress()))
    click.echo()
    for line in report(outcome):
        click.echo(line)
    sys.exit(0 if outcome.kept else 1)


class Progress:
    """One line that changes, or where nobody looks on, a line now and then."""

    def __init__(self) -> None:
        self._last = -SELDOM

    def __call__(self, line: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{line:<100}", nl=False, err=True)
        elif time.monotonic() - self._last >= SELDOM:
            self._last = time.monotonic()
            click.echo(line, err=True)


def report(outcome: Outcome) -> list[str]:
    """The verdict as a table, then what was done and what was suffered."""
    width = max(len(verdict.promise) for verdict in outcome.verdicts)
    lines = []
    for verdict in outcome.verdicts:
        word = "kept" if verdict.kept else f"BROKEN {len(verdict.violations)}"
        lines.append(f"{verdict.promise:<{width}}  {verdict.looked_at:>7}  {word}")
        lines += [f"    {violation}" for violation in verdict.violations[:10]]
    fates = Counter(operation.fate.value for operation in outcome.ledger.operations)
    kinds = Counter(operation.kind for operation in outcome.ledger.operations)
    lines += ["", _counted("operations", kinds), _counted("fates", fates)]
    lines += [_counted("faults", outcome.ledger.faults)]
    lines += [f"{outcome.deaths} kills, {outcome.seconds:.0f} s, seed {outcome.plan.seed}"]
    return lines


def _counted(name: str, counter: Counter[str]) -> str:
    return f"{name}: " + ", ".join(f"{count} {what}" for what, count in counter.most_common())


if __name__ == "__main__":
    main()
