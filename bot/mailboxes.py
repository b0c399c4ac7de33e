"""The mailboxes that the desk file names, checked with line numbers, with what opens them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from bot.deskfile import DeskFileFault, Node, Reader, root_of
from bot.oauth import Grant, Tokens
from bot.refresh_token import RefreshToken
from mail.imap import After
from mail.imap_url import ImapServer
from mail.ways import Strangers, Way

KNOWN = {
    "name",
    "url",
    "password",
    "oauth",
    "team",
    "strangers",
    "after",
    "processed",
    "backlog",
}
OAUTH = {"client_id", "client_secret", "refresh_token", "token_url", "scope"}
PROCESSED = {After.MOVE: "Frontdesk", After.FLAG: "$Frontdesk"}
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,99}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

Secrets = Callable[[str], str]


@dataclass(frozen=True)
class Mailbox:
    """`processed` is the folder or the flag of mails that are done. `backlog`: what lay there
    before the first look is taken in as well."""

    name: str
    server: ImapServer
    way: Way
    after: After = After.KEEP
    processed: str = ""
    backlog: bool = False
    password: SecretStr | None = None
    grant: Grant | None = None

    def tokens(self, folder: Path | None = None) -> Tokens | None:
        """None: it takes a password. `folder`: where a refresh token is kept that is replaced."""
        if self.grant is None:
            return None
        return Tokens(self.grant, refresh=RefreshToken(self.grant.refresh_token, folder, self.name))


def from_environment(name: str) -> str:
    """As settings are found: in the environment, else in the file `.env`."""
    return os.environ.get(name) or dotenv_values(".env").get(name) or ""


def read_mailboxes(path: Path, secrets: Secrets = from_environment) -> tuple[Mailbox, ...]:
    """Raises DeskFileFault with every fault found. No secret is ever said, not one that somebody
    wrote into the file either."""
    return _Mailboxes(path, secrets).read(root_of(path))


class _Mailboxes(Reader):
    def __init__(self, path: Path, secrets: Secrets) -> None:
        super().__init__(path)
        self._secrets = secrets

    def read(self, root: Node) -> tuple[Mailbox, ...]:
        desk = self.mapping(root)
        teams = desk.get("teams")
        keys = {
            self.text(self.mapping(team).get("key"))
            for team in (self.items(teams) if teams else ())
        }
        found = tuple(self._all(desk.get("mailboxes"), keys))
        if self.faults:
            raise DeskFileFault(self.faults)
        return found

    def _all(self, node: Node | None, teams: set[str]) -> Iterator[Mailbox]:
        seen: set[str] = set()
        for item in self.items(node) if node else ():
            entry = self.mapping(item)
            self.only(item, entry, KNOWN)
            name = self.text(entry.get("name"))
            if not _NAME.fullmatch(name) or name in seen:
                self.fault(item, "name is missing, used twice, or not of small letters and digits")
            seen.add(name)
            server = self._server(item, entry)
            box = self._mailbox(item, entry, name, teams, server)
            if box is not None:
                yield box

    def _mailbox(
        self,
        item: Node,
        entry: dict[str, Node],
        name: str,
        teams: set[str],
        server: ImapServer | None,
    ) -> Mailbox | None:
        team = self.text(entry.get("team")) or None
        if team is not None and team not in teams:
            self.fault(entry["team"], "team is none of the teams above")
        strangers = self.one_of(entry.get("strangers"), tuple(Strangers), "strangers")
        after = After(self.one_of(entry.get("after"), tuple(After), "after") or After.KEEP)
        backlog = self.one_of(entry.get("backlog"), ("true", "false"), "backlog")
        grant = self._grant(entry["oauth"]) if "oauth" in entry else None
        password = self._secret(entry["password"], "password") if "password" in entry else None
        if ("oauth" in entry) == ("password" in entry):
            self.fault(item, "either password or oauth is needed")
        if server is None:
            return None
        return Mailbox(
            name=name,
            server=server,
            way=Way(name, team, Strangers(strangers or Strangers.REFUSE)),
            after=after,
            processed=self.text(entry.get("processed")) or PROCESSED.get(after, ""),
            backlog=backlog == "true",
            password=password,
            grant=grant,
        )

    def _server(self, item: Node, entry: dict[str, Node]) -> ImapServer | None:
        try:
            return ImapServer.read(self.text(entry.get("url")))
        except ValueError as wrong:
            self.fault(entry.get("url") or item, str(wrong))
            return None

    def _grant(self, node: Node) -> Grant | None:
        entry = self.mapping(node)
        self.only(node, entry, OAUTH)
        missing = {"client_id", "refresh_token", "token_url"} - set(entry)
        if missing:
            self.fault(node, f"oauth needs {', '.join(sorted(missing))}")
            return None
        url = self.text(entry["token_url"])
        if not url.startswith(("https://", "http://")):
            url = (
                self._secret(entry["token_url"], "token_url") or SecretStr("")
            ).get_secret_value()
        if url and not _is_protected(url):
            self.fault(entry["token_url"], "token_url must begin with https://")
        client = self._secret(entry["client_id"], "client_id")
        refresh = self._secret(entry["refresh_token"], "refresh_token")
        if client is None or refresh is None:
            return None
        return Grant(
            client_id=client.get_secret_value(),
            client_secret=self._secret(entry["client_secret"], "client_secret")
            if "client_secret" in entry
            else None,
            refresh_token=refresh,
            token_url=url,
            scope=self.text(entry.get("scope")),
        )

    def _secret(self, node: Node, what: str) -> SecretStr | None:
        variable = self.text(node)
        if not _VARIABLE.fullmatch(variable):
            self.fault(node, f"{what} names an environment variable such as SUPPORT_PASSWORD")
            return None
        value = self._secrets(variable)
        if not value:
            self.fault(node, f"{what}: the environment variable {variable} is not set")
            return None
        return SecretStr(value)


def _is_protected(url: str) -> bool:
    where = urlsplit(url)
    return where.scheme == "https" or where.hostname in ("127.0.0.1", "::1", "localhost")
