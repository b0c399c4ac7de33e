"""A name that the administrator gives in every language the desk speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """English and French names of a team, a catalogue entry or a resolution code."""

    en: str
    fr: str

    def of(self, language: str) -> str:
        return self.fr if language == "fr" else self.en

    def to_json(self) -> dict[str, str]:
        return {"en": self.en, "fr": self.fr}
