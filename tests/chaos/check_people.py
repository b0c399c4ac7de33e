"""What must be true of the people the desk knows: what Slack told last, and nothing older."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.ledger import Ledger
from tests.chaos.seen import Seen


def newest_known(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """No older title than the newest that a bot has acknowledged to have heard of."""
    known = {row["slack_id"]: row["title"] for row in seen.tables["people"]}
    for person, titles in ledger.titles.items():
        heard = [n for n, title in enumerate(titles) if ("person", person, title) in ledger.heard]
        newest, title = max(heard, default=-1), known.get(person, "")
        found = titles.index(title) if title in titles else -1
        fits = found >= newest
        yield "" if fits else f"{person} is {title!r}, and {titles[newest]!r} was told since"
