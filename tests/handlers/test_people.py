"""Slack's users as people of the directory."""

from __future__ import annotations

from handlers.people import person_from_slack


def test_another_workspaces_word_for_an_address_is_not_believed():
    user = {"id": "U9", "team_id": "T9", "profile": {"email": "pierre@ours.example"}}

    ours, theirs = person_from_slack(user, "T9"), person_from_slack(user, "T1")
    stranger = person_from_slack({**user, "is_stranger": True}, "T9")

    assert ours is not None
    assert theirs is not None
    assert stranger is not None
    assert (ours.email, theirs.email, stranger.email) == ("pierre@ours.example", None, None)
