"""The lines of the selects: people, catalogue entries, teams; each within Slack's 75 characters."""

from __future__ import annotations

from collections.abc import Iterable

from blocks.elements import LONGEST_OPTION, LONGEST_VALUE, MOST_OPTIONS, Option, option
from blocks.ids import SOMEBODY_NEW
from blocks.text import cut, name_of, one_line
from desk.organisation import CatalogueEntry, ResolutionCode, Team
from desk.people import Person, folded
from locales.translator import Translator


def person_option(person: Person) -> Option:
    """ "Paul Smith — paul@example.org", and below it what the directory says of them."""
    name = name_of(person)
    room = LONGEST_OPTION - len(name) - 3
    address = one_line(person.email, room) if person.email and room > 5 else ""
    text = f"{name} — {address}" if address else name
    return option(text, _handle(person), one_line(person.title, LONGEST_OPTION - 2))


def people_options(
    people: Iterable[Person], t: Translator, query: str = "", *, with_new: bool = True
) -> list[Option]:
    """Those found, then the way out where the person is not in the directory."""
    most = MOST_OPTIONS - 1
    found = [person_option(person) for person in list(people)[:most]]
    return [*found, somebody_new_option(t, query)] if with_new else found


def somebody_new_option(t: Translator, query: str = "") -> Option:
    typed = one_line(query, 40)
    text = t("Somebody new: {name}", name=typed) if typed else t("Somebody new…")
    # What was typed travels with the choice, or it would have to be typed again.
    kept = cut(" ".join(query.split()), 40)
    return option(text, f"{SOMEBODY_NEW}:{kept}" if kept else SOMEBODY_NEW)


def catalogue_options(
    entries: Iterable[CatalogueEntry], t: Translator, query: str = ""
) -> list[Option]:
    """The entries of whose name each word typed begins a word."""
    wanted = folded(query).split()
    found = [entry for entry in entries if _matches(folded(entry.label.of(t.language)), wanted)]
    return [entry_option(entry, t) for entry in found[:MOST_OPTIONS]]


def entry_option(entry: CatalogueEntry, t: Translator) -> Option:
    return option(one_line(entry.label.of(t.language)) or entry.key, str(entry.id))


def team_option(team: Team, t: Translator) -> Option:
    return option(one_line(team.label.of(t.language)) or team.key, str(team.id))


def code_option(code: ResolutionCode, t: Translator) -> Option:
    return option(one_line(code.label.of(t.language)) or code.key, code.key)


def _matches(name: str, wanted: list[str]) -> bool:
    words = name.split()
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _handle(person: Person) -> str:
    """The handle; an address may be longer than an option's value can be."""
    return person.handle if len(person.handle) <= LONGEST_VALUE else f"person:{person.id}"
