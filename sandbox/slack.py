"""The sandbox as one object: its people, its mailboxes, its waiting and its misbehaving."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sandbox.changes import Changes
from sandbox.delivery import SLACKS_RETRIES, Courier, Transport
from sandbox.eitherway import EitherWay
from sandbox.faults import Faults, SmtpFaults
from sandbox.interactions import Interactions
from sandbox.mail import Mail
from sandbox.mailboxes import Mailboxes
from sandbox.manifest import Manifest
from sandbox.person import Person
from sandbox.picture import picture
from sandbox.signed_http import SignedHttp
from sandbox.socketmode import SocketMode
from sandbox.traffic import Traffic
from sandbox.workspace import Tokens, Workspace
from sandbox.world import Channel, Stamps, World
from sandbox.world import Person as Profile
from sandbox.worldfile import read_world

T = TypeVar("T")

DEMO_WORLD = Path(__file__).with_name("demo.yml")


class Slack:
    """The whole pretend Slack, but for its doors to the network.

    Deliveries go to the address `deliver_to`, else over Socket Mode; `either_way`, to whichever
    is up.
    """

    def __init__(
        self,
        manifest: Path | str | dict[str, Any],
        world: World | Path | str | None = None,
        *,
        deliver_to: str | None = None,
        either_way: bool = False,
        desk_smtp: tuple[str, int] | None = None,
        desk_address: str = "support@meridien.example",
        strict: bool = True,
        tokens: Tokens | None = None,
        patience: float | None = None,
        retry_delays: Sequence[float] = SLACKS_RETRIES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.manifest = Manifest.read(manifest)
        self.world = (
            world
            if isinstance(world, World)
            else read_world(world or DEMO_WORLD, self.manifest.bot_name)
        )
        self.tokens = tokens or Tokens()
        self.changes = Changes()
        self.traffic = Traffic(self.changes, clock)
        self.socket: SocketMode | None = None
        transport = self._transport(deliver_to, either_way, clock)
        self.courier = Courier(
            transport,
            self.traffic,
            app_name=self.world.app.name,
            patience=patience,
            retry_delays=retry_delays,
        )
        self.workspace = Workspace(
            self.world,
            self.manifest,
            changes=self.changes,
            traffic=self.traffic,
            courier=self.courier,
            stamps=Stamps(clock),
            tokens=self.tokens,
            clock=clock,
            strict=strict,
        )
        self.interactions = Interactions(self.workspace)
        self.mailboxes = Mailboxes(self.world, self.changes, self.traffic, clock)
        self.mailboxes.desk = desk_smtp
        self.desk_address = desk_address
        self._people: dict[str, Person] = {}

    def _transport(
        self, deliver_to: str | None, either_way: bool, clock: Callable[[], float]
    ) -> Transport:
        http = SignedHttp(deliver_to, self.tokens.signing_secret, clock) if deliver_to else None
        if http is not None and not either_way:
            return http
        self.socket = SocketMode(self.world.app.id)
        return self.socket if http is None else EitherWay(http, self.socket)

    # -- secrets and addresses --------------------------------------------------------------

    @property
    def bot_token(self) -> str:
        return self.tokens.bot

    @property
    def app_token(self) -> str:
        return self.tokens.app

    @property
    def signing_secret(self) -> str:
        return self.tokens.signing_secret

    @property
    def desk_smtp(self) -> tuple[str, int] | None:
        """Where people's mails go: the desk's own mail listener."""
        return self.mailboxes.desk

    @desk_smtp.setter
    def desk_smtp(self, address: tuple[str, int] | None) -> None:
        self.mailboxes.desk = address

    # -- people and places ------------------------------------------------------------------

    def person(self, key: str) -> Person:
        """Somebody at their screen, by id, handle or e-mail address."""
        profile = self.world.person(key)
        if profile.id not in self._people:
            self._people[profile.id] = Person(
                profile, self.workspace, self.interactions, self.mailboxes
            )
        return self._people[profile.id]

    def channel(self, key: str) -> Channel:
        found = self.world.find_channel(key)
        if found is None:
            raise LookupError(f"there is no channel {key!r}")
        return found

    async def add_person(self, profile: Profile) -> Person:
        """Somebody new joins the workspace: team_join."""
        self.world.people[profile.id] = profile
        profile.updated = int(self.workspace.clock())
        self.world.direct(profile.id, self.world.app.user_id)
        self.changes.tell("user_change", user=profile.id)
        await self.workspace.feed.person_joined_team(profile)
        return self.person(profile.id)

    async def change_person(self, key: str, **new: Any) -> None:
        """Somebody's profile changes: user_change."""
        profile = self.world.person(key)
        for name, value in new.items():
            if not hasattr(profile, name):
                raise AttributeError(f"people have no {name}")
            setattr(profile, name, value)
        profile.updated = int(self.workspace.clock())
        self.changes.tell("user_change", user=profile.id)
        await self.workspace.feed.person_changed(profile)

    # -- mail -------------------------------------------------------------------------------

    def mailbox(self, address: str) -> list[Mail]:
        """What came to an address (or to the person with this id or handle), oldest first."""
        person = self.world.find_person(address)
        return self.mailboxes.box(person.email if person and person.email else address)

    async def send_mail(
        self,
        from_: str,
        to: str,
        subject: str,
        text: str,
        in_reply_to: str | None = None,
        headers: dict[str, str] | None = None,
        files: Iterable[tuple[str, bytes, str]] = (),
    ) -> Mail:
        """`files` are names, bytes and types."""
        return await self.mailboxes.send(
            from_, to, subject, text, in_reply_to=in_reply_to, headers=headers, files=files
        )

    async def answer(self, mail: Mail, text: str, from_: str | None = None) -> Mail:
        return await self.mailboxes.answer(mail, text, from_)

    # -- waiting and misbehaving ------------------------------------------------------------

    async def until(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait for something to be true, asked again after every change."""
        return await self.changes.until(condition, timeout, lambda: picture(self))

    @property
    def connected(self) -> bool:
        """Whether the bot can be reached at all (over Socket Mode: has called us)."""
        return self.courier.transport.connected

    async def until_connected(self, timeout: float = 5.0) -> None:
        await self.until(lambda: self.connected, timeout)

    @property
    def faults(self) -> Faults:
        return self.workspace.faults

    @property
    def smtp_faults(self) -> SmtpFaults:
        return self.mailboxes.faults

    def deliver_twice(self, times: int = 1) -> None:
        self.courier.deliver_twice(times)

    def drop_socket(self) -> None:
        if self.socket:
            self.socket.drop()

    async def refresh_socket(self) -> None:
        if self.socket:
            await self.socket.refresh()
