"""The two languages, as translators."""

from __future__ import annotations

import pytest

from locales.translator import Translator, translator_for


@pytest.fixture
def english() -> Translator:
    return translator_for("en")


@pytest.fixture
def french() -> Translator:
    return translator_for("fr")
