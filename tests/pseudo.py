"""A translator that marks what it said, so that a test sees words that nobody translated."""

from __future__ import annotations

from locales.translator import Translator


class PseudoTranslator(Translator):
    """Wraps each sentence in ⟦ ⟧ and otherwise speaks English."""

    def __init__(self) -> None:
        super().__init__("en")

    def __call__(self, text: str, /, **values: object) -> str:
        return f"⟦{super().__call__(text, **values)}⟧"

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        return f"⟦{super().plural(one, many, n, **values)}⟧"
