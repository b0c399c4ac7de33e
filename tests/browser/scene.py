"""A desk in the middle of its day: some tickets in different states, told in one language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.app import Bot
from desk.assign_ticket import ClaimTicket
from desk.hold_ticket import HoldTicket
from desk.open_ticket import OpenTicket
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.ticket import HoldReason, Origin
from desk.words import Words
from sandbox.server import Sandbox
from sandbox.stories.script import SCRIPTS, Script
from tests.journeys.mishaps import LONG, settled
from tests.journeys.stage import ROOT, Stage, settings_for

CHANNEL = "support-postes"
ENGLISH_TOPICS = {
    "support-postes": "Workstations · what the team works on",
    "support-reseau": "Network and telephony",
    "support-applis": "Business applications",
    "frontdesk-admin": "Running the desk",
    "general": "The whole company",
}
JAM = ("poste", "poste/impression", "poste/impression/bourrage")
SCREEN = ("poste", "poste/ordinateur", "poste/ordinateur/ecran")
LOST = ("poste", "poste/mobile", "poste/mobile/perte")
ARRIVAL = ("acces", "acces/arrivee", "acces/arrivee/nouveau")
TONER = ("poste", "poste/impression", "poste/impression/toner")


@dataclass(frozen=True)
class Before:
    """A ticket that was there before the story: who asked, where it is filed, what it says."""

    requester: str
    path: tuple[str, ...]
    subject: dict[str, str]
    description: dict[str, str]
    origin: Origin = Origin.PHONE


TONER_EMPTY = Before(
    "U01PAUL",
    TONER,
    {"fr": "Toner noir presque vide", "en": "Black toner almost empty"},
    {
        "fr": "L’imprimante du 2e étage le demande.",
        "en": "The printer on the 2nd floor asks for it.",
    },
)
SCREEN_FLICKERS = Before(
    "U01LUC",
    SCREEN,
    {"fr": "Écran qui clignote à l’atelier", "en": "Screen flickers in the workshop"},
    {
        "fr": "L’écran du poste 4 clignote quand la presse démarre.",
        "en": "The screen of bench 4 flickers when the press starts.",
    },
)
NEW_COLLEAGUE = Before(
    "U01INES",
    ARRIVAL,
    {"fr": "Arrivée de Sacha lundi", "en": "Sacha starts on Monday"},
    {
        "fr": "Un portable, une adresse et l’accès au dossier Recrutement, s’il vous plaît.",
        "en": "A laptop, an address and access to the Recruiting folder, please.",
    },
    Origin.IN_PERSON,
)
PHONE_LOST = Before(
    "U01NOUR",
    LOST,
    {"fr": "Téléphone oublié dans le train", "en": "Phone left on the train"},
    {
        "fr": "Le TGV de 7 h 12. Il y a les contacts des clients dedans.",
        "en": "The 7:12 to Lyon. All my customers’ numbers are in it.",
    },
)


class Watch:
    """The time of day for Slack and the bot; it runs behind while the morning is being told."""

    def __init__(self) -> None:
        self.behind = timedelta(hours=1)  # Slack's own stamps must not be ahead of the first ticket

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


@dataclass
class Scene(Stage):
    watch: Watch
    language: str

    async def ago(self, minutes: int) -> None:
        """What was begun is finished; what comes now happens so many minutes ago."""
        await settled(self)
        self.watch.behind = timedelta(minutes=minutes)
        self.bot.relay.wake()

    @property
    def script(self) -> Script:
        return SCRIPTS[self.language]

    async def open(self, before: Before, by: str = "U01CAMILLE") -> int:
        """The ticket's number."""
        subject, description = before.subject[self.language], before.description[self.language]
        return await self._open(by, before.requester, before.path, subject, description, before)

    async def open_the_story_s(self) -> int:
        """Paul's request for Marie, as the first story leaves it."""
        await self.ago(4)
        words = (self.script.subject, self.script.description)
        number = await self._open("U01PIERRE", "U01PAUL", JAM, *words, beneficiary="U01MARIE")
        await self.ago(0)
        return number

    async def _open(
        self,
        by: str,
        requester: str,
        path: tuple[str, ...],
        subject: str,
        description: str,
        before: Before | None = None,
        beneficiary: str | None = None,
    ) -> int:
        entries = await self.bot.store.read(
            lambda tx: {entry.key: entry.id for entry in tx.organisation.catalogue().entries}
        )
        result = await self.bot.desk.handle(
            OpenTicket(
                by=by,
                requester=requester,
                beneficiary=beneficiary,
                subject=subject,
                description=Words.plain(description),
                path=tuple(entries[key] for key in path),
                origin=before.origin if before else Origin.CHAT,
            )
        )
        assert result.ticket is not None
        return result.ticket


@asynccontextmanager
async def a_scene(folder: Path, language: str, **changes: Any) -> AsyncIterator[Scene]:
    """`changes` are settings by their names."""
    desk = yaml.safe_load((ROOT / "desk.example.yml").read_text(encoding="utf-8"))
    speaking = folder / "desk.yml"
    speaking.write_text(yaml.safe_dump({**desk, "language": language}, allow_unicode=True))
    watch = Watch()
    async with Sandbox(ROOT / "manifest.yml", clock=lambda: watch().timestamp()) as slack:
        settings = settings_for(
            slack,
            folder,
            FRONTDESK_DESK=speaking,
            FRONTDESK_UNDO_SECONDS=1,
            FRONTDESK_MAIL_STRANGERS="hold",
            **changes,
        )
        bot = Bot(settings, watch)
        try:
            await bot.start()
            slack.desk_smtp = ("127.0.0.1", bot.mail_port or 0)
            await slack.until_connected(LONG)
            scene = Scene(slack, bot, settings, watch, language)
            if language == "en":
                await _speak_english(slack)
            await _earlier_today(scene)
            yield scene
        finally:
            await bot.stop()


async def _speak_english(slack: Sandbox) -> None:
    for handle in ("pierre", "camille", "aicha"):
        await slack.change_person(handle, locale="en-GB")
    for name, topic in ENGLISH_TOPICS.items():
        slack.channel(name).topic = topic


async def _earlier_today(scene: Scene) -> None:
    """One that nobody holds, one being worked on, one on hold, one resolved."""
    desk, said = scene.bot.desk, scene.language
    await scene.ago(47)
    await scene.open(PHONE_LOST)
    await scene.ago(34)
    colleague = await scene.open(NEW_COLLEAGUE)
    await desk.handle(ClaimTicket(colleague, "U01AICHA"))
    await scene.ago(26)
    screen = await scene.open(SCREEN_FLICKERS)
    await desk.handle(ClaimTicket(screen, "U01CAMILLE"))
    await scene.ago(21)
    asked = {"fr": "Le câble est-il bien vissé\u202f?", "en": "Is the cable screwed in?"}
    await desk.handle(Reply(screen, "U01CAMILLE", Words.plain(asked[said])))
    await desk.handle(HoldTicket(screen, "U01CAMILLE", HoldReason.REQUESTER))
    await scene.ago(18)
    toner = await scene.open(TONER_EMPTY)
    await scene.ago(9)
    solution = {
        "fr": "Toner remplacé, un autre est en réserve.",
        "en": "Replaced; one is in store.",
    }
    await desk.handle(ResolveTicket(toner, "U01CAMILLE", "materiel", Words.plain(solution[said])))
    await scene.ago(0)
