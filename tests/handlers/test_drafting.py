"""What the form for a new ticket holds: its inputs are newer than what it remembers."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.drafts import Draft
from blocks.ids import SOMEBODY_NEW, Field
from blocks.ticket_form import ticket_form
from handlers.drafting import draft_from, entry_id
from handlers.payload import Malformed, Submission, Values
from locales.translator import translator_for
from tests.desk.office import MARIE, PAUL
from tests.facts import new_ticket_facts
from tests.handlers import payloads

EN = translator_for("en")
EMPTY = Draft()
FILED = Draft(requester=PAUL, family=1, service=2, item=3, impact="service")


def held(draft: Draft, **values: Any) -> Draft:
    """The draft as read from its own form, with `values` chosen in it."""
    form = ticket_form(new_ticket_facts(), draft, EN)
    sent = Submission.read(payloads.submission(form, **values))
    return draft_from(sent.metadata, sent.values)


@pytest.mark.parametrize(
    "draft",
    [
        EMPTY,
        Draft(requester=PAUL),
        Draft(family=1, service=2),
        Draft(family=1, service=2, item=3),
        Draft(somebody_new=True),
        Draft(other=True),
        Draft(channel="C1", permalink="https://meridien.slack.com/archives/C1/p1"),
    ],
)
def test_a_form_left_alone_holds_what_it_showed(draft: Draft) -> None:
    assert held(draft) == draft


def test_what_is_chosen_is_held() -> None:
    assert held(EMPTY, requester=PAUL) == Draft(requester=PAUL)
    assert held(EMPTY, family="1") == Draft(family=1)
    assert held(Draft(family=1), service="2") == Draft(family=1, service=2)
    assert held(Draft(other=True), beneficiary=MARIE) == Draft(other=True, beneficiary=MARIE)


def test_somebody_new_takes_the_place_of_the_requester() -> None:
    assert held(Draft(requester=PAUL), requester=SOMEBODY_NEW) == Draft(somebody_new=True)
    assert held(Draft(somebody_new=True), requester=PAUL) == Draft(requester=PAUL)


def test_another_family_forgets_what_was_below_the_first() -> None:
    assert held(FILED, family="4") == Draft(requester=PAUL, family=4)


def test_the_same_family_again_forgets_nothing() -> None:
    assert held(FILED, family="1") == FILED


def test_another_service_forgets_the_item_and_the_priority() -> None:
    assert held(FILED, service="9") == Draft(requester=PAUL, family=1, service=9)


def test_what_stands_below_an_earlier_choice_does_not_count() -> None:
    """Somebody chose another family faster than we could take its services away."""
    values = Values(
        texts={Field.FAMILY: "4", Field.SERVICE: "2", Field.ITEM: "3"},
        blocks={Field.FAMILY: "family", Field.SERVICE: "service#1", Field.ITEM: "item#2"},
    )

    assert draft_from(FILED.encode(), values) == Draft(requester=PAUL, family=4)


def test_impact_and_urgency_count_for_the_entry_they_were_chosen_for() -> None:
    shown = Draft(family=1, details=True)

    assert held(shown, impact="department", urgency="low") == Draft(
        family=1, details=True, impact="department", urgency="low"
    )
    assert held(shown, impact="department", family="4").impact is None


def test_an_input_that_was_emptied_is_empty() -> None:
    values = Values(
        texts={Field.FAMILY: "", Field.BENEFICIARY: ""},
        blocks={Field.FAMILY: "family", Field.BENEFICIARY: "beneficiary"},
    )
    before = Draft(beneficiary=MARIE, other=True, family=1, service=2)

    assert draft_from(before.encode(), values) == Draft(other=True)


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "²", "9" * 19, "1 "])
def test_an_entry_that_we_did_not_offer_is_malformed(value: str) -> None:
    with pytest.raises(Malformed):
        entry_id(value)


def test_nothing_chosen_is_no_entry() -> None:
    assert (entry_id(""), entry_id("7")) == (None, 7)


def test_what_was_looked_for_is_kept_as_the_new_persons_name():
    draft = held(Draft(), requester=f"{SOMEBODY_NEW}:Jean Valjean")

    assert draft == Draft(somebody_new=True, typed="Jean Valjean")
