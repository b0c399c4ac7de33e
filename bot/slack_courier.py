"""Carry what the desk wants shown to Slack: cards, threads, reactions, direct and private notes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from blocks import card as cards
from blocks import notes, thread
from blocks.mail_warnings import mailbox_warning, set_aside_warning
from bot.form import to_json
from bot.outcomes import Attempting, Done, LeaseLost, NotSetUp, Refused, Unreachable
from bot.reading import NO_CARD, CardLook, EntryLook, OpeningLook, facts_of
from bot.slack_calls import Place, SlackCalls, SlackDeclined
from desk.answers import MailFacts, NoticeFacts
from desk.ask_delivery import card_facts
from desk.earlier_teams import earlier_teams
from desk.effects import (
    LookUpPerson,
    MarkNoted,
    OpenThread,
    RefreshCard,
    SendDirect,
    ShowEntry,
    TellPerson,
    WarnAdministrators,
    WarnMailbox,
    WarnMailSetAside,
    WarnUndelivered,
    Whisper,
)
from desk.ports import Card
from desk.service import Desk
from desk.setting_up import LearnPeople
from handlers.people import person_from_slack
from locales.translator import Translator, translator_for
from storage.outbox_rows import Lease
from storage.spool import SET_ASIDE
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

Message = Mapping[str, Any]

NOTED = "memo"  # the reaction under a note: 📝
GONE = frozenset({"message_not_found", "thread_not_found"})
SETUP_PATIENCE = 60.0  # seconds, where Slack names none
REMEMBERED = 5_000  # messages whose last look is kept in memory


class SlackCourier:
    """One method an effect. Each renders from the state of this moment.

    `alone` says that no other process edits the same messages, so that we know how they look.
    """

    def __init__(
        self,
        store: SqlStore,
        desk: Desk,
        calls: SlackCalls,
        clock: Callable[[], datetime],
        *,
        alone: bool,
    ) -> None:
        self._store = store
        self._desk = desk
        self._calls = calls
        self._clock = clock
        self._alone = alone
        self._shown: dict[Place, int] = {}
        self._under_way: dict[Place, tuple[datetime, float]] = {}  # edits given up: when, how long

    async def refresh_card(self, effect: RefreshCard, lease: Lease, attempting: Attempting) -> Done:
        """Edit the ticket's card in place; post it where the team's channel has none yet."""
        found: CardLook = await self._facts(effect, lease)
        facts, current = found.facts, found.current
        for card in found.others:
            # Also a card that was on its way to the old team's channel during a transfer.
            await self._fold_card(effect.ticket, card)
        message = cards.ticket_card(facts, translator_for(facts.language))
        if current is not None:
            try:
                if await self._edit(current.channel, current.ts, message):
                    return Done(current.ts)
            except NotSetUp:
                # The desk file has given the team another channel since: the ticket goes on there.
                if facts.facts.team.channel in (None, current.channel):
                    raise
        if lease.attempted_at is not None:
            left = await self._left_behind(effect.ticket, found.others, lease, lease.attempted_at)
            if left is not None:
                return left
        return await self._post_card(found, message, lease, attempting)

    async def _fold_card(self, ticket: int, card: Card) -> None:
        """One line where the ticket was. A channel we cannot write to any more keeps the old card,
        and must not keep the new one from its channel."""
        try:
            facts = await self._store.read(
                lambda tx: card_facts(tx, ticket, replace(card, active=False))
            )
            message = cards.ticket_card(facts, translator_for(facts.language))
            await self._edit(card.channel, card.ts, message)
        except (NotSetUp, Refused) as fault:
            log.warning("old_card_left", ticket=ticket, channel=card.channel, reason=fault.reason)

    async def _left_behind(
        self, ticket: int, known: Iterable[Card], lease: Lease, since: datetime
    ) -> Done | None:
        """The card that a post in doubt brought to a team's channel before a transfer. Written
        down as that team's it is folded next, when the row comes again and posts the new one."""
        places = _places(known)
        for team in await self._store.read(lambda tx: earlier_teams(tx, ticket)):
            try:
                place = {"channel": team.channel}
                found = team.channel and await self._calls.find(place, lease.id, since, places)
            except (NotSetUp, Refused) as fault:
                # As when a card is folded: the old channel must not keep the new one from its card.
                log.warning("old_channel_not_searched", ticket=ticket, reason=fault.reason)
                continue
            if found:
                return self._kept(Card(ticket, team.id, *found, active=False), lease)
        return None

    async def _post_card(
        self, look: CardLook, message: Message, lease: Lease, attempting: Attempting
    ) -> Done:
        ticket, team = look.facts.facts.ticket, look.facts.facts.team
        if team.channel is None:
            raise Unreachable(f"team {team.key} has no channel yet", retry_after=60)
        known = _places(look.others)
        channel, ts = await self._post(team.channel, message, lease, attempting, known=known)
        # A ticket begins with its first card's row and, behind it, the opening's. Where something
        # happened since, that one may be over.
        is_first = look.current is None and not look.others and lease.asked == 1
        opens = not is_first or lease.created_at > ticket.created_at
        card = Card(ticket.id, team.id, channel, ts, active=True)
        return self._kept(card, lease, opens=opens)

    def _kept(self, card: Card, lease: Lease, *, opens: bool = False) -> Done:
        """`opens`: its thread's opening is asked for with it."""
        now = self._clock()

        def keep(tx: SqlTransaction) -> None:
            # Known already where our lease ran out and somebody else has found the post.
            asks = opens and tx.cards.at(card.channel, card.ts) is None
            tx.cards.add(card, now)
            if asks:
                tx.outbox.replace(OpenThread(card.ticket, card.team), now)
            _correct_if_found(tx, lease, now)

        return Done(card.ts, keep, card)

    async def open_thread(self, effect: OpenThread, lease: Lease, attempting: Attempting) -> Done:
        """The first line of the active card's thread: who can read it. The row remembers which card
        it has opened, as it may be asked for anew before that one's successor is there."""
        found: OpeningLook = await self._facts(effect, lease)
        facts, card = found.facts, found.card or (lease.before and lease.before.card)
        if card is None and not found.is_moot:
            raise Refused(NO_CARD)
        if card is None or card.team != effect.team or card.ts == lease.remote:
            return Done(lease.remote)
        message = thread.thread_opening(facts, translator_for(facts.language))
        await self._post(card.channel, message, lease, attempting, card.ts)
        return Done(card.ts)

    async def show_entry(self, effect: ShowEntry, lease: Lease, attempting: Attempting) -> Done:
        """Post the entry's line in the thread, or edit it where it stands."""
        now = self._clock()
        found: EntryLook = await self._facts(effect, lease)
        facts, shown, card = found.facts, found.shown, found.card
        message = thread.entry_message(facts, translator_for(facts.language))
        if shown is not None:
            try:
                await self._edit(*shown, message)
            except NotSetUp as fault:
                active = await self._store.read(lambda tx: tx.cards.active(effect.ticket))
                if active is not None and active.channel == shown[0]:
                    raise
                # As when a card is folded: the old channel must not keep the ticket from its own.
                log.warning("old_line_left", ticket=effect.ticket, reason=fault.reason)
            return Done(shown[1])
        assert card is not None
        try:
            channel, ts = await self._post(card.channel, message, lease, attempting, card.ts)
        except NotSetUp as fault:
            if card.active:
                raise
            # Its card was left behind, and the next one waits behind this row: it comes after that.
            now, new_card = self._clock(), RefreshCard(effect.ticket)
            again = now + timedelta(seconds=fault.retry_after or SETUP_PATIENCE)
            return Done(None, lambda tx: tx.outbox.come_later(lease, new_card, now, again))

        def keep(tx: Any) -> None:
            tx.cards.keep_message(effect.entry, channel, ts, ours=True)
            _correct_if_found(tx, lease, now)

        return Done(ts, keep)

    async def mark_noted(self, effect: MarkNoted, lease: Lease, attempting: Attempting) -> Done:
        try:
            await self._calls.call(
                "reactions.add",
                {"channel": effect.channel, "timestamp": effect.ts, "name": NOTED},
            )
        except SlackDeclined as declined:
            if declined.error not in GONE | {"already_reacted", "no_item_specified"}:
                _left_out("reactions.add", declined)
        return Done()

    async def send_direct(self, effect: SendDirect, lease: Lease, attempting: Attempting) -> Done:
        """Public words for somebody without an address."""
        facts: MailFacts = await self._facts(effect, lease)
        reader = facts.to
        if not reader.slack_id:
            raise Refused("has neither an address nor a Slack account")
        message = notes.direct_message(facts, translator_for(reader.language))
        _, ts = await self._post(reader.slack_id, message, lease, attempting)
        return Done(ts)

    async def tell_person(self, effect: TellPerson, lease: Lease, attempting: Attempting) -> Done:
        facts: NoticeFacts = await self._facts(effect, lease)
        if facts.reader is None or not facts.reader.slack_id:
            return Done()
        message = notes.direct_notice(facts, translator_for(facts.language))
        _, ts = await self._post(facts.reader.slack_id, message, lease, attempting)
        return Done(ts)

    async def whisper(self, effect: Whisper, lease: Lease, attempting: Attempting) -> Done:
        """Slack neither keeps nor guarantees ephemeral notes, so a doubtful one is not repeated."""
        if lease.attempted_at is not None:
            return Done()
        facts: NoticeFacts = await self._facts(effect, lease)
        message = notes.whisper(facts, translator_for(facts.language))
        place = {"channel": effect.channel, "user": effect.user, "thread_ts": effect.thread}
        if not await attempting():
            raise LeaseLost
        try:
            await self._calls.call(
                "chat.postEphemeral", {**message, **place}, lane=effect.channel, attempted=True
            )
        except SlackDeclined as declined:
            _left_out("chat.postEphemeral", declined)
        return Done()

    async def look_up(self, effect: LookUpPerson, lease: Lease, attempting: Attempting) -> Done:
        try:
            answer = await self._calls.call(
                "users.info", {"user": effect.slack_id, "include_locale": True}
            )
        except SlackDeclined as declined:
            _left_out("users.info", declined)
            return Done()
        person = person_from_slack(answer["user"], self._calls.home)
        if person is not None:
            await self._desk.handle(LearnPeople((person,)))
        return Done()

    async def warn(self, effect: WarnAdministrators, lease: Lease, attempting: Attempting) -> Done:
        """The log has it already; the channel is where administrators look."""
        return await self._warn(
            lambda t: notes.channel_warning(effect.warning, effect.channel, t), lease, attempting
        )

    async def warn_undelivered(
        self, effect: WarnUndelivered, lease: Lease, attempting: Attempting
    ) -> Done:
        row = effect.row
        found = await self._store.read(lambda tx: tx.outbox.stuck(1, row))
        if not found:
            return Done()  # somebody has seen to it meanwhile
        (stuck,) = found
        ticket = stuck.effect.get("ticket")
        return await self._warn(
            lambda t: notes.undelivered_warning(row, ticket, stuck.error, t), lease, attempting
        )

    async def warn_mail_set_aside(
        self, effect: WarnMailSetAside, lease: Lease, attempting: Attempting
    ) -> Done:
        mail = await self._store.read(lambda tx: tx.spool.get(effect.mail))
        if mail is None or mail.state != SET_ASIDE:
            return Done()  # somebody has seen to it meanwhile
        return await self._warn(
            lambda t: set_aside_warning(mail.id, mail.sender, mail.subject, mail.error, t),
            lease,
            attempting,
        )

    async def warn_mailbox(self, effect: WarnMailbox, lease: Lease, attempting: Attempting) -> Done:
        return await self._warn(
            lambda t: mailbox_warning(effect.mailbox, effect.trouble, t), lease, attempting
        )

    async def _warn(
        self, message: Callable[[Translator], Message], lease: Lease, attempting: Attempting
    ) -> Done:
        house = await self._store.read(lambda tx: tx.organisation.house())
        if house.admin_channel is None:
            return Done()
        said = message(translator_for(house.language))
        _, ts = await self._post(house.admin_channel, said, lease, attempting)
        return Done(ts)

    async def _facts(self, effect: Any, lease: Lease) -> Any:
        return await facts_of(effect, lease, self._store, self._clock())

    async def _post(
        self,
        channel: str,
        message: Message,
        lease: Lease,
        attempting: Attempting,
        thread_ts: str | None = None,
        known: Collection[Place] = (),
    ) -> Place:
        place = {"channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        # Rows of tickets that are opened at once are numbered otherwise than these on PostgreSQL.
        card = lease.effect.ticket if isinstance(lease.effect, RefreshCard) else None
        posted = await self._calls.post(
            {**message, **place},
            row=lease.id,
            attempted_at=lease.attempted_at,
            attempting=attempting,
            known=known,
            turn=card,
        )
        if lease.attempted_at is None:
            self._remember(posted, message)
        return posted

    async def _edit(self, channel: str, ts: str, message: Message) -> bool:
        """Edit unless the message looks so already. False where it is gone."""
        if self._shown.get((channel, ts)) == _look(message):
            return True
        # Until Slack answers, and for good where its answer is lost, it may look either way.
        self._shown.pop((channel, ts), None)
        self._mind_edit_of_before((channel, ts))
        try:
            await self._calls.call(
                "chat.update", {**message, "channel": channel, "ts": ts}, lane=channel
            )
        except SlackDeclined as declined:
            if declined.error in GONE:
                return False
            raise Refused(f"chat.update: {declined}") from None
        except Unreachable as fault:
            if fault.under_way:
                self._under_way[channel, ts] = self._clock(), fault.under_way
            raise
        self._remember((channel, ts), message)
        return True

    def _mind_edit_of_before(self, place: Place) -> None:
        """An edit that we gave up on may still be on its way, and would undo one that overtakes it.
        As with posts, time passes first."""
        if place not in self._under_way:
            return
        given_up, seconds = self._under_way[place]
        left = seconds - (self._clock() - given_up).total_seconds()
        if 0 < left <= seconds:
            raise Unreachable("chat.update: the one before may still be under way", left)
        del self._under_way[place]

    def _remember(self, place: Place, message: Message) -> None:
        if not self._alone:
            return
        if len(self._shown) >= REMEMBERED:
            self._shown.pop(next(iter(self._shown)))
        self._shown[place] = _look(message)


def _places(cards: Iterable[Card]) -> frozenset[Place]:
    return frozenset((card.channel, card.ts) for card in cards)


def _correct_if_found(tx: SqlTransaction, lease: Lease, now: datetime) -> None:
    """Found again, a message shows what was true when it was sent. The same row edits it next:
    where it is must be written down first, or an edit that fails for good would lose it."""
    if lease.attempted_at is not None:
        tx.outbox.put(lease.effect, now)


def _left_out(method: str, declined: SlackDeclined) -> None:
    """What is nice to have keeps nobody busy: no row waits for a person because of it."""
    log.warning("left_out", method=method, reason=str(declined))


def _look(message: Message) -> int:
    return hash(to_json(message))
