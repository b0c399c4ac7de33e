"""`make story`: the three stories in the terminal, by the real bot in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import story
from sandbox.stories import child
from sandbox.stories.script import FRENCH

ROOT = Path(__file__).parents[2]
LINES_IN_ORDER = (
    "A. Créer une demande pour quelqu’un d’autre",
    "▶ Durand Pierre tape /ticket dans #support-postes.",
    "→ Équipe\u00a0: Postes de travail",
    "✅ R-000001 · L’imprimante du 3e étage bourre",
    "Paul Smith pour Marie Curie",
    "Objet    [R-000001] L’imprimante du 3e étage bourre",
    "B. Échanger avec le demandeur",
    "🟢 Assigné à Durand Pierre",
    "↳ Camille Lefèvre",
    "Ce vieux Zébulon est fatigué…",
    "✉️ Répondre au demandeur",
    "À        Paul Smith <paul.smith@meridien.example>",
    "À        Marie Curie <marie.curie@meridien.example>",
    "C’est une LaserJet M404",
    "📩 Nouvelle réponse",
    "✔ La note interne n’est dans aucun des 3 courriels.",
    "C. Résoudre",
    "✔ Quitter un formulaire n’a rien changé.",
    "⚠ Veuillez remplir ce champ.",
    "✅ Résolu par Durand Pierre · Réparation matériel",
    "Durand Pierre has solved your request",
    "Rouleau d’entraînement remplacé.",
    "✔ La note interne n’est dans aucun des 5 courriels.",
    "✔ Tout s’est passé comme raconté.",
)


def test_the_story_is_told_from_the_first_keystroke_to_the_last_mail() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "sandbox.story", "--lang", "fr", "--undo", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    position = 0
    for line in LINES_IN_ORDER:
        assert line in told.stdout[position:], f"{line!r} is missing after {position}"
        position = told.stdout.index(line, position)
    assert "Annuler l’envoi" in told.stdout
    assert "\x1b[" not in told.stdout


def test_a_note_that_reaches_the_requester_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leaking = replace(FRENCH, question=f"Bonjour, {FRENCH.note}")
    monkeypatch.setitem(story.SCRIPTS, "fr", leaking)

    code = story.main(["--lang", "fr", "--undo", "0"])

    assert code == 1
    assert "✘ Ne s’est pas produit\u00a0: " in capsys.readouterr().out


def test_a_bot_that_does_not_start_is_told_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(child, "desk_file", lambda folder, language: folder / "missing.yml")

    code = story.main(["--lang", "en"])

    said = capsys.readouterr()
    assert code == 1
    assert "✘ The bot does not run:" in said.out
    assert "missing.yml" in said.err


@pytest.mark.parametrize(
    ("lang", "spoken"),
    [("fr_FR.UTF-8", "fr"), ("fr", "fr"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "en")],
)
def test_the_shell_says_in_which_language(
    lang: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)

    assert story.usual_language() == spoken
