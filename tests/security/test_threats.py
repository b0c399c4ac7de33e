"""Each threat in the document names a test, and the test is there and is run."""

from __future__ import annotations

import ast
import re

import pytest

from tests.consistency.tree import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (?P<threat>[^|]+) \| (?P<stop>[^|]+) \| `(?P<test>[^`|]+)` \|$", re.MULTILINE
)
ROWS = {found["threat"].strip(): found["test"] for found in ROW.finditer(DOCUMENT)}


def test_every_row_of_the_table_names_a_test() -> None:
    section = DOCUMENT.partition("## Threats\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]

    assert len(rows) == len(ROWS) > 20


@pytest.mark.parametrize("threat", ROWS)
def test_the_named_test_is_collected(threat: str) -> None:
    """At the top of a file that pytest looks into, under a name it looks for, and not left out."""
    path, _, name = ROWS[threat].partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    [found] = [node for node in tree.body if isinstance(node, functions) and node.name == name]

    assert path.startswith("tests/")
    assert path.rpartition("/")[2].startswith("test_")
    assert name.startswith("test_")
    assert not [d for d in found.decorator_list if re.search(r"skip|xfail", ast.unparse(d))]


def test_each_file_about_security_stands_in_the_table() -> None:
    """But for this one."""
    files = {path.name for path in (ROOT / "tests" / "security").glob("test_*.py")}
    named = {test.partition("::")[0].rpartition("/")[2] for test in ROWS.values()}

    assert files - named == {"test_threats.py"}
