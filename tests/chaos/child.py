"""The bot as the suite runs it: impatient, and by a clock that the suite moves."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot import app, arrivals, endings, mail_out, mail_spool, pacing, relay
from bot.config import read_settings
from bot.logs import set_up_logs
from bot.running import run_until_stopped
from mail.sending import SmtpCourier

LEASE = 6.0  # seconds
CLOCK = "FRONTDESK_CHAOS_CLOCK"  # names a file that says how many seconds our clock is wrong


class WrongClock:
    """The time of day as this machine would tell it if somebody had set it wrongly."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = -1
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        written = self._file.stat().st_mtime_ns
        if written != self._written:
            self._written = written
            self._offset = timedelta(seconds=float(self._file.read_text() or 0))
        return datetime.now(UTC) + self._offset


def make_impatient() -> None:
    """Everything in the proportions of the real thing, several times quicker; and with fewer calls
    at once, since Slack and everybody who uses it is one process here."""
    _replace(relay, HOLD=timedelta(seconds=LEASE), RENEWED=2.0)
    _replace(endings, FIRST_PAUSE=0.2, LONGEST_PAUSE=2.0, SETTLING=0.3)
    _replace(endings, FIRST_MAIL_PAUSE=0.5, LONGEST_MAIL_PAUSE=2.0)
    _replace(arrivals, CALL=4.0, SETTLED=1.0, NOTED=0.6)
    faster = {
        name: replace(limit, a_minute=20 * limit.a_minute) for name, limit in pacing.LIMITS.items()
    }
    _replace(pacing, LIMITS=faster, QUIET=timedelta(seconds=3))
    _replace(app, Relay=partial(relay.Relay, slots=12))
    _replace(mail_spool, HOLD=timedelta(seconds=LEASE), RENEWED=2.0, IDLE=1.0)
    hurried = {"connect": 2.0, "command": 2.0, "data": 2.0, "taking": 2.0}
    _replace(mail_out, SmtpCourier=partial(SmtpCourier, **hurried))


def _replace(module: Any, **values: Any) -> None:
    for name, value in values.items():
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name} any more")
        setattr(module, name, value)


def _end_with_the_suite() -> None:
    """A suite that is killed cannot stop us; our input ends with it."""
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    threading.Thread(target=_end_with_the_suite, daemon=True).start()
    make_impatient()
    settings = read_settings()
    set_up_logs(settings)
    asyncio.run(run_until_stopped(app.Bot(settings, WrongClock(Path(os.environ[CLOCK])))))


if __name__ == "__main__":
    main()
