"""Mails that came back, in words for technicians."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks.card import ticket_card
from blocks.deeds import deed, trouble_line
from blocks.drafts import Draft
from blocks.move_forms import reply_form, resolve_form
from blocks.returned import why
from blocks.ticket_form import ticket_form
from desk.journal import Entry, Kind
from desk.lifecycle import Move
from desk.mails import Delivery, DeliveryState, ReturnedMail
from locales.translator import translator_for
from mail.bounces import Reason
from tests import facts as f

EN, FR = translator_for("en"), translator_for("fr")
CAME = ReturnedMail(
    42, 7, 1, "paul@example.org", "mailbox_full", False, 3, f.NOW - timedelta(days=1), f.NOW
)


def returned(**facts: Any) -> Entry:
    told = {"to": "Paul Smith", "address": "paul@example.org", "reason": "mailbox_full", **facts}
    return f.an_entry(Kind.RETURNED, by=None, facts=told)


def failed(reason: str, said: str = "552 over quota") -> Delivery:
    return Delivery(
        1, f.PAUL, "paul@example.org", DeliveryState.FAILED, f.NOW, said, 7, reason=reason
    )


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.OTHER])
def test_each_reason_has_words_in_both_languages(reason):
    assert why(reason, EN)
    assert why(reason, FR) != why(reason, EN)


def test_the_entry_says_to_whom_and_why():
    assert deed(returned(), EN) == "↩︎ Mail not delivered to paul@example.org: the mailbox is full"


def test_what_may_pass_is_said():
    assert "can be sent again" in deed(returned(hard=False), EN)


def test_a_delay_is_no_failure():
    said = deed(returned(reason="delayed"), EN)

    assert said == "⏳ Mail to paul@example.org is delayed; it may still arrive"


def test_what_no_reason_fits_is_said_by_the_other_server():
    assert "550 go away" in deed(returned(reason="other", said="550 go away"), EN)
    assert "no reason was given" in deed(returned(reason="other"), EN)


def test_the_other_servers_words_are_text_and_no_markup():
    assert "<!channel>" not in deed(returned(reason="other", said="<!channel> *550*"), EN)
    assert "<!channel>" not in trouble_line(failed("other", "<!channel>"), EN)


def test_the_card_says_it_while_it_is_true():
    card = ticket_card(f.card_facts(trouble=(failed("mailbox_full"),)), EN)

    assert "Mail not delivered to paul@example.org: the mailbox is full · 552 over quota" in str(
        card
    )


def test_forms_warn_before_one_writes_there_again():
    forms = [
        reply_form(f.move_form_facts(Move.REPLY, returned=(CAME,)), EN),
        resolve_form(f.move_form_facts(Move.RESOLVE, returned=(CAME,)), EN),
        ticket_form(f.new_ticket_facts(requester=f.PAUL, returned=CAME), Draft(), EN),
    ]

    for form in forms:
        assert "⚠️ Mail to paul@example.org came back" in str(form)


def test_a_card_says_once_that_a_mail_came_back():
    later = f.NOW + timedelta(minutes=1)
    facts = f.card_facts(last=replace(returned(), at=later), trouble=(failed("mailbox_full"),))

    card = ticket_card(facts, EN)

    assert str(card["blocks"]).count("Mail not delivered to") == 1
