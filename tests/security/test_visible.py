"""What others wrote moves no cursor, clears no screen and begins no line: in logs and terminals."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import main
from bot.visible import visible, visible_lines
from desk.effects import WarnAdministrators
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.bot.test_logs import logging_to

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\x08\u202e"
FORGED = "\n2026-11-24 10:00:00 [info     ] started bot=U666"
HOSTILE = st.text(
    st.sampled_from([*ESCAPES, "\n", "\t", "a", "é", "=", " ", "\u2028"]), max_size=40
)


def is_plain(line: str) -> bool:
    return all(c.isprintable() or c == "\t" for c in line)


@given(HOSTILE | st.text())
def test_a_line_stays_a_line_that_can_be_seen(text: str) -> None:
    shown = visible(text)

    assert "\n" not in shown
    assert not set(shown) & set("\x1b\x07\x9b\r\x08\u202e\u2028\x00")


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(HOSTILE)
def test_of_many_lines_each_is_behind_an_indent(text: str) -> None:
    assert all(line.startswith("    ") for line in visible_lines(text).split("\n"))


WAYS: dict[str, Any] = {
    "as the event": lambda log, text: log.warning(text),
    "as a value": lambda log, text: log.warning("said", what=text),
    "in a list": lambda log, text: log.warning("said", what=[text]),
    "in an exception": lambda log, text: _fail(log, text),
    "as something that shows itself": lambda log, text: log.warning("said", what=Showing(text)),
    "by another library": lambda _, text: logging.getLogger("other").warning("said %s", text),
    "by another library's exception": lambda _, text: _fail(logging.getLogger("other"), text),
}


class Showing:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _fail(log: Any, text: str) -> None:
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("failed")


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_logging_lets_a_text_write_its_own_line(way: str) -> None:
    with logging_to(text := StringIO()):
        WAYS[way](structlog.get_logger("test"), ESCAPES + FORGED)

    lines = text.getvalue().splitlines()

    assert all(is_plain(line) for line in lines)
    assert [line for line in lines if not line.startswith(" ")] == lines[:1]


@pytest.mark.parametrize("way", WAYS)
def test_a_log_for_machines_is_one_object_a_line(way: str) -> None:
    with logging_to(text := StringIO(), FRONTDESK_LOG_FORMAT="json"):
        WAYS[way](structlog.get_logger("test"), ESCAPES + FORGED)

    (line,) = text.getvalue().splitlines()

    assert is_plain(line)
    assert isinstance(json.loads(line), dict)


def test_an_error_that_was_kept_is_listed_on_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server chooses the words of its refusal."""
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    settings = {"DATABASE_URL": url, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    upgrade(url)
    asyncio.run(_put(url, WarnAdministrators("public", "general", "2026-11-24")))
    with closing(sqlite3.connect(tmp_path / "frontdesk.db")) as database, database:
        database.execute("UPDATE outbox SET state = 'refused', error = ?", (ESCAPES + FORGED,))

    said = CliRunner().invoke(main, ["outbox", "list"], color=True)

    (listed,) = said.stdout.splitlines()
    assert "refused" in listed
    assert is_plain(listed)


async def _put(url: str, wish: WarnAdministrators) -> None:
    store = SqlStore(url)
    await store.write(lambda tx: tx.outbox.put(wish, datetime.now(UTC)))
    store.close()
