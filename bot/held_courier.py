"""Carry to Slack what is asked about held mails: posted once, edited when somebody decided."""

from __future__ import annotations

from blocks.held_mail import held_message
from blocks.message import Message
from bot.outcomes import Attempting, Done, Refused, Unreachable
from bot.slack_calls import SlackCalls, SlackDeclined
from desk.decide_held import held_facts
from desk.held_mails import Fate, ShowHeldMail
from locales.translator import translator_for
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction

GONE = "message_not_found"


class HeldCourier:
    def __init__(self, store: SqlStore, calls: SlackCalls) -> None:
        self._store = store
        self._calls = calls

    async def show(self, effect: ShowHeldMail, lease: Lease, attempting: Attempting) -> Done:
        facts = await self._store.read(lambda tx: held_facts(tx, effect.card))
        if facts is None:
            return Done()
        card = facts.card
        message = held_message(facts, translator_for(facts.language))
        if card.place is not None:
            return await self._edit(card.place, message)
        if card.fate is not Fate.OPEN and lease.attempted_at is None:
            return Done()  # decided before anybody was asked
        if facts.channel is None:
            raise Unreachable("the channel for held mails is not there yet", retry_after=60)
        channel, ts = await self._calls.post(
            {**message, "channel": facts.channel},
            row=lease.id,
            attempted_at=lease.attempted_at,
            attempting=attempting,
        )

        def keep(tx: SqlTransaction) -> None:
            tx.held_mails.keep_place(effect.card, channel, ts)
            if lease.attempted_at is not None:
                # Found again, it shows what was true when it was sent.
                tx.outbox.put(effect, lease.attempted_at)

        return Done(ts, keep)

    async def _edit(self, place: tuple[str, str], message: Message) -> Done:
        channel, ts = place
        try:
            await self._calls.call(
                "chat.update", {**message, "channel": channel, "ts": ts}, lane=channel
            )
        except SlackDeclined as declined:
            if declined.error != GONE:  # somebody deleted it: what was decided counts all the same
                raise Refused(f"chat.update: {declined}") from None
        return Done(ts)
