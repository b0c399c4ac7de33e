"""Slack's users as people of the directory."""

from __future__ import annotations

import pytest

from handlers.people import person_from_slack


def test_another_workspaces_word_for_an_address_is_not_believed():
    user = {"id": "U9", "team_id": "T9", "profile": {"email": "pierre@ours.example"}}

    ours, theirs = person_from_slack(user, "T9"), person_from_slack(user, "T1")
    stranger = person_from_slack({**user, "is_stranger": True}, "T9")

    assert ours is not None
    assert theirs is not None
    assert stranger is not None
    assert (ours.email, theirs.email, stranger.email) == ("pierre@ours.example", None, None)


@pytest.mark.parametrize(
    ("updated", "told"), [(1_764_000_000, 1_764_000_000), (None, 0), ("x", 0), (2**70, 0), (-1, 0)]
)
def test_how_new_the_news_is(updated: object, told: int):
    person = person_from_slack({"id": "U9", "updated": updated})

    assert person is not None
    assert person.told == told
