"""The service catalogue as a tree, and the priority matrix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.labels import Label
from desk.organisation import Catalogue, CatalogueEntry, Placement
from desk.ticket import PRIORITY, Impact, RequestType, Urgency
from tests.desk.grids import grid
from tests.facts import a_ticket

MATRIX = grid(
    """
            critical  high  medium  low
department  1         1     2       4
service     1         2     3       4
person      2         3     3       4
"""
)


@pytest.mark.parametrize(("levels", "priority"), MATRIX.items())
def test_priority_is_impact_by_urgency(levels: tuple[str, str], priority: str) -> None:
    impact, urgency = Impact(levels[0]), Urgency(levels[1])

    assert a_ticket(impact=impact, urgency=urgency).priority == int(priority)


def test_every_pair_has_a_priority() -> None:
    pairs = {(impact, urgency) for impact in PRIORITY for urgency in PRIORITY[impact]}

    assert pairs == set(MATRIX) == {(i, u) for i in Impact for u in Urgency}


def an_entry(number: int, parent: int | None = None, **changes: object) -> CatalogueEntry:
    name = f"entry{number}"
    return CatalogueEntry(number, name, Label(name, name), parent, **changes)  # type: ignore[arg-type]


TREE = Catalogue(
    (
        an_entry(1, team=10, urgency=Urgency.HIGH),
        an_entry(2, 1, impact=Impact.SERVICE, request_type=RequestType.SERVICE_REQUEST),
        an_entry(3, 2, team=20, urgency=Urgency.LOW, request_type=RequestType.INCIDENT),
        an_entry(4, 2, obsolete=True),
        an_entry(5, obsolete=True),
        an_entry(6, 5, team=30),
        an_entry(7),
    )
)
INCIDENT, REQUEST = RequestType.INCIDENT, RequestType.SERVICE_REQUEST


@pytest.mark.parametrize(
    ("entry", "placement"),
    [
        pytest.param(1, Placement(10, INCIDENT, Impact.PERSON, Urgency.HIGH), id="a family"),
        pytest.param(2, Placement(10, REQUEST, Impact.SERVICE, Urgency.HIGH), id="inherits"),
        pytest.param(
            3, Placement(20, INCIDENT, Impact.SERVICE, Urgency.LOW), id="the nearest wins"
        ),
        pytest.param(
            6, Placement(30, INCIDENT, Impact.PERSON, Urgency.MEDIUM), id="below obsolete"
        ),
        pytest.param(
            7, Placement(None, INCIDENT, Impact.PERSON, Urgency.MEDIUM), id="says nothing"
        ),
        pytest.param(99, Placement(None, INCIDENT, Impact.PERSON, Urgency.MEDIUM), id="unknown"),
        pytest.param(None, Placement(None, INCIDENT, Impact.PERSON, Urgency.MEDIUM), id="none"),
    ],
)
def test_what_an_entry_leaves_open_it_takes_from_above(
    entry: int | None, placement: Placement
) -> None:
    assert TREE.placement(entry) == placement


def test_only_entries_in_use_are_offered() -> None:
    assert [entry.id for entry in TREE.children(None)] == [1, 7]
    assert [entry.id for entry in TREE.children(2)] == [3]
    assert TREE.children(3) == ()


def test_a_path_leads_from_the_family_down() -> None:
    assert [entry.id for entry in TREE.path(3)] == [1, 2, 3]
    assert TREE.path(None) == TREE.path(99) == ()


@pytest.mark.parametrize(
    ("entry", "current"), [(3, True), (4, False), (5, False), (6, False), (99, False)]
)
def test_an_entry_is_current_with_everything_above_it(entry: int, current: bool) -> None:
    assert TREE.is_current(entry) is current


@given(st.lists(st.none() | st.sampled_from(Urgency), min_size=1, max_size=5))
def test_the_nearest_urgency_up_the_path_wins(urgencies: list[Urgency | None]) -> None:
    entries = tuple(
        an_entry(n, n - 1 or None, urgency=urgency) for n, urgency in enumerate(urgencies, start=1)
    )

    placed = Catalogue(entries).placement(len(entries))

    nearest = next((urgency for urgency in reversed(urgencies) if urgency), Urgency.MEDIUM)
    assert placed.urgency is nearest
