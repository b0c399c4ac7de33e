"""Every test has an office of its own."""

from __future__ import annotations

from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]
