"""Words in a reader's language: the English sentence is the key, a catalogue holds the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

HERE = Path(__file__).parent
CATALOGUES: dict[str, tuple[str, ...]] = {
    "en": (),
    "fr": (
        "fr.po",
        "fr_mail.po",
        "fr_mail_in.po",
        "fr_mail_content.po",
        "fr_mail_out.po",
        "fr_people.po",
        "fr_held.po",
    ),
}

T = TypeVar("T")
Plural = tuple[str, str]


@dataclass(frozen=True)
class Translator:
    """Call it with an English sentence and the values of its placeholders."""

    language: str
    singles: Mapping[str, str] = field(default_factory=dict, repr=False)
    plurals: Mapping[str, Plural] = field(default_factory=dict, repr=False)
    _tables: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, text: str, /, **values: object) -> str:
        said = self.singles.get(text, text)
        return said.format(**values) if values else said

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form of the sentence for `n`, which is always available as {n}."""
        forms = self.plurals.get(one, (one, many))
        return forms[0 if self._is_one(n) else 1].format(n=n, **values)

    def table(self, said: Callable[[Translator], T]) -> T:
        """What `said` says in this language: many sentences at once, looked up only once."""
        found: T | None = self._tables.get(said)
        if found is None:
            found = self._tables[said] = said(self)
        return found

    def date(self, at: datetime, zone: str) -> str:
        """ "24 November 2026" or "24/11/2026", in the reader's time zone."""
        local = at.astimezone(_zone(zone))
        if self.language == "fr":
            return f"{local:%d/%m/%Y}"
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}"

    def time(self, at: datetime, zone: str) -> str:
        return f"{at.astimezone(_zone(zone)):%H:%M}"

    def datetime(self, at: datetime, zone: str) -> str:
        return self("{date} at {time}", date=self.date(at, zone), time=self.time(at, zone))

    def _is_one(self, n: int) -> bool:
        # French says "0 demande" where English says "0 tickets".
        return n in (0, 1) if self.language == "fr" else n == 1


# Not `strftime("%B")`: it follows the locale of the process, not the language of the reader.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@cache
def translator_for(language: str) -> Translator:
    """The translator of "en" or "fr"; of English for any other language."""
    if language not in CATALOGUES:
        return translator_for("en")
    singles: dict[str, str] = {}
    plurals: dict[str, Plural] = {}
    for name in CATALOGUES[language]:
        _read(HERE / name, singles, plurals)
    return Translator(language, singles, plurals)


def _read(path: Path, singles: dict[str, str], plurals: dict[str, Plural]) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        for message in read_po(file):
            match message.id, message.string:
                case (str(one), _), (str(said_one), str(said_many)) if said_one and said_many:
                    plurals[one] = (said_one, said_many)
                case str(text), str(said) if text and said:
                    singles[text] = said
                case _:
                    pass


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # a zone this machine has no table of
        return ZoneInfo("UTC")
