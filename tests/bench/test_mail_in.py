"""The measurement of a rush of mails runs, and tells what became of each."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from bench.mail_in import main


def test_a_small_rush_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_MAIL_LISTEN", "")  # to be as it was afterwards

    told = CliRunner().invoke(main, ["--mails", "20"])

    assert told.exit_code == 0, told.output
    assert "20 mails: 10 tickets, 10 answers" in told.output
    assert "0 lost, 0 doubled" in told.output
    assert re.search(r"clicks p95: .* times", told.output)
