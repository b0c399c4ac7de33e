"""The desk file: every fault with its line, so that it is corrected in one go."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.deskfile import DEFAULT_CODES, LONGEST_LABEL, DeskFileFault, read_desk_file
from desk.labels import Label
from desk.organisation import MailStyle
from desk.ports import EntrySetup

EXAMPLE = Path(__file__).parents[2] / "desk.example.yml"
SMALL = """\
fallback_team: it
teams:
  - key: it
    name: IT
    channel: support
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.yml"


def faults(file: Path, text: str) -> list[str]:
    """The faults, without the path in front: "<line>: <what>"."""
    file.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(DeskFileFault) as raised:
        read_desk_file(file)
    lines = raised.value.lines
    assert all(line.startswith(f"{file}:") and "\n" not in line for line in lines), lines
    return [line.removeprefix(f"{file}:").strip() for line in lines]


def test_a_small_file_is_enough(file: Path) -> None:
    file.write_text(SMALL)

    setup = read_desk_file(file)

    assert [(team.key, team.en, team.fr, team.channel) for team in setup.teams] == [
        ("it", "IT", "IT", "support")
    ]
    assert (setup.name, setup.language, setup.codes) == ("Frontdesk", "en", DEFAULT_CODES)


def test_a_team_says_how_its_mails_look(file: Path) -> None:
    style = """\
    mail:
      subject_prefix: "[IT]"
      from_name: {en: IT help, fr: Aide informatique}
      address: it@example.org
      signature: "IT help\\nfloor 3"
"""
    file.write_text(SMALL + style)

    (team,) = read_desk_file(file).teams

    assert team.mail == MailStyle(
        "[IT]",
        Label("IT help", "Aide informatique"),
        "it@example.org",
        Label("IT help\nfloor 3", "IT help\nfloor 3"),
    )


def test_the_example_has_no_fault() -> None:
    setup = read_desk_file(EXAMPLE)

    assert {team.key for team in setup.teams} == {"postes", "reseau", "applis"}
    assert all(entry.en and entry.fr for entry in setup.catalogue)


def test_what_lies_below_carries_the_keys_above(file: Path) -> None:
    file.write_text(
        SMALL
        + dedent(
            """
            catalogue:
              - key: pc
                name: {en: Computer, fr: Ordinateur}
                services:
                  - key: print
                    name: Printing
                    urgency: high
                    items: [{key: jam, name: {fr: Bourrage}}]
            """
        )
    )

    entries = read_desk_file(file).catalogue

    assert [(e.key, e.parent) for e in entries] == [
        ("pc", None),
        ("pc/print", "pc"),
        ("pc/print/jam", "pc/print"),
    ]
    assert (entries[1].urgency, entries[2].en) == ("high", "Bourrage")
    assert all(isinstance(entry, EntrySetup) for entry in entries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("teams: [", "1: ", id="not YAML"),
        pytest.param("teams:\n\t- a", "2: ", id="a tab"),
        pytest.param("a: *b", "1: ", id="unknown anchor"),
        pytest.param("- a\n- b", "1: expected `name: value` lines", id="a list"),
        pytest.param("just words", "1: expected `name: value` lines", id="a text"),
        pytest.param(SMALL + "colour: blue\n", "6: colour is not known here", id="unknown name"),
        pytest.param(
            SMALL.replace(": it\n", ": no\n", 1), "1: fallback_team must be", id="no team"
        ),
        pytest.param(SMALL.replace("    name: IT\n", ""), "3: name is missing", id="no name"),
        pytest.param(SMALL.replace("key: it", "name: x"), "key is missing", id="no key"),
        pytest.param(SMALL.replace("    channel: support\n", ""), "3: team it: channel", id="mute"),
        pytest.param(SMALL.replace("name: IT", "name: {en: ''}"), "name is empty", id="empty name"),
        pytest.param(
            SMALL.replace("name: IT", f"name: {'x' * (LONGEST_LABEL + 1)}"),
            f"4: name is longer than {LONGEST_LABEL}",
            id="long name",
        ),
        pytest.param(SMALL + "language: de\n", "6: language must be one of en, fr", id="German"),
        pytest.param(
            SMALL + "  - {key: it, name: Twice, channel: other}\n",
            "6: key it is used twice",
            id="twice",
        ),
        pytest.param(
            SMALL + "catalogue:\n  - {key: a, name: A, team: nobody}\n",
            "7: family a: team must be one of it",
            id="entry of nobody",
        ),
        pytest.param(
            SMALL + "catalogue:\n  - {key: a, name: A, urgency: now}\n",
            "7: urgency must be one of",
            id="unknown urgency",
        ),
        pytest.param(
            SMALL + "    mail: {address: nobody}\n", "6: address is no mail address", id="address"
        ),
        pytest.param(
            SMALL + f"    mail: {{subject_prefix: {'x' * 31}}}\n", "6: subject_prefix", id="prefix"
        ),
        pytest.param(
            SMALL + "    mail: {signature: {de: Gruß}}\n", "6: de is not known", id="signature"
        ),
        pytest.param(SMALL + "catalogue: {a: b}\n", "6: expected a list", id="not a list"),
        pytest.param(SMALL + "resolution_codes: [{key: x}]\n", "6: name is missing", id="code"),
        pytest.param(
            SMALL.replace("channel: support", "channel: [a]"), "5: expected a text", id="[]"
        ),
        pytest.param("", "1: teams: at least one team is needed", id="empty"),
        pytest.param("# nothing\n", "1: teams: at least one team is needed", id="comments"),
        pytest.param("--- \na: 1\n---\nb: 2\n", "expected a single document", id="two documents"),
    ],
)
def test_a_fault_is_told_with_its_line(file: Path, text: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(file, text)), faults(file, text)


def test_all_faults_are_told_at_once(file: Path) -> None:
    told = faults(file, "fallback_team: x\nlanguage: de\nteams:\n  - {key: a}\ncolour: red\n")

    assert len(told) >= 5
    assert [fault.split(":")[0] for fault in told if "colour" in fault] == ["5"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"a: \x00", id="a NUL"),
        pytest.param(b"a: &x [*x]", id="a circle"),
        pytest.param(b"a: " + b"[" * 5000, id="nested without end"),
        pytest.param(b"? [a, b]\n: c", id="a list as a name"),
        pytest.param(b"<<: {a: b}", id="a merge"),
        pytest.param(b"a: !!python/object:os.system x", id="an object"),
    ],
)
def test_whatever_the_file_holds_it_is_a_fault_of_one_line(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(DeskFileFault) as raised:
        read_desk_file(file)

    assert all("\n" not in line for line in raised.value.lines)


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    for missing in (tmp_path / "none.yml", tmp_path):
        with pytest.raises(DeskFileFault) as raised:
            read_desk_file(missing)

        (line,) = raised.value.lines
        assert str(missing) in line
        assert "desk.example.yml" in line


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "name", "team", "en", "services", "x"]), inner)
    ),
    max_leaves=8,
)
names = st.sampled_from(["name", "teams", "catalogue", "resolution_codes", "language", "members"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.dictionaries(names, values))
def test_any_shape_is_read_or_told_as_faults(file: Path, desk: dict[str, object]) -> None:
    file.write_text(yaml.safe_dump(desk, allow_unicode=True), encoding="utf-8")

    with pytest.raises(DeskFileFault) as raised:  # each lacks a team with a channel at least
        read_desk_file(file)

    assert all(line.startswith(f"{file}:") for line in raised.value.lines)
