"""What a mail brings besides its words is said in a line each, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from blocks.mail_notices import notice_lines
from blocks.thread import entry_message
from desk.journal import Kind
from desk.mails import DeliveryState
from locales.translator import Translator
from mail.notices import Invite, Notice, NoticeKind, Reply, as_facts
from tests import facts as f
from tests.blocks.limits import said_in

INVITE = Invite(
    "Printer <replacement>",
    starts=datetime(2026, 12, 1, 8, 0, tzinfo=UTC),
    ends=datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
    zone="Romance Standard Time",
    where="Room 3",
    organiser="Anne <anne@example.org>",
    reply=Reply.REQUEST,
)


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_words_in_both_languages(kind, english: Translator, french: Translator):
    notice = Notice(kind, "a.exe", "exe", 2, 1, INVITE if kind is NoticeKind.INVITE else None)

    lines = [notice_lines(as_facts([notice]), t) for t in (english, french)]

    assert all(len(said) == 1 and said[0] for said in lines)
    assert lines[0] != lines[1]


def test_an_invitation_tells_what_when_where_and_by_whom(english: Translator):
    (line,) = notice_lines(
        as_facts([Notice(NoticeKind.INVITE, "invite.ics", invite=INVITE)]), english
    )

    assert line.startswith("📅 *Invitation: Printer &lt;replacement&gt;* · <!date^1796112000^")
    assert line.endswith(
        "(08:00 Romance Standard Time) · Room 3 · organised by Anne &lt;anne@example.org&gt;"
    )


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (30, 2)], ids=["same day", "next day"])
def test_the_day_an_event_ends_is_said_where_it_is_another(
    hours: int, days: int, english: Translator
):
    assert isinstance(INVITE.starts, datetime)
    invite = replace(INVITE, ends=INVITE.starts + timedelta(hours=hours))

    (line,) = notice_lines(as_facts([Notice(NoticeKind.INVITE, invite=invite)]), english)

    assert line.count("{date_short_pretty}") == days
    assert line.count("{time}") == 2


def test_whole_days_are_the_same_days_for_everybody(english: Translator):
    invite = Invite("Holidays", date(2026, 12, 24), date(2026, 12, 26))

    (line,) = notice_lines(as_facts([Notice(NoticeKind.INVITE, invite=invite)]), english)

    assert line == "📅 *Event: Holidays* · 2026-12-24 – 2026-12-26"


def test_what_is_left_out_is_said_once(english: Translator):
    cut = as_facts(Notice(kind) for kind in (NoticeKind.TEXT_CUT, NoticeKind.TOO_DEEP))

    assert len(notice_lines(cut, english)) == 1


@pytest.mark.parametrize("kind", [Kind.OPENED, Kind.ANSWER])
def test_an_entry_warns_of_a_risky_file(kind: Kind, english: Translator):
    facts = {"notices": list(as_facts([Notice(NoticeKind.RISKY_FILE, "bill.pdf.exe", "exe")]))}

    said = said_in(entry_message(f.entry_facts(f.an_entry(kind, "words", facts=facts)), english))

    assert "⚠️ `bill.pdf.exe` can run a program." in said


@pytest.mark.parametrize(
    ("state", "told"), [(DeliveryState.SENT, False), (DeliveryState.FAILED, True)]
)
def test_an_opening_tells_of_its_acknowledgement_only_where_it_failed(
    state: DeliveryState, told: bool, english: Translator
):
    entry = f.an_entry(Kind.OPENED, "words", facts={"origin": "mail", "unverified": True})

    said = said_in(entry_message(f.entry_facts(entry, deliveries=(f.a_delivery(state),)), english))

    assert ("paul@example.org" in said) is told
