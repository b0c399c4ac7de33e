"""Whole messages, modals, homes and option lists."""

from __future__ import annotations

import json
from typing import Any

from sandbox.blockkit.blocks import IN_HOMES, IN_MESSAGES, IN_MODALS
from sandbox.blockkit.checks import (
    Check,
    Problems,
    boolean,
    exactly_one,
    listing,
    no_repeats,
    one_of,
    problem,
    shape,
    string,
    typed,
)
from sandbox.blockkit.objects import OPTION_GROUP, SELECT_OPTION, options, plain_text

MOST_TEXT = 13_200  # characters of all blocks of a message together; more has been refused
VIEW_SIZE = 250_000  # bytes


class InvalidBlocks(Exception):
    """Slack would refuse these blocks; `problems` are its response_metadata.messages."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _different_blocks(blocks: Any, pointer: str) -> Problems:
    if not isinstance(blocks, list):
        return []
    ids = [
        (block["block_id"], f"{pointer}/{i}/block_id")
        for i, block in enumerate(blocks)
        if isinstance(block, dict) and isinstance(block.get("block_id"), str)
    ]
    return no_repeats(ids, "block_id")


def _blocks(kinds: dict[str, Check], most: int) -> Check:
    whole = listing(typed(kinds), most, 0)

    def check(value: Any, pointer: str) -> Problems:
        return whole(value, pointer) + _different_blocks(value, pointer)

    return check


MESSAGE_BLOCKS = _blocks(IN_MESSAGES, 50)

IN_BOTH_VIEWS: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = shape(
    {
        "type": one_of("modal"),
        "title": plain_text(24),
        "blocks": _blocks(IN_MODALS, 100),
    },
    {
        **IN_BOTH_VIEWS,
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape({"type": one_of("home"), "blocks": _blocks(IN_HOMES, 100)}, IN_BOTH_VIEWS)
VIEW = typed({"modal": MODAL, "home": HOME})

OPTIONS = shape(
    {},
    {"options": options(SELECT_OPTION, 100, 0), "option_groups": listing(OPTION_GROUP, 100, 0)},
    exactly_one("options", "option_groups"),
)


def message_problems(blocks: Any) -> Problems:
    found = MESSAGE_BLOCKS(blocks, "/blocks")
    if found:
        return found
    tables = [b for b in blocks if b["type"] in ("table", "data_table")]
    if len(tables) > 1:
        return [problem("only one table allowed in a message", "/blocks")]
    if _characters(blocks) > MOST_TEXT:
        return [problem(f"the texts together exceed {MOST_TEXT} characters", "/blocks")]
    return []


def view_problems(view: Any) -> Problems:
    found = VIEW(view, "/view")
    if found:
        return found
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_SIZE:
        return [problem("view is larger than 250 KB", "/view")]
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and "submit" not in view:
        return [problem("missing required field: submit", "/view")]
    focused = json.dumps(view["blocks"]).count('"focus_on_load": true')
    if focused > 1:
        return [problem("only one element may have focus_on_load", "/view/blocks")]
    return []


def options_problems(answer: Any) -> Problems:
    """What is wrong with the answer to a request for options."""
    return OPTIONS(answer, "")


def _characters(node: Any) -> int:
    """How much text there is in all text objects."""
    if isinstance(node, list):
        return sum(_characters(inner) for inner in node)
    if not isinstance(node, dict):
        return 0
    own = len(node["text"]) if isinstance(node.get("text"), str) else 0
    return own + sum(_characters(v) for v in node.values() if isinstance(v, (dict, list)))
