"""The ids within everything that the builders can build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from blocks.drafts import Draft
from blocks.ticket_form import ticket_form
from desk.labels import Label
from desk.organisation import Catalogue, CatalogueEntry
from locales.translator import translator_for
from tests import facts as f
from tests.blocks.scenes import Cast, scenes

Json = Mapping[str, Any]


@dataclass
class Built:
    """Ids by what Slack will do with them."""

    actions: set[str] = field(default_factory=set)  # Slack tells us when they are used
    inputs: set[str] = field(default_factory=set)  # come back with their form only
    options: set[str] = field(default_factory=set)  # Slack asks us what they offer
    overflow: set[str] = field(default_factory=set)  # actions named by an overflow's lines
    views: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)  # views that have a submit button
    fields: set[str] = field(default_factory=set)

    def see(self, surface: Json) -> None:
        if "callback_id" in surface:
            self.views.add(surface["callback_id"])
            if "submit" in surface:
                self.sent.add(surface["callback_id"])
        for block in surface["blocks"]:
            if block["type"] == "input" or _holds_ticks(block):
                self.fields.add(block["block_id"].partition("#")[0])
            for element, tells in _elements(block):
                self._see_element(element, tells)

    def _see_element(self, element: Json, tells: bool) -> None:
        (self.actions if tells else self.inputs).add(element["action_id"])
        if element["type"] == "external_select":
            self.options.add(element["action_id"])
        if element["type"] == "overflow":
            self.overflow |= {one["value"].partition(":")[0] for one in element["options"]}


def _holds_ticks(block: Json) -> bool:
    return block["type"] == "actions" and block["elements"][0]["type"] == "checkboxes"


def _elements(block: Json) -> Iterator[tuple[Json, bool]]:
    """The elements of a block that have an id, and whether Slack tells us of their use at once."""
    if block["type"] == "actions":
        yield from ((element, True) for element in block["elements"])
    if "action_id" in block.get("accessory", {}):
        yield block["accessory"], True
    if block["type"] == "input":
        yield block["element"], bool(block.get("dispatch_action"))


@cache
def everything() -> Built:
    built = Built()
    for language in ("en", "fr"):
        for _, surface in scenes(Cast(), translator_for(language)):
            built.see(surface)
    for draft in (Draft(), Draft(family=1), Draft(family=1, service=2)):
        facts = f.new_ticket_facts(catalogue=_long_catalogue())
        built.see(ticket_form(facts, draft, translator_for("en")))
    return built


def _long_catalogue() -> Catalogue:
    """More families, services and items than a menu can hold, so that Slack asks us for them."""
    entries = [f.FAMILY, f.SERVICE, f.ITEM]
    for parent in (None, f.FAMILY.id, f.SERVICE.id):
        for _ in range(150):
            number = len(entries) + 1
            label = Label(f"Entry {number}", f"Entrée {number}")
            entries.append(CatalogueEntry(number, f"entry-{number}", label, parent))
    return Catalogue(tuple(entries))
