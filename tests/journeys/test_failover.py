"""The database's server dies, another takes its place, and nobody has lost anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, open_ticket
from tests.journeys.stage import a_stage
from tests.postgresql import OwnServer, own_server
from tests.standby import standby_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def pair() -> Iterator[tuple[OwnServer, OwnServer]]:
    with own_server() as primary, standby_of(primary) as standby:
        yield primary, standby


def either(one: str, other: str) -> str:
    hosts = tuple(str(make_url(url).query["host"]) for url in (one, other))
    return make_url(one).set(query={"host": hosts}).render_as_string(hide_password=False)


async def test_a_standby_takes_over_in_the_middle_of_work(
    tmp_path: Path, pair: tuple[OwnServer, OwnServer]
) -> None:
    primary, standby = pair
    name = primary.create()
    url = either(primary.beside(name), standby.beside(name))
    with capture_logs() as logs:
        async with a_stage(tmp_path, DATABASE_URL=url) as stage:
            slack, pierre = stage.slack, stage.slack.person("pierre")
            slack.courier.retry_delays = (0.2,) * 100
            first = await open_ticket(stage, pierre, requester=PAUL, subject="Printer")
            await settled(stage)

            await asyncio.to_thread(primary.control, "-m", "immediate", "stop")
            said = await pierre.say("support-postes", "Roller worn.", thread_ts=first)
            await asyncio.sleep(0.5)
            assert not said.reactions
            await asyncio.to_thread(standby.control, "promote")

            await soon(slack, lambda: said.reactions.get("memo"))
            await open_ticket(stage, pierre, requester=PAUL, subject="Scanner")
            await soon(slack, lambda: len(slack.mailbox("paul")) == 2)
            await settled(stage)

    assert not [line for line in logs if line["log_level"] in ("error", "critical")]
    kept = standby.administer("SELECT subject FROM tickets ORDER BY id", database=name)
    notes = standby.administer("SELECT count(*) FROM entries WHERE kind = 'note'", database=name)
    assert kept == [("Printer",), ("Scanner",)]
    assert notes == [(1,)]
    # A server that takes over leaves out up to 32 numbers.
    assert [mail.subject.split()[1] for mail in slack.mailbox("paul")] == ["Printer", "Scanner"]
