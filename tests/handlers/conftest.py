"""Every test has a router in front of an office of its own."""

from __future__ import annotations

import pytest

from handlers import router
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import Office
from tests.handlers.front import Front

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]


@pytest.fixture(autouse=True)
def a_patient_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes longer than Slack waits, now and then."""
    monkeypatch.setattr(router, "ANSWER", 60.0)


@pytest.fixture
def front(office: Office) -> Front:
    return Front(office)
