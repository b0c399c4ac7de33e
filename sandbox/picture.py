"""What is on everybody's screen, in words, for a test that waited in vain."""

from __future__ import annotations

from typing import Protocol

from sandbox.inputs import placed_in
from sandbox.mailboxes import Mailboxes
from sandbox.traffic import Traffic
from sandbox.workspace import Workspace
from sandbox.world import Message

SHOWN = 6  # newest messages of a channel, mails of a box, and lines of traffic times two


class Scene(Protocol):
    workspace: Workspace
    mailboxes: Mailboxes
    traffic: Traffic


def picture(scene: Scene) -> str:
    lines = ["What there is:"]
    lines += _channels(scene.workspace)
    lines += _views(scene.workspace)
    lines += _mails(scene.mailboxes)
    lines += ["traffic, newest last:"]
    for record in scene.traffic.after(max(0, len(scene.traffic) - 2 * SHOWN)):
        lines.append(f"  {record.direction} {record.kind} → {record.status} {_error(record)}")
    return "\n".join(lines)


def _channels(ws: Workspace) -> list[str]:
    lines = []
    for channel in ws.world.channels.values():
        if not channel.messages and not channel.ephemerals:
            continue
        peers = " and ".join(ws.world.people[m].handle for m in channel.members)
        lines.append(f"#{channel.name}" if channel.name else f"direct: {peers}")
        lines += [f"  {_line(m, ws)}" for m in channel.messages[-SHOWN:]]
        lines += [f"  (only {m.ephemeral_to}) {_line(m, ws)}" for m in channel.ephemerals[-3:]]
    return lines


def _line(message: Message, ws: Workspace) -> str:
    who = ws.world.people[message.user].handle
    reply = "↳ " if message.is_reply else ""
    buttons = [p.action_id for p in placed_in(message.blocks)]
    shown = f" [{' '.join(buttons)}]" if buttons else ""
    return f"{reply}{who}: {message.text[:100]!r}{shown}"


def _views(ws: Workspace) -> list[str]:
    lines = []
    for view in ws.views:
        who = ws.world.people[view.user].handle
        inputs = " ".join(p.action_id for p in placed_in(view.blocks))
        lines.append(f"{view.type} of {who}: {view.callback_id or view.title!r} [{inputs}]")
    return lines


def _mails(boxes: Mailboxes) -> list[str]:
    lines = []
    for address, mails in boxes.boxes.items():
        lines += [f"mail {m.direction} {address}: {m.subject!r}" for m in mails[-SHOWN:]]
    return lines


def _error(record: object) -> str:
    response = getattr(record, "response", None)
    return str(response.get("error", "")) if isinstance(response, dict) else ""
