"""The one door between the journal and the people a ticket is for."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from desk import answers
from desk.ask_delivery import card_facts, mail_facts
from desk.effects import (
    Effect,
    LookUpPerson,
    MarkNoted,
    Message,
    Notice,
    OpenThread,
    RefreshCard,
    SendDirect,
    SendMail,
    ShowEntry,
    TellPerson,
    WarnAdministrators,
    WarnMailbox,
    WarnMailSetAside,
    WarnUndelivered,
    Whisper,
    effect_from_json,
    effect_to_json,
)
from desk.errors import NotPublic
from desk.journal import (
    Entry,
    Kind,
    PublicEntry,
    Visibility,
    is_published,
    public_entries,
    published,
    visibility_of,
)
from desk.mails import DeliveryState
from desk.resolve_ticket import ReopenTicket, ResolveTicket
from desk.taking_part import AddPerson
from desk.words import Words
from tests.desk.office import MARIE, PIERRE, Office
from tests.facts import NOW, an_entry

PUBLIC = {"opened", "reply", "answer", "resolved"}
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("kind", Kind)
def test_only_words_with_the_requester_are_public(kind: Kind) -> None:
    assert (visibility_of(kind) is Visibility.PUBLIC) is (kind in PUBLIC)
    assert is_published(an_entry(kind, "Words"), NOW) is (kind in PUBLIC)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in PUBLIC])
def test_a_kind_that_is_internal_stays_so_whatever_its_row_says(kind: Kind) -> None:
    forged = an_entry(kind, "Secret", visibility=Visibility.PUBLIC)

    assert public_entries([forged], NOW) == ()
    with pytest.raises(NotPublic) as refusal:
        published(forged, NOW)
    assert refusal.value.entry == forged.id


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        pytest.param({}, True, id="at once"),
        pytest.param({"public_from": NOW}, True, id="from now"),
        pytest.param({"public_from": NOW + MOMENT}, False, id="from a moment later"),
        pytest.param({"withdrawn": True}, False, id="withdrawn"),
        pytest.param({"public_from": NOW, "withdrawn": True}, False, id="withdrawn, later due"),
        pytest.param({"visibility": Visibility.INTERNAL}, False, id="internal"),
    ],
)
def test_an_entry_is_shown_when_its_time_has_come_and_it_was_not_withdrawn(
    changes: dict[str, object], shown: bool
) -> None:
    entry = an_entry(Kind.REPLY, "Which floor?", **changes)

    assert is_published(entry, NOW) is shown
    assert len(public_entries([entry], NOW)) == shown


def test_a_published_entry_has_no_facts_and_no_person() -> None:
    entry = an_entry(Kind.REPLY, "Which floor?", facts={"secret": 1})

    said = published(entry, NOW)

    assert said == PublicEntry(entry.id, entry.kind, entry.at, "Pierre Durand", entry.words)
    assert "secret" not in repr(said)
    assert published(replace(entry, by=None), NOW).by_name == ""


@pytest.mark.parametrize("facts", [answers.RequesterPage, answers.RequesterLine, answers.MailFacts])
def test_facts_for_requesters_have_no_room_for_an_internal_entry(facts: type) -> None:
    types = {field.type for field in fields(facts)}

    assert not [name for name in types if "Entry" in str(name) and "PublicEntry" not in str(name)]
    assert not [name for name in types if "TicketFacts" in str(name)]


@pytest.mark.parametrize(
    ("changes", "seconds", "undoable"),
    [
        ({}, 29, True),
        ({}, 30, False),
        ({"withdrawn": True}, 0, False),
        ({"public_from": None}, 0, False),
        ({"kind": Kind.RESOLVED}, 0, False),
    ],
)
def test_a_reply_can_be_undone_before_it_is_public(
    changes: dict[str, object], seconds: int, undoable: bool
) -> None:
    reply = an_entry(Kind.REPLY, "Hello", public_from=NOW + timedelta(seconds=30))
    entry: Entry = replace(reply, **changes)  # type: ignore[arg-type]

    assert entry.undoable(NOW + timedelta(seconds=seconds)) is undoable


EFFECTS: list[Effect] = [
    RefreshCard(1),
    OpenThread(1, 2),
    ShowEntry(1, 3),
    MarkNoted(1, 3, "C1", "1.1"),
    SendMail(Message.REPLY, 1, 4, 3, 5),
    SendDirect(Message.RESOLVED, 1, 4, 3, 5),
    TellPerson(Notice.ASSIGNED_TO_YOU, 1, 4, 5, by=6),
    TellPerson(Notice.ASSIGNED_TO_YOU, 1, 4, 5),
    Whisper(Notice.OUTSIDER_IN_THREAD, 1, "U1", "C1", "1.0", "1.1"),
    LookUpPerson("U1"),
    WarnAdministrators("public", "C1", "2026-11-24"),
    WarnUndelivered(17),
    WarnMailSetAside(17),
    WarnMailbox("support", "denied", "2026-11-24T12:00:00+00:00"),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.key)
def test_effects_survive_being_kept(effect: Effect) -> None:
    again = effect_from_json(effect_to_json(effect))

    assert again == effect
    assert type(again) is type(effect)
    assert (again.key, again.lane) == (effect.key, effect.lane)


def test_different_wishes_have_different_keys() -> None:
    keys = {effect.key for effect in EFFECTS}

    assert len(keys) == len(EFFECTS) - 1  # who told it makes no other message
    assert SendMail(Message.REPLY, 1, 4, 3, 5).key != SendMail(Message.REPLY, 1, 4, 3, 6).key


def test_an_effect_of_a_newer_version_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        effect_from_json({"kind": "SendPigeon", "ticket": 1})


async def test_a_mail_says_whose_request_it_is_about(office: Office) -> None:
    number = await office.open(by=PIERRE, requester="U0PAUL", beneficiary=MARIE)
    await office.deliver()
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("A new roller.")))

    first, second = [
        await office.store.read(lambda tx, mail=mail: mail_facts(tx, mail, office.now))
        for mail in office.waiting_of(SendMail)
    ]

    assert (first.to.name, first.for_beneficiary) == ("Paul Smith", False)
    assert (second.to.name, second.for_beneficiary) == ("Marie Curie", True)
    assert not first.in_copy
    assert not second.in_copy
    assert second.requester_name == "Paul Smith"
    assert second.entry.words.text == "A new roller."
    assert (second.reference, second.subject, second.author) == (
        "R-000001",
        "Printer jams",
        "Pierre Durand",
    )


async def test_somebody_in_copy_is_told_that_they_are(office: Office) -> None:
    number = await office.open(by=PIERRE, requester="U0PAUL")
    await office.does(AddPerson(number, PIERRE, who=MARIE))
    await office.deliver()
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("A new roller.")))

    told = [
        await office.store.read(lambda tx, mail=mail: mail_facts(tx, mail, office.now))
        for mail in office.waiting_of(SendMail)
    ]

    assert {(one.to.name, one.in_copy) for one in told} == {
        ("Paul Smith", False),
        ("Marie Curie", True),
    }


async def test_a_mail_cannot_be_made_of_an_internal_entry(office: Office) -> None:
    number = await office.open()
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("A new roller.")))
    await office.does(ReopenTicket(number, PIERRE, Words.plain("Secret")))
    inside = (await office.last(number)).id
    forged = SendMail(Message.REPLY, number, await office.id_of("U0PAUL"), inside, 9)

    with pytest.raises(NotPublic):
        await office.store.read(lambda tx: mail_facts(tx, forged, office.now))


async def test_a_card_shows_mails_that_failed(office: Office) -> None:
    number = await office.open()
    lease = next(one for one in await office.lease() if isinstance(one.effect, SendMail))
    await office.store.write(lambda tx: tx.outbox.uncertain(lease, office.now, "timed out"))

    facts = await office.store.read(lambda tx: card_facts(tx, number, None))

    assert [(d.state, d.error) for d in facts.trouble] == [(DeliveryState.UNCERTAIN, "timed out")]
