"""What must be true of the database alone, and of what people were told about their wishes.

Reads rows, knows none of the product's code: the life of a ticket is written down here anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.chaos.ledger import CLICKS, ENTRY_OF, Fate, Ledger, Operation
from tests.chaos.seen import Seen

Row = dict[str, Any]

# A change of the ticket counts its version up once. These belong to the change told before them.
COMPANIONS = ("resumed", "reopened")
MOVES = frozenset(("reply", "answer", "assigned", "transferred", "held", "resumed", "resolved"))
MOVES |= frozenset(("reopened", "closed", "abandoned", "duplicate"))


def once(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Accepted: exactly one entry. Anything else: none or one."""
    said = _words(seen)
    noted = {(m["channel"], m["ts"]) for m in seen.tables["messages"] if not m["ours"]}
    for operation in ledger.operations:
        if operation.kind in CLICKS or operation.kind == "delete":
            continue
        kind = ENTRY_OF[operation.kind]
        if operation.kind == "edit":
            # Told before its note was known, it is the note.
            found = said["note_edited", operation.token] + said["note", operation.token]
        else:
            found = said[kind, operation.token]
        if operation.kind == "note" and not found:
            found = int(operation.place in noted)  # taken down as its edit had it
        yield _judge(operation, found, operation.fate is Fate.ACCEPTED)


