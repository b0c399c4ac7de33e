"""All promises, judged by what is to be seen. Pure; it shares no rule with the product."""

from __future__ import annotations

from tests.chaos import check_journal as journal
from tests.chaos import check_mail as mail
from tests.chaos import check_people as people
from tests.chaos import check_slack as slack
from tests.chaos.ledger import Ledger
from tests.chaos.seen import Seen
from tests.chaos.verdict import Check, Verdict, judged

PROMISES: tuple[tuple[str, Check], ...] = (
    ("What was accepted happened once, the rest once at most", journal.once),
    ("A click did its work once at most", journal.clicks_once),
    ("A deleted message is deleted in the journal", journal.deletions_once),
    ("Each change of a ticket is in its journal", journal.complete),
    ("No row is without what it belongs to", journal.no_orphans),
    ("The outbox came to rest", journal.at_rest),
    ("Each ticket has one active card", slack.one_card),
    ("Each card is true", slack.true_cards),
    ("Each entry has its one line in the thread", slack.one_line),
    ("Threads hold nothing else than one opening", slack.no_other_line),
    ("Each mail came once, or is in doubt", mail.once_or_uncertain),
    ("What is to be mailed is mailed, what was taken back is not", mail.asked_for),
    ("No mail came twice under one name", mail.no_twins),
    ("Of people nothing older is known than was told", people.newest_known),
    ("No internal word left the team", mail.no_leak),
)


def check(seen: Seen, ledger: Ledger) -> list[Verdict]:
    return [judged(promise, one, seen, ledger) for promise, one in PROMISES]
