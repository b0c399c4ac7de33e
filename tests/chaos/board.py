"""What people can point at: the tickets' cards, as the database knew them a moment ago."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.server import Sandbox
from sandbox.world import Message
from tests.chaos.database import Postgresql, Row, Sqlite

NEWEST = 40  # tickets that most of the work is about, so that people meet
CARDS = (
    "SELECT t.id, t.state, t.assignee_id, c.channel, c.ts FROM tickets t"
    " JOIN cards c ON c.ticket_id = t.id AND c.active"
)


@dataclass(frozen=True)
class Card:
    ticket: int
    state: str
    message: Message

    def offers(self, action: str) -> str | None:
        """How to choose `action` here: "" for a button, else the line of the menu."""
        for block in self.message.blocks:
            for element in [*block.get("elements", ()), block.get("accessory") or {}]:
                if element.get("action_id") == action:
                    return ""
                if any(o["value"] == f"{action}:{self.ticket}" for o in element.get("options", ())):
                    return f"{action}:{self.ticket}"
        return None


class Board:
    def __init__(self, slack: Sandbox, database: Sqlite | Postgresql) -> None:
        self._slack = slack
        self._database = database
        self._rows: list[Row] = []

    async def refresh(self) -> None:
        self._rows = await self._database.rows(f"{CARDS} ORDER BY t.id DESC LIMIT 400")

    def some_card(
        self, user: str, chance: random.Random, states: tuple[str, ...] = ()
    ) -> Card | None:
        """A card in a channel of this person's, one of the newest more often than not."""
        world = self._slack.world
        fit = [
            row
            for row in self._rows
            if user in world.channels[row["channel"]].members
            and (not states or row["state"] in states)
        ]
        if not fit:
            return None
        among = fit[:NEWEST] if chance.random() < 0.85 else fit
        row = chance.choice(among)
        message = world.channels[row["channel"]].message(row["ts"])
        return None if message is None else Card(row["id"], row["state"], message)
