"""A router in front of a desk of its own, and what it asks of the database."""

from __future__ import annotations

import pytest

from tests.desk.fixtures import furnished, migrated_sqlite, office
from tests.desk.office import Office
from tests.handlers.front import Front

__all__ = ["furnished", "migrated_sqlite", "office"]


@pytest.fixture
def front(office: Office) -> Front:
    return Front(office)
