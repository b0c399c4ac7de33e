"""Every test has an office of its own."""

from __future__ import annotations

from tests.desk.fixtures import furnished, migrated_sqlite, office

__all__ = ["furnished", "migrated_sqlite", "office"]
