"""What every builder shows, word for word, in both languages.

After a wanted change, write the files anew with `FRONTDESK_GOLDEN=write pytest tests/blocks` and
read the difference like prose.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from locales.translator import translator_for
from tests.blocks.scenes import Cast, scenes

GOLDEN = Path(__file__).parent / "golden"
WRITING = os.environ.get("FRONTDESK_GOLDEN") == "write"
LANGUAGES = ("en", "fr")
SHOWN = {language: dict(scenes(Cast(), translator_for(language))) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SHOWN["en"]))
def test_it_looks_as_it_did_when_somebody_last_read_it(name: str, language: str):
    kept = GOLDEN / language / f"{name}.json"
    shown = json.dumps(SHOWN[language][name], ensure_ascii=False, indent=2) + "\n"
    if WRITING:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(shown)

    assert kept.read_text() == shown


def test_no_golden_file_is_left_over():
    names = {path.stem for path in GOLDEN.rglob("*.json")}

    assert names == set(SHOWN["en"])
