"""A variant is what `dataclasses.replace` makes, of each kind of value that is varied this way."""

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from blocks.drafts import Draft as FormDraft
from desk.effects import RefreshCard
from desk.journal import Draft, Kind
from desk.variants import variant
from storage.outbox_rows import Lease
from tests.facts import a_ticket

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
VALUES = [
    (a_ticket(), {"version": 7, "subject": "Other"}),
    (Draft(1, Kind.NOTE, 2), {"id": 9}),
    (FormDraft(requester="U1", family=1), {"family": 2, "service": None}),
    (
        Lease(1, RefreshCard(1), 1, 0, None, "us", NOON, timedelta(seconds=15)),
        {"noted_at": NOON, "facts": object()},
    ),
]


@pytest.mark.parametrize(("value", "changes"), VALUES, ids=lambda one: type(one).__name__)
def test_it_is_what_replace_makes(value, changes):
    before = replace(value)
    made = variant(value, **changes)
    assert made == replace(value, **changes)
    assert type(made) is type(value)
    assert value == before, "a frozen value stays as it is"


@pytest.mark.parametrize(("value", "changes"), VALUES, ids=lambda one: type(one).__name__)
def test_its_kind_keeps_what_it_promises_without_being_made_anew(value, changes):
    """Nothing is checked or worked out when one is made, or a variant would go without it."""
    kind = type(value)
    assert is_dataclass(kind)
    assert not hasattr(kind, "__post_init__")
    assert all(field.init for field in fields(kind))
    assert not hasattr(kind, "__slots__")


def test_a_field_that_there_is_not():
    @dataclass(frozen=True)
    class Point:
        x: int

    with pytest.raises(TypeError, match="Point has no"):
        variant(Point(1), x=2, y=3)
