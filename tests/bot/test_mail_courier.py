"""What becomes of a mail whose words are not for the requester, for good or for now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from bot.mail_courier import MailCourier
from bot.outcomes import LeaseLost, Refused, Unreachable
from bot.relay import HOLD
from desk.ask_delivery import mail_facts
from desk.effects import Message, SendMail
from desk.files import NewFile
from desk.people import Person
from desk.reply import Reply, WithdrawReply
from desk.service import Desk
from desk.setting_up import LearnPeople, LoadDesk
from desk.taking_part import AddPerson, RemovePerson
from desk.words import Words
from mail import sending
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


def _courier(store: SqlStore, server: Any, now: datetime) -> MailCourier:
    identity = MailIdentity("Support <support@x.example>", "secret")
    return MailCourier(store, server, identity, lambda: now)


async def _send(store: SqlStore, effect: SendMail, now: datetime) -> Any:
    async def attempting() -> bool:
        raise AssertionError("nothing may leave")

    return await _courier(store, None, now).send(
        effect, Lease(1, effect, 1, 0, None, "me", NOW), attempting
    )


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


async def test_a_mail_goes_to_who_its_reader_turned_out_to_be(store: SqlStore) -> None:
    """Two people the desk knew apart were one: what waits for either is theirs."""
    desk, effect = await _a_reply(store)
    await desk.handle(AddPerson(1, "U2", address="nora@x.example"))
    nora = await store.read(lambda tx: tx.people.by_handle("nora@x.example"))
    assert nora is not None
    await desk.handle(LearnPeople((Person(0, "Nora", None, "U7", "en"),)))
    await desk.handle(LearnPeople((Person(0, "Nora", "nora@x.example", "U7", "en"),)))

    facts = await store.read(lambda tx: mail_facts(tx, replace(effect, to=nora.id), NOW + UNDO))

    assert (facts.to.slack_id, facts.to.email) == ("U7", "nora@x.example")


class Server(sending.SmtpCourier):
    """One that is busy for so long that `meanwhile` happens, before it wants the mail."""

    def __init__(self, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        super().__init__("smtp://mail.x.example", "support@x.example")
        self._meanwhile = meanwhile

    async def send(
        self, message: EmailMessage, to: str, *, attempting: sending.Attempting, sender: str = ""
    ) -> sending.Sent:
        await self._meanwhile()
        if not await attempting():
            raise sending.LeaseLost
        return sending.Sent("queued")


async def test_a_mail_that_waits_for_its_server_does_not_reach_who_is_taken_off_meanwhile(
    store: SqlStore,
) -> None:
    desk, _ = await _a_reply(store)
    await desk.handle(AddPerson(1, "U2", address="nora@x.example"))
    nora = await store.read(lambda tx: tx.people.by_handle("nora@x.example"))
    assert nora is not None
    await desk.handle(Reply(1, "U2", Words.plain("Which room?")))
    now = NOW + timedelta(seconds=30)
    leases = await store.write(lambda tx: tx.outbox.lease(now, HOLD, "us", 9))
    (lease,) = (
        one for one in leases if isinstance(one.effect, SendMail) and one.effect.to == nora.id
    )
    server = Server(lambda: desk.handle(RemovePerson(1, "U2", nora.id)))

    with pytest.raises(LeaseLost):
        await _courier(store, server, now).send(
            lease.effect,
            lease,
            lambda: store.write(lambda tx: tx.outbox.attempting(lease, now), patient=True),
        )


async def test_a_reply_that_was_taken_back_is_refused(store: SqlStore) -> None:
    desk, effect = await _a_reply(store)
    await desk.handle(WithdrawReply(1, effect.entry, "U2"))

    with pytest.raises(Refused):
        await _send(store, effect, NOW + timedelta(seconds=30))


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1.0), (3, 8.0), (99, 300.0)])
async def test_a_mail_asks_less_and_less_often_for_a_file_on_its_way(
    store: SqlStore, attempts: int, seconds: float
) -> None:
    desk, _ = await _a_reply(store)
    file = NewFile("a.txt", "text/plain", 1, slack_id="F1")
    result = await desk.handle(Reply(1, "U2", Words.plain("See the file."), files=(file,)))
    assert result.entry is not None
    ada = await store.read(lambda tx: tx.people.by_handle("U2"))
    assert ada is not None
    effect = SendMail(Message.REPLY, 1, ada.id, result.entry, 3)
    lease = Lease(1, effect, 1, attempts, None, "me", NOW)

    with pytest.raises(Unreachable, match="on its way") as waits:
        await _courier(store, None, NOW + UNDO).send(effect, lease, _never)

    assert waits.value.retry_after == seconds


async def _never() -> bool:
    raise AssertionError("nothing may leave")
