"""Ask TypeScript whether JSON is what Slack's published types say."""

from __future__ import annotations

import fcntl
import filecmp
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
INSTALLED = Path(__file__).parents[2] / "build" / "contract"
FILES = ("package.json", "package-lock.json", "tsconfig.json", "surfaces.ts")
FAULT = re.compile(r"^made/(?P<name>.+)\.ts\(\d+,\d+\): (?P<fault>.*)$")


@dataclass(frozen=True)
class Declared:
    """A value, and the type of `surfaces.ts` it must have."""

    type: str
    value: Mapping[str, Any]

    def typescript(self, up: str) -> str:
        shown = json.dumps(self.value, ensure_ascii=False, indent=2)
        return (
            f'import type {{ {self.type} }} from "{up}surfaces.js";\n\n'
            f"export const shown: {self.type} = {shown};\n"
        )


def faults_of(declared: Mapping[str, Declared]) -> dict[str, str]:
    """The first fault of each value that has one, by its name ("en/card_new")."""
    with _alone():
        _install()
        made = INSTALLED / "made"
        shutil.rmtree(made, ignore_errors=True)
        for name, one in declared.items():
            file = made / f"{name}.ts"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(one.typescript("../" * (1 + name.count("/"))), encoding="utf-8")
        return _compile()


def _compile() -> dict[str, str]:
    compiler = INSTALLED / "node_modules" / ".bin" / "tsc"
    ran = subprocess.run(
        [compiler, "--project", "tsconfig.json", "--pretty", "false"],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        check=False,
    )
    faults: dict[str, str] = {}
    for line in ran.stdout.splitlines():
        found = FAULT.match(line)
        if found:
            faults.setdefault(found["name"], found["fault"])
    if ran.returncode and not faults:
        raise AssertionError(f"The compiler itself failed:\n{ran.stdout}{ran.stderr}")
    return faults


def _install() -> None:
    """Into build/, once for each lock file."""
    lock = "package-lock.json"
    kept = INSTALLED / lock
    done = INSTALLED / "node_modules" / ".bin" / "tsc"
    same = kept.exists() and done.exists() and filecmp.cmp(HERE / lock, kept, shallow=False)
    for name in FILES:
        shutil.copy(HERE / name, INSTALLED / name)
    if same:
        return
    ran = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        kept.unlink()
        last = ran.stderr.strip().splitlines()[-1:] or ["no reason given"]
        pytest.skip(f"npm could not fetch Slack's types ({last[0]})")


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: tests may run in several."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
