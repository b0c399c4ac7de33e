"""The project's own files, and what their code says literally."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {"build", "var", "node_modules"}


def files() -> Iterator[Path]:
    """Every file that belongs to the project: nothing hidden, nothing made, nothing installed."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name.startswith(".") or path.name in NOT_OURS or path.suffix == ".egg-info":
                continue
            if path.is_dir() and path.name != "__pycache__":
                folders.append(path)
            elif path.is_file():
                yield path


def code_of(*packages: str) -> Iterator[ast.AST]:
    """Every node of the syntax trees of these packages."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def literals_in(*packages: str) -> set[str]:
    return {
        node.value
        for node in code_of(*packages)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
