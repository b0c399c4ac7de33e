"""What is asked about held mails, and how it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blocks.held_mail import held_message, held_view
from desk.held_mails import Fate, HeldCard, HeldFacts, HeldMail, Why
from locales.translator import Translator
from tests import facts as f

if TYPE_CHECKING:
    from tests.blocks.scenes import Cast


def held_scenes(cast: Cast, t: Translator) -> Iterator[tuple[str, Any]]:
    mail = HeldMail(cast.requester.email or "", cast.requester.name, cast.subject, cast.words.text)
    card = HeldCard(7, Why.STRANGER, 1, Fate.OPEN, 1, mail, f.NOW)
    facts = HeldFacts(card, None, "C0POSTES", t.language)
    yield "held_stranger", held_message(facts, t)
    yield "held_mail_whole", held_view(facts, t)
    doubtful = replace(mail, name="", text=" ", subject="", files=2, doubtful=True)
    bare = replace(facts, card=replace(card, newest=doubtful))
    yield "held_doubtful", held_message(bare, t)
    yield "held_mail_without_text", held_view(bare, t)
    gone = replace(card, why=Why.CLOSED)
    yield "held_closed_account", held_message(replace(facts, card=gone), t)
    flood = replace(card, why=Why.FLOOD, mails=37)
    yield "held_flood", held_message(replace(facts, card=flood), t)
    answers = replace(card, why=Why.ANSWERS, mails=170, newest=replace(mail, ticket=42))
    yield "held_answers", held_message(replace(facts, card=answers), t)
    shown = replace(answers, fate=Fate.LET_IN, tickets=(42,), decided_at=f.LATER)
    yield "held_answers_shown", held_message(replace(facts, card=shown, by=cast.technician), t)
    for fate in (Fate.LET_IN, Fate.REFUSED):
        decided = {"fate": fate, "by": cast.technician.id, "decided_at": f.LATER}
        for name, before in (("", card), ("_flood", flood)):
            shown = replace(facts, card=replace(before, **decided), by=cast.technician)
            yield f"held_{fate}{name}", held_message(shown, t)
    made = replace(card, fate=Fate.LET_IN, tickets=(42,), decided_at=f.LATER)
    yield "held_made", held_message(replace(facts, card=made, by=cast.technician), t)
    yield "held_made_by_hand", held_message(replace(facts, card=made), t)
    many = replace(flood, fate=Fate.LET_IN, tickets=(42, 43, 44), decided_at=f.LATER)
    yield "held_made_flood", held_message(replace(facts, card=many, by=cast.technician), t)
