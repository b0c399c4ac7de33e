"""Every mail the desk sends, once. `python -m tests.mail.cases` writes the golden files anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from desk.answers import MailFacts
from desk.effects import Message
from desk.words import BlockKind, Span, TextBlock, Words
from locales.translator import Translator, translator_for
from mail.compose import compose
from mail.identity import MailIdentity
from tests.facts import MARIE, NOW, a_person, a_public_entry, mail_facts

GOLDEN = Path(__file__).parent / "golden"
IDENTITY = MailIdentity("Support <support@desk.example>", "a secret for tests")
DEAF = MailIdentity("Support <support@desk.example>", "a secret for tests", can_receive=False)

STEPS = Words(
    (
        TextBlock(
            BlockKind.PARAGRAPH,
            (Span("Hello Paul,\ncould you try this "), Span("in order", bold=True), Span("?")),
        ),
        TextBlock(BlockKind.NUMBER, (Span("Open the "), Span("rear", italic=True), Span(" cover"))),
        TextBlock(BlockKind.BULLET, (Span("slowly"),), 1),
        TextBlock(BlockKind.BULLET, (Span("without "), Span("much", strike=True)), 1),
        TextBlock(BlockKind.NUMBER, (Span("Run "), Span("lpstat -p LX9", code=True))),
        TextBlock(BlockKind.QUOTE, (Span("It stops after every second page"),)),
        TextBlock(BlockKind.CODE, (Span("LX9 <disabled>\n  reason: jam & dust"),)),
        TextBlock(
            BlockKind.PARAGRAPH,
            (Span("See "), Span("our guide", link="https://desk.example/jam?a=1&b=2"), Span(".")),
        ),
    )
)


@dataclass(frozen=True)
class Case:
    facts: MailFacts
    identity: MailIdentity = IDENTITY

    def mail(self, t: Translator) -> EmailMessage:
        return compose(self.facts, identity=self.identity, t=t, row=7, at=NOW)


FIRST = mail_facts(Message.ACKNOWLEDGEMENT, references=())
REPLY = mail_facts(Message.REPLY)
RESOLVED = mail_facts(Message.RESOLVED)
CASES: dict[str, Case] = {
    "acknowledgement": Case(replace(FIRST, author="Paul Smith")),
    "acknowledgement_recorded_by_a_technician": Case(replace(FIRST, author="Pierre Durand")),
    "acknowledgement_of_a_mail": Case(replace(FIRST, references=("<1@example.org>",))),
    "reply": Case(REPLY),
    "reply_with_formatting": Case(replace(REPLY, entry=a_public_entry(words=STEPS))),
    "reply_to_the_beneficiary": Case(replace(REPLY, to=MARIE, for_beneficiary=True)),
    "reply_that_is_answered_in_slack": Case(REPLY, DEAF),
    "reply_that_is_answered_elsewhere": Case(replace(REPLY, to=a_person(slack_id=None)), DEAF),
    "reply_to_somebody_in_copy": Case(replace(REPLY, to=MARIE, in_copy=True)),
    "resolved": Case(RESOLVED),
    "resolved_for_the_beneficiary": Case(replace(RESOLVED, to=MARIE, for_beneficiary=True)),
    "resolved_for_somebody_in_copy": Case(replace(RESOLVED, to=MARIE, in_copy=True)),
    "resolved_by_the_desk": Case(replace(RESOLVED, author="")),
}


def part(mail: EmailMessage, kind: str) -> str:
    """The content of the text ("plain") or HTML ("html") part."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def golden_file(name: str, language: str, kind: str) -> Path:
    return GOLDEN / f"{name}.{language}.{'txt' if kind == 'plain' else kind}"


def _write() -> None:
    for name, case in CASES.items():
        for language in ("en", "fr"):
            mail = case.mail(translator_for(language))
            for kind in ("plain", "html"):
                golden_file(name, language, kind).write_text(part(mail, kind), encoding="utf-8")


if __name__ == "__main__":
    _write()
