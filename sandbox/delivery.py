"""Brings payloads to the bot: once for what a person waits for, with retries for events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.traffic import Traffic

Kind = Literal["events_api", "interactive", "slash_commands"]

PATIENCE = 3.0  # seconds Slack waits for an answer
SLACKS_RETRIES = (0.0, 60.0, 300.0)  # seconds before the first, second and third retry

SENTENCES = {
    "operation_timeout": "{app} didn't respond in time.",
    "dispatch_failed": '{app} could not be reached (the error "dispatch_failed").',
    "trouble": "We had some trouble connecting. Try again?",
}


class DeliveryError(Exception):
    """The bot did not answer as Slack wants; `sentence` is what Slack shows to the person."""

    def __init__(self, reason: str, app: str = "The app") -> None:
        default = f'That failed with the error "{reason}".'
        self.reason = reason
        self.sentence = SENTENCES.get(reason, default).format(app=app)
        super().__init__(f"{reason}: {self.sentence}")


class NoAnswer(Exception):
    """One attempt failed: `reason` in Slack's words (http_timeout, http_error, …)."""

    def __init__(self, reason: str, status: int | str = "", retry: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status or reason
        self.retry = retry


@dataclass(frozen=True)
class Parcel:
    kind: Kind
    payload: dict[str, Any]
    label: str
    who: str = ""


@dataclass(frozen=True)
class Retry:
    number: int
    reason: str


@dataclass(frozen=True)
class Ack:
    """The bot's answer; `body` is None when it was empty."""

    body: dict[str, Any] | None = None
    status: int = 200


class Transport(Protocol):
    @property
    def connected(self) -> bool: ...

    async def wait_until_connected(self) -> None: ...

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        """One attempt. Raises NoAnswer."""
        ...

    async def close(self) -> None: ...


class Nobody:
    """The transport of an app that is not there: everything fails at once."""

    connected = False

    async def wait_until_connected(self) -> None:
        await asyncio.Event().wait()

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        raise NoAnswer("dispatch_failed")

    async def close(self) -> None:
        pass


class Courier:
    def __init__(
        self,
        transport: Transport,
        traffic: Traffic,
        *,
        app_name: str,
        patience: float | None = None,
        retry_delays: Sequence[float] = SLACKS_RETRIES,
    ) -> None:
        self.transport = transport
        self.patience = PATIENCE if patience is None else patience
        self.retry_delays = retry_delays
        self._traffic = traffic
        self._app_name = app_name
        self._tasks: set[asyncio.Task[Any]] = set()
        self._twice = 0

    def deliver_twice(self, times: int = 1) -> None:
        """Send each of the next `times` parcels two times, as Slack sometimes does."""
        self._twice += times

    async def ask(self, parcel: Parcel) -> Ack:
        """Deliver something a person waits for. Tried once; raises DeliveryError."""
        if not self.transport.connected:
            self._record(parcel, "dispatch_failed", None, 0.0)
            raise DeliveryError("dispatch_failed", self._app_name)
        twin = self._twin(parcel)
        try:
            return await self._attempt(parcel, None)
        except NoAnswer as failed:
            late = failed.reason in ("http_timeout", "timeout")
            reason = "operation_timeout" if late else "dispatch_failed"
            raise DeliveryError(reason, self._app_name) from failed
        finally:
            if twin:
                await asyncio.wait([twin])

    def tell(self, parcel: Parcel) -> asyncio.Future[bool]:
        """Deliver an event, with retries; the future ends with the first attempt."""
        heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self.transport.connected:
            heard.set_result(False)
        self._start(self._keep_telling(parcel, heard))
        if self._twice:
            self._twice -= 1
            again: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._start(self._keep_telling(parcel, again))
        return heard

    async def settle(self) -> None:
        """Wait until nothing more is on its way to the bot."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.transport.close()

    def _twin(self, parcel: Parcel) -> asyncio.Task[Any] | None:
        if not self._twice:
            return None
        self._twice -= 1
        return self._start(self._quietly(parcel))

    async def _quietly(self, parcel: Parcel) -> None:
        try:
            await self._attempt(parcel, None)
        except NoAnswer:
            return

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _keep_telling(self, parcel: Parcel, heard: asyncio.Future[bool]) -> None:
        retry: Retry | None = None
        for number, delay in enumerate((0.0, *self.retry_delays)):
            if delay:
                await asyncio.sleep(delay)
            await self.transport.wait_until_connected()
            try:
                await self._attempt(parcel, retry)
            except NoAnswer as failed:
                _settle(heard, False)
                if not failed.retry:
                    return
                retry = Retry(number + 1, failed.reason)
            else:
                _settle(heard, True)
                return

    async def _attempt(self, parcel: Parcel, retry: Retry | None) -> Ack:
        begun = time.perf_counter()
        status: int | str = "cancelled"
        answer: Any = None
        try:
            ack = await self.transport.send(parcel, retry, self.patience)
            status, answer = ack.status, ack.body
            return ack
        except NoAnswer as failed:
            status = failed.status
            raise
        finally:
            spent = (time.perf_counter() - begun) * 1000
            self._record(parcel, status, answer, spent, retry)

    def _record(
        self, parcel: Parcel, status: int | str, answer: Any, ms: float, retry: Retry | None = None
    ) -> None:
        request = parcel.payload if retry is None else {**parcel.payload, "retry": retry.number}
        self._traffic.add(
            "to bot",
            parcel.label,
            who=parcel.who,
            request=request,
            status=status,
            response=answer,
            ms=ms,
        )


def _settle(heard: asyncio.Future[bool], answer: bool) -> None:
    if not heard.done():
        heard.set_result(answer)
