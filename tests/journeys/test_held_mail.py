"""Somebody unknown writes: the team is asked, decides once, and the conversation goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.world import Message
from tests.journeys.killable import a_killable_bot
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.sights import card, shown
from tests.journeys.stage import ROOT, Stage, a_stage

NORA = "nora@elsewhere.example"
GONE = "paul.smith@meridien.example"
DESK = "support@meridien.example"
CHANNEL = "support-postes"
LET_IN, REFUSE, OPEN = "held.let_in", "held.refuse", "held.open"
TEXT = "It jams <!channel> & <@U01PIERRE>."


def a_desk(folder: Path) -> Path:
    """The example, with an address of a team that asks who may come in."""
    door = f"\naddresses:\n  - address: {DESK}\n    team: postes\n    strangers: hold\n"
    desk = folder / "desk.yml"
    desk.write_text((ROOT / "desk.example.yml").read_text("utf-8") + door, "utf-8")
    return desk


@asynccontextmanager
async def a_careful_stage(folder: Path, **changes: Any) -> AsyncIterator[Stage]:
    async with a_stage(folder, FRONTDESK_DESK=a_desk(folder), **changes) as stage:
        yield stage


async def question(slack: Sandbox, subject: str = "Printer") -> Message:
    """The message that asks."""
    pierre = slack.person("pierre")
    return await soon(slack, lambda: card(pierre, CHANNEL, subject))


async def answered(slack: Sandbox, posted: Message, words: str) -> str:
    pierre = slack.person("pierre")

    def now() -> str:
        seen = next(m for m in pierre.messages(CHANNEL) if m.ts == posted.ts)
        return shown(seen) if words in shown(seen) else ""

    return await soon(slack, now)


async def test_a_stranger_is_let_in_and_the_conversation_goes_on(
    tmp_path: Path, database_url: str
) -> None:
    async with a_careful_stage(tmp_path, DATABASE_URL=database_url) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        await slack.send_mail(f"Nora New <{NORA}>", DESK, "Printer", TEXT)
        posted = await question(slack)
        assert "<!channel>" not in shown(posted)
        assert "<@U01" not in shown(posted)
        await pierre.press(OPEN, on=posted)
        await soon(slack, lambda: pierre.modal)
        assert "&lt;!channel&gt;" in shown(pierre.modal)
        await pierre.close()

        await pierre.press(LET_IN, on=posted)

        done = await answered(slack, posted, "R-000001")
        assert "créé par Durand Pierre" in done
        assert LET_IN not in done
        mail = await soon(slack, lambda: slack.mailboxes.box(NORA))
        await slack.mailboxes.answer(mail[0], "It still jams.", NORA)
        kinds = "SELECT kind FROM entries WHERE ticket_id = 1 ORDER BY id"
        await soon(slack, lambda: ("answer",) in stored(stage, kinds))
        assert stored(stage, "SELECT count(*) FROM tickets") == [(1,)]
        page = "SELECT facts FROM entries WHERE kind = 'opened'"
        assert "Durand Pierre" in str(stored(stage, page))


async def test_a_refused_stranger_hears_nothing(tmp_path: Path) -> None:
    async with a_careful_stage(tmp_path) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        await slack.send_mail(NORA, DESK, "Printer", TEXT)
        posted = await question(slack)

        await pierre.press(REFUSE, on=posted)

        await answered(slack, posted, "Refusé par Durand Pierre")
        await settled(stage)
        assert slack.mailboxes.box(NORA) == []
        assert stored(stage, "SELECT count(*) FROM tickets") == [(0,)]
        assert stored(stage, "SELECT state, raw IS NULL FROM spool") == [("refused", False)]


async def test_the_mail_of_a_closed_account_is_held_and_says_so(tmp_path: Path) -> None:
    async with a_careful_stage(tmp_path) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        await slack.change_person("paul", deleted=True)
        gone = f"SELECT active FROM people WHERE email = '{GONE}'"
        await soon(slack, lambda: stored(stage, gone) == [(False,)])
        await slack.send_mail(f"Paul Smith <{GONE}>", DESK, "Printer", TEXT)
        posted = await question(slack)
        assert "dont le compte est fermé" in shown(posted)

        await pierre.press(LET_IN, on=posted)

        await answered(slack, posted, "R-000001")
        assert stored(stage, gone) == [(False,)]


async def test_of_two_technicians_the_second_hears_who_was_first(tmp_path: Path) -> None:
    async with a_careful_stage(tmp_path) as stage:
        slack, camille = stage.slack, stage.slack.person("camille")
        pierre = slack.person("pierre")
        await slack.send_mail(NORA, DESK, "Printer", TEXT)
        posted = await question(slack)

        await asyncio.gather(pierre.press(LET_IN, on=posted), camille.press(REFUSE, on=posted))

        told = await soon(slack, lambda: [*pierre.ephemerals, *camille.ephemerals])
        assert len(told) == 1
        assert "vient de décider" in told[0].text
        await settled(stage)
        tickets = stored(stage, "SELECT count(*) FROM tickets")
        fates = stored(stage, "SELECT fate FROM held_cards")
        assert (tickets, fates) in (([(1,)], [("let_in",)]), ([(0,)], [("refused",)]))


async def test_where_nobodys_team_is_asked_the_administrators_are(tmp_path: Path) -> None:
    async with a_stage(tmp_path, FRONTDESK_MAIL_STRANGERS="hold") as stage:
        slack, aicha = stage.slack, stage.slack.person("aicha")
        await slack.send_mail(NORA, DESK, "Printer", TEXT)
        posted = await soon(slack, lambda: card(aicha, "frontdesk-admin", "Printer"))

        await aicha.press(LET_IN, on=posted)

        await soon(slack, lambda: stored(stage, "SELECT count(*) FROM tickets") == [(1,)])


@pytest.mark.parametrize("after", [0, 2])
async def test_killed_after_the_decision_the_card_still_tells_it(
    tmp_path: Path, database_url: str, after: int
) -> None:
    """`after` so many more records of what goes over the wire."""
    desk = a_desk(tmp_path)
    async with a_killable_bot(tmp_path, database_url, FRONTDESK_DESK=desk) as stage:
        await stage.start()
        slack, pierre = stage.slack, stage.slack.person("pierre")
        await slack.send_mail(NORA, DESK, "Printer", TEXT)
        posted = await question(slack)
        await stage.all_shown()

        if after:
            stage.kill_after(after)
            await pierre.press(LET_IN, on=posted)
        else:
            await pierre.press(LET_IN, on=posted)
            stage.kill()
        await stage.ended()
        await stage.start()

        await answered(slack, posted, "R-000001")
        await stage.all_shown()
        assert len([m for m in pierre.messages(CHANNEL) if NORA in shown(m)]) <= 2
        assert len(slack.mailboxes.box(NORA)) == 1
        assert stage.deaths == 1
