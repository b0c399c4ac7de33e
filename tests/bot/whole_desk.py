"""The whole way from a mail or a move to a mail, in one process: spool, MailIn, desk, couriers and
composed bytes are real; a mail server and a Slack that keep everything stand at the ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from email.message import EmailMessage
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from bot.file_courier import FileCourier
from bot.files import FileStore
from bot.files_in import FilesIn
from bot.held_courier import HeldCourier
from bot.machine_mail import Limits
from bot.mail_courier import MailCourier
from bot.mail_in import MailIn
from bot.mail_spool import MailSpool
from bot.outcomes import LeaseLost
from bot.relay import HOLD, Courier, Relay
from bot.slack_calls import SlackCalls, SlackDeclined
from bot.slack_courier import SlackCourier
from desk import effects
from desk.errors import DeskError
from desk.held_mails import ShowHeldMail
from desk.result import Result
from mail.identity import MailIdentity
from mail.sending import Attempting, Sent
from mail.sending import LeaseLost as NotOurs
from mail.ways import Strangers, Way
from mail.wire import as_bytes
from storage.outbox_rows import Lease
from tests.bot.outgoing import Outgoing
from tests.desk.office import MINUTE, Office

R = TypeVar("R")
US = "support@meridien.example"
DOOR = Way("door", "postes", Strangers.HOLD)


class KeepingSlack(SlackCalls):
    """Takes everything; `seen` is each call with where it goes."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Mapping[str, Any]]] = []
        self.files: dict[str, bytes] = {}  # by Slack's id, to be fetched

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        self.seen.append((method, arguments))
        match method:
            case "conversations.open":
                return {"channel": {"id": arguments["users"]}}
            case "files.getUploadURLExternal":
                return {"upload_url": "up", "file_id": f"F{len(self.seen)}"}
            case "files.info":
                file = str(arguments["file"])
                return {"file": {"url_private": file, "size": len(self.files[file])}}
            case "users.info":
                raise SlackDeclined("user_not_found", "")
        return {"ok": True}

    async def post(
        self, arguments: Mapping[str, Any], *, attempting: Any, **_: Any
    ) -> tuple[str, str]:
        if not await attempting():
            raise LeaseLost
        self.seen.append(("chat.postMessage", arguments))
        return str(arguments["channel"]), f"{len(self.seen)}.0"

    def read_by(self, slack_id: str) -> str:
        """All that this person was sent."""
        return repr([a for _, a in self.seen if slack_id in (a.get("channel"), a.get("user"))])


class KeptTransfers:
    def __init__(self, slack: KeepingSlack) -> None:
        self._slack = slack

    async def download(self, url: str) -> AsyncIterator[bytes]:
        yield self._slack.files[url]

    async def upload(self, url: str, data: bytes) -> None:
        assert data


class KeepingServer:
    """A mail server that takes every mail, and whoever is on its ticket at that moment."""

    def __init__(self, office: Office, identity: MailIdentity) -> None:
        self._office, self._identity = office, identity
        self.sent: list[Outgoing] = []

    async def send(
        self, message: EmailMessage, to: str, *, attempting: Attempting, sender: str = ""
    ) -> Sent:
        if not await attempting():
            raise NotOurs
        raw = as_bytes(message, utf8=False)
        known = self._identity.read_sent(str(message["Message-ID"]))
        assert known is not None
        number, row = known
        people = await self._office.store.read(
            lambda tx: [
                person.email
                for one in _people(tx.tickets.get(number))
                if (person := tx.people.get(one)).email
            ]
        )
        effect = next(r.effect for r in self._office.rows() if r.id == row)
        assert isinstance(effect, effects.SendMail)
        self.sent.append(Outgoing(raw, to, effect.message, number, frozenset(people)))
        return Sent("250 kept")


def _people(ticket: Any) -> Iterable[int]:
    named = (ticket.requester, ticket.beneficiary, *ticket.participants)
    return [one for one in named if one is not None]


