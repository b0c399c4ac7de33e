"""The stage of a story: its people, its ticket, and what its people have told already."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.inputs import NotOnScreen
from sandbox.mail import Mail
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.stories.script import Script
from sandbox.stories.teller import Teller
from sandbox.world import Message

CHANNEL = "support-postes"


@dataclass
class Play:
    slack: Sandbox
    tell: Teller
    script: Script
    undo: int
    reference: str = ""
    _read: dict[str, int] = field(default_factory=dict)  # mails told, by address

    @property
    def pierre(self) -> Person:
        return self.slack.person("pierre")

    @property
    def camille(self) -> Person:
        return self.slack.person("camille")

    @property
    def paul(self) -> Person:
        return self.slack.person("paul")

    @property
    def marie(self) -> Person:
        return self.slack.person("marie")

    @property
    def card(self) -> Message:
        """The ticket's card in the team's channel. Raises LookupError while there is none."""
        for message in self.pierre.messages(CHANNEL):
            if self.reference and self.reference in self.tell.shown(message, self.pierre):
                return message
        raise LookupError(self.reference)

    @property
    def mails(self) -> list[Mail]:
        """Every mail that anybody received."""
        boxes = self.slack.mailboxes.boxes.values()
        return [mail for box in boxes for mail in box if mail.direction == "in"]

    def seen(self, person: Person) -> int:
        """How many of their mails were told."""
        return self._read.get(person.email, 0)

    async def card_says(self, mark: str, english: str, french: str) -> None:
        await self.tell.until(
            english, french, lambda: mark in self.tell.shown(self.card, self.pierre)
        )

    async def thread_says(self, mark: str, english: str, french: str) -> None:
        def shown() -> bool:
            replies = self.pierre.thread(CHANNEL, self.card)
            return any(mark in self.tell.shown(reply, self.pierre) for reply in replies)

        await self.tell.until(english, french, shown)

    async def mail_to(self, person: Person, english: str, french: str) -> Mail:
        """Their next mail, shown."""
        seen = self.seen(person)
        fresh = await self.tell.until(english, french, lambda: person.mailbox[seen:])
        self._read[person.email] = seen + 1
        self.tell.mail(fresh[0])
        return fresh[0]


def no_mail_has_the_note(play: Play) -> None:
    """Not in the texts, not in the HTML, not in a header of any mail so far."""
    secret, mails = play.script.secret, play.mails
    leaks = [m for m in mails if secret in m.text + m.html + "".join(v for _, v in m.headers)]
    tell = play.tell
    tell.must("The note is in no mail", "La note n’est dans aucun courriel", mails and not leaks)
    tell.sure(
        f"The internal note is in none of the {len(mails)} mails.",
        f"La note interne n’est dans aucun des {len(mails)} courriels.",
    )


def flat(mail: Mail) -> str:
    return " ".join(mail.text.split())


def option_for(offered: list[dict[str, object]], person: Person) -> dict[str, object]:
    for option in offered:
        if person.email in str(option["text"]):
            return option
    raise NotOnScreen(f"{person.profile.name} is not offered")


def has_input(person: Person, action: str) -> bool:
    return any(
        block["type"] == "input" and block["element"]["action_id"] == action
        for block in person.form.blocks
    )


def thread_actions(play: Play) -> set[str]:
    """What can be pressed in the thread."""
    replies = play.pierre.thread(CHANNEL, play.card)
    rows = [b["elements"] for r in replies for b in r.blocks if b["type"] == "actions"]
    return {element["action_id"] for row in rows for element in row}
