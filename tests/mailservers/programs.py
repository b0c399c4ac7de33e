"""Run a program of a mail server; what it starts may live on."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryFile

_PATIENCE = 60.0  # seconds for any of them on a busy machine


def run(*command: str, log: Path, may_fail: bool = False) -> str:
    """What it said. Raises RuntimeError with the end of `log` where it fails."""
    # Into a file: a daemon would keep a pipe open, and us waiting for its end.
    with TemporaryFile() as said:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        said.seek(0)
        text = said.read().decode(errors="replace")
    if done.returncode and not may_fail:
        raise RuntimeError(f"{' '.join(command)}: {text}{end_of(log)}")
    return text


def end_of(log: Path) -> str:
    """Nothing where there is none."""
    return log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""
