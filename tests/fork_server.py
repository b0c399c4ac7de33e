"""Processes of the bot that need not import it: they are forked from one that has.

Importing takes two thirds of a start, and a suite that kills bots starts hundreds of them.
Otherwise such a process is what `python -m` makes: its own pid, environment, folder and files, from
the first line of its module to the interpreter's end. Run as a program this is the server they come
from.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
KNOWN = ("bot.app", "bot.commands", "storage.migrate")  # imported before the first fork


class Child:
    """What the tests need of `asyncio.subprocess.Process`."""

    def __init__(self, pid: int, ended: Future[int]) -> None:
        self.pid = pid
        self.log: Path | None = None
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(asyncio.wrap_future(self._ended))

    async def said(self) -> str:
        """What is in its log, once it has ended."""
        await self.wait()
        assert self.log is not None
        return self.log.read_text(encoding="utf-8")

    def send_signal(self, number: signal.Signals) -> None:
        """Raises ProcessLookupError where it has ended."""
        if self._ended.done():
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Server:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.fork_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._forked: Future[Child] = Future()
        self._ended: dict[int, Future[int]] = {}
        self._asking = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self._process.kill)

    def fork(self, wish: Mapping[str, Any]) -> Child:
        assert self._process.stdin is not None
        with self._asking:
            self._forked = Future()
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            return self._forked.result(timeout=60)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, pid, *code = line.split()
            if word == "forked":
                ended = self._ended[int(pid)] = Future()
                self._forked.set_result(Child(int(pid), ended))
            else:
                self._ended.pop(int(pid)).set_result(int(code[0]))


_server = cache(_Server)


async def forked(
    module: str, *words: str, folder: Path, env: Mapping[str, str], log: Path
) -> Child:
    """`python -m module words` in that folder, both of its outputs behind what is in `log`."""
    wish = {"module": module, "words": words, "folder": str(folder), "env": env, "log": str(log)}
    child = await asyncio.to_thread(lambda: _server().fork(wish))
    child.log = log
    return child


def _report(pid: int, status: int) -> None:
    print("ended", pid, os.waitstatus_to_exitcode(status))


def _reap(*_: Any) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _report(pid, status)


def _wishes() -> dict[str, Any]:
    """Fork for each wish until nobody is there to wish. Returns in each child, with what it is to
    be."""
    signal.signal(signal.SIGCHLD, _reap)
    children = {signal.SIGCHLD}
    for line in sys.stdin:
        signal.pthread_sigmask(signal.SIG_BLOCK, children)  # "forked" comes before "ended"
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, children)
            wish: dict[str, Any] = json.loads(line)
            return wish
        print("forked", pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, children)
    sys.exit()


def _become(wish: Mapping[str, Any]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(wish["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["folder"])
    sys.argv[1:] = wish["words"]
    runpy.run_module(wish["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for name in KNOWN:
        __import__(name)
    assert threading.active_count() == 1  # a fork takes one thread along
    _become(_wishes())
