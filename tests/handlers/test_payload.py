"""Reading what Slack sends: its own shapes become values, anything else is Malformed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.drafts import Draft
from blocks.ids import Action, Field, Form, Shortcut
from desk.words import Words
from handlers.payload import (
    Called,
    Click,
    Happened,
    Malformed,
    Reached,
    Spoken,
    Submission,
    Typing,
    Values,
    field_of,
)
from tests.desk.office import PAUL, PIERRE
from tests.handlers import payloads
from tests.handlers.spoiling import BODIES, HOLD, HOME, NEW, NOTE, REPLY, places_in, spoiled

READERS = (Click, Submission, Typing, Called, Reached, Spoken, Happened)


def test_a_click_on_a_card_knows_who_where_and_what() -> None:
    body = payloads.card_click(Action.TICKET_ASSIGN, "42")

    click = Click.read(body)

    assert (click.user, click.action, click.ticket) == (PIERRE, "ticket.assign", 42)
    assert (click.container, click.channel) == ("message", payloads.CHANNEL)
    assert (click.message, click.thread) == ("1764000000.000100", "")
    assert click.trigger == body["trigger_id"]
    assert click.once == f"click:{PIERRE}:ticket.assign:{body['actions'][0]['action_ts']}"


def test_a_click_below_a_card_is_answered_in_its_thread() -> None:
    click = Click.read(payloads.thread_click(Action.REPLY_WITHDRAW, "42:7"))

    assert (click.ticket, click.entry) == (42, 7)
    assert click.thread == "1764000000.000100"


def test_a_click_on_what_slack_does_not_keep_knows_its_channel() -> None:
    body = payloads.thread_click(Action.TICKET_ANSWER, "42")
    del body["message"]  # an ephemeral message
    del body["channel"]

    click = Click.read(body)

    assert (click.channel, click.thread) == (payloads.CHANNEL, "1764000000.000100")


def test_an_overflow_says_what_was_chosen() -> None:
    click = Click.read(payloads.overflow_click(Action.TICKET_MORE, "ticket.hold:42"))

    assert click.value == "ticket.hold:42"


@pytest.mark.parametrize(
    ("view", "container"), [(NEW, "view"), (HOME, "home")], ids=["modal", "App Home"]
)
def test_a_click_in_a_view_knows_the_view(view: Any, container: str) -> None:
    body = payloads.view_click(view, Action.HOME_NEXT, "7")

    click = Click.read(body)

    assert click.container == container
    assert (click.view, click.hash) == (body["view"]["id"], body["view"]["hash"])
    assert click.form == view.get("callback_id", "")
    assert click.metadata == view.get("private_metadata", "")


@pytest.mark.parametrize("value", ["", "x", "-1", "4 2", "٤٢", "9" * 19, "42:", "42:x", "4.2"])
def test_a_value_that_we_did_not_write_is_malformed(value: str) -> None:
    click = Click.read(payloads.card_click(Action.TICKET_ASSIGN, value))

    with pytest.raises(Malformed):
        _ = (click.ticket, click.entry)


def test_a_form_gives_its_values_by_field() -> None:
    body = payloads.submission(NEW, requester=PAUL, service="2", subject="Jam", description="Jams.")

    sent = Submission.read(body)

    assert (sent.user, sent.form) == (PIERRE, Form.TICKET_NEW)
    assert sent.once == f"view:{body['view']['id']}:ticket.new"
    assert (sent[Field.REQUESTER], sent[Field.SERVICE], sent[Field.SUBJECT]) == (PAUL, "2", "Jam")
    assert sent.values.words(Field.DESCRIPTION) == Words.plain("Jams.")
    assert sent.values.blocks[Field.SERVICE] == "service#1"
    assert sent.values.ticked(Field.TELL_BENEFICIARY) == ("yes",)
    assert sent.first_field == Field.REQUESTER
    assert Draft.decode(sent.metadata) == Draft(family=1, other=True)


def test_what_is_absent_or_empty_reads_as_nothing() -> None:
    sent = Submission.read(payloads.submission(NEW, tell_beneficiary=()))

    assert sent[Field.REQUESTER] == sent[Field.CODE] == ""
    assert sent.values.ticked(Field.TELL_BENEFICIARY) == ()
    assert sent.values.ticked(Field.CODE) == ()
    assert not sent.values.words(Field.DESCRIPTION)
    assert (sent.values.shows(Field.BENEFICIARY), sent.values.shows(Field.CODE)) == (True, False)


def test_rich_text_and_dates_are_read_too() -> None:
    reply = Submission.read(payloads.submission(REPLY, message="Hello", below="V1"))
    hold = Submission.read(payloads.submission(HOLD, hold_reason="date", until="2026-12-01"))

    assert reply.values.words(Field.MESSAGE).text == "Hello"
    assert reply.below == "V1"
    assert (hold[Field.HOLD_REASON], hold[Field.UNTIL]) == ("date", "2026-12-01")


def test_the_value_of_an_input_no_longer_in_the_form_does_not_count() -> None:
    body = payloads.submission(NEW, service="2")
    stale = {"form.service": {"type": "static_select", "selected_option": payloads.chosen("9")}}
    body["view"]["state"]["values"]["service#7"] = stale

    assert Submission.read(body)[Field.SERVICE] == "2"


@pytest.mark.parametrize("typed", ["Ja\x00m", "Ja\ud83dm", "\udc00Jam"], ids=ascii)
def test_what_no_database_keeps_is_left_out(typed: str) -> None:
    sent = Submission.read(payloads.submission(NEW, subject=typed))
    said = Spoken.read(payloads.event(payloads.written(typed, thread="1.1")))

    assert sent[Field.SUBJECT] == "Jam"
    assert said.words.text == "Jam"


def test_somebody_types() -> None:
    typing = Typing.read(payloads.typing(NEW, Action.FORM_REQUESTER, "smi"))

    assert (typing.action, typing.query, typing.user) == (Action.FORM_REQUESTER, "smi", PIERRE)
    assert Draft.decode(typing.metadata).family == 1


def test_a_command_is_read_without_blanks_around_it() -> None:
    called = Called.read(payloads.command("  R-42 "))

    assert (called.command, called.text, called.channel) == ("/ticket", "R-42", payloads.CHANNEL)
    assert called.user == PIERRE


def test_a_message_shortcut_brings_the_message_and_its_link() -> None:
    reached = Reached.read(payloads.message_shortcut(Shortcut.TICKET_FROM_MESSAGE, NOTE, PAUL))

    assert (reached.user, reached.author, reached.words.text) == (PAUL, PIERRE, "Roller")
    assert reached.permalink == ("https://meridien.slack.com/archives/C0POSTES/p1764000009000300")


def test_a_global_shortcut_has_no_message() -> None:
    reached = Reached.read(payloads.shortcut(Shortcut.TICKET_CREATE))

    assert (reached.author, reached.permalink, reached.words) == ("", "", Words())


def test_a_message_in_a_thread_is_written() -> None:
    said = Spoken.read(payloads.event(NOTE))

    assert (said.what, said.user, said.channel) == ("written", PIERRE, payloads.CHANNEL)
    assert (said.ts, said.thread) == ("1764000009.000300", "1764000000.000100")
    assert said.words.text == "Roller"
    assert said.once == "msg:T0MERIDIEN:C0POSTES:1764000009.000300"


def test_one_message_delivered_under_many_event_ids_has_one_key() -> None:
    keys = {Spoken.read(payloads.event(NOTE, f"Ev{n}")).once for n in range(3)}
    edits = {Spoken.read(payloads.event(payloads.edited(NOTE, t))).once for t in ("a", "b")}
    gone = Spoken.read(payloads.event(payloads.deleted(NOTE))).once

    assert len(keys) == len(edits) == 1
    assert len({*keys, *edits, gone}) == 3


@pytest.mark.parametrize(("first", "ours"), [("U0BOT", True), (PAUL, False)])
def test_a_message_tells_whether_the_threads_first_one_is_ours(first: str, ours: bool) -> None:
    plain = {**NOTE, "parent_user_id": first}
    broadcast = payloads.broadcast("Roller", parent=first)

    for message in (plain, broadcast):
        for told in (message, payloads.edited(message, "Fuser"), payloads.deleted(message)):
            said = Spoken.read(payloads.event(told))
            assert (said.what != "", said.under_us) == (True, ours)


def test_a_message_need_not_tell_whose_thread_it_is_in() -> None:
    assert Spoken.read(payloads.event(NOTE)).under_us is None


def test_edits_and_deletions_name_the_message_they_change() -> None:
    changed = Spoken.read(payloads.event(payloads.edited(NOTE, "Fuser")))
    gone = Spoken.read(payloads.event(payloads.deleted(NOTE)))

    assert (changed.what, changed.ts, changed.words.text) == ("edited", NOTE["ts"], "Fuser")
    assert changed.edited == "1764000010.000000"
    assert (gone.what, gone.ts, gone.user) == ("deleted", NOTE["ts"], PIERRE)


NONE_OF_OURS = {
    "outside a thread": payloads.written("Hello"),
    "the first of a thread": payloads.written("Hello", ts="1.1", thread="1.1"),
    "of a bot": {**NOTE, "bot_id": "B1"},
    "of nobody": {key: value for key, value in NOTE.items() if key != "user"},
    "files that we showed": {
        **payloads.written("", "U0BOT", thread="1.1"),
        "subtype": "file_share",
    },
    "somebody joined": {**NOTE, "subtype": "channel_join"},
    "a link was shown": payloads.unfurled(NOTE),
    "a bot edited": payloads.edited({**NOTE, "bot_id": "B1"}, "x"),
    "a bot's message deleted": payloads.deleted({**NOTE, "bot_id": "B1"}),
    "a tombstone": {**payloads.edited(NOTE, ""), "message": {"subtype": "tombstone", "ts": "1.2"}},
}


@pytest.mark.parametrize("message", NONE_OF_OURS.values(), ids=list(NONE_OF_OURS))
def test_other_messages_are_none_of_ours(message: Any) -> None:
    assert Spoken.read(payloads.event(message)).what == ""


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_what_people_write_in_other_ways_is_written_too(subtype: str) -> None:
    assert Spoken.read(payloads.event({**NOTE, "subtype": subtype})).what == "written"


def test_the_person_of_an_event_may_be_an_id_or_a_whole_profile() -> None:
    opened = Happened.read(payloads.event({"type": "app_home_opened", "user": PAUL}, "Ev1"))
    joined = Happened.read(payloads.event({"type": "team_join", "user": {"id": PAUL}}, "Ev2"))

    assert (opened.kind, opened.user, opened.once) == ("app_home_opened", PAUL, "event:Ev1")
    assert (joined.kind, joined.user, joined.once) == ("team_join", PAUL, "event:Ev2")


@pytest.mark.parametrize(
    ("block_id", "field"), [("service#3", "service"), ("subject", "subject"), ("#", ""), ("", "")]
)
def test_a_field_is_its_block_without_what_follows_the_hash(block_id: str, field: str) -> None:
    assert field_of(block_id) == field


# Whatever comes: a value or Malformed, never anything else.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
DECLARED: dict[Any, Any] = {"str": str, "Values": Values, "Words": Words}


def is_well_typed(value: Any) -> bool:
    declared = {field.name: DECLARED.get(field.type) for field in fields(value)}
    return all(isinstance(getattr(value, name), kind) for name, kind in declared.items() if kind)


@pytest.mark.parametrize("kind", BODIES)
def test_what_slack_sends_is_read(kind: str) -> None:
    read, body = BODIES[kind]

    assert is_well_typed(read(body))


@pytest.mark.parametrize("kind", BODIES)
def test_a_payload_spoiled_anywhere_is_a_value_or_malformed(kind: str) -> None:
    read, body = BODIES[kind]
    junk = (None, 0, 7, -1.5, True, "", "x", [], [None], ["x"], {}, {"x": 1}, [{}], {"type": []})

    for place in places_in(body):
        for by in junk:
            assert read_or_malformed(read, spoiled(body, place, by, remove=False))
        assert read_or_malformed(read, spoiled(body, place, None, remove=True))


@given(JSON, st.sampled_from(READERS))
def test_any_json_is_a_value_or_malformed(body: Any, reader: Any) -> None:
    assert read_or_malformed(reader.read, body)


@given(st.data(), st.sampled_from(sorted(BODIES)), JSON)
def test_any_json_anywhere_in_a_payload_is_a_value_or_malformed(
    data: st.DataObject, kind: str, by: Any
) -> None:
    read, body = BODIES[kind]
    place = data.draw(st.sampled_from(places_in(body)))

    assert read_or_malformed(read, spoiled(body, place, by, remove=False))


def read_or_malformed(read: Callable[[Any], Any], body: Any) -> bool:
    try:
        return is_well_typed(read(body))
    except Malformed:
        return True


@pytest.mark.parametrize("reader", READERS)
def test_a_payload_without_a_person_or_an_id_is_malformed(reader: Any) -> None:
    with pytest.raises(Malformed):
        reader.read({})
