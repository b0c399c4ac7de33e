"""The parts of the documents that are made from the code.

They stand between `<!-- made: name -->` and `<!-- /made -->`. After a change of the code, write
them anew with `FRONTDESK_DOCS=write pytest tests/consistency` and read the difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.config import Settings
from desk.lifecycle import LIFECYCLE, Move, State
from tests.chaos.checker import PROMISES

MADE = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n)(?P<text>.*?)(<!-- /made -->)", re.DOTALL)


def settings_table() -> str:
    rows = ["| Setting | Default | What it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        what = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{field.alias}` | {_default(field)} | {what} |")
    return "\n".join(rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return "none" if value in (None, "") else f"`{value}`"


def lifecycle_diagram() -> str:
    """The moves that change a state, as a Mermaid diagram."""
    arrows: dict[tuple[State, State], list[Move]] = {}
    for (state, move), target in LIFECYCLE.items():
        if target is not state:
            arrows.setdefault((state, target), []).append(move)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> new: open"]
    for (state, target), moves in arrows.items():
        lines.append(f"    {state} --> {target}: {', '.join(moves)}")
    return "\n".join([*lines, "```"])


def lifecycle_table() -> str:
    """Where each move leads from each state."""
    rows = [f"| | {' | '.join(State)} |", "|---" * (1 + len(State)) + "|"]
    for move in Move:
        cells = [_leads(state, move) for state in State]
        rows.append(f"| **{move}** | {' | '.join(cells)} |")
    return "\n".join(rows)


def _leads(state: State, move: Move) -> str:
    target = LIFECYCLE.get((state, move))
    if target is None:
        return "–"
    return "stays" if target is state else f"→ {target}"


def promises() -> str:
    """What the fault suite checks at the end of each run."""
    return "\n".join(f"- {promise}" for promise, _ in PROMISES)


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "lifecycle-diagram": lifecycle_diagram,
    "lifecycle-table": lifecycle_table,
    "promises": promises,
}


def made_anew(document: str) -> str:
    """The document with each of its made parts as the code makes it now."""

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}{PARTS[found['name']]()}\n{found[4]}"

    return MADE.sub(part, document)
