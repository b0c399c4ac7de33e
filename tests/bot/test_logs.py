"""Logs hide what is secret, wherever it stands and however they are written."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
import structlog

from bot.config import Settings, read_settings
from bot.logs import set_up_logs

SECRET = "s3cr3t-Value_1"
TEXTS = [
    f"token xoxb-{SECRET}",
    f"Bearer xoxp-1-{SECRET}",
    f"xoxe.xoxb-1-{SECRET} refreshed",
    f"'xapp-1-{SECRET}'",
    f"wss://slack.example/link/?ticket={SECRET}&app_id=1",
    f"postgresql://user:{SECRET}@db.example/desk",
    f"smtp://us%40er:{SECRET}@mail.example:587",
]
WAYS: dict[str, Callable[[Any, str], None]] = {
    "event": lambda log, text: log.warning(text),
    "value": lambda log, text: log.warning("said", what=text),
    "list": lambda log, text: log.warning("said", what=["a", text]),
    "nested": lambda log, text: log.warning("said", what={"a": [{"b": text}]}),
    "bytes": lambda log, text: log.warning("said", what=text.encode()),
    "object": lambda log, text: log.warning("said", what=ValueError(text)),
    "traceback": lambda log, text: _fail(log, text),
}


@contextmanager
def logging_to(text: StringIO, **changes: str) -> Iterator[None]:
    """Everything logged goes there, as these settings say; afterwards all is as it was."""
    root = logging.getLogger()
    configured = structlog.get_config()
    before = root.handlers[:], root.level, sys.stderr, logging.raiseExceptions
    sys.stderr = text
    try:
        set_up_logs(_settings(**changes))
        yield
    finally:
        root.handlers, root.level, sys.stderr, logging.raiseExceptions = before
        structlog.configure(**configured)


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    with logging_to(text := StringIO(), FRONTDESK_LOG_FORMAT=request.param):
        yield text


def _settings(**changes: str) -> Settings:
    good = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    return read_settings(_env_file=None, **good, **changes)


def _fail(log: Any, text: str) -> None:
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("failed")


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_logging_shows_a_secret(written: StringIO, way: str) -> None:
    log = structlog.get_logger("test")
    for text in TEXTS:
        WAYS[way](log, text)

    lines = written.getvalue()

    assert SECRET not in lines
    assert lines.count("[secret]") >= len(TEXTS)


@pytest.mark.parametrize("text", TEXTS)
def test_other_peoples_loggers_show_none_either(written: StringIO, text: str) -> None:
    log = logging.getLogger("somebody.else")
    log.warning("said %s", text)
    log.error("said %r", {"a": text})
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("failed")

    assert SECRET not in written.getvalue()


def test_what_is_no_secret_stays(written: StringIO) -> None:
    log = structlog.get_logger("test")

    log.info("started", bot="U1", address="http://127.0.0.1:3000/slack/events", at="10:30@home")
    log.info("mail_answer_taken", ticket=42)

    line = written.getvalue()
    assert "ticket=42" in line or '"ticket": 42' in line
    assert "http://127.0.0.1:3000/slack/events" in line
    assert "10:30@home" in line


def test_json_is_json_a_line_each() -> None:
    with logging_to(text := StringIO(), FRONTDESK_LOG_FORMAT="json"):
        log = structlog.get_logger("test")
        log.warning("said", what=f"xoxb-{SECRET}", many=[1, {"a": "b"}])
        _fail(log, "two\nlines")

    first, second = (json.loads(line) for line in text.getvalue().splitlines())

    assert (first["event"], first["level"], first["what"]) == ("said", "warning", "[secret]")
    assert "RuntimeError" in second["exception"]


def test_less_important_things_than_asked_for_are_not_logged() -> None:
    with logging_to(text := StringIO(), FRONTDESK_LOG_LEVEL="error"):
        structlog.get_logger("test").warning("quiet")
        structlog.get_logger("test").error("loud")

    assert "loud" in text.getvalue()
    assert "quiet" not in text.getvalue()


def test_a_line_that_cannot_be_written_is_not_written_elsewhere() -> None:
    """Python would print its arguments beside the reason."""
    with logging_to(text := StringIO()):
        logging.getLogger("somebody.else").warning("said %d", f"xoxb-{SECRET}")

    assert SECRET not in text.getvalue()


def test_addresses_are_nobodys_business(written: StringIO) -> None:
    """A mail server names the person whom it refuses."""
    log = structlog.get_logger("test")

    log.error("not_delivered", reason="550 5.1.1 <paul.smith+x@acme.example> unknown")

    line = written.getvalue()
    assert "paul.smith" not in line
    assert "550 5.1.1 <[address]> unknown" in line
