"""Access tokens for mailboxes that take no password (Microsoft 365, Google)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.refresh_token import RefreshToken
from mail.imap import Away, Denied

PATIENCE = aiohttp.ClientTimeout(total=30)
MARGIN = 120.0  # seconds before its end that a token is not used any more
LIFETIME = 3600.0  # seconds, where nobody says


@dataclass(frozen=True)
class Grant:
    """What an administrator was given once, to ask for tokens with ever after."""

    client_id: str
    client_secret: SecretStr | None
    refresh_token: SecretStr
    token_url: str
    scope: str = ""


class Tokens:
    """The token of one mailbox, asked for anew when it ends or is refused."""

    def __init__(
        self,
        grant: Grant,
        clock: Callable[[], float] = time.monotonic,
        refresh: RefreshToken | None = None,
    ) -> None:
        """`refresh`: where a refresh token is kept that the server replaces."""
        self._grant = grant
        self._refresh = refresh or RefreshToken(grant.refresh_token)
        self._clock = clock
        self._token = ""
        self._until = 0.0

    async def current(self) -> str:
        """Raises Denied or Away."""
        if self._clock() >= self._until:
            self._token, lifetime = await self._asked()
            self._until = self._clock() + max(lifetime - MARGIN, lifetime / 2)
        return self._token

    def forget(self) -> None:
        """The server did not take it."""
        self._until = 0.0

    async def _asked(self) -> tuple[str, float]:
        refresh = self._refresh.newest()
        try:
            return await self._ask(refresh)
        except Denied:
            newer = self._refresh.newest()
            if newer == refresh:
                raise
            return await self._ask(newer)  # another process had it replaced just then

    async def _ask(self, refresh: SecretStr) -> tuple[str, float]:
        grant = self._grant
        form = {
            "grant_type": "refresh_token",
            "client_id": grant.client_id,
            "refresh_token": refresh.get_secret_value(),
        }
        if grant.client_secret is not None:
            form["client_secret"] = grant.client_secret.get_secret_value()
        if grant.scope:
            form["scope"] = grant.scope
        try:
            async with (
                aiohttp.ClientSession(timeout=PATIENCE) as session,
                session.post(grant.token_url, data=form, allow_redirects=False) as answer,
            ):
                status, text = answer.status, await answer.text(errors="replace")
        except (TimeoutError, aiohttp.ClientError, OSError) as fault:
            raise Away(type(fault).__name__) from None
        if status in (400, 401, 403):
            raise Denied
        said = _json(text)
        if status != 200 or not said.get("access_token"):
            raise Away(f"the token server answered {status}")
        if said.get("refresh_token"):
            self._refresh.replace(SecretStr(str(said["refresh_token"])))  # some do each time
        try:
            lifetime = float(said.get("expires_in") or LIFETIME)
        except (TypeError, ValueError):
            lifetime = LIFETIME
        return str(said["access_token"]), lifetime


def _json(text: str) -> dict[str, Any]:
    """Empty where the server said something else."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
