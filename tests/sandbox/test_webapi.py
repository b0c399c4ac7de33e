"""The Web API answers as Slack's does, to a real client."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.sandbox.tiny_bot import SCOPES, a_button, a_client, a_manifest, actions

POSTES = "C01POSTES"


async def refused(call: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value


async def error_of(call: Any) -> str:
    return str((await refused(call)).response["error"])


async def test_the_bot_learns_who_it_is(client: AsyncWebClient) -> None:
    me = await client.auth_test()

    assert (me["team_id"], me["user_id"], me["bot_id"]) == (
        "T01MERIDIEN",
        "U01FRONTDESK",
        "B01FRONTDESK",
    )


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-wrong", "invalid_auth"), ("xapp-sandbox", "not_allowed_token_type")],
)
async def test_a_wrong_token_opens_nothing(slack: Sandbox, token: str, error: str) -> None:
    client = AsyncWebClient(token=token, base_url=slack.api_url)

    assert await error_of(client.auth_test()) == error


async def test_an_unknown_method_is_named_as_such(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_says_which_is_needed() -> None:
    scopes = [scope for scope in SCOPES if scope != "usergroups:read"]
    async with Sandbox(a_manifest(scopes=scopes)) as slack:
        answer = (await refused(a_client(slack).usergroups_list())).response

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "usergroups:read"


async def test_without_the_address_scope_profiles_have_no_address() -> None:
    scopes = [scope for scope in SCOPES if scope != "users:read.email"]
    async with Sandbox(a_manifest(scopes=scopes)) as slack:
        user = (await a_client(slack).users_info(user="U01PAUL"))["user"]

    assert "email" not in user["profile"]


async def test_forms_and_json_bodies_say_the_same(slack: Sandbox, client: AsyncWebClient) -> None:
    blocks = [actions(a_button())]

    await client.api_call("chat.postMessage", json={"channel": POSTES, "blocks": blocks})
    await client.api_call(
        "chat.postMessage",
        data={"channel": POSTES, "blocks": '[{"type":"divider"}]', "text": "é & ü"},
    )

    first, second = slack.channel(POSTES).messages
    assert first.blocks == blocks
    assert (second.blocks[0]["type"], second.text) == ("divider", "é & ü")


async def test_a_refused_message_names_the_place(client: AsyncWebClient) -> None:
    long_button = a_button(text="a" * 76)

    answer = (
        await refused(client.chat_postMessage(channel=POSTES, blocks=[actions(long_button)]))
    ).response

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"
    ]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C01GENERAL", "not_in_channel"),
        ("C01NOWHERE", "channel_not_found"),
        ("U01NOBODY", "channel_not_found"),
    ],
)
async def test_the_bot_cannot_post_where_it_is_not(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="hi")) == error


async def test_an_archived_channel_takes_no_messages(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    slack.channel(POSTES).archived = True

    assert await error_of(client.chat_postMessage(channel=POSTES, text="a")) == "is_archived"


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    slack.channel("C01ADMIN").members.remove("U01FRONTDESK")

    assert await error_of(client.conversations_info(channel="C01ADMIN")) == "channel_not_found"


async def test_the_bot_may_join_a_public_channel(slack: Sandbox, client: AsyncWebClient) -> None:
    await client.conversations_join(channel="C01GENERAL")
    again = await client.conversations_join(channel="C01GENERAL")

    assert "U01FRONTDESK" in slack.channel("general").members
    assert again["warning"] == "already_in_channel"


async def test_a_message_to_a_person_opens_their_direct_messages(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    opened = await client.conversations_open(users="U01PAUL")
    posted = await client.chat_postMessage(channel="U01PAUL", text="hello")

    assert posted["channel"] == opened["channel"]["id"]
    assert [m.text for m in slack.person("paul").dms] == ["hello"]


async def test_an_update_replaces_blocks_and_keeps_the_message(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a", blocks=[actions(a_button())])

    await client.chat_update(channel=POSTES, ts=posted["ts"], text="b")

    (message,) = slack.channel(POSTES).messages
    assert (message.text, message.blocks) == ("b", [])
    assert message.edited is not None


async def test_the_bot_cannot_change_what_a_person_wrote(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    theirs = await slack.person("pierre").say(POSTES, "mine")

    update = client.chat_update(channel=POSTES, ts=theirs.ts, text="yours")
    delete = client.chat_delete(channel=POSTES, ts=theirs.ts)

    assert await error_of(update) == "cant_update_message"
    assert await error_of(delete) == "cant_delete_message"


async def test_a_deleted_message_is_gone(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a")
    await client.chat_delete(channel=POSTES, ts=posted["ts"])

    again = client.chat_update(channel=POSTES, ts=posted["ts"], text="b")

    assert await error_of(again) == "message_not_found"


async def test_a_deleted_message_with_replies_leaves_a_tombstone(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a")
    await client.chat_postMessage(channel=POSTES, text="b", thread_ts=posted["ts"])

    await client.chat_delete(channel=POSTES, ts=posted["ts"])

    tombstone, reply = slack.channel(POSTES).messages
    assert (tombstone.subtype, reply.text) == ("tombstone", "b")


async def test_a_thread_counts_its_replies(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a")
    reply = await client.chat_postMessage(channel=POSTES, text="b", thread_ts=posted["ts"])

    history = await client.conversations_history(channel=POSTES)
    thread = await client.conversations_replies(channel=POSTES, ts=posted["ts"])

    assert [(m["text"], m["reply_count"]) for m in history["messages"]] == [("a", 1)]
    assert [m["ts"] for m in thread["messages"]] == [posted["ts"], reply["ts"]]


async def test_metadata_is_shown_only_when_asked_for(client: AsyncWebClient) -> None:
    about = {"event_type": "ticket", "event_payload": {"id": 42}}
    await client.chat_postMessage(channel=POSTES, text="a", metadata=about)

    quiet = await client.conversations_history(channel=POSTES)
    asked = await client.conversations_history(channel=POSTES, include_all_metadata=True)

    assert "metadata" not in quiet["messages"][0]
    assert asked["messages"][0]["metadata"] == about


async def test_an_ephemeral_message_is_for_one_member(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=POSTES, user="U01PIERRE", text="psst")
    outside = client.chat_postEphemeral(channel=POSTES, user="U01PAUL", text="psst")

    assert [m.text for m in slack.person("pierre").ephemerals] == ["psst"]
    assert slack.person("camille").ephemerals == []
    assert await error_of(outside) == "user_not_in_channel"


async def test_people_come_in_pages_with_locale_and_address(client: AsyncWebClient) -> None:
    people: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await client.users_list(limit=5, cursor=cursor, include_locale=True)
        people += page["members"]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break

    by_id = {person["id"]: person for person in people}
    assert len(by_id) == len(people) > 15
    assert by_id["U01PAUL"]["locale"] == "en-GB"
    assert by_id["U01PAUL"]["profile"]["email"] == "paul.smith@meridien.example"
    assert "email" not in by_id["U01GUEST"]["profile"]
    assert by_id["U01GUEST"]["is_restricted"]
    assert "jeanne.martin@client.example" not in by_id


async def test_a_person_is_found_by_address(client: AsyncWebClient) -> None:
    found = await client.users_lookupByEmail(email="MARIE.curie@meridien.example")
    outside = client.users_lookupByEmail(email="jeanne.martin@client.example")

    assert found["user"]["id"] == "U01MARIE"
    assert await error_of(outside) == "users_not_found"


async def test_groups_list_their_members(client: AsyncWebClient) -> None:
    groups = await client.usergroups_list(include_users=True)
    users = await client.usergroups_users_list(usergroup="S01RESEAU")

    assert {g["handle"] for g in groups["usergroups"]} >= {"equipe-postes", "equipe-reseau"}
    assert users["users"] == ["U01AICHA", "U01NOE", "U01MATEUSZ"]


async def test_channels_are_listed_by_type(client: AsyncWebClient) -> None:
    public = await client.conversations_list()
    private = await client.conversations_list(types="private_channel")
    members = await client.conversations_members(channel=POSTES)

    assert [c["name"] for c in public["channels"]] == ["general"]
    assert {c["name"] for c in private["channels"]} >= {"support-postes", "frontdesk-admin"}
    assert set(members["members"]) >= {"U01PIERRE", "U01FRONTDESK"}


async def test_a_reaction_is_given_once(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a")
    about = {"channel": POSTES, "timestamp": posted["ts"], "name": "eyes"}
    await client.reactions_add(**about)

    assert await error_of(client.reactions_add(**about)) == "already_reacted"

    await client.reactions_remove(**about)
    assert await error_of(client.reactions_remove(**about)) == "no_reaction"


async def test_a_permalink_leads_into_the_thread(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=POSTES, text="a")
    reply = await client.chat_postMessage(channel=POSTES, text="b", thread_ts=posted["ts"])

    link = await client.chat_getPermalink(channel=POSTES, message_ts=reply["ts"])

    assert link["permalink"].startswith("https://atelier-meridien.slack.com/archives/C01POSTES/p")
    assert f"thread_ts={posted['ts']}" in link["permalink"]


async def test_tokens_never_reach_the_traffic(slack: Sandbox) -> None:
    client = AsyncWebClient(base_url=slack.api_url)

    await client.api_call("auth.test", data={"token": slack.bot_token})
    await AsyncWebClient(token=slack.app_token, base_url=slack.api_url).apps_connections_open(
        app_token=slack.app_token
    )

    shown = str([record.as_dict() for record in slack.traffic])
    assert "auth.test" in shown
    assert slack.bot_token not in shown
    assert slack.app_token not in shown
    assert "ticket=" not in shown
