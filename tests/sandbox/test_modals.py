"""Forms open, change, stack and close by Slack's rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import DeliveryError, NotOnScreen, Person, Sandbox
from tests.sandbox.test_misbehaving import Clock
from tests.sandbox.tiny_bot import a_button, a_client, a_form, a_manifest, a_subject, actions

Json = dict[str, Any]
Opener = Callable[..., Awaitable[Json]]


@pytest.fixture
def pierre(slack: Sandbox) -> Person:
    return slack.person("pierre")


@pytest.fixture
def opened(slack: Sandbox, client: AsyncWebClient, pierre: Person) -> Opener:
    """Opens a form for Pierre, as if he had pressed something."""

    async def open_form(*blocks: Json, **more: Any) -> Json:
        trigger = slack.workspace.triggers.new(pierre.id)
        answer = await client.views_open(trigger_id=trigger, view=a_form(*blocks, **more))
        view: Json = answer["view"]
        return view

    return open_form


async def error_of(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_trigger_works_once(slack: Sandbox, client: AsyncWebClient) -> None:
    trigger = slack.workspace.triggers.new("U01PIERRE")
    await client.views_open(trigger_id=trigger, view=a_form())

    again = client.views_open(trigger_id=trigger, view=a_form())

    assert await error_of(again) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds() -> None:
    clock = Clock()
    async with Sandbox(a_manifest(), clock=clock) as slack:
        trigger = slack.workspace.triggers.new("U01PIERRE")
        clock.now += 3.01

        late = a_client(slack).views_open(trigger_id=trigger, view=a_form())

        assert await error_of(late) == "expired_trigger_id"


async def test_a_refused_view_leaves_the_trigger_unused(
    slack: Sandbox, client: AsyncWebClient
) -> None:
    trigger = slack.workspace.triggers.new("U01PIERRE")

    bad = client.views_open(trigger_id=trigger, view=a_form(title="x"))

    assert await error_of(bad) == "invalid_arguments"
    assert (await client.views_open(trigger_id=trigger, view=a_form()))["ok"]


async def test_three_forms_stack_and_a_fourth_does_not(
    slack: Sandbox, client: AsyncWebClient, opened: Opener, pierre: Person
) -> None:
    first = await opened()
    views = [first]
    for _ in range(2):
        trigger = slack.workspace.triggers.new(pierre.id, first["id"])
        views.append((await client.views_push(trigger_id=trigger, view=a_form()))["view"])

    trigger = slack.workspace.triggers.new(pierre.id, first["id"])
    fourth = client.views_push(trigger_id=trigger, view=a_form())

    assert await error_of(fourth) == "push_limit_reached"
    assert [v.id for v in pierre.modals] == [v["id"] for v in views]
    assert views[2]["previous_view_id"] == views[1]["id"]
    assert views[2]["root_view_id"] == first["id"]


async def test_an_update_with_an_old_hash_is_refused(
    client: AsyncWebClient, opened: Opener
) -> None:
    view = await opened()
    await client.views_update(view_id=view["id"], view=a_form(), hash=view["hash"])

    again = client.views_update(view_id=view["id"], view=a_form(), hash=view["hash"])

    assert await error_of(again) == "hash_conflict"


async def test_what_is_typed_stays_where_the_ids_stay_and_ignores_new_initial_values(
    client: AsyncWebClient, opened: Opener, pierre: Person
) -> None:
    view = await opened()
    await pierre.fill({"subject": "typed"})
    prefilled = {"type": "plain_text_input", "action_id": "subject", "initial_value": "new"}

    same = await client.views_update(view_id=view["id"], view=a_form(a_subject(element=prefilled)))
    other = await client.views_update(
        view_id=view["id"], view=a_form(a_subject(block_id="subject#1", element=prefilled))
    )

    assert same["view"]["state"]["values"]["subject"]["subject"]["value"] == "typed"
    assert other["view"]["state"]["values"]["subject#1"]["subject"]["value"] == "new"


async def test_a_view_is_found_by_its_external_id(
    client: AsyncWebClient, opened: Opener, pierre: Person
) -> None:
    await opened(external_id="ticket-42")

    updated = await client.views_update(
        external_id="ticket-42", view=a_form(external_id="ticket-42", private_metadata="m")
    )

    assert updated["view"]["private_metadata"] == "m"
    assert pierre.form.definition["private_metadata"] == "m"


async def test_a_closed_form_can_no_longer_be_updated(
    client: AsyncWebClient, opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    view = await opened()
    await pierre.close()

    late = client.views_update(view_id=view["id"], view=a_form())

    assert await error_of(late) == "not_found"


async def test_closing_is_told_only_to_apps_that_asked(
    opened: Opener, pierre: Person, bolt: AsyncApp, slack: Sandbox
) -> None:
    closed: list[Json] = []

    @bolt.view_closed("ticket.new")
    async def on_closed(ack: Any, body: Json) -> None:
        closed.append(body)
        await ack()

    await opened()
    await pierre.close()
    await opened(notify_on_close=True)
    await pierre.fill({"subject": "half a sent"})
    await pierre.close()

    assert len(closed) == 1
    assert closed[0]["is_cleared"] is False
    assert closed[0]["view"]["state"]["values"]["subject"]["subject"]["value"] == "half a sent"


async def test_an_answer_may_update_push_or_clear(
    opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    def titled(text: str) -> Json:
        return a_form(title={"type": "plain_text", "text": text})

    answers: Iterator[Json] = iter(
        [
            {"response_action": "update", "view": titled("2")},
            {"response_action": "push", "view": titled("3")},
            {"response_action": "clear"},
        ]
    )

    @bolt.view("ticket.new")
    async def sent(ack: Any) -> None:
        await ack(**next(answers))

    titles = []
    await opened()
    for _ in range(3):
        await pierre.fill({"subject": "a"})
        assert await pierre.submit() == {}
        titles.append([view.title for view in pierre.modals])

    assert titles == [["2"], ["2", "3"], []]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"response_action": "errors", "errors": {"elsewhere": "no"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
        {"text": "thanks"},
    ],
    ids=["unknown field", "no errors", "invalid view", "unknown action", "not an action"],
)
async def test_a_nonsense_answer_shows_trouble_and_keeps_the_form(
    opened: Opener, pierre: Person, slack: Sandbox, bolt: AsyncApp, nonsense: Json
) -> None:
    @bolt.middleware
    async def answer(next_: Any) -> Any:
        from slack_bolt.response import BoltResponse

        return BoltResponse(status=200, body=nonsense)

    await opened()
    await pierre.fill({"subject": "precious"})

    with pytest.raises(DeliveryError, match="We had some trouble connecting"):
        await pierre.submit()

    assert pierre.form.state["subject"]["subject"]["value"] == "precious"


async def test_slack_checks_the_form_before_it_sends(opened: Opener, pierre: Person) -> None:
    short = {"type": "plain_text_input", "action_id": "a", "min_length": 3, "max_length": 5}
    await opened(
        a_subject(),
        a_subject(block_id="note", optional=True),
        a_subject(block_id="short", element=short),
        a_subject(block_id="mail", element={"type": "email_text_input", "action_id": "a"}),
        a_subject(
            block_id="count",
            element={"type": "number_input", "action_id": "a", "is_decimal_allowed": False},
        ),
    )

    await pierre.fill({"short": "ab", "mail": "nobody", "count": "1.5"})
    errors = await pierre.submit()
    await pierre.fill({"subject": " \n", "short": "abcdef"})
    more = await pierre.submit()

    assert set(errors) == {"subject", "short", "mail", "count"}
    assert more["subject"] == "Please complete this required field."
    assert "5 characters or fewer" in more["short"]


async def test_a_press_in_a_form_carries_what_is_typed(
    opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    bodies: list[Json] = []

    @bolt.action("ticket.more")
    async def more(ack: Any, body: Json, client: Any) -> None:
        bodies.append(body)
        await client.views_push(trigger_id=body["trigger_id"], view=a_form())
        await ack()

    await opened(a_subject(), actions(a_button("ticket.more", value="42")))
    await pierre.fill({"subject": "typed"})
    await pierre.press("ticket.more")

    (body,) = bodies
    assert body["container"]["type"] == "view"
    assert body["actions"][0]["value"] == "42"
    assert body["view"]["state"]["values"]["subject"]["subject"]["value"] == "typed"
    assert "channel" not in body
    assert len(pierre.modals) == 2


def a_type_ahead(**more: Any) -> Json:
    element = {"type": "external_select", "action_id": "who", "min_query_length": 0}
    return a_subject(block_id="who", element=element) | more


async def test_a_type_ahead_asks_the_app_and_keeps_the_option_it_offered(
    opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    queries: list[str] = []

    @bolt.options("who")
    async def who(ack: Any, body: Json) -> None:
        queries.append(body["value"])
        names = [n for n in ("Paul Smith", "Paula Jones") if body["value"] in n]
        options = [{"text": {"type": "plain_text", "text": n}, "value": n[:5]} for n in names]
        await ack(options=options)

    await opened(a_type_ahead())
    everybody = await pierre.options("who")
    await pierre.fill({"who": "Paul Smith"})
    kept = pierre.form.state["who"]["who"]["selected_option"]

    assert [o["value"] for o in everybody] == ["Paul ", "Paula"]
    assert kept["text"]["text"] == "Paul Smith"
    assert queries == [""]
    with pytest.raises(NotOnScreen, match="does not offer"):
        await pierre.fill({"who": "Nobody"})


async def test_options_slack_would_refuse_reach_nobody(
    opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    @bolt.options("who")
    async def who(ack: Any) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": "a" * 76}, "value": "1"}])

    await opened(a_type_ahead())

    with pytest.raises(DeliveryError, match="invalid_options"):
        await pierre.options("who", "a")


async def test_an_input_that_dispatches_tells_the_app_at_once(
    opened: Opener, pierre: Person, bolt: AsyncApp
) -> None:
    told: list[Json] = []

    @bolt.action("service")
    async def service(ack: Any, body: Json) -> None:
        told.append(body["actions"][0])
        await ack()

    options = [
        {"text": {"type": "plain_text", "text": text}, "value": text.lower()}
        for text in ("Mail", "Print")
    ]
    element = {"type": "static_select", "action_id": "service", "options": options}
    await opened(a_subject(), a_subject(block_id="service", element=element, dispatch_action=True))
    await pierre.fill({"subject": "silent", "service": "Print"})

    (action,) = told
    assert action["selected_option"]["value"] == "print"
    assert action["type"] == "static_select"


async def test_the_home_is_published_and_republished(
    slack: Sandbox, client: AsyncWebClient, pierre: Person, bolt: AsyncApp
) -> None:
    opened: list[Json] = []

    @bolt.event("app_home_opened")
    async def on_opened(event: Json, client: AsyncWebClient) -> None:
        opened.append(event)
        home = {"type": "home", "blocks": [actions(a_button())]}
        await client.views_publish(user_id=event["user"], view=home)

    await pierre.open_home()
    await slack.until(lambda: pierre.home)
    await pierre.open_home()

    assert "view" not in opened[0]
    assert opened[1]["view"]["type"] == "home"
    assert opened[0]["channel"] == pierre.dm.id
    stale = client.views_publish(
        user_id=pierre.id, view={"type": "home", "blocks": []}, hash="0.old"
    )
    assert await error_of(stale) == "hash_conflict"
