"""People from a file: all or nothing, and every fault by its line."""

from __future__ import annotations

import pytest

from bot.people_list import ListFault, read, text_of
from desk.people import Person

HEAD = "name,email,language,title"


def faults(*lines: str) -> list[str]:
    with pytest.raises(ListFault) as raised:
        read(lines)
    return raised.value.lines


def test_people_are_read_with_what_is_known() -> None:
    people = read(
        [HEAD, "Zoë  Müller , ZOE@acme.example ,fr,Accounts", "", "Ada,ada@acme.example,,"]
    )

    assert people == [
        Person(0, "Zoë Müller", "zoe@acme.example", None, "fr", "Accounts"),
        Person(0, "Ada", "ada@acme.example", None, "", ""),
    ]


def test_columns_come_in_any_order_and_others_do_not_matter() -> None:
    people = read(["Phone;x,EMAIL,Name,Team", "1,ada@acme.example,Ada,extra,more"])

    assert [(p.name, p.email) for p in people] == [("Ada", "ada@acme.example")]


def test_a_file_without_people_is_no_fault() -> None:
    assert read([HEAD]) == []
    assert read([HEAD, ",,,", "  ,  ,,"]) == []


@pytest.mark.parametrize("lines", [[], [""], ["Ada,ada@acme.example"], ["name|email", "a|b"]])
def test_a_file_without_columns_is_told_so(lines: list[str]) -> None:
    (fault,) = faults(*lines)

    assert HEAD in fault


def test_every_fault_is_told_by_its_line() -> None:
    told = faults(HEAD, "Ada,ada@acme.example,,", ",b@acme.example,,", "C,nowhere,de,", "", "D,,,")

    assert [line.split(":")[0] for line in told] == ["Line 3", "Line 4", "Line 4", "Line 6"]
    assert "nowhere" in told[1]


def test_a_name_over_two_lines_counts_as_one_row() -> None:
    (ada,) = read([HEAD, '"Ada\n', 'King",ada@acme.example,,'])

    assert ada.name == "Ada King"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('Ada,"ada@acme.example', id="open quotes"),
        pytest.param("x" * 200_000 + ",a@acme.example,,", id="longer than a field may be"),
        pytest.param("Ada\0,ada@acme.example,,", id="a NUL"),
        pytest.param("Ada,ada@acme.example\nBcc: all@acme.example,,", id="a line in an address"),
        pytest.param("Ada,<ada@acme.example>,,", id="brackets"),
    ],
)
def test_garbage_is_a_fault_and_no_traceback(line: str) -> None:
    told = faults(HEAD, line)

    assert all(fault.startswith("Line ") and "\n" not in fault for fault in told)
    assert all(len(fault) < 300 for fault in told)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"], ids=["plain", "mark", "western", "two"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_is_read_as_spreadsheets_save_it(separator: str, encoding: str, ending: str) -> None:
    lines = [HEAD, 'Zoë d’Été,zoe@acme.example,fr,"Achats\n2e étage"', ""]
    saved = ending.join(line.replace(",", separator) for line in lines).encode(encoding)

    (zoe,) = read(text_of(saved))

    assert zoe == Person(0, "Zoë d’Été", "zoe@acme.example", None, "fr", "Achats 2e étage")


def test_a_name_may_hold_what_does_not_separate() -> None:
    (ada,) = read(["name;email", "King, Ada;ada@acme.example"])

    assert ada.name == "King, Ada"


def test_a_file_that_is_no_text_is_told_so() -> None:
    with pytest.raises(ListFault, match="UTF-8"):
        text_of(b"\x89PNG\x81\x8d\xff")
