"""Who is killed twice in one breath dies once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.chaos.fleet import Process


def test_one_that_is_dead_before_anybody_heard_of_it_is_not_killed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitpid(ended.pid, 0)
    ended.returncode = 0
    unheard_of: Any = SimpleNamespace(pid=ended.pid, returncode=None)
    process = Process("bot-1", tmp_path / "log", running=unheard_of)

    assert not process.kill()
    assert not process.killed
