"""A test that cannot run is said at the end, and in CI it is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SKIPPED = """
import pytest

def test_fine():
    pass

def test_left_out():
    pytest.skip("the machine lacks a spoon (install: apt-get install spoon)")
"""
EXPECTED_TO_FAIL = """
import pytest

@pytest.mark.xfail(reason="not mended yet")
def test_broken():
    raise ValueError
"""
SKIPPED_WHOLE = """
import pytest

pytest.skip("no spoon at all", allow_module_level=True)
"""


def run(folder: Path, *, ci: bool, **tests: str) -> subprocess.CompletedProcess[str]:
    """Run files of tests under the rules of `tests/conftest.py`."""
    for name, test in tests.items():
        (folder / f"test_{name}.py").write_text(test)
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"PYTHONPATH": str(ROOT), **({"CI": "true"} if ci else {})}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    return subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_did_not_run_is_said_at_the_end(tmp_path: Path):
    ran = run(tmp_path, ci=False, it=SKIPPED)

    assert ran.returncode == 0
    said = "Not run here: 1 test of test_it.py, because the machine lacks a spoon"
    assert f"{said} (install: apt-get install spoon)." in ran.stdout


def test_in_ci_what_is_skipped_or_expected_to_fail_is_a_failure(tmp_path: Path):
    ran = run(tmp_path, ci=True, one=SKIPPED, broken=EXPECTED_TO_FAIL, whole=SKIPPED_WHOLE)

    assert ran.returncode == 1
    assert "2 failed, 1 passed, 1 error" in ran.stdout
    for reason in ("the machine lacks a spoon", "not mended yet", "no spoon at all"):
        assert reason in ran.stdout
