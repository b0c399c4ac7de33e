"""Settings that nobody reads: a misspelt name would leave what it means at its default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from bot.config import Settings

OURS = "FRONTDESK_"
NEAR = (OURS, "SLACK_", "SMTP_", "MAIL_", "DATABASE_")  # in a file that is made for us
# Read by what is no setting of a running desk: where Chromium is, what tests write.
ELSEWHERE = frozenset(
    f"{OURS}{name}"
    for name in ("CHAOS_CLOCK", "CHROMIUM", "DOCS", "GOLDEN", "KILLS", "PICTURES", "SEED")
)


def unknown_settings(
    environment: Mapping[str, str] = os.environ, file: Path = Path(".env")
) -> list[str]:
    """A line for each name in the environment or in `file` that looks like a setting and is none,
    with the one that may be meant. Values are never in it."""
    known = {str(field.alias) for field in Settings.model_fields.values()}
    in_file = dotenv_values(file) if file.is_file() else {}
    names = {*_beginning(environment, OURS), *_beginning(in_file, *NEAR)} - known - ELSEWHERE
    meant = {name: get_close_matches(name, sorted(known), n=1, cutoff=0.75) for name in names}
    # A file may serve other programs, too: what is not nearly ours may be theirs.
    told = [name for name in sorted(names) if meant[name] or name.startswith(OURS)]
    return [_line(name, meant[name]) for name in told]


def _beginning(given: Mapping[str, object], *with_one_of: str) -> set[str]:
    return {name.upper() for name in given if name.upper().startswith(with_one_of)}


def _line(name: str, meant: list[str]) -> str:
    return f"{name} is no setting" + (f"; did you mean {meant[0]}?" if meant else ".")
