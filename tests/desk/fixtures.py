"""An office for each test, copied from one furnished once; and how long properties are tried.

A `conftest.py` imports what it wants.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.databases import migrated_sqlite
from tests.desk.office import ROOT, Office, an_office, furnish

__all__ = ["furnished", "migrated_sqlite", "office"]

set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
EASY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, **EASY)  # type: ignore[arg-type]
settings.register_profile("ci", max_examples=200, derandomize=True, **EASY)  # type: ignore[arg-type]
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def furnished(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the house and its people, to be copied."""
    file = tmp_path_factory.mktemp("desk") / "furnished.db"
    shutil.copy(migrated_sqlite, file)
    furnish(f"sqlite:///{file}")
    return file


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    file = tmp_path / "frontdesk.db"
    shutil.copy(furnished, file)
    with an_office(f"sqlite:///{file}") as opened:
        yield opened
