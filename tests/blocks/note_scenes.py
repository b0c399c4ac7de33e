"""What is told beside the tickets: direct messages, whispers, help, and warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blocks import mail_warnings, notes
from desk.effects import Message, Notice
from desk.journal import Kind
from desk.lifecycle import State
from locales.translator import Translator
from tests import facts as f

if TYPE_CHECKING:
    from tests.blocks.scenes import Cast


def note_scenes(cast: Cast, t: Translator) -> Iterator[tuple[str, Any]]:
    told = f.notice_facts(facts=cast.facts(State.ASSIGNED), by=cast.technician)
    yield "notice_assigned", notes.direct_notice(told, t)
    outsider = replace(told, notice=Notice.OUTSIDER_IN_THREAD, reader=None)
    yield "whisper_outsider", notes.whisper(outsider, t)
    reader = replace(cast.requester, id=f.PAUL.id)
    yield "whisper_requester", notes.whisper(replace(outsider, reader=reader), t)
    for message in Message:
        for name in ("requester", "beneficiary", "copy"):
            mail = f.mail_facts(
                message,
                to=cast.requester,
                subject=cast.subject,
                author=cast.technician.name,
                requester_name=cast.requester.name,
                team=cast.label,
                for_beneficiary=name == "beneficiary",
                in_copy=name == "copy",
                entry=f.a_public_entry(Kind.REPLY, cast.words, by_name=cast.technician.name),
            )
            yield f"direct_{message}_{name}", notes.direct_message(mail, t)
    for technician in (True, False):
        name = "technician" if technician else "requester"
        yield f"help_{name}", notes.help_message(t, technician)
    for kind in ("public", "shared", "absent", "missing"):
        yield f"warning_{kind}", notes.channel_warning(kind, "C0WORK", t)
    yield "warning_silenced", notes.channel_warning("silenced", "paul@example.org", t)
    yield "warning_undelivered", notes.undelivered_warning(17, 42, "invalid_blocks", t)
    yield "warning_undelivered_other", notes.undelivered_warning(17, None, "invalid_blocks", t)
    yield "notice_view", notes.notice_view(notes.out_of_date(t), t)
    yield from _mail_warnings(cast, t)


def _mail_warnings(cast: Cast, t: Translator) -> Iterator[tuple[str, Any]]:
    sender = f"{cast.typed}@example.org"
    warning = mail_warnings.set_aside_warning(17, sender, cast.subject, "KeyError", t)
    yield "warning_mail_set_aside", warning
    for trouble in ("denied", "no_folder", "untrusted", "away", ""):
        warning = mail_warnings.mailbox_warning(cast.typed, trouble, t)
        yield f"warning_mailbox_{trouble or 'back'}", warning
