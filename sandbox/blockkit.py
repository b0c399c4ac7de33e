"""Checks messages and views as strictly as Slack does, and says where and why."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


class InvalidBlocks(Exception):
    """Slack would refuse these blocks; `problems` are its response_metadata.messages."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def message_problems(blocks: Any) -> list[str]:
    if not isinstance(blocks, list):
        return [problem("must be an array", "/blocks")]
    if len(blocks) > 50:
        return [problem("no more than 50 items allowed", "/blocks")]
    return []


def view_problems(view: Any) -> list[str]:
    if not isinstance(view, dict):
        return [problem("must be an object", "/view")]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return [problem("missing required field: blocks", "/view")]
    if len(blocks) > 100:
        return [problem("no more than 100 items allowed", "/view/blocks")]
    if len(json.dumps(view)) > 250_000:
        return [problem("view is larger than 250 KB", "/view")]
    return []


def problem(what: str, pointer: str) -> str:
    return f"[ERROR] {what} [json-pointer:{pointer}]"
