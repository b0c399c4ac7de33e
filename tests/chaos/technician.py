"""A technician at work: forms, buttons and threads, as somebody in Slack uses them."""

from __future__ import annotations

import asyncio
import copy
import random
from dataclasses import dataclass, field
from typing import Any

from blocks.ids import Action, Form
from sandbox.delivery import DeliveryError
from sandbox.inputs import NotOnScreen
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.world import Message
from tests.chaos.board import Board, Card
from tests.chaos.database import Postgresql, Row, Sqlite
from tests.chaos.ledger import ENTRY_OF, Fate, Ledger, Operation

TRIES = 5  # how often a person sends a form again before they lose patience
OPENING = 2.5  # seconds a person waits for a form
OPEN = ("new", "assigned", "pending")
SOLVED = ("resolved", "closed")
Filled = tuple[dict[str, Any], dict[str, Any]]  # a form's view, and what is filled in

WEIGHTS = {
    "open": 20,
    "note": 18,
    "claim": 14,
    "reply": 10,
    "resolve": 8,
    "hold": 6,
    "resume": 6,
    "edit": 5,
    "transfer": 4,
    "reopen": 4,
    "delete": 2,
    "withdraw": 3,
    "close": 2,
    "abandon": 1,
}


@dataclass
class Office:
    """What all of them share."""

    slack: Sandbox
    board: Board
    ledger: Ledger
    database: Sqlite | Postgresql
    forms: list[Filled]
    teams: dict[str, int]  # a channel's id → the number of its team
    notes: list[tuple[Person, Message, int]] = field(default_factory=list)
    clicking: dict[int, asyncio.Lock] = field(default_factory=dict)

    async def until_connected(self, chance: random.Random) -> None:
        """While the desk is out of reach people do something else, mostly."""
        while not self.slack.connected and chance.random() > 0.02:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


