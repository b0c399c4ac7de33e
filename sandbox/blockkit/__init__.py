"""Checks messages and views as strictly as Slack does, and says where and why."""

from sandbox.blockkit.surfaces import (
    InvalidBlocks,
    message_problems,
    options_problems,
    view_problems,
)

__all__ = ["InvalidBlocks", "message_problems", "options_problems", "view_problems"]
