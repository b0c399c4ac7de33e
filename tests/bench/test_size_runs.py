"""The table of sizes is made from what two databases really did."""

from __future__ import annotations

from pathlib import Path

from bench.size import QUESTIONS, measure
from bot.seeding.run import Size, seed
from storage.migrate import upgrade


async def test_each_question_has_a_line_with_what_it_cost_in_both(tmp_path: Path):
    urls = []
    for tickets in (100, 300):
        url = f"sqlite:///{tmp_path / str(tickets)}.db"
        upgrade(url)
        seed(url, Size(people=30, tickets=tickets, entries=3, seed=5), lambda *_: None)
        urls.append(url)

    head, _, *lines = await measure(urls)

    assert "steps, 100 → 300 tickets" in head
    assert [line.split("|")[1].strip() for line in lines] == list(QUESTIONS)
    for line in lines:
        small, large = line.split("|")[2].replace(",", "").split("→")
        assert int(small) > 0
        assert int(large) > 0
