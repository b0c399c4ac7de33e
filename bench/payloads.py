"""What Slack would send: a form of 11 kB and clicks, signed, with a number of their own each."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

from bench.double import REQUESTERS, TECHNICIANS
from blocks.ids import Action, Field, Form

SECRET = "measured-not-guarded"  # noqa: S105 - of the doubles on this machine only
FORM_SIZE = 11_000  # bytes of a realistic form as it arrives

_NUMBER, _REQUESTER, _TICKET = "N0N0N0N0", "R0R0R0R0", "T0T0T0T0"  # replaced in each request
_WHO = {
    "team": {"id": "TBENCH", "domain": "bench"},
    "user": {"id": TECHNICIANS[0], "username": "tech", "name": "tech", "team_id": "TBENCH"},
    "api_app_id": "ABENCH",
    "token": "verification-token",
    "trigger_id": f"13345224609.738474920.{_NUMBER}",
    "enterprise": None,
    "is_enterprise_install": False,
}

Request = bytes
Made = Callable[[int], Request]


def forms(path: str, host: str) -> Made:
    """New tickets: number → a signed request. The number is the ticket's mark."""
    template = _encoded(_form())

    def make(number: int) -> Request:
        body = template.replace(_NUMBER.encode(), b"%08d" % number)
        requester = REQUESTERS[number % len(REQUESTERS)]
        return _signed(body.replace(_REQUESTER.encode(), requester.encode()), path, host)

    return make


def clicks(path: str, host: str, action: str = Action.TICKET_ASSIGN) -> Made:
    """Clicks on the cards of tickets: the ticket's number → a signed request."""
    template = _encoded(_click(action))

    def make(number: int) -> Request:
        body = template.replace(_NUMBER.encode(), b"%08d" % number)
        return _signed(body.replace(_TICKET.encode(), b"%d" % number), path, host)

    return make


def numbered(make: Made, first: int, count: int) -> Iterator[tuple[int, Request]]:
    return ((number, make(number)) for number in range(first, first + count))


def _encoded(payload: dict[str, Any]) -> bytes:
    return b"payload=" + quote_plus(json.dumps(payload, ensure_ascii=False)).encode()


def _signed(body: bytes, path: str, host: str) -> Request:
    now = b"%d" % int(time.time())
    digest = hmac.new(SECRET.encode(), b"v0:" + now + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
        "Accept-Encoding: gzip,deflate\r\nAccept: application/json,*/*\r\n"
        f"X-Slack-Signature: v0={digest}\r\nX-Slack-Request-Timestamp: {now.decode()}\r\n"
        f"Content-Length: {len(body)}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + body


def _form() -> dict[str, Any]:
    """A form for a new ticket, filled in by a technician, as large as FORM_SIZE once encoded."""
    sentence = "L'imprimante du 3ᵉ étage n'imprime qu'une moitié de page, depuis ce matin. "
    payload = _form_with(sentence)
    missing = FORM_SIZE - len(_encoded(payload))
    return _form_with(sentence * (1 + max(missing, 0) // len(quote_plus(sentence))))


def _form_with(description: str) -> dict[str, Any]:
    view = {
        "id": f"VBENCH{_NUMBER}",
        "team_id": "TBENCH",
        "type": "modal",
        "callback_id": Form.TICKET_NEW,
        "private_metadata": json.dumps({"requester": _REQUESTER, "family": 1, "service": 2}),
        "title": _plain("New ticket"),
        "submit": _plain("Create"),
        "close": _plain("Cancel"),
        "blocks": _blocks(),
        "state": {"values": _state(description)},
        "hash": "1700000000.abcdef",
        "root_view_id": f"VBENCH{_NUMBER}",
        "previous_view_id": None,
        "app_id": "ABENCH",
        "bot_id": "BBENCH",
    }
    return {"type": "view_submission", **_WHO, "view": view, "response_urls": []}


def _state(description: str) -> dict[str, Any]:
    person = _option("Person Bench", _REQUESTER)
    return {
        Field.REQUESTER: {Action.FORM_REQUESTER: _chosen("external_select", person)},
        Field.FAMILY: {Action.FORM_FAMILY: _chosen("static_select", _option("Family 1", "1"))},
        f"{Field.SERVICE}#1": {
            Action.FORM_SERVICE: _chosen("static_select", _option("Service 1", "2"))
        },
        Field.SUBJECT: {
            Action.INPUT: {
                "type": "plain_text_input",
                "value": f"Imprimante du 3ᵉ étage: une moitié de page bench-{_NUMBER}",
            }
        },
        Field.DESCRIPTION: {Action.INPUT: {"type": "plain_text_input", "value": description}},
    }


def _blocks() -> list[dict[str, Any]]:
    families = [_option(f"Family {n}", str(n)) for n in range(1, 7)]
    services = [_option(f"Service {n}", str(n)) for n in range(2, 8)]
    find = {"type": "external_select", "action_id": Action.FORM_REQUESTER, "min_query_length": 0}
    select = {"type": "static_select", "placeholder": _plain("Choose")}
    text = {"type": "plain_text_input", "action_id": Action.INPUT, "max_length": 3000}
    return [
        _input(Field.REQUESTER, "Requester", find),
        _input(
            Field.FAMILY, "Family", {**select, "action_id": Action.FORM_FAMILY, "options": families}
        ),
        _input(
            f"{Field.SERVICE}#1",
            "Service",
            {**select, "action_id": Action.FORM_SERVICE, "options": services},
        ),
        _input(Field.SUBJECT, "Subject", {**text, "max_length": 150}),
        _input(Field.DESCRIPTION, "Description", {**text, "multiline": True}),
    ]


def _click(action: str) -> dict[str, Any]:
    button = {"type": "button", "text": _plain("Assign to me"), "value": _TICKET}
    buttons = [
        {**button, "action_id": name}
        for name in (Action.TICKET_ASSIGN, Action.TICKET_REPLY, Action.TICKET_RESOLVE)
    ]
    words = "R-000042 · Imprimante du 3ᵉ étage: une moitié de page. " * 12
    card = [
        {"type": "section", "block_id": f"b{n}", "text": {"type": "mrkdwn", "text": words}}
        for n in range(3)
    ]
    message = {
        "type": "message",
        "ts": "1700000000.000100",
        "bot_id": "BBENCH",
        "text": words,
        "blocks": [*card, {"type": "actions", "block_id": "a1", "elements": buttons}],
    }
    used = {
        "action_id": action,
        "block_id": "a1",
        "type": "button",
        "value": _TICKET,
        "text": _plain("Assign to me"),
        "action_ts": f"1700000001.{_NUMBER}",
    }
    place = {"channel_id": "CBENCH00", "message_ts": "1700000000.000100"}
    return {
        "type": "block_actions",
        **_WHO,
        "container": {"type": "message", **place, "is_ephemeral": False},
        "channel": {"id": "CBENCH00", "name": "privategroup"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.example/actions/TBENCH/1/2",
        "actions": [used],
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": _plain(text), "value": value}


def _chosen(kind: str, option: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "selected_option": option}


def _input(block_id: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": _plain(label),
        "optional": False,
        "dispatch_action": False,
        "element": element,
    }
