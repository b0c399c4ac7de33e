"""The shapes that builders return: what Slack calls a block, a view and a message."""

from __future__ import annotations

from typing import Any, TypedDict

Block = dict[str, Any]
View = dict[str, Any]


class Message(TypedDict):
    """`text` is what a notification and a screen reader say; `blocks` is what is seen."""

    text: str
    blocks: list[Block]
