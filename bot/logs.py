"""Structured logs: readable in a terminal, JSON on demand, never a secret."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from bot.config import Settings
from bot.visible import visible, visible_lines

# Slack tokens, the tickets of Socket Mode addresses, and passwords within URLs.
SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=[?&]ticket=)[\w%-]+|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)

# What a mail server says names the person it was for.
# Looked for where a word begins only: from each letter of a long line it would take for ever.
ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")

OF_MANY_LINES = frozenset({"exception", "stack"})


def hide_secrets(_logger: Any, _method: str, line: str) -> str:
    """The last guard: in the finished line, what looks like a secret or an address is blotted out
    wherever it stands, however deep in a list or an exception it was."""
    return ADDRESS.sub("[address]", SECRET.sub("[secret]", line))


def show_unseen(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """For people's eyes: what others wrote begins no line and moves no cursor. JSON escapes it by
    itself."""
    for name, value in event.items():
        text = value if isinstance(value, str) else repr(value)
        shown = visible_lines(text) if name in OF_MANY_LINES else visible(text)
        if shown != text:
            event[name] = shown
    return event


def set_up_logs(settings: Settings) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = settings.log_format == "json"
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shown = [] if as_json else [show_unseen]
    last = [structlog.processors.format_exc_info, *shown, renderer, hide_secrets]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    # Of a line that cannot be written Python prints the arguments, secrets and all.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("slack_sdk", "aiosmtplib", "mail.log", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns each time that a job still runs when it would come again, which is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
