"""What must be true of the channels: one true card a ticket, one line an entry, nothing else."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.chaos.check_journal import tokens_in
from tests.chaos.ledger import Ledger
from tests.chaos.seen import Post, Seen

Row = dict[str, Any]
Place = tuple[str, str]

# As the cards of the demo's teams say it; they speak French.
STATES = {
    "new": "Nouveau",
    "assigned": "Assigné",
    "pending": "En attente",
    "resolved": "Résolu",
    "closed": "Clos",
}
NEW_ANSWER = "Nouvelle réponse"
LEFT_BEHIND = "Transféré à l’équipe"
TROUBLE = "⚠️"
# Told by the card, by the person's own message, or by the line of the reply that was taken back.
LEAPT = 1.0  # seconds around a leap of the clock
WITHOUT_LINE = frozenset({"opened", "note", "withdrawn"})


def one_card(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Each ticket has one active card in its team's channel; each card of ours is on record."""
    posts = _posts(seen)
    teams = {row["id"]: row["channel"] for row in seen.tables["teams"]}
    cards: dict[int, list[Row]] = defaultdict(list)
    for card in seen.tables["cards"]:
        cards[card["ticket_id"]].append(card)
        there = (card["channel"], card["ts"]) in posts
        yield "" if there else f"ticket {card['ticket_id']}: its card {card['id']} is nowhere"
    for ticket in seen.tables["tickets"]:
        active = [card for card in cards[ticket["id"]] if card["active"]]
        if len(active) != 1:
            yield f"ticket {ticket['id']} has {len(active)} active cards"
        elif active[0]["channel"] != teams[ticket["team_id"]]:
            yield f"ticket {ticket['id']}: its card is in another team's channel"
        else:
            yield ""
    known = {(card["channel"], card["ts"]) for card in seen.tables["cards"]}
    for place, post in posts.items():
        if post.by_app and post.thread is None:
            fine = place in known or _as_the_clock_leapt(post, ledger)
            yield "" if fine else f"a card nobody knows: {post.text} at {place}"


def true_cards(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """State, holder, new answer and trouble as the database has them; old cards are folded."""
    posts = _posts(seen)
    tickets = {row["id"]: row for row in seen.tables["tickets"]}
    people = {row["id"]: row["name"] for row in seen.tables["people"]}
    troubled = {
        row["ticket_id"]
        for row in seen.tables["outbox"]
        if row["state"] in ("refused", "uncertain") and '"SendMail"' in row["payload"]
    }
    for card in seen.tables["cards"]:
        post, ticket = posts.get((card["channel"], card["ts"])), tickets.get(card["ticket_id"])
        if post is None or ticket is None:
            continue
        if card["active"]:
            wrong = _untrue(post, ticket, people, ticket["id"] in troubled)
        else:
            wrong = "" if LEFT_BEHIND in post.shown else f"an old card is not folded: {post.text}"
        yield f"ticket {ticket['id']}: {wrong}" if wrong else ""


def _untrue(post: Post, ticket: Row, people: dict[int, str], troubled: bool) -> str:
    if f"R-{ticket['id']:06d}" not in post.shown:
        return f"the card is another ticket's: {post.text}"
    if post.text.rpartition(" · ")[2] != STATES[ticket["state"]]:
        return f"is {ticket['state']}, and its card says {post.text}"
    holder = people.get(ticket["assignee_id"], "")
    if ticket["state"] == "assigned" and holder not in post.shown:
        return f"is held by {holder}, and its card does not say so"
    if (NEW_ANSWER in post.shown) != bool(ticket["new_answer"]):
        return f"new answer is {ticket['new_answer']}, and its card says otherwise"
    if (TROUBLE in post.shown) != troubled:
        return f"trouble with its mails is {troubled}, and its card says otherwise"
    return ""


def one_line(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Each entry that has a line has one, with its words, below a card of its ticket."""
    posts = _posts(seen)
    below: dict[int, set[Place]] = defaultdict(set)
    for card in seen.tables["cards"]:
        below[card["ticket_id"]].add((card["channel"], card["ts"]))
    lines: dict[int, list[Place]] = defaultdict(list)
    for row in seen.tables["messages"]:
        if row["ours"]:
            lines[row["entry_id"]].append((row["channel"], row["ts"]))
    withdrawn = {e["refers_to"] for e in seen.tables["entries"] if e["kind"] == "withdrawn"}
    for entry in seen.tables["entries"]:
        own = lines[entry["id"]]
        what = f"entry {entry['id']} ({entry['kind']}) of ticket {entry['ticket_id']}"
        if len(own) > 1 or (not own and entry["kind"] not in WITHOUT_LINE):
            yield f"{what} has {len(own)} lines"
        elif own:
            wrong = _wrong_line(posts.get(own[0]), entry, below, entry["id"] in withdrawn)
            yield f"{what}: {wrong}" if wrong else ""
        else:
            yield ""


def _wrong_line(
    post: Post | None, entry: Row, below: dict[int, set[Place]], withdrawn: bool
) -> str:
    if post is None:
        return "its line is nowhere"
    if post.thread is None or (post.channel, post.thread) not in below[entry["ticket_id"]]:
        return "its line is in another ticket's thread"
    shows = entry["kind"] != "opened" and not withdrawn
    lost = tokens_in(entry["words"]) - tokens_in(post.shown) if shows else set()
    return f"its line lacks {sorted(lost)}" if lost else ""


def no_other_line(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """What stands in a thread beside the entries' lines is one opening; below a card that a
    transfer left behind at once it may be missing."""
    lines = {(row["channel"], row["ts"]) for row in seen.tables["messages"] if row["ours"]}
    openings = {
        row["id"]
        for row in seen.tables["outbox"]
        if json.loads(row["payload"])["kind"] == "OpenThread"
    }
    opened, twice = Counter[Place](), Counter[Place]()
    for place, post in _posts(seen).items():
        if not post.by_app or post.thread is None or place in lines:
            continue
        if post.outbox in openings:
            opened[post.channel, post.thread] += 1
            twice[post.channel, post.thread] += _as_the_clock_leapt(post, ledger)
            yield ""
        elif _as_the_clock_leapt(post, ledger):
            yield ""
        else:
            yield f"a line nobody knows: {post.text} at {place}"
    for card in seen.tables["cards"]:
        count = opened[card["channel"], card["ts"]]
        what = f"the thread of ticket {card['ticket_id']} at {card['channel']} {card['ts']}"
        fine = count == 1 or (count == 0 and not card["active"])
        fine = fine or count - twice[card["channel"], card["ts"]] <= 1 < count
        yield "" if fine else f"{what} has {count} openings"


def _as_the_clock_leapt(post: Post, ledger: Ledger) -> bool:
    """All leases end at once then: what is just being posted may be posted by another process too,
    and docs/reliability.md says so."""
    return any(leap - LEAPT <= float(post.ts) <= leap + LEAPT for leap in ledger.leaps)


def _posts(seen: Seen) -> dict[Place, Post]:
    return {(post.channel, post.ts): post for post in seen.posts}
