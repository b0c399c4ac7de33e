"""The secrets that sign reply addresses and Message-IDs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import structlog

from bot.config import Settings, in_turn

log = structlog.get_logger(__name__)


def mail_secrets(settings: Settings) -> tuple[str, ...]:
    """Those that were set, the newest first; else one made once and kept in the state folder."""
    if found := in_turn(settings.mail_secret):
        return found
    path = settings.state_folder / "mail.secret"
    return (_kept(path) or _make(path),)


def _kept(path: Path) -> str:
    try:
        secret = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    if secret and path.stat().st_mode & 0o077:
        log.warning("secret_readable_by_others", file=path.name, advice="chmod 600")
    return secret


def _make(path: Path) -> str:
    """Written apart first: of processes that start together all take the one that was there first,
    and nobody reads half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())  # a disk that is full says so here, and nothing starts
        return _put(draft, path) or secret
    finally:
        draft.unlink(missing_ok=True)


def _put(draft: Path, path: Path) -> str:
    """In its place, or the secret that was there first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        if found := _kept(path):
            return found
        log.warning("secret_was_empty", file=path.name, advice="mails sent with it are not known")
        draft.replace(path)
    except OSError:  # a file system without hard links
        draft.replace(path)
    return ""
