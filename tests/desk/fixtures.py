"""An office for each test, copied from one furnished once.

A `conftest.py` imports what it wants.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.databases import copy_of, shelf_of
from tests.desk.office import Office, an_office, furnish
from tests.postgresql import Server, Shelf

# A `conftest.py` takes all of them.
__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

Furnished = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def furnished_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("desk") / "furnished.db"
    shutil.copy(migrated_sqlite, file)
    furnish(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def furnished_postgresql(postgresql_server: Server) -> Iterator[Shelf]:
    yield from shelf_of(postgresql_server, furnish)


@pytest.fixture
def furnished(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Furnished:
    """Lends databases with the house and its people; the test runs once on each kind."""
    if database_kind == "sqlite":
        file: Path = request.getfixturevalue("furnished_sqlite")
        return lambda: nullcontext(copy_of(file, Path(mkdtemp(dir=tmp_path))))
    shelf: Shelf = request.getfixturevalue("furnished_postgresql")
    return shelf.lent


@pytest.fixture
def office(furnished: Furnished) -> Iterator[Office]:
    with furnished() as url, an_office(url) as opened:
        yield opened
