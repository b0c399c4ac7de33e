"""In the thread, what the requester reads cannot be mistaken for what they do not."""

from __future__ import annotations

import pytest

from blocks.ids import Action
from blocks.thread import entry_message, thread_opening
from desk.journal import Kind
from desk.mails import DeliveryState
from desk.words import Words
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import actions_in, buttons_of, said_in

PUBLIC_MARK = "✉️"
INTERNAL = [kind for kind in Kind if kind not in (Kind.REPLY, Kind.RESOLVED, Kind.ANSWER)]


def test_a_thread_opens_with_who_reads_it_and_a_way_to_write_to_the_requester(english: Translator):
    opening = thread_opening(f.thread_facts(), english)

    assert said_in(opening).startswith("🔒 *Technicians’ journal*")
    assert "never sent to Paul Smith" in said_in(opening)
    assert actions_in(opening) == [Action.TICKET_REPLY]


def test_after_a_transfer_the_thread_tells_what_went_before(english: Translator):
    opening = thread_opening(f.thread_facts(earlier=4), english)

    assert "4 entries were written before the transfer." in said_in(opening)
    assert "It stops after every second page" in said_in(opening)
    assert actions_in(opening) == [Action.TICKET_REPLY, Action.JOURNAL_SHOW]


@pytest.mark.parametrize("kind", INTERNAL)
def test_internal_entries_never_bear_the_public_mark(kind: Kind, english: Translator):
    message = entry_message(f.entry_facts(f.an_entry(kind, "words")), english)

    assert PUBLIC_MARK not in said_in(message)


@pytest.mark.parametrize("deliveries", [(), (f.a_delivery(),)], ids=["before", "after"])
@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.RESOLVED])
def test_public_entries_bear_the_public_mark_before_and_after_they_are_sent(
    kind: Kind, deliveries, english: Translator
):
    entry = f.entry_facts(f.an_entry(kind, "words"), deliveries=deliveries)

    message = entry_message(entry, english)

    assert PUBLIC_MARK in said_in(message)
    assert "paul@example.org" in said_in(message)


def test_a_reply_can_be_taken_back_while_there_is_time(english: Translator):
    waiting = (f.a_delivery(DeliveryState.WAITING),)

    message = entry_message(f.entry_facts(f.a_reply(), undo=True, deliveries=waiting), english)

    assert [button["value"] for button in buttons_of(message)] == ["42:100"]
    assert actions_in(message) == [Action.REPLY_WITHDRAW]
    assert "until then you can undo it" in said_in(message)


def test_a_reply_that_was_sent_says_to_whom_and_offers_nothing(english: Translator):
    sent = (f.a_delivery(), f.a_delivery(person=f.MARIE, address="marie@example.org"))

    message = entry_message(f.entry_facts(f.a_reply(), deliveries=sent), english)

    told = "Sent to Paul Smith (paul@example.org) and Marie Curie (marie@example.org)"
    assert told in said_in(message)
    assert buttons_of(message) == []


@pytest.mark.parametrize(
    ("state", "asks"), [(DeliveryState.FAILED, False), (DeliveryState.UNCERTAIN, True)]
)
def test_what_did_not_arrive_can_be_sent_again(state, asks: bool, english: Translator):
    trouble = (f.a_delivery(state, error="550 no such user <x>"),)

    message = entry_message(f.entry_facts(f.a_reply(), deliveries=trouble), english)

    (button,) = buttons_of(message)
    assert (button["action_id"], button["value"]) == (Action.MAIL_RETRY, "42:7")
    assert ("confirm" in button) is asks


def test_a_reply_taken_back_is_one_grey_line_without_its_words(english: Translator):
    taken_back = f.a_reply("Oops", withdrawn=True)

    message = entry_message(f.entry_facts(taken_back), english)

    assert [block["type"] for block in message["blocks"]] == ["context"]
    assert "Oops" not in said_in(message)


def test_a_long_answer_is_shown_whole(english: Translator):
    words = Words.plain("\n".join(f"line {n}" for n in range(700)))

    message = entry_message(f.entry_facts(f.an_entry(Kind.ANSWER, words, by=f.PAUL)), english)

    assert "line 0\n" in said_in(message)
    assert "line 699" in said_in(message)


def test_an_answer_nobody_can_vouch_for_says_so(english: Translator):
    doubtful = f.an_answer(facts={"origin": "mail", "unverified": "yes"})

    message = entry_message(f.entry_facts(doubtful), english)

    assert "Nothing proves that this mail came from Paul Smith." in said_in(message)


def test_names_kept_in_both_languages_are_read_in_the_threads(french: Translator):
    facts = {"from_team": f.WORKSTATIONS.label.to_json(), "team": f.NETWORK.label.to_json()}

    message = entry_message(f.entry_facts(f.an_entry(Kind.TRANSFERRED, facts=facts)), french)

    assert "de l’équipe Postes de travail à l’équipe Réseau" in message["text"]
