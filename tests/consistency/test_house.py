"""The arrows of the house hold, and its files speak of nothing but the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.consistency.tree import ROOT, files

TEXT = {".css", ".html", ".js", ".json", ".lock", ".mako", ".md", ".po", ".py", ".toml", ".ts"} | {
    ".txt",
    ".yml",
}
# Folders of somebody's machine. What a service uses (/etc, /var/lib, /srv) may be named.
MACHINE = re.compile(r"(?<![\w.…-])/(?:farm|home|mnt|root|tmp|Users|work)/")
LATER = re.compile(r"\b(?:TODO|FIXME|XXX)\b")


def test_imports_follow_the_arrows():
    command = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert command is not None

    ran = subprocess.run(
        [command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout


def test_no_file_names_a_folder_of_somebodys_machine():
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files()
        if path.suffix in TEXT or path.name == "Makefile"
        if path != Path(__file__)
        for match in MACHINE.finditer(path.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_nothing_is_left_for_later():
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files()
        if path.suffix == ".py" and path != Path(__file__)
        for match in LATER.finditer(path.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_each_module_says_what_it_is_for():
    """Tests may let their names speak."""
    silent = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and not path.name.startswith("test_")
        and path.stat().st_size
        and not path.read_text(encoding="utf-8").startswith('"""')
    ]

    assert silent == []
