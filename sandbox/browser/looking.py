"""What the browser reads: people, the state of one person's screen, messages, traffic."""

from __future__ import annotations

from sandbox.browser.requests import Ask, Json
from sandbox.sights import channel_sight, direct_sight, message_sight, person_sight
from sandbox.world import Channel, Message
from sandbox.world import Person as Profile


async def people(ask: Ask) -> Json:
    world = ask.slack.world
    named = [p for p in world.people.values() if not p.is_bot]
    return {
        "workspace": {
            "name": world.team.name,
            "id": world.team.id,
            "domain": world.team.domain,
            "desk_mail": ask.slack.desk_address,
        },
        "people": [person_sight(p) for p in named],
    }


async def state(ask: Ask) -> Json:
    slack, me = ask.slack, ask.me
    world, manifest = slack.world, slack.manifest
    mine = world.channels_of(me.id)
    places = [c for c in mine if c.kind != "im" and not c.archived]
    directs = [c for c in mine if c.kind == "im"]
    return {
        "me": person_sight(me),
        "channels": [channel_sight(c, me.id) for c in places],
        "joinable": [channel_sight(c, me.id) for c in _joinable(ask, me)],
        "dms": [direct_sight(c, me.id, world) for c in directs],
        "app": {
            "id": world.app.id,
            "name": world.app.name,
            "bot_user_id": world.app.user_id,
            "has_home": manifest.has_home,
            "takes_messages": manifest.takes_messages,
            "connected": slack.connected,
            "mail": slack.desk_address,
        },
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in manifest.commands
        ],
        "shortcuts": {
            kind: [
                {"callback_id": s.callback_id, "name": s.name, "description": s.description}
                for s in manifest.shortcuts
                if s.kind == kind
            ]
            for kind in ("global", "message")
        },
        "users": {p.id: person_sight(p) for p in world.people.values()},
        "views": [slack.workspace.views.as_json(v) for v in slack.workspace.views.stack(me.id)],
        "mail_unread": slack.mailboxes.unread(me.email) if me.email else 0,
    }


def _joinable(ask: Ask, me: Profile) -> list[Channel]:
    if me.is_guest:
        return []
    public = (c for c in ask.slack.world.channels.values() if c.kind == "channel")
    return [c for c in public if me.id not in c.members and not c.archived]


async def messages(ask: Ask) -> Json:
    channel, me = ask.channel, ask.me
    thread = ask.fields.get("thread")
    private = [m for m in channel.ephemerals if m.ephemeral_to == me.id]
    shown: list[Message]
    if thread:
        parent = channel.message(str(thread))
        shown = [parent] if parent else []
        shown += [*channel.replies(str(thread)), *(m for m in private if m.thread_ts == thread)]
    else:
        shown = [*channel.top_level(), *(m for m in private if not m.is_reply)]
    shown.sort(key=lambda m: m.ts)
    return {
        "messages": [message_sight(m, ask.slack.world, ask.slack.workspace.files) for m in shown]
    }


async def traffic(ask: Ask) -> Json:
    after = int(ask.text("after", "0"))
    return {"records": [r.as_dict() for r in ask.slack.traffic.after(after)]}


async def faults(ask: Ask) -> Json:
    return {"api": ask.slack.faults.as_list(), "smtp": ask.slack.smtp_faults.as_list()}
