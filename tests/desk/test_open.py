"""Opening a ticket: who asks for whom, where it lands, and who is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.ask_queue import Home
from desk.ask_ticket import Created
from desk.effects import (
    LookUpPerson,
    Message,
    OpenThread,
    RefreshCard,
    SendDirect,
    SendMail,
    ShowEntry,
)
from desk.errors import InvalidField, InvalidFields, TechniciansOnly
from desk.journal import Kind
from desk.lifecycle import State
from desk.open_ticket import LONGEST_SUBJECT, OpenTicket
from desk.people import NewPerson
from desk.result import Result
from desk.setting_up import LoadDesk
from desk.ticket import Impact, Origin, RequestType, Urgency
from desk.words import Words
from tests.desk.office import (
    ADA,
    MAIL_ONLY,
    MARIE,
    NOW,
    PAUL,
    PIERRE,
    Office,
    the_house,
)

WISH = OpenTicket(PAUL, PAUL, "Printer jams", Words.plain("On the third floor."))
FOR_PAUL = replace(WISH, by=PIERRE)


async def test_a_ticket_opened_for_somebody_has_a_card_a_thread_and_a_mail(office: Office) -> None:
    result = await office.does(FOR_PAUL)

    assert result.ticket == 1
    ticket, (opened,) = await office.ticket(1), await office.journal(1)
    paul = await office.id_of(PAUL)
    assert (ticket.reference, ticket.state, ticket.version) == ("R-000001", State.NEW, 1)
    assert (ticket.requester, ticket.beneficiary, ticket.assignee) == (paul, None, None)
    assert ticket.created_at == ticket.state_since == ticket.changed_at == NOW
    assert (opened.id, opened.kind, opened.words) == (result.entry, Kind.OPENED, WISH.description)
    assert opened.by is not None
    assert opened.by.slack_id == PIERRE
    assert opened.facts == {"origin": "chat"}
    assert office.waiting() == [
        RefreshCard(1),
        OpenThread(1, ticket.team),
        SendMail(Message.ACKNOWLEDGEMENT, 1, paul, opened.id, 1),
    ]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        pytest.param({}, False, id="nothing to tell"),
        pytest.param({"unverified": True}, True, id="nothing proves who wrote it"),
        pytest.param({"reply_to": "paul@elsewhere.example"}, True, id="answers go elsewhere"),
        pytest.param({"notices": ({"kind": "invite", "what": "Tea"},)}, True, id="an invitation"),
        pytest.param({"whole": "On the third floor. > More below."}, True, id="there is more"),
    ],
)
async def test_what_to_know_of_a_first_mail_is_said_in_the_thread(
    office: Office, told: dict[str, Any], shown: bool
) -> None:
    mail = replace(WISH, origin=Origin.MAIL, message_id="<1@paul>", **told)

    result = await office.does(mail)

    assert result.entry is not None
    assert (ShowEntry(1, result.entry) in office.waiting()) is shown


async def test_numbers_are_given_in_order(office: Office) -> None:
    assert [await office.open() for _ in range(3)] == [1, 2, 3]


async def test_the_acknowledgement_goes_to_the_requester_alone(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)

    assert [mail.to for mail in office.waiting_of(SendMail)] == [await office.id_of(PAUL)]
    assert (await office.ticket(number)).beneficiary == await office.id_of(MARIE)


async def test_a_mail_that_asks_for_silence_is_not_acknowledged(office: Office) -> None:
    await office.open(acknowledge=False)

    assert [type(effect) for effect in office.waiting()] == [RefreshCard, OpenThread]


async def test_the_requester_as_beneficiary_is_one_person(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=PAUL)

    ticket = await office.ticket(number)
    assert ticket.beneficiary is None
    assert ticket.audience == (await office.id_of(PAUL),)


async def test_who_has_no_address_is_told_by_slack(office: Office) -> None:
    await office.open(by=PIERRE, requester=ADA)

    assert office.waiting_of(SendMail) == []
    assert [direct.to for direct in office.waiting_of(SendDirect)] == [await office.id_of(ADA)]


async def test_an_address_given_in_the_form_is_kept(office: Office) -> None:
    await office.open(by=PIERRE, requester=ADA, address=" Ada@Guests.example ")

    assert (await office.actor(ADA)).person.email == "ada@guests.example"
    assert len(office.waiting_of(SendMail)) == 1
    assert office.waiting_of(SendDirect) == []


async def test_an_address_given_for_somebody_who_has_one_changes_nothing(office: Office) -> None:
    await office.open(by=PIERRE, requester=PAUL, address="other@guests.example")

    assert (await office.actor(PAUL)).person.email == "paul.smith@meridien.example"


async def test_somebody_new_becomes_a_person_who_is_mailed(office: Office) -> None:
    newcomer = NewPerson("  Iris   Newell ", " Iris@New.example ")

    number = await office.open(by=PIERRE, requester=newcomer)  # type: ignore[arg-type]

    iris = (await office.actor("iris@new.example")).person
    assert (iris.name, iris.email, iris.language) == ("Iris Newell", "iris@new.example", "fr")
    assert (await office.ticket(number)).requester == iris.id
    assert [mail.to for mail in office.waiting_of(SendMail)] == [iris.id]


async def test_somebody_new_with_a_known_name_and_address_is_who_has_them(office: Office) -> None:
    known = await office.id_of(MAIL_ONLY)
    name = (await office.store.read(lambda tx: tx.people.get(known))).name
    typed = NewPerson(f" {name.upper()}", MAIL_ONLY.upper())

    number = await office.open(by=PIERRE, requester=typed)  # type: ignore[arg-type]

    assert (await office.ticket(number)).requester == known


async def test_somebody_new_with_anothers_address_is_not_taken_for_them(office: Office) -> None:
    typed = NewPerson("Somebody Else", MAIL_ONLY)

    with pytest.raises(InvalidField) as refused:
        await office.open(by=PIERRE, requester=typed)  # type: ignore[arg-type]

    assert (refused.value.field, refused.value.problem) == ("new_address", "address_taken")


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(replace(WISH, requester=MARIE), id="for a colleague"),
        pytest.param(replace(WISH, requester=NewPerson("I", "i@n.example")), id="somebody new"),
    ],
)
async def test_only_technicians_ask_for_others(office: Office, wish: OpenTicket) -> None:
    with pytest.raises(TechniciansOnly):
        await office.does(wish)


async def test_somebody_never_seen_may_ask_and_is_looked_up(office: Office) -> None:
    number = await office.open(by="U0NEVERSEEN")

    assert (await office.ticket(number)).requester == await office.id_of("U0NEVERSEEN")
    assert office.waiting_of(LookUpPerson) == [LookUpPerson("U0NEVERSEEN")]


async def test_a_mail_that_began_a_ticket_is_known_by_its_id(office: Office) -> None:
    number = await office.open(by=MAIL_ONLY, origin=Origin.MAIL, message_id="<1@wanda>")

    opened = await office.last(number)
    known = await office.store.read(lambda tx: tx.mails.entry_of("<1@wanda>"))
    assert known == (number, opened.id)
    assert opened.facts == {"origin": "mail"}


FAULTS: list[Any] = [
    pytest.param({"subject": " \n "}, "subject", "blank", id="no subject"),
    pytest.param({"subject": "s" * 151}, "subject", "too_long", id="subject too long"),
    pytest.param({"description": Words()}, "description", "blank", id="no description"),
    pytest.param(
        {"description": Words.plain("d" * 20_001)}, "description", "too_long", id="too much"
    ),
    pytest.param({"requester": None}, "requester", "blank", id="nobody chosen"),
    pytest.param({"requester": ""}, "requester", "blank", id="nobody typed"),
    pytest.param({"requester": "U0GONE"}, "requester", "no_such_person", id="unknown requester"),
    pytest.param({"beneficiary": "U0GONE"}, "beneficiary", "no_such_person", id="unknown other"),
    pytest.param({"requester": NewPerson(" ", "i@n.example")}, "new_name", "blank", id="no name"),
    pytest.param(
        {"requester": NewPerson("n" * 101, "i@n.example")}, "new_name", "too_long", id="long name"
    ),
    pytest.param(
        {"requester": NewPerson("Iris", "iris")}, "new_address", "not_an_address", id="no address"
    ),
    pytest.param({"address": "ada@"}, "address", "not_an_address", id="half an address"),
    pytest.param(
        {"requester": ADA, "address": "paul.smith@meridien.example"},
        "address",
        "address_taken",
        id="the address of somebody else",
    ),
]


@pytest.mark.parametrize(("changes", "field", "problem"), FAULTS)
async def test_what_is_wrong_is_said_at_its_field(
    office: Office, changes: dict[str, Any], field: str, problem: str
) -> None:
    with pytest.raises((InvalidField, InvalidFields)) as refusal:
        await office.does(replace(FOR_PAUL, **changes))

    said = refusal.value
    faults = said.faults if isinstance(said, InvalidFields) else (said,)
    assert [(fault.field, fault.problem) for fault in faults] == [(field, problem)]
    assert office.rows() == []


async def test_all_faults_are_said_in_one_go(office: Office) -> None:
    wish = replace(FOR_PAUL, subject="", description=Words(), requester=NewPerson("", "x"))

    with pytest.raises(InvalidFields) as refusal:
        await office.does(wish)

    named = [fault.field for fault in refusal.value.faults]
    assert named == ["subject", "description", "new_name", "new_address"]


async def test_a_subject_may_fill_its_room_and_is_one_line(office: Office) -> None:
    number = await office.open(subject="a\n b " + "c" * (LONGEST_SUBJECT - 5))

    assert (await office.ticket(number)).subject == "a b " + "c" * (LONGEST_SUBJECT - 5)


# Where it lands: the catalogue decides.
@pytest.mark.parametrize(
    ("key", "team", "kind", "impact", "urgency", "priority"),
    [
        ("poste", "postes", "incident", "person", "medium", 3),
        ("poste/impression/toner", "postes", "service_request", "person", "low", 4),
        ("poste/impression/hors-ligne", "postes", "incident", "service", "medium", 3),
        ("acces/motdepasse", "postes", "incident", "person", "high", 3),
        ("acces/motdepasse/oublie", "postes", "incident", "person", "high", 3),
        ("poste/logiciel/plantage", "postes", "incident", "person", "medium", 3),
        ("poste/logiciel/licence", "postes", "service_request", "person", "medium", 3),
        ("reseau/connexion/site", "reseau", "incident", "department", "critical", 1),
        ("applis/erp/erreur", "applis", "incident", "person", "high", 3),
        ("autre", "postes", "incident", "person", "medium", 3),
    ],
)
async def test_the_catalogue_gives_team_type_and_priority(
    office: Office, key: str, team: str, kind: str, impact: str, urgency: str, priority: int
) -> None:
    number = await office.open(path=await office.path(key))

    ticket = await office.ticket(number)
    assert ticket.entry == await office.entry(key)
    assert ticket.team == await office.team(team)
    assert (ticket.request_type, ticket.impact, ticket.urgency) == (
        RequestType(kind),
        Impact(impact),
        Urgency(urgency),
    )
    assert ticket.priority == priority


async def test_a_request_that_no_entry_places_goes_to_the_fallback_team(office: Office) -> None:
    number = await office.open()

    ticket = await office.ticket(number)
    assert (ticket.entry, ticket.team) == (None, await office.team("postes"))


async def test_an_entry_of_a_team_that_is_gone_goes_to_the_fallback_team(office: Office) -> None:
    setup = the_house()
    teams = tuple(team for team in setup.teams if team.key != "applis")
    entries = tuple(
        replace(e, team=None if e.team == "applis" else e.team) for e in setup.catalogue
    )
    await office.does(LoadDesk(replace(setup, teams=teams, catalogue=entries)))

    number = await office.open(path=await office.path("applis/crm"))

    assert (await office.ticket(number)).team == await office.team("postes")


async def test_what_was_chosen_instead_of_the_catalogues_stays(office: Office) -> None:
    number = await office.open(
        path=await office.path("poste/impression/toner"),
        impact=Impact.DEPARTMENT,
        urgency=Urgency.HIGH,
    )

    assert (await office.ticket(number)).priority == 1


async def test_a_path_must_hang_together(office: Office) -> None:
    family, service, item = await office.path("poste/impression/toner")
    (network,) = await office.path("reseau")

    for path, level in [
        ((network, service), "service"),
        ((family, item), "service"),
        ((family, service, network), "item"),
        ((service,), "family"),
        ((9999,), "family"),
    ]:
        with pytest.raises(InvalidField) as refusal:
            await office.does(replace(WISH, path=path))
        assert (refusal.value.field, refusal.value.problem) == (level, "no_such_entry")


@pytest.mark.parametrize(
    ("gone", "level"),
    [
        pytest.param("poste/impression/toner", "item", id="the item"),
        pytest.param("poste/impression", "service", id="its service"),
        pytest.param("poste", "family", id="its family"),
    ],
)
async def test_an_entry_no_longer_offered_cannot_be_chosen(
    office: Office, gone: str, level: str
) -> None:
    path = await office.path("poste/impression/toner")
    setup = the_house()
    kept = tuple(e for e in setup.catalogue if not f"{e.key}/".startswith(f"{gone}/"))
    await office.does(LoadDesk(replace(setup, catalogue=kept)))

    with pytest.raises(InvalidField) as refusal:
        await office.does(replace(WISH, path=path))

    assert (refusal.value.field, refusal.value.problem) == (level, "entry_gone")


async def test_tickets_keep_an_entry_that_is_no_longer_offered(office: Office) -> None:
    number = await office.open(path=await office.path("poste/impression/toner"))
    setup = the_house()
    kept = tuple(e for e in setup.catalogue if not e.key.startswith("poste"))
    await office.does(LoadDesk(replace(setup, catalogue=kept)))

    facts = await office.desk.ask(Created(number), by=PAUL)

    assert [step.en for step in facts.facts.path] == ["Workstation", "Printing", "Toner or ink"]


async def test_the_most_frequent_requesters_are_counted(office: Office) -> None:
    for _ in range(2):
        await office.open(by=PIERRE, requester=MARIE)

    found = await office.store.read(lambda tx: tx.people.search("", 1))

    assert [person.slack_id for person in found] == [MARIE]


async def test_a_new_ticket_is_in_its_teams_queue_and_in_its_requesters_list(
    office: Office,
) -> None:
    result = await office.does(FOR_PAUL)

    technician = await office.desk.ask(Home(), by=PIERRE)
    requester = await office.desk.ask(Home(), by=PAUL)

    assert isinstance(result, Result)
    assert [row.ticket.id for row in technician.rows] == [result.ticket]  # type: ignore[union-attr]
    assert [row.id for row in requester.rows] == [result.ticket]  # type: ignore[union-attr]
