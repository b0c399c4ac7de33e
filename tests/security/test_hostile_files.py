"""Files that an administrator was given by somebody else: read as data, and never for long."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot import people_list
from bot.commands import main
from bot.deskfile import DeskFileFault, read_desk_file
from bot.people_list import ListFault
from tests.journeys.stage import ROOT

LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
HOSTILE = {
    "a few lines that become billions": LAUGHS,
    "a value that holds itself": "teams: &a [*a]\n",
    "lists without end": "teams: " + "[" * 300_000,
    "an object of Python": "name: !!python/object/apply:os.system ['touch owned']\n",
    "a module of Python": "name: !!python/module:os\n",
    "another tag": "teams: !include /etc/passwd\n",
    "names without end": "? " * 5_000,
    "a merge with itself": "a: &a\n  <<: *a\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_desk_file_is_a_fault_and_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yml").write_text(HOSTILE[name])

    with pytest.raises(DeskFileFault):
        read_desk_file(Path("desk.yml"))

    assert [path.name for path in tmp_path.iterdir()] == ["desk.yml"]


CELLS = st.sampled_from(
    [
        "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")",
        "<script>", "{{7*7}}", "{% for x in y %}", "${7*7}", "%s%n", "../../etc/passwd", "\x00",
        "\x1b[2J", "a\u202eb", "'; DROP TABLE people; --", "Ada", "ada@acme.example", "",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_a_hostile_list_of_people_is_names_and_addresses_or_faults(
    rows: list[tuple[str, str]],
) -> None:
    """Nothing is calculated or filled in; and nothing is exported that a spreadsheet would open."""
    lines = [
        "name,email",
        *(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows),
    ]

    try:
        people = people_list.read(iter(f"{line}\n" for line in lines))
    except ListFault:
        return

    given_names = {" ".join(name.split()) for name, _ in rows}
    assert all(person.name in given_names for person in people)
    assert all(person.name.isprintable() and "@" in (person.email or "") for person in people)


@pytest.mark.parametrize("file", ["../../../../etc/shadow", "/", "/dev/null/x", "x\x00y"])
def test_a_path_that_leads_nowhere_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """The command line reads what its user may read anyway; it writes no such file."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("FRONTDESK_DESK", str(ROOT / "desk.example.yml"))

    said = CliRunner().invoke(main, ["people", "import", file])

    assert said.exit_code != 0
    assert "Traceback" not in said.output
