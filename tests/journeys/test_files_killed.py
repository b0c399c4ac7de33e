"""Killed in the middle of showing files, the bot shows them once when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.changes import Change
from tests.journeys.killable import Killable, a_killable_bot
from tests.journeys.mishaps import soon
from tests.journeys.sights import shown

FILES = tuple((f"{n}.txt", f"file {n}".encode(), "text/plain") for n in range(3))


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Killable]:
    async with a_killable_bot(tmp_path, database_url) as killable:
        yield killable


@pytest.mark.parametrize(
    "moment", ["files.getUploadURLExternal", "files.completeUploadExternal", "reply"]
)
async def test_files_are_shown_once_whenever_we_died(stage: Killable, moment: str):
    await stage.start()
    _kill_at(stage, moment)

    await stage.slack.send_mail(
        "paul.smith@meridien.example", stage.slack.desk_address, "Three", "Here.", files=FILES
    )
    await stage.ended()
    await stage.start()
    await stage.all_shown()

    camille = stage.slack.person("camille")
    posted = await soon(stage.slack, lambda: _card(stage, "Three"))
    thread = camille.thread(posted.channel, posted.ts)
    found = [stage.slack.workspace.files.find(file) for m in thread for file in m.files]
    assert [(file.name, file.data) for file in found if file] == [
        (name, data) for name, data, _ in FILES
    ]
    assert stage.deaths == 1


def _card(stage: Killable, subject: str):
    return next(
        (
            message
            for channel in stage.slack.world.channels.values()
            for message in channel.top_level()
            if message.by_app and subject in shown(message)
        ),
        None,
    )


def _kill_at(stage: Killable, moment: str) -> None:
    """Once Slack has done it, and before we hear of it. "reply": when the thread begins."""
    kind = {"reply": "chat.postMessage"}.get(moment, moment)
    seen = 0

    def watch(change: Change) -> None:
        nonlocal seen
        if change.type == "traffic" and change.data["record"]["kind"] == kind:
            seen += 1
            if seen == (2 if moment == "reply" else 1):
                stage.kill()

    stage.slack.changes.listen(watch)
