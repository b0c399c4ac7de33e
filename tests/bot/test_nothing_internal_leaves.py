"""Whatever is mailed, noted, held and shared, in whatever order: nothing internal leaves the house.

Every internal thing holds a word of its own. After each step no mail, in no reading of its bytes,
and nothing that a requester sees in Slack holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk.assign_ticket import ClaimTicket
from desk.decide_held import LetMailIn, RefuseMail
from desk.files import NewFile
from desk.hold_ticket import HoldTicket
from desk.open_ticket import OpenTicket
from desk.people import Person
from desk.reply import Reply, WithdrawReply
from desk.resolve_ticket import ReopenTicket, ResolveTicket
from desk.setting_up import LearnPeople
from desk.take_note import EditNote, TakeNote
from desk.taking_part import AddPerson, RemovePerson
from desk.ticket import HoldReason
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from handlers.context import Context
from handlers.pages import home_view, page_view
from locales.translator import translator_for
from tests.bot.whole_desk import US, WholeDesk
from tests.databases import copy_of
from tests.desk.fixtures import furnished_sqlite
from tests.desk.office import ADA, CAMILLE, MARIE, PAUL, PIERRE, ZOE
from tests.mail.written.build import dsn

__all__ = ["furnished_sqlite"]

PAULS, MARIES = "paul.smith@meridien.example", "marie.curie@meridien.example"
WANDA, NORA, INES = "wanda@elsewhere.example", "nora@new.example", "ines@new.example"
PIERRES, CAMILLES = "pierre.durand@meridien.example", "camille.lefevre@meridien.example"
SENDERS = st.sampled_from((PAULS, PAULS, WANDA, NORA))
TICKET, CHOICE = st.integers(0, 2), st.integers(0, 5)
COPIES = st.sampled_from(("", "", MARIES, INES))
BEFORE_A_REPLY = st.sampled_from(("", "note", "mail", "removal", "hold"))
MOST_TICKETS = 4
words = Words.plain


class NothingInternalLeaves(RuleBasedStateMachine):
    def __init__(self, url: str, folder: Path) -> None:
        super().__init__()
        self.desk = WholeDesk(url, folder)
        self.said = 0
        self.secrets: list[str] = []
        self.in_files: dict[str, list[str]] = {}  # the secrets of each file, by its name
        self.shared: dict[str, list[str]] = {}  # those that go with a reply, by the reply's word
        self.replies: list[tuple[int, int, str]] = []  # ticket, entry, word
        self.looked_at = 0
        secret_name = Person(0, f"Camille {self.secret()}", CAMILLES, CAMILLE, "fr")
        self.desk.does(LearnPeople((secret_name,)))  # who works inside, and never answers

    def teardown(self) -> None:
        self.desk.later(60)
        self.desk.carries()
        self.nothing_internal_left()
        self.desk.close()

    # -- words and files --------------------------------------------------------------------------

    def word(self) -> str:
        self.said += 1
        return f"word{self.said:04}x"

    def secret(self) -> str:
        self.said += 1
        self.secrets.append(f"Secret{self.said:04}x")
        return self.secrets[-1]

    def file(self) -> tuple[str, bytes]:
        """Name and bytes, a secret each."""
        name, inside = self.secret(), self.secret()
        self.in_files[f"{name}.bin"] = [name, inside]
        return f"{name}.bin", f"of a file: {inside}".encode()

    def mail(
        self, sender: str, to: str, text: str, *, file: bool = False, cc: str = "", **headers: Any
    ) -> None:
        mail = EmailMessage()
        given = {"Subject": f"About {self.word()}", "Message_ID": f"<{self.word()}@out.example>"}
        for name, value in {"From": sender, "To": to, "Cc": cc, **given, **headers}.items():
            if value:
                mail[name.replace("_", "-")] = value
        mail.set_content(text)
        if file:
            name, data = self.file()
            mail.add_attachment(data, maintype="x", subtype="y", filename=name)
        self.desk.takes(mail.as_bytes(), sender)

    # -- mail comes in ----------------------------------------------------------------------------

    @initialize()
    def the_first_ones(self) -> None:
        self.somebody_writes(PAULS, True, MARIES)
        self.desk.does(OpenTicket(PIERRE, ADA, self.word(), words(self.word())))
        self.desk.carries()

    def tickets(self) -> int:
        return int(self.desk.read(lambda tx: tx.tickets.count()))

    def ticket(self, which: int) -> int:
        return 1 + which % self.tickets()

    @precondition(lambda self: self.tickets() < MOST_TICKETS)
    @rule(sender=SENDERS, file=st.booleans(), cc=COPIES)
    def somebody_writes(self, sender: str, file: bool, cc: str) -> None:
        self.mail(sender, US, f"Please help: {self.word()}", file=file, cc=cc)

    @precondition(lambda self: self.tickets() < MOST_TICKETS)
    @rule(by=st.sampled_from((PIERRES, CAMILLES)), of=st.sampled_from((PAULS, NORA)))
    def a_technician_passes_on(self, by: str, of: str) -> None:
        below = f"---------- Forwarded message ---------\nFrom: Somebody <{of}>\n"
        below += f"Date: Tue, 24 Nov 2026\nSubject: It jams {self.word()}\nTo: {by}\n\n"
        text = f"Look at this {self.secret()}\n\n{below}My printer {self.word()}."
        topic: dict[str, Any] = {"Thread_Index": "Adldd" + "A" * 25, "Thread_Topic": self.secret()}
        self.mail(by, US, text, Subject=f"Fwd: It jams {self.secret()}", **topic)

    @precondition(lambda self: self.desk.server.sent)
    @rule(which=CHOICE, file=st.booleans(), cc=COPIES, index=st.booleans())
    def somebody_answers(self, which: int, file: bool, cc: str, index: bool) -> None:
        sent = self._sent(which)
        below = "".join(f"> {line}\n" for line in sent.text("plain").splitlines())
        text = f"Answer {self.word()}\n\nOn Tuesday we wrote:\n{below}"
        thread: dict[str, Any] = (
            {"Thread_Index": "A" * 30, "Thread_Topic": self.word()} if index else {}
        )
        self.mail(sent.to, self._reply_to(sent), text, file=file, cc=cc, **thread)

    @precondition(lambda self: self.desk.server.sent)
    @rule(which=CHOICE, by=st.sampled_from((PIERRES, CAMILLES)), file=st.booleans())
    def a_technician_mails_a_note(self, which: int, by: str, file: bool) -> None:
        sent = self._sent(which)
        if not self.desk.read(lambda tx: tx.people.actor(by).serves(tx.tickets.get(sent.ticket))):
            return  # from another team's members it is a request of their own
        given: dict[str, Any] = {
            "Message_ID": f"<{self.secret()}@inside.example>",
            "Subject": self.secret(),
        }
        to = self._reply_to(sent)
        self.mail(by, to, f"Between us: {self.secret()}", file=file, cc=INES, **given)

    @precondition(lambda self: self.desk.server.sent)
    @rule(which=CHOICE)
    def a_mail_comes_back(self, which: int) -> None:
        sent = self._sent(which)
        said = f"550 5.1.1 {self.secret()}"
        fields = f"Final-Recipient: rfc822; {sent.to}\nAction: failed\nStatus: 5.1.1\n"
        raw = dsn(f"{fields}Diagnostic-Code: smtp; {said}", returned=_head(sent.raw), To=US)
        self.desk.takes(raw, "")

    @precondition(lambda self: self.desk.server.sent)
    @rule(which=CHOICE)
    def a_machine_answers(self, which: int) -> None:
        sent = self._sent(which)
        given: dict[str, Any] = {
            "Auto_Submitted": "auto-replied",
            "Subject": f"Away {self.secret()}",
        }
        self.mail(sent.to, self._reply_to(sent), "Out of office", **given)

    def _sent(self, which: int) -> Any:
        return self.desk.server.sent[-1 - which % len(self.desk.server.sent)]

    def _reply_to(self, sent: Any) -> str:
        return str(re.findall(r"[^\s<>]+@[^\s<>]+", sent.parsed["Reply-To"])[-1])

    # -- people in Slack --------------------------------------------------------------------------

    @rule(which=TICKET, file=st.booleans(), by=st.sampled_from((PIERRE, CAMILLE, ZOE)))
    def a_note_in_the_thread(self, which: int, file: bool, by: str) -> None:
        number, ts = self.ticket(which), f"9.{self.word()}"
        files: tuple[NewFile, ...] = ()
        if file:
            name, data = self.file()
            self.desk.slack.files[f"F{name}"] = data
            files = (NewFile(name, "x/y", len(data), slack_id=f"F{name}"),)
        for card in self.desk.read(lambda tx: tx.cards.of(number)):
            said = words(self.secret())
            self.desk.does(TakeNote(by, card.channel, card.ts, ts, said, files=files))
            self.desk.does(EditNote(by, card.channel, ts, words(self.secret()), card.ts))

    @rule(which=TICKET, share=st.booleans(), first=BEFORE_A_REPLY, goes=st.booleans())
    def a_public_reply(self, which: int, share: bool, first: str, goes: bool) -> None:
        """Often right after what must not go along, and often out of the house at once."""
        number, said, wait = self.ticket(which), self.word(), first == "hold"
        if first == "note":
            self.a_note_in_the_thread(which, True, CAMILLE)
        elif first == "mail" and self.desk.server.sent:
            self.a_technician_mails_a_note(which, PIERRES, True)
        elif first == "removal":
            self.desk.does(AddPerson(number, CAMILLE, address=INES))
            self.removes_somebody(which)
        self.desk.carries()
        there = self.desk.read(lambda tx: tx.files.of(number)) if share else ()
        chosen = there[-1:]
        reply = Reply(number, PIERRE, words(said), wait, tuple(file.id for file in chosen))
        result = self.desk.does(reply)
        if result is not None and result.entry is not None:
            self.shared[said] = [s for f in chosen for s in self.in_files.get(f.name, [])]
            self.replies.append((number, result.entry, said))
        if goes:
            self.desk.later(11)

    @precondition(lambda self: self.replies)
    @rule()
    def is_taken_back(self) -> None:
        number, entry, said = self.replies[-1]
        result = self.desk.does(WithdrawReply(number, entry, PIERRE))
        if result is not None and result.changed:
            self.replies.pop()
            self.secrets.append(said)
            self.shared.pop(said)

    @rule(which=TICKET, reason=st.sampled_from((HoldReason.REQUESTER, HoldReason.SUPPLIER)))
    def holds(self, which: int, reason: HoldReason) -> None:
        self.desk.does(HoldTicket(self.ticket(which), CAMILLE, reason, note=words(self.secret())))

    @rule(which=TICKET)
    def claims(self, which: int) -> None:
        self.desk.does(ClaimTicket(self.ticket(which), CAMILLE))

    @rule(which=TICKET, team=st.integers(1, 3))
    def transfers(self, which: int, team: int) -> None:
        self.desk.does(TransferTicket(self.ticket(which), CAMILLE, team, words(self.secret())))

    @rule(which=TICKET)
    def resolves(self, which: int) -> None:
        ticket, solution = self.ticket(which), words(self.word())
        self.desk.does(ResolveTicket(ticket, PIERRE, "materiel", solution))

    @rule(which=TICKET)
    def reopens(self, which: int) -> None:
        self.desk.does(ReopenTicket(self.ticket(which), CAMILLE, words(self.secret())))

    @rule(which=TICKET, who=st.sampled_from((MARIE, ZOE)), address=st.sampled_from(("", INES)))
    def adds_somebody(self, which: int, who: str, address: str) -> None:
        named = {"address": address} if address else {"who": who}
        self.desk.does(AddPerson(self.ticket(which), CAMILLE, **named))

    @rule(which=TICKET)
    def removes_somebody(self, which: int) -> None:
        number = self.ticket(which)
        for person in self.desk.read(lambda tx: tx.tickets.get(number)).participants[-1:]:
            self.desk.does(RemovePerson(number, CAMILLE, person))

    @rule(lets_in=st.booleans(), card=st.integers(1, 3))
    def decides_about_a_held_mail(self, lets_in: bool, card: int) -> None:
        held = self.desk.read(lambda tx: tx.held_mails.get(card))
        decision = LetMailIn(card, PIERRE) if lets_in else RefuseMail(card, PIERRE)
        if held is not None and self.desk.does(decision) is not None and not lets_in:
            self.secrets += re.findall(r"word\d{4}x", held.newest.text)

    @rule(seconds=st.sampled_from((1, 11, 11, 3700)))
    def time_passes(self, seconds: float) -> None:
        self.desk.later(seconds)
        self.desk.carries()

    # -- what is promised -------------------------------------------------------------------------

    @invariant()
    def nothing_internal_left(self) -> None:
        self.desk.carries()
        for sent in self.desk.server.sent[self.looked_at :]:
            sent.check()
            text = sent.text("plain")
            allowed = {one for said, them in self.shared.items() if said in text for one in them}
            leaked = sent.holds(s for s in self.secrets if s not in allowed)
            assert leaked == [], sent.raw.decode()
        self.looked_at = len(self.desk.server.sent)
        self._nobody_saw_it_in_slack()
        assert not any(self.desk.read(lambda tx: tx.spool.counts().get("set_aside")) or ())

    def _nobody_saw_it_in_slack(self) -> None:
        for person in (PAUL, MARIE, ADA, ZOE):
            seen = "\n".join((self.desk.slack.read_by(person), *self._pages(person)))
            given = {one for them in self.shared.values() for one in them}
            assert [s for s in self.secrets if s in seen and s not in given] == []

    def _pages(self, person: str) -> Iterator[str]:
        office = self.desk.office
        actor = self.desk.run(office.actor(person))
        context = Context(office.desk, translator_for("en"), actor)
        yield repr(self.desk.run(home_view("", person, context)))
        for number in range(1, self.tickets() + 1):
            if self.desk.read(lambda tx, n=number: tx.tickets.get(n)).concerns(actor.id):
                yield repr(self.desk.run(page_view(number, person, context)))


def _head(raw: bytes) -> str:
    return raw.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n", "\n") + "\n\nwords\n"


def test_whatever_happens_nothing_internal_leaves(furnished_sqlite: Path, tmp_path: Path) -> None:
    few = max(5, settings().max_examples // 10)

    def machine() -> NothingInternalLeaves:
        folder = Path(mkdtemp(dir=tmp_path))
        return NothingInternalLeaves(copy_of(furnished_sqlite, folder), folder / "files")

    # Told as it was met: to shorten it would take minutes.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    wanted = settings(max_examples=few, stateful_step_count=20, phases=phases)
    run_state_machine_as_test(machine, settings=wanted)
