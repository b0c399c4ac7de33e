"""Somebody who asked for help: answers mails, sends new ones, looks at what Slack shows them."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime

from sandbox import mail as mails
from sandbox.delivery import DeliveryError
from sandbox.mailboxes import MailRefused
from sandbox.person import Person
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Fate, Operation
from tests.chaos.technician import Office

TRIES = 8  # how often a mail server tries before this suite loses patience


class Requester:
    def __init__(self, person: Person, office: Office, fleet: Fleet, chance: random.Random) -> None:
        self.person = person
        self._office = office
        self._fleet = fleet
        self._chance = chance

    async def act(self) -> None:
        await self._chance.choice((self.answer, self.answer, self.answer, self.ask, self.look))()

    async def answer(self) -> None:
        box = self.person.mailbox
        if not box:
            return
        original = self._chance.choice(box[-30:])
        operation = self._office.ledger.begin("answer", self.person.email)
        to, subject, threading = mails.answer_headers(original)
        text = mails.quoted(original, f"Voici : {operation.token}", french=True)
        await self._send(operation, to, subject, text, threading)

    async def ask(self) -> None:
        operation = self._office.ledger.begin("mail", self.person.email)
        to, subject = self._office.slack.desk_address, f"Panne {operation.token}"
        await self._send(operation, to, subject, f"Bonjour, {operation.token}.", {})

    async def look(self) -> None:
        """Home and a ticket's page: no internal word may be there, not even for a moment."""
        try:
            await self.person.open_home()
            number = self._chance.randint(1, 50)
            await self.person.command("/ticket", f"R-{number:06d}")
            await asyncio.sleep(0.3)
        except DeliveryError:
            return
        seen = [view.definition for view in (self.person.home, self.person.modal) if view]
        if self._office.ledger.secret in json.dumps(seen, ensure_ascii=False):
            self._office.ledger.leaks.append(f"on {self.person.profile.handle}'s screen")
        self._office.slack.workspace.views.stack(self.person.id).clear()

    async def _send(
        self, operation: Operation, to: str, subject: str, text: str, threading: dict[str, str]
    ) -> None:
        """As mail servers do: the same mail again until somebody takes it, now and then once more
        after that."""
        message = mails.written(
            (self.person.profile.name, self.person.email),
            *(to, subject, text),
            at=datetime.now(UTC),
            headers=threading,
        )
        raw = message.as_bytes()
        for _ in range(TRIES):
            if await self._handed_over(raw):
                operation.fate = Fate.ACCEPTED
                break
            await asyncio.sleep(self._chance.uniform(0.1, 1.0))
        if self._chance.random() < 0.25:
            self._office.ledger.faults["mail delivered again"] += 1
            await asyncio.gather(*(self._handed_over(raw) for _ in range(2)))

    async def _handed_over(self, raw: bytes) -> bool:
        boxes = self._office.slack.mailboxes
        boxes.desk = ("127.0.0.1", self._chance.choice(self._fleet.processes).mail_port)
        try:
            await boxes.send_raw(self.person.email, raw)
        except MailRefused:
            return False
        return True
