"""What must be true of the mailboxes: each mail once or in doubt, and no internal word anywhere."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.chaos.check_journal import tokens_in
from tests.chaos.ledger import Ledger
from tests.chaos.seen import Letter, Seen

Row = dict[str, Any]
Key = tuple[str, frozenset[str]]

MAILED = ("reply", "resolved")  # besides openings, whose mail may be asked not to come


def once_or_uncertain(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Done: one mail in the box. Uncertain: none or one. Refused or withdrawn: none."""
    arrived = _arrived(seen)
    entries = {row["id"]: row for row in seen.tables["entries"]}
    people = {row["id"]: row["email"] for row in seen.tables["people"]}
    wanted: dict[Key, list[Row]] = defaultdict(list)
    for row in _rows(seen):
        address = str(people.get(row["person_id"])).casefold()
        wanted[address, _meant(row, entries)].append(row)
    for key, rows in wanted.items():
        done = sum(row["state"] == "done" for row in rows)
        doubtful = sum(row["state"] == "uncertain" for row in rows)
        fits = done <= arrived[key] <= done + doubtful
        states = [f"{row['id']} {row['state']}" for row in rows]
        yield "" if fits else f"{_name(key)} came {arrived[key]} times; outbox: {states}"
    for key in arrived:
        yield "" if key in wanted else f"{_name(key)} came, and nobody had asked for it"


def asked_for(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Each reply and each solution is meant for its requester; one taken back reaches nobody."""
    requester = {row["id"]: row["requester_id"] for row in seen.tables["tickets"]}
    rows: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in _rows(seen):
        rows[row["entry_id"], row["person_id"]].append(row)
    back = {e["refers_to"] for e in seen.tables["entries"] if e["kind"] == "withdrawn"}
    for entry in seen.tables["entries"]:
        if entry["kind"] not in MAILED:
            continue
        own = rows[entry["id"], requester.get(entry["ticket_id"], 0)]
        live = [row for row in own if row["state"] != "withdrawn"]
        right = 0 if entry["id"] in back else 1
        what = f"entry {entry['id']} ({entry['kind']})"
        yield "" if len(live) == right else f"{what} has {len(live)} mails, and should have {right}"


def no_twins(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """No two mails of one name in one box."""
    names = Counter((letter.address, letter.message_id) for letter in seen.letters)
    for (address, name), count in names.items():
        yield "" if count == 1 and name else f"{address} has {count} mails called {name!r}"


def no_leak(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """The word that stands in internal text stands in no mail and on no requester's screen."""
    for letter in seen.letters:
        leaks = ledger.secret in letter.text or ledger.secret in letter.raw
        yield f"an internal word reached {letter.address}" if leaks else ""
    for who, shown in seen.surfaces.items():
        yield f"an internal word is on {who}'s screen" if ledger.secret in shown else ""
    yield "; ".join(ledger.leaks)


def _rows(seen: Seen) -> list[Row]:
    rows = seen.tables["outbox"]
    return [row for row in rows if json.loads(row["payload"])["kind"] == "SendMail"]


def _meant(row: Row, entries: dict[int, Row]) -> frozenset[str]:
    """The words that tell the mail from others: an acknowledgement's are its ticket's name."""
    entry = entries.get(row["entry_id"])
    if entry is None or entry["kind"] == "opened":
        return frozenset({f"R-{row['ticket_id']:06d}"})
    return frozenset(tokens_in(entry["words"]))


def _arrived(seen: Seen) -> Counter[Key]:
    """By the words each carries beside its ticket's subject."""
    subjects = {t for ticket in seen.tables["tickets"] for t in tokens_in(ticket["subject"])}
    letters = seen.letters
    return Counter((letter.address.casefold(), _carried(letter, subjects)) for letter in letters)


def _carried(letter: Letter, subjects: set[str]) -> frozenset[str]:
    own = tokens_in(letter.text) - subjects
    return frozenset(own or re.findall(r"R-\d{6}", letter.text))


def _name(key: Key) -> str:
    address, words = key
    return f"the mail {', '.join(sorted(words))} to {address}"
