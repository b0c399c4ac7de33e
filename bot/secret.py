"""The secret that signs reply addresses and Message-IDs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.config import Settings


def mail_secret(settings: Settings) -> str:
    """The one that was set, else one made once and kept in the state folder."""
    if settings.mail_secret is not None:
        return settings.mail_secret.get_secret_value()
    path = settings.state_folder / "mail.secret"
    try:
        return path.read_text(encoding="ascii").strip() or _make(path)
    except FileNotFoundError:
        return _make(path)


def _make(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret
