"""One bot of a crowd: the program itself, whose leases are short and whose periodic work comes
every few seconds. It writes down when it works, and under which names it leases."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import app, arrivals, endings, mail_spool, relay, schedule, turns
from bot.commands import main as program

NAME, RECORD = "CROWD_NAME", "CROWD_RECORD"  # who we are; the file that all of us write to
OFTEN = timedelta(seconds=3)
HOLD = timedelta(seconds=6)
WORKING = 0.3  # seconds that each work takes at least, or two of them would hardly ever meet
Jobs = dict[str, tuple[timedelta, turns.Job]]


def write_down(**facts: Any) -> None:
    line = json.dumps({"who": os.environ[NAME], "at": time.time(), **facts}) + "\n"
    with Path(os.environ[RECORD]).open("ab", buffering=0) as record:
        record.write(line.encode())


class Turns(turns.Turns):
    def __init__(self, *ours: Any) -> None:
        super().__init__(*ours)
        write_down(owner=self._owner)

    async def _carry_out(self, name: str, job: turns.Job) -> None:
        await super()._carry_out(name, _written_down(name, job))


class Relay(relay.Relay):
    def __init__(self, *ours: Any, **more: Any) -> None:
        super().__init__(*ours, **more)
        write_down(owner=self._owner)


def _written_down(name: str, job: turns.Job) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        write_down(begun=name)
        try:
            await job()
            await asyncio.sleep(WORKING)
        finally:
            write_down(ended=name)

    return work


def _often(ours: turns.Turns, jobs: Jobs) -> Jobs:
    return schedule.in_turn(ours, {name: (OFTEN, job) for name, (_, job) in jobs.items()})


def _replace(module: Any, **values: Any) -> None:
    for name, value in values.items():
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name} any more")
        setattr(module, name, value)


def main() -> None:
    _replace(relay, HOLD=HOLD, RENEWED=2.0)
    _replace(endings, FIRST_PAUSE=0.2, SETTLING=0.3, FIRST_MAIL_PAUSE=0.5)
    _replace(arrivals, CALL=4.0, SETTLED=1.0)
    _replace(mail_spool, HOLD=HOLD, RENEWED=2.0, IDLE=1.0)
    _replace(
        turns,
        HOLD=HOLD,
        RENEWED=2.0,
        AGAIN=timedelta(seconds=1),
        AGAIN_AT_MOST=timedelta(seconds=1),
    )
    _replace(schedule, LOOK=timedelta(seconds=1))
    _replace(app, Relay=Relay, Turns=Turns, in_turn=_often)
    program(["run"])


if __name__ == "__main__":
    main()
