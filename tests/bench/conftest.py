"""A router in front of a desk of its own, and what it asks of the database."""

from __future__ import annotations

import pytest

from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import Office
from tests.handlers.front import Front

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]


@pytest.fixture
def database_kind() -> str:
    """What is asked of either is the same; how a transaction begins is said of SQLite."""
    return "sqlite"


@pytest.fixture
def front(office: Office) -> Front:
    return Front(office)