class Rounds(Relay):
    """A relay that carries what is due when it is told to, one after the other."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._begun: list[Lease] = []

    def has_room(self) -> bool:
        return True

    def take(self, begun: Sequence[Lease]) -> None:
        self._begun += begun

    async def carry_all(self) -> None:
        self._rounds.stopping = True  # so that no delivery begins the next one
        await self._store.write(lambda tx: None)  # whatever was begun before is told by then
        begun, self._begun = self._begun, []
        for _, lane in groupby(begun, lambda lease: lease.effect.lane):
            await self._deliver(tuple(lane))
        while leases := await self._store.write(
            lambda tx: tx.outbox.lease(self._clock(), HOLD, self._owner, 20)
        ):
            for lease in leases:
                await self._deliver((lease,))


class WholeDesk:
    def __init__(self, url: str, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.office = Office(url)
        self.identity = MailIdentity(f"Support <{US}>", "a secret for tests")
        self.slack = KeepingSlack()
        self.server = KeepingServer(self.office, self.identity)
        self.files = FileStore(str(folder))
        self.run(self._build())

    async def _build(self) -> None:
        office, clock = self.office, lambda: self.office.now
        await self.files.prepare()
        taking = MailIn(
            office.store,
            office.desk,
            self.identity,
            Limits(mails_an_hour=5),
            files=FilesIn(office.store, self.files),
            clock=clock,
            own_addresses=(US,),
        )
        self.spool = MailSpool(office.store, taking, clock)
        self.relay = office.store.taker = Rounds(office.store, self._couriers(), clock)

    def _couriers(self) -> dict[type[Any], Courier]:
        store, clock = self.office.store, lambda: self.office.now
        slack = SlackCourier(store, self.office.desk, self.slack, clock, alone=True)
        server: Any = self.server
        transfers: Any = KeptTransfers(self.slack)
        files = FileCourier(store, self.files, self.slack, transfers, clock, 1_000_000)
        return {
            effects.RefreshCard: slack.refresh_card,
            effects.OpenThread: slack.open_thread,
            effects.ShowEntry: slack.show_entry,
            effects.MarkNoted: slack.mark_noted,
            effects.SendMail: MailCourier(store, server, self.identity, clock, self.files).send,
            effects.SendDirect: slack.send_direct,
            effects.TellPerson: slack.tell_person,
            effects.Whisper: slack.whisper,
            effects.LookUpPerson: slack.look_up,
            effects.WarnAdministrators: slack.warn,
            effects.WarnUndelivered: slack.warn_undelivered,
            effects.WarnMailSetAside: slack.warn_mail_set_aside,
            ShowHeldMail: HeldCourier(store, self.slack).show,
            effects.FetchFile: files.fetch,
            effects.ShowFiles: files.show,
            effects.SendFiles: files.send,
            effects.WarnFiles: files.warn,
        }

    def close(self) -> None:
        self.run(self.spool.stop(1.0))
        self.office.close()
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(work)

    def read(self, look: Any) -> Any:
        return self.run(self.office.store.read(look))

    def does(self, command: Any) -> Result | None:
        """A move in Slack; None where the desk declines it."""
        try:
            return self.run(self.office.does(command))
        except DeskError:
            return None

    def takes(self, raw: bytes, sender: str) -> None:
        """A mail comes in at the door, and all that is kept is worked on."""
        self.run(self._take(raw, sender))

    async def _take(self, raw: bytes, sender: str) -> None:
        await self.spool.receive(raw, (DOOR,), (US,), sender)
        await self.work()

    async def work(self) -> None:
        spool, owner = self.spool, self.spool._owner
        while mails := await self.office.store.write(
            lambda tx: tx.spool.lease(self.office.now, MINUTE, owner, 5)
        ):
            for mail in mails:
                await spool._work(mail)

    def carries(self) -> None:
        """The relay brings out what is due, and what was let in is worked on."""
        self.run(self.work())
        self.run(self.relay.carry_all())

    def later(self, seconds: float) -> None:
        self.office.later(timedelta(seconds=seconds))
