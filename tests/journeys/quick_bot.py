"""The program as it is, but quick to take over what a dead one had leased, and to try again."""

from __future__ import annotations

from datetime import timedelta

from bot import arrivals, endings, mail_fetching, mail_spool, relay
from bot.commands import main

if __name__ == "__main__":
    relay.HOLD, relay.RENEWED = timedelta(seconds=3), 1.0
    mail_spool.HOLD = mail_fetching.HOLD = timedelta(seconds=3)
    mail_spool.RENEWED = mail_fetching.RENEWED = 1.0
    mail_fetching.LOOK = mail_fetching.POLL = mail_fetching.FIRST_PAUSE = 0.5
    endings.FIRST_PAUSE = endings.SETTLING = 0.2
    endings.FIRST_MAIL_PAUSE = 0.5
    arrivals.CALL, arrivals.SETTLED = 2.0, 0.5
    main(["run"])
