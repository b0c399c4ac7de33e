"""On SQLite there is one bot; a second one is told so instead of undoing the first one's cards."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.alone import NotAlone, alone_on


def test_a_second_bot_on_one_file_is_told_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/var/frontdesk.db"

    with alone_on(url):
        told = pytest.raises(NotAlone, match=r"Another frontdesk is at work on .*frontdesk\.db")
        with told, alone_on(url):
            pytest.fail("two at once")
        with alone_on(f"sqlite:///{tmp_path}/var/other.db"):
            pass
    with alone_on(url):
        pass


def test_one_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    held = f"from bot.alone import alone_on\nwith alone_on({url!r}): print(flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(NotAlone), alone_on(url):
        pytest.fail("two at once")

    other.kill()
    other.wait()

    with alone_on(url):
        pass


def test_on_postgresql_there_may_be_many() -> None:
    with alone_on("postgresql://desk@db/desk"), alone_on("postgresql://desk@db/desk"):
        pass


def test_where_no_lock_is_known_everybody_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unknown)

    with capture_logs() as logs, alone_on(f"sqlite:///{tmp_path}/frontdesk.db"):
        assert [line["event"] for line in logs] == ["cannot_tell_whether_alone"]
