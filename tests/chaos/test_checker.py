"""The checker finds no fault with a faultless world, and finds every fault that is put into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.check_journal import refused_on_purpose
from tests.chaos.checker import check
from tests.chaos.ledger import Fate, Ledger
from tests.chaos.seen import Seen
from tests.chaos.verdict import judged
from tests.chaos.worlds import POSSIBLE, SECRET, Maker

Spoil = Callable[[Seen, Ledger], Any]

WORK = ("claim", "note", "reply", "hold", "resume", "transfer", "claim", "resolve", "close")


def a_world() -> tuple[Seen, Ledger]:
    """One ticket's whole life, and a second ticket that was only opened and noted on."""
    maker = Maker()
    ticket = maker.open()
    for kind in WORK:
        maker.do(ticket, kind)
    maker.do(maker.open(), "note")
    maker.ledger.hear()
    return maker.seen(), maker.ledger


def broken(seen: Seen, ledger: Ledger) -> dict[str, list[str]]:
    """Broken promises and what was said of them."""
    return {v.promise: v.violations for v in check(seen, ledger) if not v.kept}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Seen, Ledger]:
    maker = Maker()
    tickets = [maker.open() for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(0, 12))):
        ticket = draw(st.sampled_from(tickets))
        maker.do(ticket, draw(st.sampled_from(POSSIBLE[ticket["state"]])))
    maker.ledger.hear()
    return maker.seen(), maker.ledger


@given(worlds())
def test_no_fault_is_found_with_a_desk_that_kept_its_promises(world: tuple[Seen, Ledger]) -> None:
    assert broken(*world) == {}


def entry(seen: Seen, kind: str) -> dict[str, Any]:
    return next(row for row in seen.tables["entries"] if row["kind"] == kind)


def mail_row(seen: Seen) -> dict[str, Any]:
    return next(row for row in seen.tables["outbox"] if "SendMail" in row["payload"])


def line(seen: Seen, kind: str) -> Any:
    row = next(m for m in seen.tables["messages"] if m["entry_id"] == entry(seen, kind)["id"])
    return next(post for post in seen.posts if post.ts == row["ts"])


def active_card(seen: Seen) -> Any:
    row = next(card for card in seen.tables["cards"] if card["active"])
    return next(post for post in seen.posts if post.ts == row["ts"])


def drop_entry(seen: Seen, kind: str) -> None:
    """The entry and its line: as if it had never been."""
    gone = entry(seen, kind)
    seen.tables["entries"].remove(gone)
    seen.posts.remove(line_of(seen, gone["id"]))
    seen.tables["messages"] = [m for m in seen.tables["messages"] if m["entry_id"] != gone["id"]]


def line_of(seen: Seen, number: int) -> Any:
    row = next(m for m in seen.tables["messages"] if m["entry_id"] == number)
    return next(post for post in seen.posts if post.ts == row["ts"])


def twice(seen: Seen, kind: str) -> None:
    first = entry(seen, kind)
    seen.tables["entries"].append({**first, "id": 900})
    post = replace(line_of(seen, first["id"]), ts="900.0")
    seen.posts.append(post)
    row = {"id": 900, "entry_id": 900, "channel": post.channel, "ts": post.ts, "ours": True}
    seen.tables["messages"].append(row)


def delete_unnoticed(seen: Seen, ledger: Ledger) -> None:
    row = next(m for m in seen.tables["messages"] if not m["ours"])
    deletion = ledger.begin("delete", "U1", 1, (row["channel"], row["ts"]))
    deletion.fate = Fate.ACCEPTED


def withdraw_after_mailing(seen: Seen, ledger: Ledger) -> None:
    back = {**entry(seen, "reply"), "id": 901, "kind": "withdrawn", "words": ""}
    seen.tables["entries"].append({**back, "refers_to": entry(seen, "reply")["id"]})


