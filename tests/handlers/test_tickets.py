"""A new ticket: its form as it is filled in, and what becomes of it when it comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blocks.drafts import Draft
from blocks.ids import SOMEBODY_NEW, YES, Action, Form
from desk.setting_up import LoadDesk
from desk.ticket import Impact, Origin, Urgency
from handlers.answer import SayPrivately, UpdateView
from handlers.values import field_of
from tests.desk.office import ADA, CAMILLE, MARIE, PAUL, PIERRE, ZOE, Office, the_house
from tests.handlers import payloads
from tests.handlers.front import Front, block_ids, text_of

FILLED = {"subject": "Printer jams", "description": "On the third floor."}


async def the_form(front: Front, user: str = PIERRE) -> Any:
    await front.sends(front.router.command, payloads.command("", user))
    return front.view


def draft_of(view: Any) -> Draft:
    return Draft.decode(view["private_metadata"])


async def choose(front: Front, view: Any, action: Action, option: str, **values: Any) -> Any:
    """Choose something other inputs depend on, and see the form it becomes."""
    field = action.partition(".")[2]
    click = payloads.view_click(view, action, option=option, **{field: option, **values})
    await front.action(click)
    assert isinstance(front.step, UpdateView)
    assert front.step.view_id == click["view"]["id"]
    return front.view


# The form as it is filled in.


async def test_a_family_brings_its_services_and_a_service_its_items(
    front: Front, office: Office
) -> None:
    family, service, item = await office.path("poste/impression/toner")
    form = await the_form(front)

    with_services = await choose(front, form, Action.FORM_FAMILY, str(family))
    with_items = await choose(front, with_services, Action.FORM_SERVICE, str(service))
    filed = await choose(front, with_items, Action.FORM_ITEM, str(item))

    assert f"service#{family}" in block_ids(with_services)
    assert f"item#{service}" in block_ids(with_items)
    assert draft_of(filed).path == (family, service, item)
    assert "Postes de travail" in text_of(filed)


async def test_another_family_has_other_services(front: Front, office: Office) -> None:
    family, service = await office.path("poste/impression")
    (other,) = await office.path("reseau")
    form = await choose(front, await the_form(front), Action.FORM_FAMILY, str(family))
    form = await choose(front, form, Action.FORM_SERVICE, str(service))

    changed = await choose(front, form, Action.FORM_FAMILY, str(other))

    assert draft_of(changed).path == (other,)
    assert f"service#{other}" in block_ids(changed)
    assert not [name for name in block_ids(changed) if name.startswith("item")]


async def test_a_requester_without_an_address_may_be_given_one(front: Front) -> None:
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, ADA)
    known = await choose(front, form, Action.FORM_REQUESTER, PAUL)

    assert [name for name in block_ids(form) if name.startswith("address#")]
    assert not [name for name in block_ids(known) if name.startswith("address")]


async def test_a_requester_who_waits_already_shows_it(front: Front, office: Office) -> None:
    await office.open(by=PIERRE, requester=PAUL)

    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, PAUL)

    assert "R-000001" in text_of(form)


async def test_somebody_new_is_asked_for_name_and_address(front: Front) -> None:
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, SOMEBODY_NEW)

    assert {"new_name", "new_address"} <= {field_of(name) for name in block_ids(form)}
    assert draft_of(form).somebody_new


async def test_the_beneficiary_is_shown_when_wanted_and_taken_away_again(front: Front) -> None:
    form = await the_form(front)
    await front.action(payloads.view_click(form, Action.FORM_OTHER, other=[YES]))
    shown = front.view
    await front.action(payloads.view_click(shown, Action.FORM_OTHER, beneficiary=MARIE, other=()))
    hidden = front.view

    assert "beneficiary" in block_ids(shown)
    assert "beneficiary" not in block_ids(hidden)
    assert draft_of(hidden).beneficiary is None


async def test_what_is_ticked_outlasts_a_choice_made_before_the_form_was_drawn_anew(
    front: Front,
) -> None:
    form = await the_form(front)
    await front.action(payloads.view_click(form, Action.FORM_OTHER, other=[YES]))

    await front.action(
        payloads.view_click(form, Action.FORM_REQUESTER, option=PAUL, requester=PAUL, other=[YES])
    )

    assert "beneficiary" in block_ids(front.view)
    assert draft_of(front.view).requester == PAUL


async def test_impact_and_urgency_are_shown_when_wanted(front: Front) -> None:
    form = await the_form(front)

    await front.action(payloads.view_click(form, Action.FORM_DETAILS, YES))
    details = front.view
    changed = await choose(front, details, Action.FORM_IMPACT, "department")

    assert {"impact#0", "urgency#0"} <= set(block_ids(details))
    assert draft_of(changed).impact == "department"


async def test_people_are_found_while_somebody_types(front: Front) -> None:
    form = await the_form(front)

    found = await front.router.options(payloads.typing(form, Action.FORM_REQUESTER, "smi"))
    other = await front.router.options(payloads.typing(form, Action.FORM_BENEFICIARY, "smi"))
    hidden = await front.router.options(payloads.typing(form, Action.FORM_REQUESTER, "smi", PAUL))

    values = [o["value"] for o in found.body["options"]]
    assert values[0] == PAUL
    assert values[1].startswith(SOMEBODY_NEW)
    assert [o["value"] for o in other.body["options"]] == [PAUL]
    assert PAUL not in [o["value"] for o in hidden.body["options"]]


async def test_catalogue_entries_are_found_below_what_was_chosen(
    front: Front, office: Office
) -> None:
    family, service = await office.path("poste/impression")
    form = await choose(front, await the_form(front), Action.FORM_FAMILY, str(family))

    families = await front.router.options(payloads.typing(form, Action.FORM_FAMILY, "res"))
    services = await front.router.options(payloads.typing(form, Action.FORM_SERVICE, "impr"))

    assert [o["value"] for o in families.body["options"]] == [str((await office.path("reseau"))[0])]
    assert [o["value"] for o in services.body["options"]] == [str(service)]


# The form comes back.


async def test_the_form_becomes_a_ticket_and_its_confirmation(front: Front, office: Office) -> None:
    family, service, item = await office.path("poste/impression/toner")
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, PAUL)
    form = await choose(front, form, Action.FORM_FAMILY, str(family))
    form = await choose(front, form, Action.FORM_SERVICE, str(service))

    answer = await front.form(payloads.submission(form, item=str(item), **FILLED))

    ticket = await office.ticket(1)
    assert (ticket.subject, ticket.description.text) == tuple(FILLED.values())
    assert (ticket.requester, ticket.entry) == (await office.id_of(PAUL), item)
    assert (ticket.origin, ticket.urgency) == (Origin.CHAT, Urgency.LOW)
    assert answer["response_action"] == "update"
    assert answer["view"]["callback_id"] == Form.TICKET_CREATED
    assert "R-000001" in text_of(answer["view"])
    assert front.afterwards.steps == []


async def test_everything_chosen_reaches_the_ticket(front: Front, office: Office) -> None:
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, ADA)
    await front.action(payloads.view_click(form, Action.FORM_OTHER, other=[YES]))
    await front.action(payloads.view_click(front.view, Action.FORM_DETAILS, YES))

    await front.form(
        payloads.submission(
            front.view,
            beneficiary=MARIE,
            tell_beneficiary=(),
            impact="department",
            urgency="critical",
            address="ada@guests.example",
            **FILLED,
        )
    )

    ticket = await office.ticket(1)
    assert (ticket.beneficiary, ticket.tell_beneficiary) == (await office.id_of(MARIE), False)
    assert (ticket.impact, ticket.urgency) == (Impact.DEPARTMENT, Urgency.CRITICAL)
    assert (await office.actor(ADA)).person.email == "ada@guests.example"


async def test_a_beneficiary_is_told_unless_unticked(front: Front, office: Office) -> None:
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, PAUL)
    await front.action(payloads.view_click(form, Action.FORM_OTHER, other=[YES]))

    await front.form(payloads.submission(front.view, beneficiary=MARIE, **FILLED))

    assert (await office.ticket(1)).tell_beneficiary


async def test_somebody_new_becomes_the_requester(front: Front, office: Office) -> None:
    form = await choose(front, await the_form(front), Action.FORM_REQUESTER, SOMEBODY_NEW)

    await front.form(
        payloads.submission(form, new_name="Iris Newell", new_address="i@new.example", **FILLED)
    )

    iris = (await office.actor("i@new.example")).person
    assert (iris.name, (await office.ticket(1)).requester) == ("Iris Newell", iris.id)


async def test_who_is_no_technician_asks_for_themselves_in_a_smaller_form(
    front: Front, office: Office
) -> None:
    form = await the_form(front, PAUL)

    await front.form(payloads.submission(form, PAUL, **FILLED))

    assert "requester" not in block_ids(form)
    assert (await office.ticket(1)).requester == await office.id_of(PAUL)


async def test_who_became_a_technician_a_moment_ago_asks_for_whom_they_chose(
    front: Front, office: Office
) -> None:
    await the_form(front, ZOE)  # remembered as nobody's technician
    await office.store.write(lambda tx: _join_first_team(tx, ZOE))
    form = await the_form(front, ZOE)
    form = await choose(front, form, Action.FORM_REQUESTER, PAUL, user=ZOE)

    await front.form(payloads.submission(front.view, ZOE, requester=PAUL, **FILLED))

    assert (await office.ticket(1)).requester == await office.id_of(PAUL)


def _join_first_team(tx: Any, who: str) -> None:
    """As another process would have it from the desk file."""
    house = the_house()
    first, *others = house.teams
    joined = replace(first, members=(*first.members, who))
    tx.organisation.load(replace(house, teams=(joined, *others)))
    tx.people.rejoin_teams()


async def test_who_is_a_technician_no_more_asks_for_nobody_else(
    front: Front, office: Office
) -> None:
    form = await the_form(front, PIERRE)
    house = the_house()
    teams = tuple(replace(team, members=(CAMILLE,), lead=None) for team in house.teams)
    await office.does(LoadDesk(replace(house, teams=teams)))

    answer = await front.form(payloads.submission(form, PIERRE, requester=PAUL, **FILLED))

    assert set(answer["errors"]) == {"requester"}
    assert await office.store.read(lambda tx: tx.tickets.count()) == 0


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({}, {"requester"}, id="nobody chosen"),
        pytest.param({"subject": " "}, {"requester", "subject"}, id="two at once"),
        pytest.param({"requester": PAUL, "description": ""}, {"description"}, id="no description"),
    ],
)
async def test_faults_stand_at_their_fields(
    front: Front, office: Office, values: dict[str, Any], fields: set[str]
) -> None:
    answer = await front.form(payloads.submission(await the_form(front), **{**FILLED, **values}))

    assert set(answer["errors"]) == fields
    assert office.rows() == []


async def test_a_fault_stands_at_the_input_as_the_form_calls_it(
    front: Front, office: Office
) -> None:
    """A field of which there were several: the error goes to the one that is shown."""
    family = str((await office.path("poste"))[0])
    elsewhere = str((await office.path("reseau/vpn"))[1])
    form = await choose(front, await the_form(front), Action.FORM_FAMILY, family)
    by_ada = await choose(front, form, Action.FORM_REQUESTER, ADA)

    answer = await front.form(
        payloads.submission(by_ada, service=elsewhere, address="ada@", **FILLED)
    )
    later = await front.form(payloads.submission(by_ada, service=elsewhere, **FILLED))

    (address,) = answer["errors"]
    assert address == f"address#{await office.id_of(ADA)}"
    assert list(later["errors"]) == [f"service#{family}"]


async def test_a_form_delivered_twice_is_one_ticket_with_one_answer(
    front: Front, office: Office
) -> None:
    body = payloads.submission(await the_form(front, PAUL), PAUL, **FILLED)

    first, second = await front.form(body), await front.form(body)

    assert first == second
    assert len([row for row in office.rows() if row.effect.key.startswith("card:")]) == 1


async def test_a_form_corrected_after_a_fault_is_taken(front: Front, office: Office) -> None:
    form = await the_form(front, PAUL)
    body = payloads.submission(form, PAUL, **{**FILLED, "subject": ""})
    await front.form(body)
    body["view"]["state"]["values"]["subject"]["input.value"]["value"] = "Printer jams"

    answer = await front.form(body)

    assert answer["response_action"] == "update"
    assert (await office.ticket(1)).subject == "Printer jams"


async def test_the_confirmation_opens_the_ticket_or_another_form(front: Front) -> None:
    sent = payloads.submission(await the_form(front, PAUL), PAUL, **FILLED)
    created = (await front.form(sent))["view"]

    opened = payloads.view_click(created, Action.TICKET_OPEN, "1", PAUL)
    await front.action(opened)
    page = front.step
    again = payloads.view_click(created, Action.FORM_AGAIN, "1", PAUL)
    await front.action(again)
    form = front.step

    assert isinstance(page, UpdateView)
    assert isinstance(form, UpdateView)
    assert (page.view_id, page.hash) == (opened["view"]["id"], opened["view"]["hash"])
    assert form.view["callback_id"] == Form.TICKET_NEW
    assert draft_of(form.view) == Draft(after=1)


async def test_another_one_from_the_same_window_is_another_ticket(
    front: Front, office: Office
) -> None:
    """Slack's window keeps its id when it becomes a form again."""
    sent = payloads.submission(await the_form(front, PAUL), PAUL, **FILLED)
    created = (await front.form(sent))["view"]
    await front.action(payloads.view_click(created, Action.FORM_AGAIN, "1", PAUL))
    assert isinstance(front.step, UpdateView)
    another = payloads.submission(front.step.view, PAUL, **FILLED)
    another["view"]["id"] = sent["view"]["id"]

    first, second, repeated = [
        (await front.form(body))["view"] for body in (another, sent, another)
    ]

    assert await office.store.read(lambda tx: tx.tickets.count()) == 2
    assert "R-000002" in text_of(first)
    assert "R-000001" in text_of(second)
    assert "R-000002" in text_of(repeated)


async def test_a_level_that_we_did_not_offer_is_a_bad_request(front: Front) -> None:
    draft = Draft(requester=PAUL, impact="cosmic", details=True).encode()
    form = {**await the_form(front), "private_metadata": draft}

    reply = await front.router.form(payloads.submission(form, **FILLED))

    assert reply.status == 400


async def test_who_is_told_what_in_their_own_language(front: Front) -> None:
    english, french = await the_form(front, PAUL), await the_form(front)

    assert english["title"] != french["title"]
    await front.action(payloads.card_click(Action.TICKET_OPEN, "77", PAUL))
    in_english = front.said
    await front.action(payloads.card_click(Action.TICKET_OPEN, "77", PIERRE))
    assert isinstance(front.step, SayPrivately)
    assert in_english != front.said
