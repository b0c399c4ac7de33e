"""The form for a new ticket shows what is needed next and nothing that is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blocks.drafts import Draft
from blocks.ids import Action, Field
from blocks.ticket_form import created_view, ticket_form
from desk.labels import Label
from desk.lifecycle import State
from desk.organisation import Catalogue, CatalogueEntry
from desk.people import Actor
from desk.ticket import Impact, Urgency
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import actions_in, faults_of, said_in


def inputs(view) -> dict:
    return {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}


def chosen(element) -> str:
    return element["initial_option"]["value"]


def test_a_usual_ticket_is_a_person_a_family_two_texts_and_files(english: Translator):
    view = ticket_form(f.new_ticket_facts(), Draft(), english)

    assert list(inputs(view)) == ["requester", "family", "subject", "description", "files"]
    assert "Impact: one person · urgency: medium → *Normal priority*" in said_in(view)


def test_people_are_found_from_the_first_letter_on(english: Translator):
    find = inputs(ticket_form(f.new_ticket_facts(), Draft(), english))["requester"]

    assert (find["type"], find["min_query_length"]) == ("external_select", 0)
    assert find["action_id"] == Action.FORM_REQUESTER


def test_each_choice_in_the_catalogue_brings_the_next_one_and_the_team(english: Translator):
    facts = f.new_ticket_facts()

    family = ticket_form(facts, Draft(family=1), english)
    item = ticket_form(facts, Draft(family=1, service=2, item=3), english)

    assert [name for name in inputs(family) if "#" in name] == ["service#1"]
    assert [name for name in inputs(item) if "#" in name] == ["service#1", "item#2"]
    assert chosen(inputs(item)["item#2"]) == "3"
    assert "→ Team: *Workstations*" in said_in(item)


def test_a_family_without_services_ends_there(english: Translator):
    view = ticket_form(f.new_ticket_facts(), Draft(family=4), english)

    assert not any(name.startswith("service") for name in inputs(view))
    assert "→ Team: *Network*" in said_in(view)


def test_a_choice_that_went_away_meanwhile_is_not_offered_again(english: Translator):
    gone = replace(f.FAMILY, obsolete=True)
    facts = f.new_ticket_facts(catalogue=Catalogue((gone, f.OTHER_FAMILY)))

    view = ticket_form(facts, Draft(family=gone.id), english)

    assert "initial_option" not in inputs(view)["family"]
    assert faults_of(view) == []


def test_nobody_claims_an_address_for_themselves(english: Translator):
    ada = f.NOBODY_TO_MAIL
    facts = f.new_ticket_facts(actor=Actor(ada), viewer=ada, requester=ada)

    view = ticket_form(facts, Draft(), english)

    assert not any(name.startswith("address") for name in inputs(view))
    assert "you will be told by Slack message" in said_in(view)


def test_technicians_are_told_who_reads_the_description(english: Translator):
    paul = Actor(f.PAUL)

    for_technicians = said_in(ticket_form(f.new_ticket_facts(), Draft(), english))
    for_paul = said_in(ticket_form(f.new_ticket_facts(actor=paul), Draft(), english))

    assert "The requester will read this." in for_technicians
    assert "The requester will read this." not in for_paul


def test_another_family_starts_the_services_afresh(english: Translator):
    draft = Draft(family=1, service=2, item=3, impact="department").with_family(4)

    assert draft == Draft(family=4)


def test_a_catalogue_without_entries_asks_nothing(english: Translator):
    view = ticket_form(f.new_ticket_facts(catalogue=Catalogue(())), Draft(), english)

    assert list(inputs(view)) == ["requester", "subject", "description", "files"]


def test_more_than_a_hundred_entries_are_found_by_typing(english: Translator):
    many = tuple(
        CatalogueEntry(n, f"e{n}", Label(f"Entry {n}", f"Entrée {n}"), None) for n in range(101)
    )
    view = ticket_form(f.new_ticket_facts(catalogue=Catalogue(many)), Draft(family=100), english)

    assert inputs(view)["family"]["type"] == "external_select"
    assert chosen(inputs(view)["family"]) == "100"
    assert faults_of(view) == []


def test_a_person_nobody_knows_gives_name_and_address(english: Translator):
    view = ticket_form(f.new_ticket_facts(), Draft(somebody_new=True), english)

    names = [name.partition("#")[0] for name in inputs(view)]
    assert names[1:3] == [Field.NEW_NAME, Field.NEW_ADDRESS]


def test_what_was_typed_about_one_new_person_is_not_kept_for_the_next(english: Translator):
    """Slack keeps what an input of the same id holds, whatever its first value is."""

    def of_whom(typed: str) -> dict[str, Any]:
        draft = Draft(somebody_new=True, typed=typed)
        shown = inputs(ticket_form(f.new_ticket_facts(), draft, english))
        return {name: one for name, one in shown.items() if name.startswith("new_")}

    anna, bob = of_whom("anna@client.example"), of_whom("Bob Martin")

    assert len(anna) == len(bob) == 2
    assert not set(anna) & set(bob)
    assert list(of_whom("Bob Martin")) == list(bob)


def test_an_address_is_asked_for_where_there_is_none_and_belongs_to_one_person(
    english: Translator,
):
    view = ticket_form(f.new_ticket_facts(requester=f.NOBODY_TO_MAIL), Draft(), english)

    assert "address#5" in inputs(view)
    assert "Without it, Ada Guest will be told by Slack message." in said_in(view)
    known = ticket_form(f.new_ticket_facts(requester=f.PAUL), Draft(), english)
    assert not any(name.startswith("address") for name in inputs(known))


def test_open_tickets_of_the_requester_are_seen_before_another_is_made(english: Translator):
    facts = f.new_ticket_facts(
        requester=f.PAUL,
        requester_open=tuple(f.ticket_facts(f.a_ticket(id=n)) for n in (1, 2, 3)),
        requester_open_total=5,
    )

    said = said_in(ticket_form(facts, Draft(), english))

    assert "Paul Smith has 5 open tickets:" in said
    assert "R-000003" in said
    assert "and 2 more" in said


def test_ones_own_open_requests_are_told_in_a_requesters_words(english: Translator):
    held = f.ticket_facts(f.a_ticket(State.ASSIGNED))
    facts = f.new_ticket_facts(
        viewer=f.PAUL,
        actor=Actor(f.PAUL),
        requester=f.PAUL,
        requester_open=(held,),
        requester_open_total=1,
    )

    said = said_in(ticket_form(facts, Draft(), english))

    assert "You have 1 open request:" in said
    assert "The Workstations team is working on it" in said
    assert "Paul Smith has" not in said
    assert "Assigned" not in said


def for_somebody_else(view) -> dict:
    (box,) = next(b["elements"] for b in view["blocks"] if b.get("block_id") == "other")
    return box


def test_the_beneficiary_appears_on_demand_and_is_told_unless_unticked(english: Translator):
    view = ticket_form(f.new_ticket_facts(beneficiary=f.MARIE), Draft(other=True), english)

    assert chosen(inputs(view)["beneficiary"]) == "U0MARIE"
    (field,) = (b for b in view["blocks"] if b.get("block_id") == "beneficiary")
    assert not field["optional"]  # else a forgotten name makes a ticket for the wrong person
    assert len(inputs(view)["tell_beneficiary"]["initial_options"]) == 1
    without = ticket_form(f.new_ticket_facts(), Draft(), english)
    assert "beneficiary" not in inputs(without)
    assert "initial_options" not in for_somebody_else(without)
    assert for_somebody_else(view)["initial_options"] == for_somebody_else(without)["options"]


def test_impact_and_urgency_begin_with_what_the_catalogue_says(english: Translator):
    pressing = replace(f.ITEM, impact=Impact.SERVICE, urgency=Urgency.CRITICAL)
    catalogue = Catalogue((f.FAMILY, f.SERVICE, pressing))
    draft = Draft(family=1, service=2, item=3, details=True)

    view = ticket_form(f.new_ticket_facts(catalogue=catalogue), draft, english)
    changed = ticket_form(
        f.new_ticket_facts(catalogue=catalogue), replace(draft, urgency="low"), english
    )

    assert chosen(inputs(view)["impact#3"]) == "service"
    assert chosen(inputs(view)["urgency#3"]) == "critical"
    assert "→ Very high priority" in said_in(view)
    assert chosen(inputs(changed)["urgency#3"]) == "low"
    assert "→ Low priority" in said_in(changed)


def test_a_requester_asks_for_themselves_and_sees_no_directory(english: Translator):
    facts = f.new_ticket_facts(viewer=f.PAUL, actor=Actor(f.PAUL), requester=f.PAUL)

    view = ticket_form(facts, Draft(), english)

    assert list(inputs(view)) == ["family", "subject", "description", "files"]
    assert "For Paul Smith (paul@example.org)" in said_in(view)
    assert "other" not in [block.get("block_id") for block in view["blocks"]]


def test_a_message_becomes_the_first_text_of_the_form(english: Translator):
    texts = {"subject": "Printer\njams " + "x" * 200, "description": "y" * 4000}

    view = inputs(ticket_form(f.new_ticket_facts(), Draft(), english, **texts))

    assert view["subject"]["initial_value"].startswith("Printer jams x")
    assert len(view["subject"]["initial_value"]) == 150
    assert len(view["description"]["initial_value"]) == 3000


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ((f.PAUL,), "✉️ Paul Smith (paul@example.org) will be told by e-mail."),
        ((f.NOBODY_TO_MAIL,), "💬 Ada Guest will be told by Slack message."),
        ((), "⚠️ Paul Smith has no address and will not be told."),
    ],
    ids=["by mail", "by Slack", "nobody"],
)
def test_the_confirmation_says_who_is_told_and_how(told, sentence: str, english: Translator):
    view = created_view(f.created_facts(told=told), english)

    assert sentence in said_in(view)
    assert actions_in(view) == [Action.TICKET_OPEN, Action.FORM_AGAIN]
