"""What a person does in the browser: talk, press, fill, send, and break things on purpose."""

from __future__ import annotations

from typing import Any

from sandbox.browser.looking import faults
from sandbox.browser.requests import Ask, Json, Refused
from sandbox.delivery import DeliveryError
from sandbox.inputs import SLOTS, choose, find_option, placed_in
from sandbox.interactions import Place
from sandbox.sights import message_sight

DONE: Json = {"ok": True}


async def read(ask: Ask) -> Json:
    ask.slack.person(ask.me.id).read(ask.channel)
    return DONE


async def say(ask: Ask) -> Json:
    thread = ask.fields.get("thread_ts") or None
    files = [str(file) for file in ask.fields.get("files") or ()]
    person = ask.slack.person(ask.me.id)
    message = await person.say(ask.channel, ask.text("text", ""), thread, files=files)
    sight = message_sight(message, ask.slack.world, ask.slack.workspace.files)
    return {"ok": True, "message": sight}


async def edit(ask: Ask) -> Json:
    await ask.slack.person(ask.me.id).edit(ask.message, ask.text("text"))
    return DONE


async def delete(ask: Ask) -> Json:
    message = ask.message
    if message.is_ephemeral:
        ask.slack.workspace.erase(message)
    else:
        await ask.slack.person(ask.me.id).delete(message)
    return DONE


async def react(ask: Ask) -> Json:
    await ask.slack.person(ask.me.id).react(ask.message, ask.text("name").strip(":"))
    return DONE


async def join(ask: Ask) -> Json:
    await ask.slack.person(ask.me.id).join(ask.channel)
    return DONE


async def leave(ask: Ask) -> Json:
    await ask.slack.person(ask.me.id).leave(ask.channel)
    return DONE


async def direct(ask: Ask) -> Json:
    """Open the direct messages with somebody."""
    other = ask.slack.world.person(ask.text("user"))
    return {"ok": True, "channel": ask.slack.workspace.direct(ask.me.id, other.id).id}


async def command(ask: Ask) -> Json:
    await ask.slack.interactions.command(
        ask.me,
        ask.channel,
        ask.text("command"),
        ask.text("text", ""),
        ask.fields.get("thread_ts") or None,
    )
    return DONE


async def shortcut(ask: Ask) -> Json:
    callback_id = ask.text("callback_id")
    if ask.fields.get("ts"):
        await ask.slack.interactions.message_shortcut(ask.me, callback_id, ask.message)
    else:
        await ask.slack.interactions.shortcut(ask.me, callback_id)
    return DONE


async def action(ask: Ask) -> Json:
    place, me = ask.place, ask.me
    _keep_typed(ask, place)
    placed = place.element(ask.text("action_id"), ask.fields.get("block_id"))
    selected = ask.fields.get("selected")
    chosen: Json = {}
    if placed.element["type"] in SLOTS:
        state = ask.slack.interactions.state_of(me, place)
        if "selected" in ask.fields:
            state[placed.block_id][placed.action_id] = choose(placed.element, selected)
        chosen = state[placed.block_id][placed.action_id]
    elif placed.element["type"] == "overflow":
        chosen = {"selected_option": find_option(placed.element, selected)}
    await ask.slack.interactions.act(me, place, placed, chosen)
    return DONE


async def options(ask: Ask) -> Json:
    place = ask.place
    placed = place.element(ask.text("action_id"), ask.fields.get("block_id"))
    offered = await ask.slack.interactions.suggest(ask.me, place, placed, ask.text("query", ""))
    return dict(offered)


async def submit(ask: Ask) -> Json:
    view = ask.view(ask.text("view_id"))
    _keep_typed(ask, Place(view=view))
    try:
        errors = await ask.slack.interactions.submit(ask.me, view)
    except DeliveryError:
        # Slack shows the same words whether the app was late, gone or talking nonsense.
        return {"ok": False, "trouble": DeliveryError("trouble").sentence}
    return {"ok": False, "errors": errors} if errors else DONE


async def close(ask: Ask) -> Json:
    view = ask.view(ask.text("view_id"))
    await ask.slack.interactions.close(ask.me, view, clear=bool(ask.fields.get("clear")))
    return DONE


async def home(ask: Ask) -> Json:
    view = await ask.slack.person(ask.me.id).open_home()
    return {"view": ask.slack.workspace.views.as_json(view) if view else None}


async def set_fault(ask: Ask) -> Json:
    """Add a fault of the API (`method`) or of the mail sink (`stage`), or clear them all."""
    slack, fields = ask.slack, ask.fields
    if fields.get("clear"):
        slack.faults.clear()
        slack.smtp_faults.clear()
    elif fields.get("drop_socket"):
        slack.drop_socket()
    elif fields.get("deliver_twice"):
        slack.deliver_twice(int(fields["deliver_twice"]))
    elif "stage" in fields:
        slack.smtp_faults.add(fields["stage"], fields["code"], int(fields.get("times", 1)))
    elif "method" in fields:
        slack.faults.add(
            fields["method"],
            fields.get("status"),
            error=fields.get("error"),
            retry_after=int(fields.get("retry_after", 1)),
            times=int(fields.get("times", 1)),
            delay=float(fields.get("delay", 0)),
        )
    else:
        raise Refused("say what should go wrong: method, stage, deliver_twice or drop_socket")
    return await faults(ask)


def _keep_typed(ask: Ask, place: Place) -> None:
    """Take over everything the browser's inputs hold."""
    typed: dict[str, dict[str, Any]] = ask.fields.get("state") or {}
    if not typed:
        return
    state = ask.slack.interactions.state_of(ask.me, place)
    for placed in placed_in(place.blocks):
        held = typed.get(placed.block_id, {})
        if placed.action_id in held and placed.element["type"] in SLOTS:
            state[placed.block_id][placed.action_id] = choose(
                placed.element, held[placed.action_id]
            )
