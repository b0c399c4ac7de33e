"""User groups of Slack as members of a team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.directory import with_slack_ids
from bot.outcomes import Unreachable
from bot.slack_calls import SlackCalls, SlackDeclined
from desk.ports import HouseSetup
from desk.setting_up import LoadDesk
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import ZOE, Office, the_house

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]


class Slack(SlackCalls):
    """It knows one group. `fault` is what happens to whoever asks for groups."""

    fault: Exception | None = None

    def __init__(self) -> None:
        super().__init__(client=None)  # type: ignore[arg-type]

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        if method == "conversations.list":
            return {"channels": []}
        if self.fault is not None:
            raise self.fault
        if method == "usergroups.list":
            return {"usergroups": [{"handle": "helpers", "id": "S01"}]}
        if arguments["usergroup"] != "S01":
            raise SlackDeclined(method, "no_such_subteam")
        return {"users": [ZOE]}


def setup_with(*members: str) -> HouseSetup:
    house = the_house()
    first, *others = house.teams
    return replace(house, teams=(replace(first, members=members, lead=None), *others))


async def test_the_members_of_a_group_are_technicians(office: Office) -> None:
    await office.does(LoadDesk(await with_slack_ids(setup_with("@helpers"), Slack())))

    assert (await office.actor(ZOE)).is_technician


async def test_no_team_is_loaded_without_its_people_because_a_call_was_lost() -> None:
    slack = Slack()
    slack.fault = Unreachable("usergroups.list: TimeoutError")

    with pytest.raises(Unreachable):
        await with_slack_ids(setup_with("@helpers"), slack)


async def test_a_group_that_slack_does_not_know_is_nobody() -> None:
    found = await with_slack_ids(setup_with("@gone", "@helpers", "ada@example.org"), Slack())

    assert found.teams[0].members[-1] == "ada@example.org"
    assert set(found.teams[0].members) == {ZOE, "ada@example.org"}


async def test_without_the_scope_for_groups_nobody_of_that_name_is_made_up() -> None:
    slack = Slack()
    slack.fault = SlackDeclined("usergroups.list", "missing_scope")

    found = await with_slack_ids(setup_with("@helpers"), slack)

    assert found.teams[0].members == ()