SPOILS: dict[str, tuple[str, Spoil]] = {
    # The journal
    "an accepted ticket is lost": (
        "What was accepted happened once",
        lambda seen, ledger: setattr(ledger.begin("open", "U1"), "fate", Fate.ACCEPTED),
    ),
    "a resolution is lost": ("What was accepted", lambda seen, _: drop_entry(seen, "resolved")),
    "a reply is there twice": ("What was accepted", lambda seen, _: twice(seen, "reply")),
    "a note that was heard is lost": (
        "What was accepted",
        lambda seen, _: (
            entry(seen, "note").update(words=""),
            seen.tables.update(messages=[m for m in seen.tables["messages"] if m["ours"]]),
        ),
    ),
    "a claim is there twice": ("A click did its work once", lambda s, _: twice(s, "assigned")),
    "a claim that was taken is gone": (
        "A click did its work once",
        lambda seen, _: drop_entry(seen, "assigned"),
    ),
    "a deletion is lost": ("A deleted message is deleted", delete_unnoticed),
    "a title is older than what was told": (
        "Of people nothing older",
        lambda seen, _: seen.tables["people"][1].update(title="Trainee"),
    ),
    "a title is nobody's": (
        "Of people nothing older",
        lambda seen, _: seen.tables["people"][1].update(title=""),
    ),
    "a state has no entry": (
        "Each change of a ticket",
        lambda seen, _: seen.tables["tickets"][0].update(state="pending"),
    ),
    "a holder has no entry": (
        "Each change of a ticket",
        lambda seen, _: seen.tables["tickets"][1].update(assignee_id=1),
    ),
    "a version is missing": (
        "Each change of a ticket",
        lambda seen, _: seen.tables["tickets"][0].update(version=99),
    ),
    "an opening is missing": (
        "Each change of a ticket",
        lambda seen, _: seen.tables["entries"].remove(entry(seen, "opened")),
    ),
    "an entry without its ticket": (
        "No row is without",
        lambda seen, _: entry(seen, "note").update(ticket_id=404),
    ),
    "a line without its entry": (
        "No row is without",
        lambda seen, _: seen.tables["messages"][0].update(entry_id=404),
    ),
    # The outbox
    "a row waits for ever": (
        "The outbox came to rest",
        lambda seen, _: seen.tables["outbox"][0].update(state="waiting"),
    ),
    "a card was refused": (
        "The outbox came to rest",
        lambda seen, _: seen.tables["outbox"][0].update(state="refused", error="invalid_blocks"),
    ),
    "a card is uncertain": (
        "The outbox came to rest",
        lambda seen, _: seen.tables["outbox"][0].update(state="uncertain"),
    ),
    "a mail was refused though nobody refused it": (
        "The outbox came to rest",
        lambda seen, _: mail_row(seen).update(state="refused", error="550 no"),
    ),
    # The channels
    "a card was posted twice": (
        "Each ticket has one active card",
        lambda seen, _: seen.posts.append(replace(active_card(seen), ts="900.0")),
    ),
    "a card is gone": (
        "Each ticket has one active card",
        lambda seen, _: seen.posts.remove(active_card(seen)),
    ),
    "a card was never posted": (
        "Each ticket has one active card",
        lambda seen, _: seen.tables["cards"].pop(),
    ),
    "two cards are active": (
        "Each ticket has one active card",
        lambda seen, _: seen.tables["cards"][0].update(active=True),
    ),
    "a card is in another team's channel": (
        "Each ticket has one active card",
        lambda seen, _: seen.tables["tickets"][0].update(team_id=1),
    ),
    "a card is stale": (
        "Each card is true",
        lambda seen, _: setattr(active_card(seen), "text", "R-000001 · Panne · Nouveau"),
    ),
    "a card hides who holds the ticket": (
        "Each card is true",
        lambda seen, _: seen.tables["tickets"][1].update(state="assigned", assignee_id=1),
    ),
    "a card hides a new answer": (
        "Each card is true",
        lambda seen, _: seen.tables["tickets"][0].update(new_answer=True),
    ),
    "a card hides that a mail did not arrive": (
        "Each card is true",
        lambda seen, _: mail_row(seen).update(state="uncertain"),
    ),
    "an old card still looks alive": (
        "Each card is true",
        lambda seen, _: setattr(seen.posts[0], "shown", "R-000001 · Panne · Nouveau"),
    ),
    "an entry has no line": (
        "Each entry has its one line",
        lambda seen, _: seen.posts.remove(line(seen, "held")),
    ),
    "an entry was never shown": (
        "Each entry has its one line",
        lambda seen, _: seen.tables.update(messages=[]),
    ),
    "a line lacks its words": (
        "Each entry has its one line",
        lambda seen, _: setattr(line(seen, "reply"), "shown", "✉️"),
    ),
    "a line is in another ticket's thread": (
        "Each entry has its one line",
        lambda seen, _: setattr(line(seen, "reply"), "thread", seen.posts[-2].ts),
    ),
    "a line was posted twice": (
        "Threads hold nothing else",
        lambda seen, _: seen.posts.append(replace(line(seen, "reply"), ts="900.0")),
    ),
    "a thread was opened twice": (
        "Threads hold nothing else",
        lambda seen, _: seen.posts.append(replace(seen.posts[1], ts="900.0")),
    ),
    "a thread was never opened": (
        "Threads hold nothing else",
        lambda seen, _: seen.posts.remove(
            next(post for post in seen.posts if post.thread == active_card(seen).ts)
        ),
    ),
    # The mailboxes
    "a mail is lost": ("Each mail came once", lambda seen, _: seen.letters.pop()),
    "a mail came twice": (
        "Each mail came once",
        lambda seen, _: seen.letters.append(replace(seen.letters[0], message_id="<other>")),
    ),
    "a mail in doubt came twice": (
        "Each mail came once",
        lambda seen, _: (
            mail_row(seen).update(state="uncertain"),
            seen.letters.append(replace(seen.letters[0], message_id="<other>")),
        ),
    ),
    "a refused mail came all the same": (
        "Each mail came once",
        lambda seen, _: mail_row(seen).update(state="refused"),
    ),
    "a mail came that nobody asked for": (
        "Each mail came once",
        lambda seen, _: seen.letters.append(replace(seen.letters[0], address="marie@x.example")),
    ),
    "a solution is not mailed": (
        "What is to be mailed",
        lambda seen, _: seen.tables["outbox"].remove(
            next(
                row
                for row in seen.tables["outbox"]
                if row["entry_id"] == entry(seen, "resolved")["id"]
            )
        ),
    ),
    "a reply was taken back and mailed": ("What is to be mailed", withdraw_after_mailing),
    "two mails go by one name": (
        "No mail came twice under one name",
        lambda seen, _: seen.letters.append(seen.letters[0]),
    ),
    "a note is in a mail": (
        "No internal word",
        lambda seen, _: setattr(seen.letters[0], "raw", f"see {SECRET}"),
    ),
    "a note is on a requester's screen": (
        "No internal word",
        lambda seen, _: seen.surfaces.update(paul=f"see {SECRET}"),
    ),
    "a note was on a requester's screen": (
        "No internal word",
        lambda _, ledger: ledger.leaks.append("on paul's screen"),
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_every_kind_of_fault_is_found(name: str) -> None:
    promise, spoil = SPOILS[name]
    seen, ledger = a_world()
    assert broken(seen, ledger) == {}

    spoil(seen, ledger)

    found = broken(seen, ledger)
    assert any(said.startswith(promise) for said in found), found


def test_every_promise_can_be_broken() -> None:
    promises = {verdict.promise for verdict in check(*a_world())}

    tried = {
        promise for promise in promises for said, _ in SPOILS.values() if promise.startswith(said)
    }

    assert tried == promises


@given(worlds(), st.randoms(use_true_random=False))
def test_a_post_or_letter_more_or_less_is_always_found(
    world: tuple[Seen, Ledger], chance: Any
) -> None:
    seen, ledger = world
    live = {card["ts"] for card in seen.tables["cards"] if card["active"]}
    posts = [post for post in seen.posts if post.by_app and (post.thread or post.ts) in live]
    things: list[Any] = chance.choice([seen.letters, posts])
    thing = chance.choice(things)
    place = seen.letters if thing in seen.letters else seen.posts

    if chance.random() < 0.5:
        place.remove(thing)
    else:
        place.append(replace(thing, **{"ts": "900.0"} if place is seen.posts else {}))

    assert broken(seen, ledger) != {}


def test_what_slack_refuses_for_good_was_made_to_be_refused() -> None:
    seen, ledger = a_world()
    seen.tables["outbox"][0].update(state="refused", error="chat.update: invalid_blocks")
    unasked = judged("", refused_on_purpose, seen, ledger)

    ledger.faults["invalid_blocks"] += 1
    made = judged("", refused_on_purpose, seen, ledger)
    seen.tables["outbox"][3].update(state="refused", error="chat.update: msg_too_long")
    other = judged("", refused_on_purpose, seen, ledger)

    assert (unasked.kept, made.kept, other.kept) == (False, True, False)


def test_what_is_posted_twice_as_the_clock_leaps_is_excused_and_nothing_else() -> None:
    seen, ledger = a_world()
    card = active_card(seen)
    seen.posts.append(replace(card, ts="900.5"))
    opening = next(post for post in seen.posts if post.thread == card.ts)
    seen.posts.append(replace(opening, ts="900.6"))
    unexcused = broken(seen, ledger)

    ledger.leaps.append(900.0)
    excused = broken(seen, ledger)
    ledger.leaps[:] = [800.0]

    assert len(unexcused) == 2
    assert excused == {}
    assert broken(seen, ledger) == unexcused
