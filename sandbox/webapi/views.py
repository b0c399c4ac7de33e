"""views.*: modals and App Home."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.modals import View, ViewError
from sandbox.triggers import Trigger
from sandbox.webapi.calls import ApiError, Call, Json, Method


def open_view(call: Call) -> Json:
    definition = _definition(call, "modal")
    trigger = _trigger(call)
    return _done(call, lambda: call.ws.views.open(trigger.user, definition, over=trigger.view_id))


def push(call: Call) -> Json:
    definition = _definition(call, "modal")
    trigger = _trigger(call)
    return _done(call, lambda: call.ws.views.push(trigger.user, definition))


def update(call: Call) -> Json:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments")
    view = call.ws.views.find(view_id or None, external_id or None)
    if view is None:
        raise ApiError("not_found")
    definition = _definition(call, view.type)
    given_hash = call.text("hash") or None
    return _done(call, lambda: call.ws.views.update(view, definition, given_hash=given_hash))


def publish(call: Call) -> Json:
    if not call.ws.manifest.has_home:
        raise ApiError("not_enabled")
    user = call.required("user_id")
    if user not in call.world.people:
        raise ApiError("user_not_found")
    definition = _definition(call, "home")
    given_hash = call.text("hash") or None
    return _done(call, lambda: call.ws.views.publish(user, definition, given_hash=given_hash))


def _definition(call: Call, kind: str) -> Json:
    return call.ws.checked_view(call.structure("view"), kind)


def _trigger(call: Call) -> Trigger:
    found = call.ws.triggers.exchange(call.text("trigger_id") or call.required("interactivity"))
    if isinstance(found, str):
        raise ApiError(found)
    return found


def _done(call: Call, work: Callable[[], View]) -> Json:
    try:
        view = work()
    except ViewError as refused:
        raise ApiError(str(refused)) from refused
    return {"view": call.ws.views.as_json(view)}


METHODS = {
    "views.open": Method(open_view, tier=4),
    "views.push": Method(push, tier=4),
    "views.update": Method(update, tier=4),
    "views.publish": Method(publish, tier=4),
}
