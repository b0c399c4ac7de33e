"""Find every sentence that the code and the templates say through a translator."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = ("blocks", "handlers", "mail", "bot")


@dataclass(frozen=True)
class Said:
    """A call of the translator; `key` is empty where the sentence was not written out there."""

    place: str
    key: str
    plural: str = ""


def said_by_code() -> Iterator[Said]:
    files = [path for folder in SPEAKING for path in (ROOT / folder).rglob("*.py")]
    for path in [*files, ROOT / "locales" / "translator.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and (said := _python_call(node, path)):
                yield said


def _python_call(call: ast.Call, path: Path) -> Said | None:
    place = f"{path.relative_to(ROOT)}:{call.lineno}"
    words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    match call.func:
        case ast.Name("t") | ast.Attribute(attr="t"):
            return Said(place, words[0] if words else "")
        case ast.Name("self") if words and path.name == "translator.py":
            return Said(place, words[0])
        case ast.Attribute(ast.Name("t") | ast.Attribute(attr="t"), "plural"):
            one, many = (*words, "", "")[:2]
            return Said(place, one, many)
        case _:
            return None


def said_by_templates() -> Iterator[Said]:
    environment = Environment(autoescape=True)
    for path in sorted((ROOT / "mail" / "templates").rglob("*.*")):
        if path.suffix not in (".html", ".txt"):
            continue
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if said := _template_call(call, path):
                yield said


def _template_call(call: nodes.Call, path: Path) -> Said | None:
    place = f"{path.relative_to(ROOT)}:{call.lineno}"
    words = [a.value for a in call.args if isinstance(a, nodes.Const) and isinstance(a.value, str)]
    match call.node:
        case nodes.Name(name="t"):
            return Said(place, words[0] if words else "")
        case nodes.Getattr(node=nodes.Name(name="t"), attr="plural"):
            one, many = (*words, "", "")[:2]
            return Said(place, one, many)
        case _:
            return None


def everything_said() -> list[Said]:
    return [*said_by_code(), *said_by_templates()]
