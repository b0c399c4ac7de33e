"""References, addresses and names as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.labels import Label
from desk.people import Person, folded, looks_like_address
from desk.ticket import reference, ticket_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("R-000042", 42),
        ("r-42", 42),
        ("  R-42\n", 42),
        ("R-1000000", 1_000_000),
        ("R-0", None),
        ("R-", None),
        ("R42", None),
        ("42", None),
        ("", None),
        ("R--42", None),
        ("R-42a", None),
        ("R-4 2", None),
        ("R-+42", None),
        ("R-٤٢", None),
        ("R-²", None),
        ("X-42", None),
        ("RR-42", None),
        ("R-42 printer", None),
        ("the R-42", None),
        ("R-9007199254740992", None),
        ("R-" + "9" * 400, None),
        ("R-0000000000000000429", None),
    ],
)
def test_a_reference_is_read_as_a_number_or_not_at_all(typed: str, number: int | None) -> None:
    assert ticket_number(typed) == number


@given(st.integers(1, 2**53 - 1))
def test_a_reference_names_its_ticket(number: int) -> None:
    assert ticket_number(reference(number)) == number


@given(st.text(max_size=30))
def test_anything_typed_is_read(typed: str) -> None:
    number = ticket_number(typed)

    assert number is None or 0 < number < 2**53


@pytest.mark.parametrize(("number", "said"), [(1, "R-000001"), (1_234_567, "R-1234567")])
def test_references_have_at_least_six_digits(number: int, said: str) -> None:
    assert reference(number) == said


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Paul SMITH", "paul smith"),
        ("  Noé \t Çelik ", "noe celik"),
        ("Wiśniewski", "wisniewski"),
        ("Łukasz Đorđević", "lukasz dordevic"),
        ("Søren Œuvré Æther", "soren oeuvre aether"),
        ("STRASSE Straße", "strasse strasse"),
        ("İstanbul ışık", "istanbul isik"),
        ("O’Neill, Jean-Luc", "o neill jean-luc"),
        ("ﬁne ２０", "fine 20"),
        ("ada.king+x@acme.example", "ada.king+x@acme.example"),
        ("Νίκος", "νικοσ"),
        ("ℌ Ⅳ", "h iv"),
        ("!", ""),
    ],
)
def test_names_compare_without_case_accents_and_marks(name: str, bare: str) -> None:
    assert folded(name) == bare


@given(st.text(max_size=30))
def test_what_compares_equal_once_stays_so(name: str) -> None:
    bare = folded(name)

    assert " ".join(bare.split()) == bare
    assert folded(bare) == bare


@pytest.mark.parametrize(
    "typed",
    ["a@b.fr", " paul.smith+x@mail.example.org ", "rené@société.fr", "a_b-c@d-e.f", "1@2.34"],
)
def test_addresses_look_like_addresses(typed: str) -> None:
    assert looks_like_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "paul",
        "@b.fr",
        "a@",
        "a@b",
        "a@.fr",
        "a@b.",
        "a@@b.fr",
        "a@b@c.fr",
        "a b@c.fr",
        "a@b c.fr",
        "a@b..fr",
        "a..b@c.fr",
        "Paul <a@b.fr>",
        "a@b.fr,c@d.fr",
        "a@b.fr;c@d.fr",
        "a@b.fr\nBcc: c@d.fr",
        'a"b@c.fr',
        "a\x00b@c.fr",
        "a\x7fb@c.fr",
        "a:b@c.fr",
        "a\u200bb@c.fr",
        "a" * 250 + "@b.fr",
    ],
)
def test_other_things_do_not(typed: str) -> None:
    assert not looks_like_address(typed)


@pytest.mark.parametrize(
    ("person", "handle"),
    [
        (Person(7, "Ada", "ada@b.fr", "U1"), "U1"),
        (Person(7, "Ada", "ada@b.fr"), "ada@b.fr"),
        (Person(7, "Ada"), "person:7"),
    ],
)
def test_people_are_called_by_slack_id_then_address_then_number(
    person: Person, handle: str
) -> None:
    assert person.handle == handle


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Réseau"), ("en", "Network"), ("", "Network")]
)
def test_labels_speak_english_unless_french_is_asked_for(language: str, said: str) -> None:
    assert Label("Network", "Réseau").of(language) == said
