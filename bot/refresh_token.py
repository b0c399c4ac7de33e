"""The refresh token that a token server put in the place of the configured one, across restarts."""

from __future__ import annotations

import json
import os
import secrets
from hashlib import sha256
from pathlib import Path

import structlog
from pydantic import SecretStr

log = structlog.get_logger(__name__)


class RefreshToken:
    """The newest one of a mailbox, in a file that its owner alone reads.

    It counts while it was derived from the token that is configured: whoever configures another
    one means that. Processes that share the folder share it. Without a folder it is in memory only.
    """

    def __init__(self, configured: SecretStr, folder: Path | None = None, name: str = "") -> None:
        self._configured = configured
        self._path = folder / f"mailbox-{name}.token" if folder is not None else None
        self._origin = sha256(configured.get_secret_value().encode()).hexdigest()
        self._in_memory: SecretStr | None = None  # newer than what the file holds, if anything

    def newest(self) -> SecretStr:
        """To be asked for before each use: another process may have been given a newer one."""
        return self._in_memory or self._kept() or self._configured

    def replace(self, newer: SecretStr) -> None:
        """The server wants this one next time. Should it not be kept, it is known until the end
        of this process."""
        if newer == self.newest():
            return
        self._in_memory = newer
        if self._path is None:
            return
        try:
            self._write(self._path, newer)
        except OSError as fault:
            log.warning("refresh_token_not_kept", file=self._path.name, reason=fault.strerror)
        else:
            self._in_memory = None

    def _kept(self) -> SecretStr | None:
        if self._path is None:
            return None
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            if self._path.stat().st_mode & 0o077:
                advice = "chmod 600"
                log.warning("secret_readable_by_others", file=self._path.name, advice=advice)
            derived = said["derived_from"] == self._origin
            return SecretStr(str(said["refresh_token"])) if derived else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
            kind = type(fault).__name__
            log.warning("refresh_token_unreadable", file=self._path.name, reason=kind)
            return None

    def _write(self, path: Path, newer: SecretStr) -> None:
        """Whole or not at all. Not in a thread: whoever is cancelled while it is written would lose
        a token that the server gives only once."""
        path.parent.mkdir(parents=True, exist_ok=True)
        said = {"derived_from": self._origin, "refresh_token": newer.get_secret_value()}
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(said, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
