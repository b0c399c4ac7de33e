"""Which ticket a mail belongs to, and what it may do there."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.files import FileStore
from bot.files_in import FilesIn
from bot.mail_in import MailIn
from desk.effects import SendMail
from desk.journal import Entry, Kind
from desk.lifecycle import State
from desk.people import Person
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.setting_up import LearnPeople
from desk.taking_part import AddPerson, RemovePerson
from desk.words import Words
from mail.identity import MailIdentity
from mail.reading import Incoming, read_mail
from mail.ways import Strangers, Way
from tests.desk.fixtures import Furnished, furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import ADA, PIERRE, Office, an_office, bring_to

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

US = "support@meridien.example"
IDENTITY = MailIdentity(f"Support <{US}>", "a secret for tests")
FOREIGN = MailIdentity(f"Support <{US}>", "somebody else's secret")
PAUL, MARIE = "paul.smith@meridien.example", "marie.curie@meridien.example"
TECHNICIAN, WANDA = "pierre.durand@meridien.example", "wanda@elsewhere.example"
STRANGER = "mallory@evil.example"
DOOR = Way("door")
SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)  # it lends new ones
OPEN_DOOR = Way("open", strangers=Strangers.ACCEPT)


def a_mail(sender: str, subject: str, text: str, to: str = US, **headers: str) -> Incoming:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if "Message_ID" not in headers:
        digest = sha256(repr((sender, subject, text, to)).encode()).hexdigest()
        message["Message-ID"] = f"<{digest[:16]}@programs.example>"
    message.set_content(text)
    return read_mail(message.as_bytes(), (US,), sender)


def a_mail_with_file(sender: str, text: str, to: str) -> Incoming:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Re: x"
    message["Message-ID"] = f"<{sha256(text.encode()).hexdigest()[:16]}@programs.example>"
    message.set_content(text)
    message.add_attachment(
        b"%PDF-1.4 one page", maintype="application", subtype="pdf", filename="error.pdf"
    )
    return read_mail(message.as_bytes(), (US,), sender)


class Desk:
    """The office with a way in for mail."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.taking = MailIn(office.store, office.desk, IDENTITY)

    async def takes(self, mail: Incoming, way: Way = DOOR) -> None:
        await self.taking.take(mail, way)

    async def tickets(self) -> int:
        return await self.office.store.read(lambda tx: tx.tickets.count())

    async def id_of(self, address: str) -> int:
        person = await self.office.store.read(lambda tx: tx.people.by_handle(address))
        assert person is not None
        return person.id

    async def token(self, ticket: int, address: str = PAUL) -> str:
        return IDENTITY.reply_to(ticket, await self.id_of(address))

    async def files(self, ticket: int) -> list[str]:
        kept = await self.office.store.read(lambda tx: tx.files.of(ticket))
        return [file.name for file in kept]

    def mailed(self, ticket: int) -> set[int]:
        effects = self.office.waiting()
        return {e.to for e in effects if isinstance(e, SendMail) and e.ticket == ticket}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def _said(entries: tuple[Entry, ...]) -> list[tuple[Kind, str]]:
    return [(entry.kind, entry.words.text) for entry in entries]


# -- evidence -----------------------------------------------------------------------------------


async def test_each_kind_of_evidence_leads_to_the_ticket(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    code = IDENTITY.body_mark(ticket)
    mails = (
        a_mail(PAUL, "Re: x", "by token", to=await desk.token(ticket)),
        a_mail(PAUL, "Re: x", "by our id", In_Reply_To=IDENTITY.message_id(7, ticket)),
        a_mail(PAUL, "Re: x", f"by code\n\n> R-000001 · {code}"),
        a_mail(PAUL, f"Re: [R-{ticket:06}] x", "by number"),
        a_mail(PAUL, "Re: x", "by stored id", References="<first@programs.example>"),
    )
    await desk.takes(
        a_mail(PAUL, "Re", "1", await desk.token(ticket), Message_ID="<first@programs.example>")
    )

    for mail in mails:
        await desk.takes(mail)

    journal = await desk.office.journal(ticket)
    assert await desk.tickets() == 1
    assert [entry.words.text.split("\n")[0] for entry in journal if entry.kind is Kind.ANSWER] == [
        *("1", "by token", "by our id", "by code", "by number", "by stored id")
    ]


@pytest.mark.parametrize("sender", [STRANGER, MARIE])
async def test_a_number_lets_in_nobody_who_is_not_on_the_ticket(desk: Desk, sender: str) -> None:
    ticket = await desk.office.open(PAUL)
    before = await desk.office.journal(ticket)

    await desk.takes(a_mail(sender, f"Re: [R-{ticket:06}] x", "Let me in"))

    assert await desk.office.journal(ticket) == before


async def test_whoever_was_sent_a_forward_of_our_mail_gets_a_ticket_of_their_own(
    desk: Desk,
) -> None:
    ticket = await desk.office.open(PAUL)
    before = await desk.office.journal(ticket)
    headers = {"References": IDENTITY.root_id(ticket)}
    code = IDENTITY.body_mark(ticket)

    await desk.takes(
        a_mail(MARIE, "Re: x", f"Me too\n\n> {code}", await desk.token(ticket), **headers)
    )

    assert await desk.office.journal(ticket) == before
    assert await desk.tickets() == 2


async def test_another_address_with_the_token_writes_as_whom_it_was_for(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)

    await desk.takes(a_mail("paul@home.example", "Re: x", "From home", await desk.token(ticket)))

    entry = await desk.office.last(ticket)
    assert (entry.words.text, entry.facts["unverified"]) == ("From home", True)


async def test_a_token_outlives_the_discovery_that_its_reader_is_known_already(desk: Desk) -> None:
    ticket = await desk.office.open(WANDA)
    token = await desk.token(ticket, WANDA)
    await desk.office.does(LearnPeople((Person(0, "Ada Guest", WANDA, ADA, "en"),)))

    await desk.takes(a_mail("wanda@home.example", "Re: x", "From home", token), OPEN_DOOR)

    entry = await desk.office.last(ticket)
    assert (entry.words.text, await desk.tickets()) == ("From home", 1)
    assert entry.by is not None
    assert entry.by.slack_id == ADA


LETTERS = st.sampled_from(
    [
        ("number", lambda n, who: {"subject": f"Re: [R-{n:06}] x"}),
        ("forged token", lambda n, who: {"to": FOREIGN.reply_to(n, who)}),
        ("forged id", lambda n, who: {"In_Reply_To": FOREIGN.message_id(1, n)}),
        ("forged code", lambda n, who: {"text": f"hello {FOREIGN.body_mark(n)}"}),
        ("guessed token", lambda n, who: {"to": f"support+t.{'a' * 24}@meridien.example"}),
        ("guessed id", lambda n, who: {"References": f"<fd.{n}.1.{'a' * 16}@meridien.example>"}),
    ]
)


@given(letters=st.lists(LETTERS, max_size=4), way=st.sampled_from([DOOR, OPEN_DOOR]))
@settings(max_examples=20, suppress_health_check=SHARED)
async def test_a_stranger_never_gets_a_word_into_a_ticket(
    furnished: Furnished, letters: list, way: Way
) -> None:
    with furnished() as url, an_office(url) as office:
        desk = Desk(office)
        ticket = await office.open(PAUL)
        before = await office.journal(ticket)
        parts = {"subject": "Re: x", "text": "Let me in"}
        for _, part in letters:
            parts |= part(ticket, await desk.id_of(PAUL))

        await desk.takes(a_mail(STRANGER, **parts), way)

        assert await office.journal(ticket) == before


# -- late and thankful --------------------------------------------------------------------------


async def test_an_answer_within_the_grace_time_reopens_and_a_later_one_opens_another(
    desk: Desk,
) -> None:
    ticket = await bring_to(desk.office, State.RESOLVED)
    token = await desk.token(ticket)
    desk.office.later(timedelta(days=6))
    await desk.takes(a_mail(PAUL, "Re: x", "It jams again", token))
    assert (await desk.office.ticket(ticket)).is_open
    await desk.office.does(ResolveTicket(ticket, PIERRE, "assistance", Words.plain("Done.")))
    desk.office.later(timedelta(days=8))

    await desk.takes(a_mail(PAUL, "Re: x", "And again", token))

    old, new = await desk.office.ticket(ticket), await desk.office.ticket(ticket + 1)
    assert (old.state, new.state, new.follows) == (State.RESOLVED, State.NEW, ticket)
    assert new.team == old.team
    entry = await desk.office.last(ticket)
    assert (entry.kind, entry.facts) == (Kind.FOLLOWED, {"of": new.id})
    assert await desk.office.store.read(lambda tx: tx.tickets.followers(ticket)) == (new.id,)


async def test_a_late_answer_takes_its_file_along_though_the_old_ticket_has_it(
    desk: Desk, tmp_path: Path
) -> None:
    files = FileStore(str(tmp_path))
    await files.prepare()
    office = desk.office
    desk.taking = MailIn(office.store, office.desk, IDENTITY, files=FilesIn(office.store, files))
    ticket = await bring_to(office, State.ASSIGNED)
    token = await desk.token(ticket)
    for text in ("See the picture", "See it once more"):
        await desk.takes(a_mail_with_file(PAUL, text, token))
    await office.does(ResolveTicket(ticket, PIERRE, "assistance", Words.plain("Done.")))
    office.later(timedelta(days=8))

    await desk.takes(a_mail_with_file(PAUL, "It is broken again", token))

    assert (await office.ticket(ticket + 1)).follows == ticket
    assert [await desk.files(number) for number in (ticket, ticket + 1)] == [["error.pdf"]] * 2
    opened, *_ = await office.journal(ticket + 1)
    assert opened.facts["files"] == ["error.pdf"]


@pytest.mark.parametrize("days", [1, 30])
async def test_thanks_are_written_down_and_wake_nobody(desk: Desk, days: int) -> None:
    ticket = await bring_to(desk.office, State.RESOLVED)
    desk.office.later(timedelta(days=days))
    before = await desk.office.ticket(ticket)

    await desk.takes(a_mail(PAUL, "Re: x", "Thank you, it works!", await desk.token(ticket)))

    entry = await desk.office.last(ticket)
    assert await desk.office.ticket(ticket) == before
    assert (entry.kind, entry.facts["thanks"], await desk.tickets()) == (Kind.ANSWER, True, 1)


async def test_what_we_wrote_ourselves_is_no_part_of_an_answer(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    question = "Could you tell us the number on the back of the device, please?"
    await desk.office.does(Reply(ticket, PIERRE, Words.plain(question)))
    unmarked = f"It is 4711.\n\n{question}"

    await desk.takes(a_mail(PAUL, "Re: x", unmarked, await desk.token(ticket)))

    entry = await desk.office.last(ticket)
    assert (entry.kind, entry.words.text) == (Kind.ANSWER, "It is 4711.")


# -- technicians and forwards -------------------------------------------------------------------


async def test_a_technicians_mail_into_a_ticket_is_a_note(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    before, state = desk.mailed(ticket), (await desk.office.ticket(ticket)).state

    await desk.takes(a_mail(TECHNICIAN, f"Re: [R-{ticket:06}]", "He is difficult"))

    entry = await desk.office.last(ticket)
    assert (entry.kind, entry.words.text, entry.is_public) == (Kind.NOTE, "He is difficult", False)
    assert (await desk.office.ticket(ticket)).state is state
    assert desk.mailed(ticket) == before


FORWARD = """He is difficult.

---------- Forwarded message ---------
From: Nora New <nora@customer.example>
Date: Mon, 23 Nov 2026 at 09:12
Subject: Black screen
To: Pierre Durand <pierre.durand@meridien.example>

My screen stays black."""


async def test_a_technicians_forward_is_the_request_of_who_wrote_first(desk: Desk) -> None:
    await desk.takes(a_mail(TECHNICIAN, "Fwd: Black screen", FORWARD))

    ticket, journal = await desk.office.ticket(1), await desk.office.journal(1)
    assert (ticket.subject, ticket.requester) == (
        "Black screen",
        await desk.id_of("nora@customer.example"),
    )
    assert _said(journal) == [
        (Kind.OPENED, "My screen stays black."),
        (Kind.NOTE, "He is difficult."),
    ]
    assert journal[0].by is not None
    assert journal[0].by.name == "Pierre Durand"
    assert not journal[1].is_public


async def test_anybody_elses_forward_is_a_request_of_their_own(desk: Desk) -> None:
    await desk.takes(a_mail(PAUL, "Fwd: Black screen", FORWARD))

    assert (await desk.office.ticket(1)).requester == await desk.id_of(PAUL)


# -- people in copy -----------------------------------------------------------------------------


async def test_people_in_copy_take_part_get_copies_and_may_answer(desk: Desk) -> None:
    copy = (
        f"Marie <{MARIE}>, Nora <nora@customer.example>, {US}, noreply@robots.example, {TECHNICIAN}"
    )
    await desk.takes(a_mail(PAUL, "Printer", "It jams.", Cc=copy))

    ticket = await desk.office.ticket(1)
    expected = [await desk.id_of(MARIE), await desk.id_of("nora@customer.example")]
    assert list(ticket.participants) == expected

    await desk.office.does(Reply(1, PIERRE, Words.plain("Which one?")))
    assert desk.mailed(1) >= set(expected)

    token = IDENTITY.reply_to(1, expected[1])
    await desk.takes(a_mail("nora@customer.example", "Re: Printer", "The LX-9", token))
    entry = await desk.office.last(1)
    assert entry.by is not None
    assert (entry.by.id, entry.words.text) == (expected[1], "The LX-9")


async def test_whom_a_technician_took_off_gets_nothing_and_is_no_longer_let_in(desk: Desk) -> None:
    await desk.takes(a_mail(PAUL, "Printer", "It jams.", Cc="Nora <nora@customer.example>"))
    nora = await desk.id_of("nora@customer.example")
    await desk.office.does(Reply(1, PIERRE, Words.plain("Which one?")))

    await desk.office.does(RemovePerson(1, PIERRE, nora))
    again = a_mail(PAUL, "Re: x", "Her too", await desk.token(1), Cc="nora@customer.example")
    await desk.takes(again)
    await desk.office.does(Reply(1, PIERRE, Words.plain("And now?")))
    journal = await desk.office.journal(1)
    await desk.takes(a_mail("nora@customer.example", "Re: x", "Me!", IDENTITY.reply_to(1, nora)))

    assert nora not in desk.mailed(1)
    assert await desk.office.journal(1) == journal
    await desk.office.does(AddPerson(1, PIERRE, address="nora@customer.example"))
    assert (await desk.office.ticket(1)).participants == (nora,)


async def test_a_doubtful_mail_brings_nobody_in(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    mail = a_mail("x@home.example", "Re", "Hello", await desk.token(ticket), Cc=MARIE)

    await desk.takes(mail)

    assert (await desk.office.ticket(ticket)).participants == ()


async def test_neither_technicians_nor_our_own_addresses_in_copy_take_part(desk: Desk) -> None:
    ours, other_team = "reseau@meridien.example", "noe.celik@meridien.example"
    desk.taking = MailIn(desk.office.store, desk.office.desk, IDENTITY, own_addresses=[ours])

    await desk.takes(a_mail(PAUL, "Jam", "It jams.", Cc=f"{ours}, {other_team}, {WANDA}"))

    assert (await desk.office.ticket(1)).participants == (await desk.id_of(WANDA),)


# -- strangers ----------------------------------------------------------------------------------


async def test_somebody_unknown_is_refused_or_becomes_known_as_the_way_says(desk: Desk) -> None:
    mail = a_mail(f"Nora New <{STRANGER}>", "Printer", "It jams.", Content_Language="fr")

    assert await desk.taking.refuses(mail, DOOR) is not None
    assert await desk.taking.refuses(mail, OPEN_DOOR) is None
    await desk.takes(mail)
    assert await desk.tickets() == 0
    await desk.takes(mail, OPEN_DOOR)

    person = await desk.office.store.read(lambda tx: tx.people.by_handle(STRANGER))
    assert person is not None
    assert (person.name, person.language) == ("Nora New", "fr")
    assert (await desk.office.ticket(1)).requester == person.id
    assert desk.mailed(1) == set()  # nobody unknown is acknowledged


# -- acknowledgements ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param({}, True, id="a person"),
        pytest.param({"X_Auto_Response_Suppress": "All"}, False, id="who wants no answer"),
        pytest.param({"List_Unsubscribe": "<https://news.example/u>"}, False, id="a machine"),
    ],
)
async def test_a_request_is_acknowledged_unless_a_machine_wrote_or_silence_is_wanted(
    desk: Desk, headers: dict[str, str], told: bool
) -> None:
    await desk.takes(a_mail(PAUL, "Printer", "It jams.", **headers))

    assert desk.mailed(1) == ({await desk.id_of(PAUL)} if told else set())


# -- any order, any number of times -------------------------------------------------------------


@given(order=st.permutations([0, 1, 2, 0, 1, 2]))
@settings(max_examples=10, suppress_health_check=SHARED)
async def test_answers_in_any_order_and_repeated_are_one_entry_each(
    furnished: Furnished, order: list[int]
) -> None:
    with furnished() as url, an_office(url) as office:
        desk = Desk(office)
        ticket = await office.open(PAUL)
        token = await desk.token(ticket)
        mails = [a_mail(PAUL, "Re: x", f"answer {n}", token) for n in range(3)]

        for n in order:
            await desk.takes(mails[n])

        answers = [e.words.text for e in await office.journal(ticket) if e.kind is Kind.ANSWER]
        assert sorted(answers) == ["answer 0", "answer 1", "answer 2"]


LONG = "Hello, the printer on the third floor stops, see https://intranet.example/printers/hp-400"


@pytest.mark.parametrize(
    ("subject", "text", "kept"),
    [
        ("Printer", LONG, "Printer"),
        ("", "Hello,\nmy screen is black", "Hello, my screen is black"),
        ("", LONG, "Hello, the printer on the third floor stops, see…"),
        ("", "x" * 90, "x" * 79 + "…"),
        ("It stops. " * 30, LONG, "It stops. " * 14 + "It stops.…"),
        ("", " \n", "…"),
    ],
)
async def test_a_mail_without_a_subject_is_called_by_how_it_begins(
    desk: Desk, subject: str, text: str, kept: str
) -> None:
    await desk.takes(a_mail(PAUL, subject, text))

    assert (await desk.office.ticket(1)).subject == kept


async def test_a_mail_that_is_only_a_picture_is_called_by_its_name(desk: Desk) -> None:
    await desk.takes(_a_picture("", "badge.png"))
    ticket = await desk.office.ticket(1)

    assert (ticket.subject, ticket.description.text) == ("badge.png", "badge.png")


async def test_an_answer_that_is_only_a_picture_does_not_repeat_the_subject(desk: Desk) -> None:
    await desk.takes(a_mail(PAUL, "Printer", "It jams."))
    answer = _a_picture("Re: [R-000001] Printer", "jam.png", to=await desk.token(1))
    await desk.takes(answer)

    assert (await desk.office.last(1)).words.text == "jam.png"


def _a_picture(subject: str, name: str, to: str = US) -> Incoming:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = PAUL, to, subject
    message["Message-ID"] = f"<{name}@programs.example>"
    message.set_content("")
    message.add_attachment(b"\x89PNG\r\n\x1a\n" + b"x" * 99, "image", "png", filename=name)
    return read_mail(message.as_bytes(), (US,), PAUL)
