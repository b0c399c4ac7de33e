"""Bytes from and to Slack, beside its Web API: a URL to download from, another to upload to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.outcomes import NotSetUp, Refused, Unreachable
from bot.slack_calls import NO_ANSWER, SlackCalls

# The token goes nowhere else, but to where the Web API is.
ORIGINS = frozenset({"https://files.slack.com", "https://files.slack-gov.com"})
TRANSFER = aiohttp.ClientTimeout(total=180, connect=5, sock_read=30)
PORTION = 1 << 18  # bytes
REDIRECTS = 3
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 3600.0  # seconds, whatever Slack says
SIGN_IN = "text/html"
UNREADABLE = "files cannot be read: the scope files:read is missing, or no longer granted"
REDIRECT = frozenset({301, 302, 303, 307, 308})


class SignInPage(NotSetUp):
    """Slack shows its sign-in page instead of the file: our token may not read it."""


class TooLargeForSlack(Exception):
    """The workspace takes no file of this size."""


class Transfers:
    """Downloads with the token, from Slack's own hosts alone; uploads without it."""

    def __init__(self, calls: SlackCalls, token: str, api_url: str) -> None:
        self._calls = calls
        self._token = token
        self._origins = ORIGINS | {_origin(api_url)}

    async def download(self, url: str) -> AsyncIterator[bytes]:
        """The file's bytes. Raises SignInPage, Refused for a place that is not Slack's, else
        Unreachable."""
        session = self._session()
        try:
            for _ in range(REDIRECTS):
                self._check(url)
                headers = {"Authorization": f"Bearer {self._token}"}
                async with session.get(
                    url, headers=headers, allow_redirects=False, timeout=TRANSFER
                ) as answer:
                    if answer.status in REDIRECT:
                        url = urljoin(url, answer.headers.get("Location", ""))
                        continue
                    _judge("download", answer)
                    if _is_sign_in(answer):
                        raise SignInPage(UNREADABLE, retry_after=300)
                    async for chunk in answer.content.iter_chunked(PORTION):
                        yield chunk
                    return
        except NO_ANSWER as fault:
            raise Unreachable(f"download: {type(fault).__name__}") from None
        raise Refused("download: redirected again and again")

    async def upload(self, url: str, data: bytes) -> None:
        """Raises TooLargeForSlack or Unreachable; a new URL is to be asked for then."""
        try:
            async with self._session().post(url, data=data, timeout=TRANSFER) as answer:
                if answer.status == 413:
                    raise TooLargeForSlack
                _judge("upload", answer)
        except NO_ANSWER as fault:
            raise Unreachable(f"upload: {type(fault).__name__}") from None

    def _session(self) -> aiohttp.ClientSession:
        session = self._calls.client.session
        assert session is not None
        return session

    def _check(self, url: str) -> None:
        """Whether our token may be sent there."""
        if _origin(url) not in self._origins:
            host = urlsplit(url).hostname or "nowhere"
            raise Refused(f"download: {host} is not where Slack has files")


def _origin(url: str) -> str:
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc}"


def _is_sign_in(answer: aiohttp.ClientResponse) -> bool:
    """A file that is itself a page comes as something to save, not to look at."""
    disposition = answer.headers.get("Content-Disposition", "")
    return answer.content_type == SIGN_IN and not disposition.startswith("attachment")


def _judge(what: str, answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200:
        return
    seconds = _pause(answer.headers.get("Retry-After", ""))
    raise Unreachable(f"{what}: http {answer.status}", retry_after=seconds)


def _pause(after: str) -> float | None:
    """Seconds; None for what is no number of them. Who says 0 would be asked without a break."""
    return min(max(float(after), SHORTEST_PAUSE), LONGEST_PAUSE) if after.isdecimal() else None
