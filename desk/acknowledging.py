"""Who gets an acknowledgement: a mail that makes us send a mail is how loops and floods begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from desk.effects import WarnAdministrators
from desk.ports import Transaction
from desk.result import Result

HOUR = timedelta(hours=1)
LONG = timedelta(hours=3)
SAME = timedelta(days=1)  # an answering machine says the same each time
KEPT = timedelta(days=2)  # longer than anything here looks back


@dataclass(frozen=True)
class Budget:
    """The most acknowledgements that one sender, and one domain, get."""

    an_hour: int = 3
    three_hours: int = 10
    domain_an_hour: int = 30


def spend(tx: Transaction, budget: Budget, address: str, text: str, now: datetime) -> bool:
    """Whether the sender gets one more acknowledgement; if so, it is counted.

    Must be called in the transaction that puts the mail into the outbox.
    """
    address = address.strip().lower()
    domain = address.rpartition("@")[2]
    words = sha256(" ".join(text.split()).encode()).hexdigest()[:32]
    given = tx.acknowledgements
    given.lock(domain, now)
    within = (
        given.to_address(address, now - HOUR) < budget.an_hour
        and given.to_address(address, now - LONG) < budget.three_hours
        and given.to_domain(domain, now - HOUR) < budget.domain_an_hour
        and not given.same(address, words, now - SAME)
    )
    if within:
        given.add(address, domain, words, now)
    else:
        warn_daily(tx, "silenced", address, now)
    return within


def warn_daily(tx: Transaction, warning: str, about: str, now: datetime) -> None:
    """Tell the administrators' channel of this, at most once a day."""
    day = now.date().isoformat()
    once = f"warned:{warning}:{about}:{day}"
    if tx.first_time(once) is None:
        tx.remember(once, Result(None), now)
        tx.outbox.put(WarnAdministrators(warning, about, day), now)
