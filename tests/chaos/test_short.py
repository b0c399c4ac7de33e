"""A short run of the suite: some hundred operations while everything goes wrong."""

from __future__ import annotations

import shutil

import pytest

from tests.chaos.__main__ import report
from tests.chaos.play import Plan, play
from tests.journeys.stage import ROOT

BUILD = ROOT / "build" / "chaos"


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Plan(100, seed=11), id="sqlite, one process"),
        pytest.param(
            Plan(100, seed=12, database="postgresql", processes=2),
            id="postgresql, two processes",
            marks=pytest.mark.postgres,
        ),
    ],
)
async def test_whatever_goes_wrong_every_promise_is_kept(plan: Plan) -> None:
    folder = BUILD / f"short-{plan.database}"
    shutil.rmtree(folder, ignore_errors=True)

    outcome = await play(plan, folder, lambda line: None)

    assert outcome.deaths >= 1, "nobody was killed: nothing was proved"
    assert outcome.kept, "\n" + "\n".join(report(outcome))
