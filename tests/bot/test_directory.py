"""A long directory is learned page by page, and whoever comes next goes on where one ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot import pacing, slack_calls
from bot.directory import EVERYBODY, learn_everybody
from bot.outcomes import Unreachable
from bot.slack_calls import SlackCalls, SlackDeclined
from storage.store import SqlStore
from tests.storage.house import NOW, SETUP

PAGES = 4
ON_A_PAGE = 150  # more than are learned in one transaction


class Directory(SlackCalls):
    """Slack's list of people; `fails` says what the next calls raise instead of answering."""

    def __init__(self) -> None:
        super().__init__(client=None)  # type: ignore[arg-type]
        self.asked: list[str] = []
        self.fails: dict[str, Exception] = {}
        self.left: set[str] = set()

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        cursor = str(arguments.get("cursor", "0"))
        self.asked.append(cursor)
        if cursor in self.fails:
            raise self.fails.pop(cursor)
        first = int(cursor) * ON_A_PAGE
        last = int(cursor) == PAGES - 1
        ids = [f"U{number:05}" for number in range(first, first + ON_A_PAGE)]
        members = [{"id": i, "real_name": f"Name {i}", "deleted": i in self.left} for i in ids]
        following = "" if last else str(int(cursor) + 1)
        return {"members": members, "response_metadata": {"next_cursor": following}}


@pytest.fixture
async def learned(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    monkeypatch.setitem(pacing.LIMITS, "users.list", pacing.Limit(60_000))  # type: ignore[misc]
    monkeypatch.setattr(slack_calls, "PAUSES", ())
    await store.write(lambda tx: tx.organisation.load(SETUP))
    return store


async def _people(store: SqlStore) -> int:
    return await store.read(lambda tx: tx.people.count())


async def test_who_follows_a_process_that_died_goes_on_from_its_page(learned: SqlStore) -> None:
    slack = Directory()
    before = await _people(learned)
    slack.fails["2"] = Unreachable("no answer")
    with pytest.raises(Unreachable):
        await learn_everybody(slack, learned, lambda: NOW)
    assert await _people(learned) == before + 2 * ON_A_PAGE
    halfway = await learned.read(lambda tx: tx.syncs.of(EVERYBODY))
    assert halfway is not None
    assert (halfway.cursor, halfway.seen, halfway.ended_at) == ("2", 2 * ON_A_PAGE, None)

    count = await learn_everybody(slack, learned, lambda: NOW)

    assert count == PAGES * ON_A_PAGE
    assert slack.asked == ["0", "1", "2", "2", "3"]
    assert await _people(learned) == before + count
    done = await learned.read(lambda tx: tx.syncs.of(EVERYBODY))
    assert done is not None
    assert (done.cursor, done.ended_at) == ("", NOW)


async def test_a_cursor_that_slack_forgot_begins_again(learned: SqlStore) -> None:
    slack = Directory()
    slack.fails["2"] = Unreachable("no answer")
    with pytest.raises(Unreachable):
        await learn_everybody(slack, learned, lambda: NOW)
    slack.fails["2"] = SlackDeclined("invalid_cursor", "")

    count = await learn_everybody(slack, learned, lambda: NOW)

    assert count == PAGES * ON_A_PAGE
    assert slack.asked[3:] == ["2", "0", "1", "2", "3"]


async def test_slacks_pause_is_kept_to_and_the_same_page_asked_again(learned: SqlStore) -> None:
    slack = Directory()
    slack.fails["1"] = Unreachable("rate limited", retry_after=0.01)

    await learn_everybody(slack, learned, lambda: NOW)

    assert slack.asked == ["0", "1", "1", "2", "3"]


async def test_a_page_that_is_lost_on_its_way_is_asked_for_again(
    learned: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_calls, "PAUSES", (0.001,))
    slack = Directory()
    slack.fails = {"0": Unreachable("no answer"), "2": Unreachable("no answer")}

    count = await learn_everybody(slack, learned, lambda: NOW)

    assert count == PAGES * ON_A_PAGE
    assert slack.asked == ["0", "0", "1", "2", "2", "3"]


async def test_who_left_is_offered_no_more(learned: SqlStore) -> None:
    slack = Directory()
    await learn_everybody(slack, learned, lambda: NOW)
    slack.left = {"U00007"}

    await learn_everybody(slack, learned, lambda: NOW)

    gone = await learned.read(lambda tx: tx.people.by_handle("U00007"))
    assert gone is not None
    assert not gone.active
    offered = await learned.read(lambda tx: tx.people.search("Name U00007", 99))
    assert gone.id not in [person.id for person in offered]
