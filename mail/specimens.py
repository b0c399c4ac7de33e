"""Believable mails, to look at templates with and to prove them before a real one needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from desk.answers import MailFacts
from desk.effects import Message
from desk.journal import Kind, PublicEntry
from desk.labels import Label
from desk.organisation import PLAIN_STYLE, MailStyle
from desk.people import Person
from desk.words import NO_WORDS, BlockKind, Span, TextBlock, Words
from locales.translator import Translator
from mail.identity import MailIdentity

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
_KINDS = {
    Message.ACKNOWLEDGEMENT: Kind.OPENED,
    Message.REPLY: Kind.REPLY,
    Message.RESOLVED: Kind.RESOLVED,
}


def specimen(
    message: Message,
    t: Translator,
    *,
    team: Label | None = None,
    key: str = "",
    style: MailStyle = PLAIN_STYLE,
    desk: str = "Frontdesk",
) -> MailFacts:
    """A mail of that kind to Paul, in the language of `t`."""
    author = "" if message is Message.ACKNOWLEDGEMENT else "Camille Petit"
    return MailFacts(
        message=message,
        ticket=42,
        reference="R-000042",
        subject=t("The printer on the 3rd floor jams"),
        to=Person(1, "Paul Smith", "paul@example.org", "U0PAUL", t.language),
        entry=PublicEntry(4, _KINDS[message], AT, author or "Paul Smith", _words(message, t)),
        author=author,
        team=team or Label("Workstations", "Postes de travail"),
        desk_name=desk,
        for_beneficiary=False,
        requester_name="Paul Smith",
        references=(),
        team_key=key,
        style=style,
    )


def _words(message: Message, t: Translator) -> Words:
    match message:
        case Message.ACKNOWLEDGEMENT:
            return Words.plain(t("It stops after every second page since this morning."))
        case Message.RESOLVED:
            return Words.plain(t("A worn roller was the cause. It has been replaced."))
    steps = (
        (BlockKind.PARAGRAPH, t("Hello Paul, could you try this, please?")),
        (BlockKind.NUMBER, t("Open the rear cover and take the paper out.")),
        (BlockKind.NUMBER, t("Close it again and print a test page.")),
    )
    return Words(tuple(TextBlock(kind, (Span(text),)) for kind, text in steps))


def variants(message: Message, t: Translator, key: str) -> Iterator[tuple[MailFacts, MailIdentity]]:
    """Mails that between them go through every branch that a template may have."""
    hears, deaf = (
        MailIdentity("Support <support@example.org>", "specimen", can_receive=can)
        for can in (True, False)
    )
    plain = specimen(message, t, key=key)
    signed = Label("Support, floor 3", "Support, 3e étage")
    yield plain, hears
    yield plain, deaf
    yield replace(plain, author="", subject="", entry=replace(plain.entry, words=NO_WORDS)), hears
    yield replace(plain, for_beneficiary=True, requester_name="Marie Curie"), hears
    yield replace(plain, in_copy=True, requester_name="Marie Curie"), hears
    yield replace(plain, to=replace(plain.to, slack_id=None)), deaf
    yield replace(plain, references=("<strange@example.org>",), author="Paul Smith"), hears
    yield replace(plain, signature=_words(message, t), style=MailStyle(signature=signed)), hears
