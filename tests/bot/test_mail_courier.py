"""What becomes of a mail whose words are not for the requester, for good or for now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.mail_courier import MailCourier
from bot.outcomes import Refused, Unreachable
from desk.effects import Message, SendMail
from desk.reply import Reply, WithdrawReply
from desk.service import Desk
from desk.setting_up import LearnPeople, LoadDesk
from desk.taking_part import AddPerson, RemovePerson
from desk.words import Words
from mail.identity import MailIdentity
from storage.outbox_rows import Lease
from storage.store import SqlStore
from tests.storage.house import NOW, SETUP, a_person, a_ticket

UNDO = timedelta(seconds=20)


async def _a_reply(store: SqlStore) -> tuple[Desk, SendMail]:
    """Ada of the network's team wrote to the requester."""
    desk = Desk(store, lambda: NOW, UNDO)
    await desk.handle(LoadDesk(SETUP))
    ada = await store.write(lambda tx: a_person(tx, "Ada", slack_id="U2", email="ada@x.example"))
    await desk.handle(LearnPeople((ada,)))
    await store.write(lambda tx: tx.tickets.add(a_ticket(ada.id)))
    result = await desk.handle(Reply(1, "U2", Words.plain("Which floor?")))
    assert result.entry is not None
    return desk, SendMail(Message.REPLY, 1, ada.id, result.entry, 2)


async def _send(store: SqlStore, effect: SendMail, now: datetime) -> Any:
    async def attempting() -> bool:
        raise AssertionError("nothing may leave")

    identity = MailIdentity("Support <support@x.example>", "secret")
    courier = MailCourier(store, None, identity, lambda: now)  # type: ignore[arg-type]
    return await courier.send(effect, Lease(1, effect, 1, 0, None, "me", NOW), attempting)


async def test_a_reply_that_is_not_public_any_more_as_the_clock_went_back_waits(
    store: SqlStore,
) -> None:
    _, effect = await _a_reply(store)

    with pytest.raises(Unreachable) as waits:
        await _send(store, effect, NOW + timedelta(seconds=5))

    assert waits.value.retry_after == 15.0


async def test_who_was_taken_off_the_ticket_gets_no_mail_of_it_any_more(store: SqlStore) -> None:
    """Whether it failed before and is tried again, or waited for a server meanwhile."""
    desk, effect = await _a_reply(store)
    await desk.handle(AddPerson(1, "U2", address="nora@x.example"))
    nora = await store.read(lambda tx: tx.people.by_handle("nora@x.example"))
    assert nora is not None
    to_nora = replace(effect, to=nora.id)
    await desk.handle(RemovePerson(1, "U2", nora.id))

    with pytest.raises(Refused, match="taken off"):
        await _send(store, to_nora, NOW + timedelta(seconds=30))


async def test_a_reply_that_was_taken_back_is_refused(store: SqlStore) -> None:
    desk, effect = await _a_reply(store)
    await desk.handle(WithdrawReply(1, effect.entry, "U2"))

    with pytest.raises(Refused):
        await _send(store, effect, NOW + timedelta(seconds=30))
