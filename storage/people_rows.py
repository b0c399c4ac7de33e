"""A person as columns, for every statement that needs one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from desk.people import Person
from storage.tables import people

PERSON = (
    people.c.id.label("person_id_"),
    people.c.name.label("person_name"),
    people.c.email.label("person_email"),
    people.c.slack_id.label("person_slack_id"),
    people.c.language.label("person_language"),
    people.c.title.label("person_title"),
    people.c.zone.label("person_zone"),
    people.c.active.label("person_active"),
)
PEOPLE = select(*PERSON)


def person_of(values: Sequence[Any]) -> Person:
    """From the values of PERSON, in that order."""
    return Person(*values)


def address(text: str | None) -> str | None:
    """An address as it is kept and compared."""
    clean = (text or "").strip().lower()
    return clean or None
