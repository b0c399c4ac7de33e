"""What a form remembers comes back as it was, and fits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.drafts import LONGEST_METADATA, Context, Draft

TEXT = st.one_of(st.none(), st.text(min_size=1, max_size=250))
ID = st.one_of(st.none(), st.integers(1, 10**6))


@given(
    draft=st.builds(
        Draft,
        requester=TEXT,
        beneficiary=TEXT,
        family=ID,
        service=ID,
        item=ID,
        details=st.booleans(),
        other=st.booleans(),
        channel=TEXT,
        permalink=TEXT,
    )
)
def test_a_draft_comes_back_as_it_was(draft: Draft):
    assert Draft.decode(draft.encode()) == draft
    assert len(draft.encode()) <= LONGEST_METADATA


def test_a_link_that_is_too_long_is_let_go():
    draft = Draft(requester="U1", permalink="https://x.example/" + "y" * 4000)

    assert Draft.decode(draft.encode()) == Draft(requester="U1")


@pytest.mark.parametrize("context", [Context(42), Context(42, "teams:2")])
def test_a_context_comes_back_as_it_was(context: Context):
    assert Context.decode(context.encode()) == context


def test_a_form_of_another_version_still_comes_back():
    kept = json.dumps({"ticket": 42, "entry": 7})

    assert Context.decode(kept) == Context(42)
    assert Draft.decode("") == Draft()


def test_somebody_new_takes_the_place_of_the_requester():
    draft = Draft(requester="U1", beneficiary="U2").with_somebody_new()

    assert draft == Draft(somebody_new=True, beneficiary="U2")
    assert draft.with_requester("U3") == Draft(requester="U3", beneficiary="U2")


def test_choosing_the_same_again_loses_nothing():
    draft = Draft(family=1, service=2, item=3, urgency="high")

    assert draft.with_family(1) == draft
    assert draft.with_service(2) == draft
    assert draft.with_item(3) == draft
    assert draft.with_service(9) == Draft(family=1, service=9)


def test_the_path_ends_where_choosing_ended():
    assert Draft(family=1, item=3).path == (1,)
    assert Draft(family=1, service=2).entry == 2
    assert Draft().entry is None
