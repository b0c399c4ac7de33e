"""Carry files between Slack and our store: what people attached, and what mails brought.

An upload is three steps. A URL that was asked for and bytes that were sent show nothing to anybody
and may be repeated; `files.completeUploadExternal` shows the files. So what Slack will call them is
noted with the attempt, and after doubt `files.info` tells whether it knows them: a file that was
not completed does not exist there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from blocks.attached import came_with, file_trouble, went_with
from blocks.text import one_line
from bot import arrivals
from bot.endings import DEFECTS, MAIL_PATIENCE
from bot.file_reading import going, showing_of
from bot.files import FileMissing, FileStore, TooLarge
from bot.outcomes import (
    AfterCommit,
    Attempting,
    Done,
    LeaseLost,
    NotSetUp,
    Paced,
    Refused,
    Uncertain,
    Unreachable,
)
from bot.reading import NO_CARD
from bot.slack_calls import SlackCalls, SlackDeclined
from bot.slack_files import SignInPage, TooLargeForSlack, Transfers
from bot.upload import Upload
from desk.acknowledging import warn_daily
from desk.effects import FetchFile, SendFiles, ShowFiles, WarnFiles
from desk.errors import Busy, NotPublic
from desk.files import FileProblem, FileState, TicketFile
from desk.ports import Card
from locales.translator import Translator, translator_for
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

AT_ONCE = 10  # files in one message
TOGETHER = timedelta(seconds=1)  # what is fetched within that is shown in one message
LATER = timedelta(minutes=1)  # before Slack is offered again what it did not take
UNKNOWN = 3  # tries until a file that Slack does not know is taken for gone: it may be new
GONE = frozenset({"file_not_found", "file_deleted", "file_not_shared"})
# Of a method, administrators can put it right. Here it is said of the one file that was named.
DENIED = "files.info: access_denied"
ELSEWHERE = frozenset({"external", "email", "post", "space", "canvas", "list"})  # Slack's `mode`
TOO_LARGE = frozenset({"file_upload_size_restricted", "file_too_large", "storage_limit_reached"})


class FileCourier:
    """One method an effect."""

    def __init__(
        self,
        store: SqlStore,
        files: FileStore,
        calls: SlackCalls,
        transfers: Transfers,
        clock: Callable[[], datetime],
        most: int,
    ) -> None:
        """`most`: bytes of the largest file that is fetched."""
        self._store = store
        self._files = files
        self._calls = calls
        self._transfers = transfers
        self._clock = clock
        self._most = most

    # From Slack to us

    async def fetch(self, effect: FetchFile, lease: Lease, attempting: Attempting) -> Done:
        """What is given up is written down as lost first, for those who wait for it. A person who
        has it tried again may get it after all."""
        try:
            return await self._fetch(effect, lease)
        except (Unreachable, Busy):
            raise
        except Exception as fault:
            if isinstance(fault, Refused) or lease.attempts + 1 >= DEFECTS:
                await self._give_up(effect, lease)
            raise

    async def _give_up(self, effect: FetchFile, lease: Lease) -> None:
        def write(tx: SqlTransaction) -> None:
            if tx.outbox.holds(lease):
                self._lost(tx.files.get(effect.file), FileProblem.UNFETCHED)(tx)

        await self._store.write(write)

    async def _fetch(self, effect: FetchFile, lease: Lease) -> Done:
        file = await self._store.read(lambda tx: tx.files.get(effect.file))
        if file.state is FileState.KEPT:
            return Done()
        try:
            kept = await self._fetched(file, lease)
        except TooLarge:
            return Done(write=self._lost(file, FileProblem.TOO_LARGE))
        except (SignInPage, NotSetUp) as fault:
            await self._warn_administrators()
            raise fault from None
        if isinstance(kept, FileProblem):
            return Done(write=self._lost(file, kept))
        digest, size = kept

        def keep(tx: SqlTransaction) -> None:
            now = self._clock()
            tx.files.kept(file.id, digest, size)
            if not tx.files.get(file.id).shown:  # also of a note whose ticket was moved meanwhile
                tx.outbox.put(ShowFiles(file.ticket, file.entry), now, now + TOGETHER)

        return Done(digest, keep)

    async def _fetched(self, file: TicketFile, lease: Lease) -> tuple[str, int] | FileProblem:
        """Digest and size, or why it cannot be had."""
        about = await self._about(file, lease)
        if about is None:
            return FileProblem.GONE
        url = str(about.get("url_private_download") or about.get("url_private") or "")
        if about.get("mode") == "tombstone":
            return FileProblem.GONE
        if about.get("is_external") or about.get("mode") in ELSEWHERE or not url:
            return FileProblem.ELSEWHERE
        if int(about.get("size") or 0) > self._most:
            return FileProblem.TOO_LARGE
        kept = await self._files.keep_stream(self._transfers.download(url), self._most)
        return kept.digest, kept.size

    async def _about(self, file: TicketFile, lease: Lease) -> Mapping[str, Any] | None:
        """What Slack says of the file; None where it is not there for us, and not because it is
        new."""
        try:
            answer = await self._calls.call("files.info", {"file": file.slack_id})
        except NotSetUp as fault:
            if fault.reason != DENIED:
                raise
            reason = fault.reason
            gone = True
        except SlackDeclined as declined:
            reason = f"files.info: {declined}"
            gone = declined.error in GONE
        else:
            about: Mapping[str, Any] = answer["file"]
            return about
        if lease.attempts < UNKNOWN:
            raise Unreachable(reason)
        if not gone:
            raise Refused(reason)
        return None

    def _lost(self, file: TicketFile, problem: FileProblem) -> AfterCommit:
        def write(tx: SqlTransaction) -> None:
            tx.files.lost(file.id, problem)
            tx.outbox.put(WarnFiles(file.ticket, file.entry), self._clock())

        log.warning("file_not_fetched", ticket=file.ticket, file=file.id, problem=problem)
        return write

    async def _warn_administrators(self) -> None:
        """Nobody else can give the app what it lacks."""
        log.warning("files_out_of_reach", advice="give the app files:read and files:write")
        now = self._clock()
        await self._store.write(lambda tx: warn_daily(tx, "files", "", now))

    # From us to Slack

    async def show(self, effect: ShowFiles, lease: Lease, attempting: Attempting) -> Done:
        """Ten at once; what is left asks for the same once more."""
        if lease.attempted_at is not None:
            before = await self._arrived(lease)
            if before is not None:
                return Done(None, self._shown(effect, lease, before, more=True))
        showing, moving = await self._store.read(
            lambda tx: (showing_of(tx, effect), _is_moving(tx, effect, lease))
        )
        pending = [f for f in showing.files if _waits(f)]
        if not pending or moving:
            return Done()
        if showing.card is None:
            raise Refused(NO_CARD)
        try:
            upload = await self._uploaded(pending[:AT_ONCE])
        except Paced:
            raise
        except Unreachable as fault:
            if effect.later:
                raise
            return self._put_off(effect, fault)
        if upload.ids:
            t = translator_for(showing.language)
            comment = came_with(showing.entry, len(upload.ids), t)
            place = {"channel_id": showing.card.channel, "thread_ts": showing.card.ts}
            upload.below = _place(showing.card)
            await self._complete(upload, pending, {**place, "initial_comment": comment}, lease)
        return Done(None, self._shown(effect, lease, upload, more=len(pending) > AT_ONCE))

    def _put_off(self, effect: ShowFiles, fault: Unreachable) -> Done:
        """The ticket's card and messages do not wait for what Slack does not take now."""
        log.warning("files_put_off", ticket=effect.ticket, reason=fault.reason)
        later = ShowFiles(effect.ticket, effect.entry, later=True)

        def write(tx: SqlTransaction) -> None:
            now = self._clock()
            seconds = fault.retry_after
            pause = LATER if seconds is None else timedelta(seconds=seconds)
            tx.outbox.put(later, now, now + pause)

        return Done(None, write)

    def _shown(self, effect: ShowFiles, lease: Lease, upload: Upload, *, more: bool) -> AfterCommit:
        def write(tx: SqlTransaction) -> None:
            now = self._clock()
            tx.files.lock(upload.ids)  # a transfer that is just hiding them ends first
            moving, card = _is_moving(tx, effect, lease), tx.cards.active(effect.ticket)
            elsewhere = card is not None and upload.below not in ("", _place(card))
            if not (moving or elsewhere):
                tx.files.shown(upload.ids)
            for file, problem in upload.problems.items():
                tx.files.not_shown(file, problem)
            if upload.problems:
                tx.outbox.put(WarnFiles(effect.ticket, effect.entry), now)
            if elsewhere or (more and not moving):
                tx.outbox.put(effect, now)

        return write

    async def send(self, effect: SendFiles, lease: Lease, attempting: Attempting) -> Done:
        """What a public reply takes along, to somebody without an address. As patient as a mail:
        what is said next waits behind it."""
        try:
            return await self._send(effect, lease)
        except (Paced, NotSetUp):
            raise
        except Unreachable as fault:
            if fault.attempted or self._clock() - lease.created_at <= MAIL_PATIENCE:
                raise
            raise Refused(fault.reason) from None

    async def _send(self, effect: SendFiles, lease: Lease) -> Done:
        if lease.attempted_at is not None and await self._arrived(lease) is not None:
            return Done()
        now = self._clock()

        try:
            reader, shared = await self._store.read(lambda tx: going(tx, effect, now))
        except NotPublic:
            return Done()  # the words before it were taken back, and this with them
        if any(file.state is FileState.WAITING for file in shared):
            raise Unreachable("a file is still on its way to us")
        files = [file for file in shared if file.state is FileState.KEPT]
        if not shared or not reader.slack_id:
            return Done()
        if not files:
            raise Refused(f"the file {one_line(shared[0].name, 60)} could not be had from Slack")
        upload = await self._uploaded(files)
        if not upload.ids:
            raise Refused("Slack takes none of the files")
        channel = await self._conversation(reader.slack_id)
        comment = went_with(len(upload.ids), translator_for(reader.language))
        place = {"channel_id": channel, "initial_comment": comment}
        await self._complete(upload, files, place, lease)
        return Done()

    async def _conversation(self, person: str) -> str:
        try:
            opened = await self._calls.call("conversations.open", {"users": person}, lane=person)
        except SlackDeclined as declined:
            raise Refused(f"conversations.open: {declined}") from None
        return str(opened["channel"]["id"])

    async def _uploaded(self, files: Iterable[TicketFile]) -> Upload:
        upload = Upload()
        for file in files:
            try:
                upload.ids[file.id] = await self._offer(file)
            except FileMissing:
                upload.problems[file.id] = FileProblem.GONE
            except TooLargeForSlack:
                upload.problems[file.id] = FileProblem.TOO_LARGE
            except NotSetUp:
                await self._warn_administrators()
                raise
            except SlackDeclined as declined:
                log.warning("file_declined", file=file.id, reason=str(declined))
                large = declined.error in TOO_LARGE
                upload.problems[file.id] = FileProblem.TOO_LARGE if large else FileProblem.DECLINED
        return upload

    async def _offer(self, file: TicketFile) -> str:
        """The first two steps: what Slack will call the file, whose bytes it has now."""
        data = await self._files.read(file.digest)
        wish = {"filename": file.name, "length": len(data)}
        answer = await self._calls.call("files.getUploadURLExternal", wish)
        await self._transfers.upload(str(answer["upload_url"]), data)
        return str(answer["file_id"])

    async def _complete(
        self,
        upload: Upload,
        files: Iterable[TicketFile],
        place: Mapping[str, str],
        lease: Lease,
    ) -> None:
        """The step that cannot be taken back."""
        names = {file.id: file.name for file in files}
        wish = [{"id": known, "title": names[file]} for file, known in upload.ids.items()]
        if not await self._store.write(
            lambda tx: tx.files.begin_upload(lease, upload.encoded(), self._clock())
        ):
            raise LeaseLost
        try:
            await self._calls.call(
                "files.completeUploadExternal", {"files": wish, **place}, attempted=True
            )
        except SlackDeclined as declined:
            raise Refused(f"files.completeUploadExternal: {declined}") from None

    async def _arrived(self, lease: Lease) -> Upload | None:
        """The upload that an earlier attempt began, if Slack knows its files."""
        noted = await self._store.read(lambda tx: tx.files.upload_of(lease.id))
        before = Upload.decode(noted)
        first = next(iter(before.ids.values()), "")
        if not first:
            return None
        try:
            await self._calls.call("files.info", {"file": first})
        except SlackDeclined as declined:
            if declined.error not in GONE:
                raise Refused(f"files.info: {declined}") from None
        except NotSetUp as fault:
            raise Uncertain(fault.reason) from None
        except Paced:
            raise
        except Unreachable as fault:
            raise Unreachable(fault.reason, fault.retry_after, attempted=True) from None
        else:
            return before
        self._look_once_more(lease)
        return None

    def _look_once_more(self, lease: Lease) -> None:
        """It may still be on its way."""
        assert lease.attempted_at is not None
        left = arrivals.time_to_arrive((self._clock() - lease.attempted_at).total_seconds())
        if left:
            raise Unreachable("files.info: not there yet", left, attempted=True)

    # Where a file is not what one expects

    async def warn(self, effect: WarnFiles, lease: Lease, attempting: Attempting) -> Done:
        showing = await self._store.read(lambda tx: showing_of(tx, effect))
        troubled = [file for file in showing.files if file.problem]
        if not troubled or showing.card is None:
            return Done()
        t: Translator = translator_for(showing.language)
        place = {"channel": showing.card.channel, "thread_ts": showing.card.ts}
        _, ts = await self._calls.post(
            {**file_trouble(troubled, t), **place},
            row=lease.id,
            attempted_at=lease.attempted_at,
            attempting=attempting,
        )
        return Done(ts)


def _waits(file: TicketFile) -> bool:
    return file.state is FileState.KEPT and not file.shown and not file.problem


def _place(card: Card) -> str:
    return f"{card.channel}/{card.ts}"


def _is_moving(tx: SqlTransaction, effect: ShowFiles, lease: Lease) -> bool:
    """Whether the ticket is between two cards, and its files come with the new one."""
    between = tx.cards.active(effect.ticket) is None
    return between and tx.files.come_again(lease.id, effect.ticket, effect.entry)
