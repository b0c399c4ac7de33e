"""users.*, usergroups.*, bots.info, auth.test: who is who."""

from __future__ import annotations

from sandbox.shapes import bot_profile, group_object, user_object
from sandbox.webapi.calls import ApiError, Call, Json, Method, page
from sandbox.world import Person, UserGroup


def auth_test(call: Call) -> Json:
    world = call.world
    return {
        "url": f"https://{world.team.domain}.slack.com/",
        "team": world.team.name,
        "user": world.people[call.bot].handle,
        "team_id": world.team.id,
        "user_id": call.bot,
        "bot_id": world.app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def users_list(call: Call) -> Json:
    people, metadata = page(call, list(call.world.slack_people()))
    return {
        "members": [_user(call, person) for person in people],
        "cache_ts": int(call.ws.clock()),
        "response_metadata": metadata,
    }


def users_info(call: Call) -> Json:
    person = call.world.people.get(call.required("user"))
    if person is None or not person.in_slack:
        raise ApiError("user_not_found")
    return {"user": _user(call, person)}


def lookup_by_email(call: Call) -> Json:
    person = call.world.by_address(call.required("email"))
    if person is None or not person.in_slack or person.deleted or person.is_bot:
        raise ApiError("users_not_found")
    return {"user": _user(call, person)}


def usergroups_list(call: Call) -> Json:
    with_users = call.flag("include_users")
    groups = call.world.groups.values()
    return {"usergroups": [group_object(g, call.world, with_users=with_users) for g in groups]}


def usergroups_users_list(call: Call) -> Json:
    group: UserGroup | None = call.world.groups.get(call.required("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.members)}


def bots_info(call: Call) -> Json:
    wanted = call.text("bot", call.world.app.bot_id)
    if wanted != call.world.app.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": bot_profile(call.world)}


def _user(call: Call, person: Person) -> Json:
    return user_object(
        person,
        call.world,
        with_email="users:read.email" in call.ws.manifest.scopes,
        with_locale=call.flag("include_locale"),
    )


METHODS = {
    "auth.test": Method(auth_test),
    "api.test": Method(api_test, token="none"),  # noqa: S106 - a kind, not a secret
    "users.list": Method(users_list, ("users:read",), tier=2),
    "users.info": Method(users_info, ("users:read",), tier=4),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",), tier=3),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",), tier=2),
    "usergroups.users.list": Method(usergroups_users_list, ("usergroups:read",), tier=2),
    "bots.info": Method(bots_info, ("users:read",), tier=3),
}
