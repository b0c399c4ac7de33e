"""What administrators hear about the channels of the teams."""

from __future__ import annotations

from bot.app import utc_now
from bot.audit import audit_channels
from bot.deskfile import read_desk_file
from tests.journeys.mishaps import soon
from tests.journeys.stage import Stage


async def test_a_warning_names_its_channel_so_that_slack_links_it(stage: Stage) -> None:
    slack, aicha = stage.slack, stage.slack.person("aicha")
    channel = slack.channel("support-applis")
    channel.kind = "channel"

    setup = read_desk_file(stage.settings.desk_file)
    await audit_channels(setup, stage.bot.calls, stage.bot.desk, utc_now)

    warning = await soon(slack, lambda: aicha.messages("frontdesk-admin"))
    assert f"<#{channel.id}>" in warning[0].text
