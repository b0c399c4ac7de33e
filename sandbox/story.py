"""`python -m sandbox.story`: the three stories of a help desk, played by the real bot, as text."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from sandbox.delivery import DeliveryError
from sandbox.inputs import NotOnScreen
from sandbox.server import Sandbox
from sandbox.stories import acts
from sandbox.stories.child import ROOT, BotDied, a_bot, last_lines
from sandbox.stories.play import Play
from sandbox.stories.script import SCRIPTS
from sandbox.stories.teller import DidNotHappen, Teller

EXAMPLES = """examples:
  python -m sandbox.story
  python -m sandbox.story --lang en
  python -m sandbox.story --undo 20
"""
TECHNICIANS = ("pierre", "camille")


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.story",
        description="The three stories of a help desk, played by the real bot and told as text.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--lang", choices=sorted(SCRIPTS), help="language of the desk (default: your LANG)")
    add("--undo", type=int, default=2, help="seconds a reply can be taken back (default: 2)")
    return parser.parse_args(arguments)


def usual_language() -> str:
    spoken = next(
        (os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), ""
    )
    return "fr" if spoken.lower().startswith("fr") else "en"


async def play(language: str, undo: int, folder: Path) -> int:
    """The exit code: 0 when everything happened as told."""
    async with Sandbox(ROOT / "manifest.yml") as slack:
        tell = Teller(slack, language)
        if language == "en":
            for handle in TECHNICIANS:
                slack.world.person(handle).locale = "en-GB"
        _opening(tell)
        try:
            async with a_bot(slack, folder, language=language, undo=undo):
                await _acts(Play(slack, tell, SCRIPTS[language], undo))
        except (DidNotHappen, NotOnScreen, DeliveryError, BotDied) as fault:
            _went_wrong(tell, fault, folder)
            return 1
    return 0


async def _acts(stage: Play) -> None:
    await acts.create(stage)
    await acts.talk(stage)
    await acts.resolve(stage)
    stage.tell.sure(
        "Everything happened as told. To play it yourself in the browser: make demo",
        "Tout s’est passé comme raconté. Pour jouer vous-même dans le navigateur\u00a0: make demo",
    )


def _opening(tell: Teller) -> None:
    tell.title("Frontdesk, three stories", "Frontdesk, trois histoires")
    tell.aside(
        "The real bot, a local Slack and local mailboxes. Nothing leaves this machine.",
        "Le vrai robot, un Slack local et des boîtes locales. Rien ne quitte cette machine.",
    )


def _went_wrong(tell: Teller, fault: Exception, folder: Path) -> None:
    if isinstance(fault, DidNotHappen):
        failed = tell.word("Did not happen:", "Ne s’est pas produit\u00a0:")
        tell.wrong(f"{failed} {fault.what}")
        print(fault.instead, file=sys.stderr)
    elif isinstance(fault, BotDied):
        tell.wrong(tell.word("The bot does not run:", "Le robot ne fonctionne pas\u00a0:"))
        print(fault, file=sys.stderr)
        return
    else:
        tell.wrong(f"{type(fault).__name__}: {fault}")
    print(last_lines(folder), file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    chosen = options(arguments)
    with tempfile.TemporaryDirectory(prefix="frontdesk-story-") as folder:
        return asyncio.run(play(chosen.lang or usual_language(), chosen.undo, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
