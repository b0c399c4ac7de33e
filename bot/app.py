"""The composition root: from settings to a running bot, and back to a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.audit import audit_channels
from bot.config import Settings
from bot.courtesy import Courtesy
from bot.deskfile import read_desk_file
from bot.directory import EVERYBODY, learn_everybody, with_slack_ids
from bot.file_courier import FileCourier
from bot.files import FileStore
from bot.files_in import FilesIn
from bot.held_courier import HeldCourier
from bot.http import web_app
from bot.indexing import Indexing
from bot.machine_mail import mail_limits
from bot.mail_addresses import read_addresses
from bot.mail_courier import MailCourier
from bot.mail_in import MailIn
from bot.mail_out import mail_identity, proven_templates, smtp_courier
from bot.mail_ways import MailWays
from bot.mailboxes import read_mailboxes
from bot.outcomes import Unreachable
from bot.pacing import Pacing
from bot.relay import Courier, Relay
from bot.schedule import Jobs, guarded, in_turn, start_schedule, stop_schedule
from bot.slack import bolt_app, dispatch, meet_slack, slack_client, slack_session
from bot.slack_calls import SlackCalls
from bot.slack_courier import SlackCourier
from bot.slack_files import Transfers
from bot.socket_mode import SocketMode
from bot.turns import Job, Turns
from bot.web_server import web_server
from desk import effects
from desk.errors import Busy
from desk.held_mails import ShowHeldMail
from desk.ports import HouseSetup
from desk.service import Desk
from desk.setting_up import LearnPeople, LoadDesk
from handlers.afterwards import Afterwards
from handlers.router import Router
from mail.templating import Templates
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.syncs import Sync
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

DRAINING = 2.5  # seconds for what runs when we are told to stop
LOOKING = 3.0  # seconds the health page waits for the database
DIRECTORY, AUDIT = "learn the directory", "audit the channels"
JUST_NOW = timedelta(minutes=1)  # processes that start together do once what each start does
FIRST_SYNC = 15.0  # seconds the start waits for the directory when the desk knows nobody yet


def utc_now() -> datetime:
    return datetime.now(UTC)


def _outbox(tx: SqlTransaction, now: datetime) -> dict[str, int]:
    return {**tx.outbox.counts(), "late_seconds": int(tx.outbox.late(now).total_seconds())}


def _sync(tx: SqlTransaction) -> Sync | None:
    return tx.syncs.of(EVERYBODY)


class Bot:
    """Everything that runs. `start` returns when Slack, mail and web are served."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.stopping = asyncio.Event()
        self.ready = asyncio.Event()
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = contextlib.AsyncExitStack()
        self._socket: SocketMode | None = None
        self.http_port: int | None = None
        self.mail_port: int | None = None

    async def start(self) -> None:
        """Raises DeskFileFault, TokenRefused or OSError (a port that is taken); then call `stop`.

        Migrates the database first, so that nothing below meets an older schema.
        """
        settings = self.settings
        setup = read_desk_file(settings.desk_file)
        self.mailboxes = read_mailboxes(settings.desk_file)
        self.addresses = read_addresses(settings.desk_file, settings.mail_strangers)
        await asyncio.to_thread(upgrade, settings.database_url)
        self.store = SqlStore(settings.database_url, self._wake_relay, self._wake_mail)
        self._closing.push_async_callback(asyncio.to_thread, self.store.close)
        self.turns = Turns(self.store, self._clock)
        self._closing.push_async_callback(self.turns.close)
        session = await self._closing.enter_async_context(slack_session())
        client = slack_client(settings, session)
        self.files = FileStore(settings.files_url)
        await self.files.prepare()
        undo = timedelta(seconds=settings.undo_seconds)
        self.desk = Desk(self.store, self._clock, undo, settings.shared_max_bytes)
        self.pacing, self.courtesy = Pacing(self._clock), Courtesy()
        self.calls = SlackCalls(client, self.pacing)
        ways_in = bool(settings.mail_listen or self.mailboxes)
        self.identity = mail_identity(settings, can_receive=ways_in, teams=setup.teams)
        us = await meet_slack(client, self.stopping)
        if us is None:
            return
        self.calls.home = us.team_id
        await self._load(setup)
        await self.store.read(lambda tx: tx.people.make_index())
        self._start_relay(await proven_templates(settings, self.desk, self._clock))
        afterwards = Afterwards(client)
        self._closing.push_async_callback(afterwards.drain, DRAINING)
        app = bolt_app(settings, client, us, Router(self.desk, afterwards), self.courtesy)
        await self._start_mail()
        await self._first_sync()
        await self._start_web(app)
        if settings.socket_mode:
            self._socket = SocketMode(app, settings)
            await self._socket.connect()
        self._start_schedule(setup)
        self.ready.set()
        log.info("started", bot=us.user_id, socket_mode=settings.socket_mode)

    async def stop(self) -> None:
        """Take nothing new, finish what runs, hand leases back, let go."""
        self.stopping.set()
        if self._socket is not None:
            await self._socket.stop(DRAINING)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._closing.aclose()
        log.info("stopped")

    async def health(self) -> dict[str, Any]:
        """Facts for whoever watches; nothing secret, nothing personal."""
        facts: dict[str, Any] = {"ok": True, "mode": "socket" if self._socket else "http"}
        try:
            async with asyncio.timeout(LOOKING):
                facts["outbox"], facts["mail"], sync = await self.store.read(
                    lambda tx: (_outbox(tx, self._clock()), tx.spool.counts(), _sync(tx))
                )
                if self.mailboxes:
                    facts["mailboxes"] = await self.store.read(self._mailbox_states)
                if sync is not None:
                    facts["directory"] = {"people": sync.seen, "complete": not sync.cursor}
        except (Busy, TimeoutError):
            facts |= {"ok": False, "database": "does not answer"}
        if self._socket is not None and not await self._socket.is_connected():
            facts |= {"ok": False, "slack": "not connected"}
        return facts

    def _mailbox_states(self, tx: SqlTransaction) -> dict[str, str]:
        known = {one.name: one.trouble or "ok" for one in tx.mailboxes.all()}
        return {box.name: known.get(box.name, "not looked at") for box in self.mailboxes}

    def _wake_relay(self) -> None:
        relay = getattr(self, "relay", None)
        if relay is not None:
            relay.wake()

    def _wake_mail(self) -> None:
        mail = getattr(self, "mail", None)
        if mail is not None:
            mail.wake()

    async def _load(self, setup: HouseSetup) -> None:
        """The desk file, with its channels and groups found in Slack."""
        while not self.stopping.is_set():
            try:
                found = await with_slack_ids(setup, self.calls)
                break
            except Unreachable as fault:
                pause = fault.retry_after or 2.0
                log.warning("slack_not_ready", reason=fault.reason, again_in=pause)
                await self._rest(pause)
        else:
            return
        await self.desk.handle(LoadDesk(found))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def _start_relay(self, templates: Templates) -> None:
        alone = self.settings.database_url.startswith("sqlite")
        slack = SlackCourier(self.store, self.desk, self.calls, self._clock, alone=alone)
        smtp = smtp_courier(self.settings, self.identity)
        mails = MailCourier(self.store, smtp, self.identity, self._clock, self.files, templates)
        couriers: dict[type[Any], Courier] = {
            effects.RefreshCard: slack.refresh_card,
            effects.OpenThread: slack.open_thread,
            effects.ShowEntry: slack.show_entry,
            effects.MarkNoted: slack.mark_noted,
            effects.SendMail: mails.send,
            effects.SendDirect: slack.send_direct,
            effects.TellPerson: slack.tell_person,
            effects.Whisper: slack.whisper,
            effects.LookUpPerson: slack.look_up,
            effects.WarnAdministrators: slack.warn,
            effects.WarnUndelivered: slack.warn_undelivered,
            effects.WarnMailSetAside: slack.warn_mail_set_aside,
            effects.WarnMailbox: slack.warn_mailbox,
            ShowHeldMail: HeldCourier(self.store, self.calls).show,
            **self._file_couriers(),
        }
        self.relay = Relay(
            self.store, couriers, self._clock, pacing=self.pacing, courtesy=self.courtesy
        )
        self.store.taker, self.store.calm = self.relay, self.relay.is_calm
        self.store.listen(self.relay.wake, self.relay.look_at_pace, self._wake_mail)
        self._closing.push_async_callback(smtp.close)
        running = asyncio.create_task(self.relay.run())

        async def end() -> None:
            await self.relay.stop(DRAINING)
            await running

        self._closing.push_async_callback(end)

    def _file_couriers(self) -> dict[type[Any], Courier]:
        settings = self.settings
        token = settings.slack_bot_token.get_secret_value()
        transfers = Transfers(self.calls, token, settings.slack_api_url)
        most = settings.file_max_bytes
        files = FileCourier(self.store, self.files, self.calls, transfers, self._clock, most)
        return {
            effects.FetchFile: files.fetch,
            effects.ShowFiles: files.show,
            effects.SendFiles: files.send,
            effects.WarnFiles: files.warn,
        }

    async def _start_mail(self) -> None:
        taking = MailIn(
            self.store,
            self.desk,
            self.identity,
            mail_limits(self.settings),
            files=FilesIn(self.store, self.files),
            grace=timedelta(days=self.settings.reopen_days),
            clock=self._clock,
            own_addresses=(*self.addresses.named, *(box.server.user for box in self.mailboxes)),
        )
        self.mail = MailWays(
            self.settings,
            self.store,
            taking,
            self._clock,
            self.addresses,
            self.mailboxes,
            self.courtesy,
        )
        self._closing.push_async_callback(self.mail.close)
        await self.mail.start()
        self.mail_port = self.mail.port

    async def _first_sync(self) -> None:
        """The directory, in the background; a desk that knows nobody yet waits a little for it."""
        task = self._spawn(DIRECTORY, self.sync_people)
        known = await self.store.read(lambda tx: tx.people.count())
        if known <= len(await self._members()):
            await asyncio.wait({task}, timeout=FIRST_SYNC)

    async def _members(self) -> set[int]:
        """People the desk file itself made known."""
        return await self.store.read(
            lambda tx: {
                person.id
                for team in tx.organisation.teams()
                for person in tx.organisation.members(team.id)
            }
        )

    async def sync_people(self) -> None:
        count = await learn_everybody(self.calls, self.store, self._clock)
        await self.desk.handle(LearnPeople(()))  # who is of which team may be another now
        log.info("directory_learned", people=count)

    async def _start_web(self, app: Any) -> None:
        settings = self.settings
        if settings.socket_mode and settings.http_port == 0:
            return

        async def to_bolt(payload: dict[str, Any]) -> Any:
            return await dispatch(app, payload)

        over_http = None if settings.socket_mode else to_bolt
        web = web_app(self.health, over_http, settings.signing_secrets)
        try:
            door = socket.create_server((settings.http_host, settings.http_port), backlog=512)
        except OSError as fault:
            if not settings.socket_mode:
                raise
            # Only the health pages: not worth staying away from Slack for.
            log.warning("no_health_pages", port=settings.http_port, reason=fault.strerror)
            return
        self.http_port = door.getsockname()[1]
        server = web_server(web, DRAINING)
        serving = asyncio.create_task(server.serve(sockets=[door]))

        async def close() -> None:
            server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)
            door.close()

        self._closing.push_async_callback(close)

    def _start_schedule(self, setup: HouseSetup) -> None:
        kept = timedelta(days=self.settings.mail_keep_days)
        jobs = Jobs(self.store, self.desk, self._clock, kept, self.files)

        async def audit() -> None:
            await audit_channels(setup, self.calls, self.desk, self._clock)

        async def tick() -> None:
            self.relay.wake()

        indexing = Indexing(self.store, self._clock, self.courtesy.is_quiet)
        own: dict[str, tuple[timedelta, Job]] = {
            "look at the outbox": (timedelta(seconds=5), tick),
            "index tickets": (timedelta(seconds=1), indexing.catch_up),
        }
        shared: dict[str, tuple[timedelta, Job]] = {
            "wake tickets on hold": (timedelta(minutes=1), jobs.wake_tickets),
            DIRECTORY: (timedelta(days=1), self.sync_people),
            AUDIT: (timedelta(days=1), audit),
            "tidy up": (timedelta(hours=6), jobs.tidy),
        }
        scheduler = start_schedule(own | in_turn(self.turns, shared))
        self._closing.callback(stop_schedule, scheduler)
        self._spawn(AUDIT, audit)

    def _spawn(self, name: str, job: Job) -> asyncio.Task[None]:
        """What each start does, unless another process has just done it, or does."""
        once = partial(self.turns.see_done, name, JUST_NOW, job)
        task = asyncio.create_task(guarded(name, once)())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