def clicks_once(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """A click leaves at most one entry; those that were seen to be taken are still there."""
    people = {row["id"]: row["slack_id"] for row in seen.tables["people"]}
    done: Counter[tuple[str, Any, Any]] = Counter(
        (entry["kind"], people.get(entry["by_id"]), entry["ticket_id"])
        for entry in seen.tables["entries"]
        if not _facts(entry).get("by_requester")
    )
    asked: dict[tuple[str, Any, Any], list[Operation]] = defaultdict(list)
    for operation in ledger.operations:
        if operation.kind in CLICKS:
            asked[ENTRY_OF[operation.kind], operation.by, operation.ticket].append(operation)
    for what, operations in asked.items():
        taken = sum(operation.fate is Fate.ACCEPTED for operation in operations)
        fits = taken <= done[what] <= len(operations) or what[0] == "resumed"
        yield "" if fits else f"{what}: {len(operations)} clicks, {taken} taken, {done[what]} done"


def deletions_once(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """A message that Slack has told us is gone is gone in the journal, once."""
    noted = {(m["channel"], m["ts"]): m["entry_id"] for m in seen.tables["messages"]}
    gone = Counter(e["refers_to"] for e in seen.tables["entries"] if e["kind"] == "note_deleted")
    for operation in ledger.operations:
        if operation.kind != "delete" or operation.place is None:
            continue
        note = noted.get(operation.place)
        heard = operation.fate is Fate.ACCEPTED
        if gone[note] > 1 or (heard and note is not None and gone[note] != 1):
            yield f"message {operation.place} was deleted, in the journal {gone[note]} times"
        else:
            yield ""


def complete(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """State, holder and version of each ticket are what its entries add up to."""
    entries = _by_ticket(seen)
    for ticket in seen.tables["tickets"]:
        own = entries[ticket["id"]]
        wrong = _replayed(ticket, own)
        yield f"ticket {ticket['id']}: {wrong}" if wrong else ""


def _replayed(ticket: Row, entries: list[Row]) -> str:
    if not entries or entries[0]["kind"] != "opened":
        return "its journal does not begin with its opening"
    if sum(entry["kind"] == "opened" for entry in entries) > 1:
        return "it was opened twice"
    state, held, version = "new", False, 1
    for entry in entries:
        facts = _facts(entry)
        companion = entry["kind"] in COMPANIONS and facts.get("by_requester")
        counts = entry["kind"] in MOVES and not companion and not facts.get("automatic")
        version += counts
        state, held = _next(state, held, entry["kind"])
    if state != ticket["state"]:
        return f"is {ticket['state']}, and its entries make it {state}"
    if held != (ticket["assignee_id"] is not None):
        return f"is held by {ticket['assignee_id']}, which its entries do not say"
    if version != ticket["version"]:
        return f"is at version {ticket['version']}, and its entries make {version}"
    return ""


def _next(state: str, held: bool, kind: str) -> tuple[str, bool]:
    match kind:
        case "assigned":
            return "assigned", True
        case "transferred":
            return "new", False
        case "held":
            return "pending", held
        case "resumed" | "reopened":
            return ("assigned" if held else "new"), held
        case "resolved":
            return "resolved", True
        case "closed" | "abandoned" | "duplicate":
            return "closed", held
        case _:
            return state, held


def no_orphans(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Whatever names a row names one that is there."""
    there = {name: {row.get("id") for row in rows} for name, rows in seen.tables.items()}
    names = {"ticket_id": "tickets", "entry_id": "entries", "person_id": "people"}
    names |= {"refers_to": "entries", "by_id": "people", "assignee_id": "people"}
    names |= {"requester_id": "people", "team_id": "teams"}
    for table, rows in seen.tables.items():
        for row in rows:
            lost = [
                f"{table} {row.get('id') or row.get('key')}: no {target} {row[column]}"
                for column, target in names.items()
                if row.get(column) is not None and row[column] not in there[target]
            ]
            yield "; ".join(lost)
    for ticket, own in _by_ticket(seen).items():
        opening = [e["id"] for e in own if e["kind"] == "opened"]
        early = [e["id"] for e in own if opening and e["id"] < opening[0]]
        yield f"ticket {ticket}: entries {early} are older than its opening" if early else ""


def at_rest(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Nothing waits; refused is what was made to be, uncertain are mails alone."""
    bounced = ledger.faults["mail refused for good"]
    for row in seen.tables["outbox"]:
        kind = _kind(row)
        match row["state"]:
            case "done" | "withdrawn":
                yield ""
            case "uncertain" if kind == "SendMail":
                yield ""
            case "refused" if kind == "SendMail" and bounced > 0 and _says_5xx(row["error"]):
                bounced -= 1
                yield ""
            case state:
                yield f"outbox {row['id']} ({kind}) is {state}: {row['error']}"


def refused_on_purpose(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Before an administrator retried them: Slack's refusals are those that were made."""
    rows = [r for r in seen.tables["outbox"] if r["state"] == "refused" and _kind(r) != "SendMail"]
    direct = [row for row in rows if "invalid_blocks" in row["error"]]
    made = ledger.faults["invalid_blocks"]
    yield "" if len(direct) <= made else f"{len(direct)} were refused, {made} were made to be"
    without_card = {row["ticket_id"] for row in direct}
    for row in rows:
        follows = row["error"] == "the ticket has no card" and row["ticket_id"] in without_card
        fine = row in direct or follows
        yield "" if fine else f"outbox {row['id']} ({_kind(row)}) is refused: {row['error']}"


def _judge(operation: Operation, found: int, accepted: bool) -> str:
    if found == 1 or (found == 0 and not accepted):
        return ""
    told = "accepted" if accepted else operation.fate.value
    what = f"{operation.kind} {operation.number} ({operation.token})"
    return f"{what} by {operation.by} on {operation.ticket} was {told} and happened {found} times"


def _words(seen: Seen) -> Counter[tuple[str, str]]:
    """How often each word of ours stands in entries of each kind."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in seen.tables["entries"]:
        for token in tokens_in(entry["words"]):
            found[entry["kind"], token] += 1
    return found


def tokens_in(text: str) -> set[str]:
    return set(re.findall(r"zq\d{6}x", text))


def _by_ticket(seen: Seen) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for entry in sorted(seen.tables["entries"], key=lambda row: row["id"]):
        found[entry["ticket_id"]].append(entry)
    return found


def _facts(entry: Row) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(entry["facts"] or "{}")
    return facts


def _kind(row: Row) -> str:
    return str(json.loads(row["payload"])["kind"])


def _says_5xx(error: str) -> bool:
    return error[:1] == "5" and error[:3].isdigit()
