"""Every message and view that the bot can build is one that Slack's own types allow.

The golden files of `tests/blocks` are the input: they are what the builders make, word for word.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from blocks.options import catalogue_options, people_options
from locales.translator import translator_for
from tests import facts as f
from tests.contract.slack_types import Declared, faults_of

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "blocks" / "golden"
TYPES = {"modal": "Modal", "home": "Home", None: "Message"}

pytestmark = pytest.mark.node


def golden() -> dict[str, Declared]:
    made = {}
    for path in sorted(GOLDEN.rglob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        name = path.relative_to(GOLDEN).with_suffix("").as_posix()
        made[name] = Declared(TYPES[value.get("type")], value)
    return made


def options() -> dict[str, Declared]:
    t = translator_for("fr")
    people = people_options((f.PAUL, f.NOBODY_TO_MAIL), t, "Paul")
    catalogue = catalogue_options(f.CATALOGUE.entries, t)
    return {
        "options/people": Declared("Options", {"options": people}),
        "options/catalogue": Declared("Options", {"options": catalogue}),
    }


def posted() -> dict[str, Declared]:
    """A card as `chat.postMessage` is asked for it."""
    card = json.loads((GOLDEN / "en" / "card_new.json").read_text(encoding="utf-8"))
    metadata = {"event_type": "frontdesk", "event_payload": {"outbox": 1}}
    place = {"channel": "C0WORK", "unfurl_links": False, "unfurl_media": False}
    return {"post/card": Declared("Post", {**card, **place, "metadata": metadata})}


def manifest() -> dict[str, Declared]:
    value = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return {"manifest": Declared("Manifest", value)}


def test_whatever_the_bot_shows_is_allowed_by_slacks_types():
    shown = golden()

    faults = faults_of({**shown, **options(), **posted(), **manifest()})

    assert len(shown) > 200  # both languages
    assert faults == {}


BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "ticket.go"}
TITLE = {"type": "plain_text", "text": "New ticket"}


def message(*blocks: dict[str, Any]) -> Declared:
    return Declared("Message", {"text": "", "blocks": list(blocks)})


def modal(**parts: Any) -> Declared:
    return Declared("Modal", {"type": "modal", "title": TITLE, "blocks": [], **parts})


WRONG = {
    "no_such_block": message({"type": "sections"}),
    "no_such_style": message({"type": "actions", "elements": [{**BUTTON, "style": "red"}]}),
    "no_such_property": message({"type": "actions", "elements": [{**BUTTON, "colour": "red"}]}),
    "nothing_for_the_notification": Declared("Message", {"blocks": []}),
    "markup_in_a_title": modal(title={**TITLE, "type": "mrkdwn"}),
    "an_input_without_label": modal(blocks=[{"type": "input", "element": {}}]),
    "a_home_that_can_be_sent": Declared("Home", {"type": "home", "blocks": [], "submit": TITLE}),
    "an_option_without_text": Declared("Options", {"options": [{"value": "1"}]}),
}


def test_what_slack_would_not_take_is_found():
    faults = faults_of(WRONG)

    assert set(faults) == set(WRONG)
