"""What the documents say is so: tables made from the code, commands that exist, links that lead."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import pytest

from bot.commands import main
from bot.config import Settings
from tests.consistency.made import MADE, PARTS, made_anew
from tests.consistency.tree import ROOT, files

WRITING = os.environ.get("FRONTDESK_DOCS") == "write"
DOCUMENTS = sorted(path for path in files() if path.suffix == ".md")
BLOCK = re.compile(r"^ *```(?P<kind>\w*)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE)
IN_WORDS = re.compile(r"`((?:make|frontdesk) [^`\n]+)`")
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]+)(#[^)\s]*)?\)|<img[^>]* src=\"([^\"]+)\"")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands_in(document: str) -> set[str]:
    """Commands of ours, in blocks and in running text, without a prompt or a comment."""
    blocks = [found["text"] for found in BLOCK.finditer(document) if found["kind"] in ("", "sh")]
    lines = [line for block in blocks for line in block.splitlines()]
    lines += IN_WORDS.findall(document)
    bare = (re.sub(r"^\$ |^(?:[A-Z_]+=\S+ )+|\s+#.*$", "", line.strip()) for line in lines)
    return {line for line in bare if line.startswith(("make ", "frontdesk "))}


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w-]*):(?!=)", makefile, re.MULTILINE))


def exists(command: str) -> bool:
    """Whether the command, its subcommands and the options it names exist."""
    program, *words = command.split()
    if program == "make":
        return all(word in make_targets() for word in words if "=" not in word)
    found: click.Command = main
    while isinstance(found, click.Group):
        if not words or words[0].startswith("-"):
            return True
        following = found.commands.get(words.pop(0))
        if following is None:
            return False
        found = following
    known = {name for option in found.params for name in option.opts} | {"--help", "-h"}
    return all(word in known for word in words if word.startswith("--"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_each_command_that_is_written_down_exists(path: Path):
    wrong = {
        command for command in commands_in(path.read_text(encoding="utf-8")) if not exists(command)
    }

    assert wrong == set()


def test_the_readme_names_the_commands_a_newcomer_needs():
    commands = commands_in((ROOT / "README.md").read_text(encoding="utf-8"))

    assert commands >= {"make demo", "make test", "frontdesk check", "frontdesk run"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_each_link_within_the_project_leads_somewhere(path: Path):
    found = LINK.findall(path.read_text(encoding="utf-8"))
    targets = {target or picture for target, _, picture in found}

    assert {target for target in targets if not (path.parent / target).exists()} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_what_is_made_from_the_code_is_as_the_code_makes_it(path: Path):
    document = path.read_text(encoding="utf-8")
    if WRITING:
        path.write_text(made_anew(document), encoding="utf-8")

    assert path.read_text(encoding="utf-8") == made_anew(document)


def test_each_made_part_stands_somewhere():
    shown = {
        found["name"]
        for path in DOCUMENTS
        for found in MADE.finditer(path.read_text(encoding="utf-8"))
    }

    assert shown == set(PARTS)


def test_each_setting_says_what_it_is():
    silent = [
        name
        for name, field in Settings.model_fields.items()
        if not (field.description and field.alias)
    ]

    assert silent == []


def test_no_document_names_a_setting_that_is_none():
    known = {field.alias for field in Settings.model_fields.values()}
    for_developers = {
        "FRONTDESK_CHROMIUM",
        "FRONTDESK_DOCS",
        "FRONTDESK_GOLDEN",
        "FRONTDESK_KILLS",
        "FRONTDESK_SEED",
    }
    written = {
        name
        for path in DOCUMENTS
        for name in re.findall(r"\b(?:FRONTDESK|SLACK)_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }

    assert written <= known | for_developers
