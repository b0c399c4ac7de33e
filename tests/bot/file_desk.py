"""An office whose files go between Slack and the store by real couriers; Slack is a list of calls,
and whatever a test says happens in the middle of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.file_courier import FileCourier
from bot.files import FileStore
from bot.slack_calls import SlackDeclined
from bot.slack_courier import SlackCourier
from desk import effects
from desk.files import NewFile, TicketFile
from desk.transfer_ticket import TransferTicket
from tests.bot.whole_desk import KeepingSlack, Rounds
from tests.desk.office import ADA, PIERRE, ROOT_ADMIN, Office

Meanwhile = Callable[[], Awaitable[None]]
UPLOAD, COMPLETE = "upload", "files.completeUploadExternal"


class Slack(KeepingSlack):
    """`meanwhile` is what happens once Slack has done the next call of that name, before we hear
    of it; what it raises, we hear."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: dict[str, list[Meanwhile]] = {}
        self.refuses: dict[str, Exception] = {}  # posts, by channel

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        if method == "files.info" and arguments["file"] not in self.files:
            await self.happens(method)
            if arguments["file"] in self.completed():
                return {"file": {}}
            raise SlackDeclined("file_not_found", "")
        answer = await super().call(method, arguments)
        await self.happens(method)
        return answer

    async def post(
        self, arguments: Mapping[str, Any], *, attempting: Any, **how: Any
    ) -> tuple[str, str]:
        if (refusal := self.refuses.get(arguments["channel"])) is not None:
            raise refusal
        return await super().post(arguments, attempting=attempting, **how)

    async def happens(self, what: str) -> None:
        if self.meanwhile.get(what):
            await self.meanwhile[what].pop(0)()

    def shown(self) -> list[tuple[str, list[str]]]:
        """Which files came into which channel's thread, message by message."""
        uploads = [arguments for method, arguments in self.seen if method == COMPLETE]
        return [(one["channel_id"], [f["title"] for f in one["files"]]) for one in uploads]

    def completed(self) -> set[str]:
        uploads = [arguments for method, arguments in self.seen if method == COMPLETE]
        return {file["id"] for one in uploads for file in one["files"]}


class Transfers:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def download(self, url: str) -> AsyncIterator[bytes]:
        yield self._slack.files[url]

    async def upload(self, url: str, data: bytes) -> None:
        await self._slack.happens(UPLOAD)


class FileDesk:
    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.slack = Slack()
        self.files = FileStore(str(folder))
        self.courier = self._courier()
        self.relay, self.other_relay = self._relay(), self._relay()

    def _courier(self) -> FileCourier:
        transfers: Any = Transfers(self.slack)
        store, clock = self.office.store, lambda: self.office.now
        return FileCourier(store, self.files, self.slack, transfers, clock, 1_000_000)

    def _relay(self) -> Rounds:
        store, clock = self.office.store, lambda: self.office.now
        slack = SlackCourier(store, self.office.desk, self.slack, clock, alone=False)
        files = self.courier
        couriers = {
            effects.RefreshCard: slack.refresh_card,
            effects.OpenThread: slack.open_thread,
            effects.ShowEntry: slack.show_entry,
            effects.MarkNoted: slack.mark_noted,
            effects.SendDirect: slack.send_direct,
            effects.WarnAdministrators: slack.warn,
            effects.WarnUndelivered: slack.warn_undelivered,
            effects.FetchFile: files.fetch,
            effects.ShowFiles: files.show,
            effects.SendFiles: files.send,
            effects.WarnFiles: files.warn,
        }
        return Rounds(store, couriers, clock)

    async def carry(self, seconds: float = 0) -> None:
        """Some time later, whatever is due by then is carried out."""
        self.office.later(timedelta(seconds=seconds))
        await self.relay.carry_all()

    async def kept(self, name: str) -> NewFile:
        """A file whose bytes are in the store, as those of a mail are."""
        digest = await self.files.keep(name.encode())
        return NewFile(name, "text/plain", len(name), digest)

    def in_slack(self, name: str) -> NewFile:
        slack_id = f"F0{name}"
        self.slack.files[slack_id] = name.encode()
        return NewFile(name, "text/plain", len(name), slack_id=slack_id)

    async def opened(self, *files: NewFile) -> int:
        """A ticket of the workstations' team, with a card in its channel."""
        ticket = await self.office.open(PIERRE, ADA, files=files)
        await self.carry()
        return ticket

    async def transfer(self, ticket: int, team: str = "reseau") -> None:
        await self.office.does(TransferTicket(ticket, ROOT_ADMIN, await self.office.team(team)))

    async def of(self, ticket: int) -> tuple[TicketFile, ...]:
        return await self.office.store.read(lambda tx: tx.files.of(ticket))