class Technician:
    def __init__(self, person: Person, office: Office, chance: random.Random) -> None:
        self.person = person
        self._office = office
        self._chance = chance

    async def act(self) -> None:
        """One thing or another; nothing where there is nothing to do it to."""
        kind = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        try:
            await getattr(self, kind)()
        except (DeliveryError, NotOnScreen, TimeoutError):
            self._leave()  # they see that it did not work, and do something else

    # -- by form ----------------------------------------------------------------------------

    async def open(self) -> Operation:
        view, state = self._chance.choice(self._office.forms)
        person, views = self.person, self._office.slack.workspace.views
        opened = views.open(person.id, copy.deepcopy(view), over=None)
        opened.state = copy.deepcopy(state)
        operation = self._office.ledger.begin("open", person.id)
        said = {"subject": f"Panne {operation.token}", "description": f"Voici : {operation.token}"}
        await person.fill(said)
        await self._send(operation)
        return operation

    async def reply(self) -> None:
        afterwards = self._chance.choice(("leave", "leave", "hold"))
        await self._form(
            "reply", Action.TICKET_REPLY, Form.REPLY, "message", OPEN, {"afterwards": afterwards}
        )

    async def hold(self) -> None:
        reason = self._chance.choice(("requester", "supplier"))
        values = {"hold_reason": reason}
        states = ("new", "assigned")
        await self._form("hold", Action.TICKET_HOLD, Form.HOLD, "note", states, values)

    async def resolve(self) -> None:
        values = {"code": "assistance"}
        await self._form("resolve", Action.TICKET_RESOLVE, Form.RESOLVE, "solution", OPEN, values)

    async def reopen(self) -> None:
        await self._form("reopen", Action.TICKET_REOPEN, Form.REOPEN, "reason", SOLVED, {})

    async def abandon(self) -> None:
        """Its button is inside the ticket's page."""
        card = self._card(OPEN)
        if card is None or not await self._opened(card, Action.TICKET_OPEN, Form.TICKET_PAGE):
            return
        await self.person.press(Action.TICKET_ABANDON, on=self.person.form)
        if await self._shown(Form.ABANDON):
            await self._fill_and_send("abandon", card, "reason", {})

    async def transfer(self) -> None:
        card = self._card(OPEN)
        if card is None or not await self._opened(card, Action.TICKET_TRANSFER, Form.TRANSFER):
            return
        others = [n for place, n in self._office.teams.items() if place != card.message.channel]
        values = {"team": str(self._chance.choice(others))}
        await self._fill_and_send("transfer", card, "note", values)

    async def _form(
        self,
        kind: str,
        action: Action,
        form: Form,
        words: str,
        states: tuple[str, ...],
        values: dict[str, str],
    ) -> None:
        card = self._card(states)
        if card is not None and await self._opened(card, action, form):
            await self._fill_and_send(kind, card, words, values)

    async def _opened(self, card: Card, action: Action, form: Form) -> bool:
        """Press it; whether the form came."""
        how = card.offers(action)
        if how is None:
            return False
        self._leave()
        if how:
            await self.person.press(Action.TICKET_MORE, on=card.message, value=how)
        else:
            await self.person.press(action, on=card.message, value=str(card.ticket))
        return await self._shown(form)

    async def _shown(self, form: Form) -> bool:
        deadline = asyncio.get_running_loop().time() + OPENING
        while asyncio.get_running_loop().time() < deadline:
            modal = self.person.modal
            if modal is not None and modal.callback_id == form:
                return True
            await asyncio.sleep(0.02)
        return False

    async def _fill_and_send(
        self, kind: str, card: Card, words: str, values: dict[str, str]
    ) -> Operation:
        operation = self._office.ledger.begin(kind, self.person.id, card.ticket)
        said = operation.token
        if kind not in ("reply", "resolve"):
            said = f"{said} {self._office.ledger.secret}"
        await self.person.fill({**values, words: said})
        await self._send(operation)
        return operation

    async def _send(self, operation: Operation) -> None:
        """Who hears nothing, or that there is trouble, sends the same form again."""
        for _ in range(TRIES):
            if self.person.modal is None:
                return
            await self._office.until_connected(self._chance)
            try:
                errors = await self.person.submit()
            except DeliveryError:
                operation.fate = Fate.UNHEARD
                if self._chance.random() < 0.2:
                    break
            else:
                operation.fate = Fate.DECLINED if errors else Fate.ACCEPTED
                if not any("\n" in words for words in errors.values()):
                    break  # trouble is told in both languages, one below the other
            await asyncio.sleep(self._chance.uniform(0.1, 1.0))
        self._leave()

    def _leave(self) -> None:
        self._office.slack.workspace.views.stack(self.person.id).clear()

    # -- by one click -----------------------------------------------------------------------

    async def claim(self) -> None:
        await self._click("claim", Action.TICKET_ASSIGN, ("new",))

    async def resume(self) -> None:
        await self._click("resume", Action.TICKET_RESUME, ("pending",))

    async def close(self) -> None:
        await self._click("close", Action.TICKET_CLOSE, ("resolved",))

    async def withdraw(self) -> None:
        """Take the newest reply back that still has its button."""
        card = self._card(OPEN)
        if card is None:
            return
        thread = self.person.thread(card.message.channel, card.message)
        for message in reversed(thread):
            if Action.REPLY_WITHDRAW in str(message.blocks):
                place = (message.channel, message.ts)
                await self._press("withdraw", card, Action.REPLY_WITHDRAW, message, None, place)
                return

    async def _click(self, kind: str, action: Action, states: tuple[str, ...]) -> None:
        card = self._card(states)
        how = None if card is None else card.offers(action)
        if card is None or how is None:
            return
        if how:
            await self._press(kind, card, Action.TICKET_MORE, card.message, how)
        else:
            await self._press(kind, card, action, card.message, str(card.ticket))

    async def _press(
        self,
        kind: str,
        card: Card,
        action: Action,
        on: Message,
        value: str | None,
        place: tuple[str, str] | None = None,
    ) -> None:
        """A click is answered before anybody knows; the journal tells whether it was taken."""
        office = self._office
        async with office.clicking.setdefault(card.ticket, asyncio.Lock()):
            before = await self._taken(kind, card.ticket)
            operation = office.ledger.begin(kind, self.person.id, card.ticket, place)
            await self.person.press(action, on=on, value=value)
            taken = await self._taken(kind, card.ticket) > before
            operation.fate = Fate.ACCEPTED if taken else Fate.DECLINED

    async def _taken(self, kind: str, ticket: int) -> int:
        rows: list[Row] = await self._office.database.rows(
            "SELECT count(*) AS n FROM entries e JOIN people p ON p.id = e.by_id"
            " WHERE e.ticket_id = ? AND e.kind = ? AND p.slack_id = ?",
            *(ticket, ENTRY_OF[kind], self.person.id),
        )
        return int(rows[0]["n"])

    # -- in the thread ----------------------------------------------------------------------

    async def note(self) -> Operation | None:
        card = self._card(())
        if card is None:
            return None
        ledger, ws = self._office.ledger, self._office.slack.workspace
        operation = ledger.begin("note", self.person.id, card.ticket)
        place = ws.world.channels[card.message.channel]
        text = f"{operation.token} {ledger.secret}"
        message = ws.say(self.person.profile, place, text, card.message.ts)
        operation.place = (message.channel, message.ts)
        self._office.notes.append((self.person, message, card.ticket))
        heard = ws.feed.posted(message)
        if self._chance.random() < 0.8:
            await heard
        return operation

    async def edit(self) -> None:
        """Often at once, as people correct themselves."""
        found = self._own_note()
        if found is None:
            return
        message, ticket = found
        ledger = self._office.ledger
        operation = ledger.begin("edit", self.person.id, ticket, (message.channel, message.ts))
        await self.person.edit(message, f"{operation.token} {ledger.secret}")
        assert message.edited is not None
        operation.place = (message.channel, f"{message.ts}/{message.edited['ts']}")

    async def delete(self) -> None:
        found = self._own_note()
        if found is None:
            return
        message, ticket = found
        place = (message.channel, message.ts)
        self._office.ledger.begin("delete", self.person.id, ticket, place)
        await self.person.delete(message)

    def _own_note(self) -> tuple[Message, int] | None:
        """One of one's newest; nobody touches it a second time."""
        mine = [noted for noted in self._office.notes if noted[0] is self.person][-3:]
        if not mine:
            return None
        chosen = self._chance.choice(mine)
        self._office.notes.remove(chosen)
        return chosen[1], chosen[2]

    def _card(self, states: tuple[str, ...]) -> Card | None:
        return self._office.board.some_card(self.person.id, self._chance, states)
