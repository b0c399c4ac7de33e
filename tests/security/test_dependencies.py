"""What we build on: pinned, locked by hashes, and under licences that oblige nobody who uses us."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from tests.consistency.tree import ROOT

LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
PERMISSIVE = frozenset(
    {
        "0BSD", "Apache-2.0", "Apache Software License", "BSD-2-Clause", "BSD-3-Clause",
        "BSD License", "ISC", "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "PSF-2.0",
        "Python Software Foundation License", "Unlicense", "Zlib", "OSI Approved",
    }
)  # fmt: skip
# Weak copyleft: it obliges whoever changes these themselves, not whoever uses them.
NAMED = {
    "certifi": "MPL-2.0",
    "dkimpy": "Zlib",  # which its classifier does not know
    "hypothesis": "MPL-2.0",
    "orjson": "MPL-2.0",
    "pathspec": "MPL-2.0",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+?)(?:\s*;\s*(?P<marker>.*?))?\s*\\$")


def licence(found: Distribution) -> set[str]:
    """The licences it asks for, all of them or one of them."""
    said = found.metadata
    if expression := said.get("License-Expression"):
        return {one.strip("()") for one in re.split(r"\s+(?:AND|OR)\s+", expression)}
    classes = [c for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    return {c.rpartition(" :: ")[2] for c in classes} or {str(said.get("License") or "none said")}


def test_every_installed_distribution_is_under_a_licence_that_will_do() -> None:
    wrong = {
        found.name: licence(found)
        for found in distributions()
        if found.name.lower() not in NAMED and not licence(found) <= PERMISSIVE
    }

    assert wrong == {}


def test_what_is_named_apart_is_what_it_was() -> None:
    """A change of theirs is seen: to GPL, say."""
    weak = {"MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)", "LGPL-3.0-only", "DFSG approved"}
    there = {d.name.lower(): licence(d) for d in distributions() if d.name.lower() in NAMED}

    assert "psycopg" in there
    assert {name: found for name, found in there.items() if not found <= weak | PERMISSIVE} == {}


def entries(lock: Path) -> dict[str, str]:
    """Name → version. Raises AssertionError for a line that is neither entry nor hash."""
    found: dict[str, str] = {}
    hashes = 0
    for line in lock.read_text(encoding="utf-8").splitlines():
        if entry := ENTRY.match(line):
            assert not found or hashes, f"{line}: the one before has no hash"
            # Some are in there twice, for different versions of Python.
            found.setdefault(entry["name"], entry["version"])
            hashes = 0
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line), line
            hashes += 1
    assert hashes
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_with_hashes_and_names_no_server(lock: Path) -> None:
    assert len(entries(lock)) > 20


def test_the_tests_run_with_the_versions_that_the_bot_runs_with() -> None:
    run, dev = map(entries, LOCKS)

    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_nothing_is_installed_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installing = [
        line for line in makefile.splitlines() if "pip install" in line and ".lock" in line
    ]

    assert len(installing) == 2
    assert all("--require-hashes" in line for line in installing)


def test_the_audit_is_strict() -> None:
    """Without the word, a package whose advisories could not be asked for counts as harmless."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (audit,) = [line for line in makefile.splitlines() if "pip-audit -" in line]

    assert "--strict" in audit
    assert "-r requirements.lock" in audit
