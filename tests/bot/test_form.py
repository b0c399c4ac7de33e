"""What Slack posts is read as every other reader of forms reads it, only faster."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_to_bytes, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.form import from_json, payload_in, to_json, unquoted

FORM = "application/x-www-form-urlencoded"
JSON = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))
# Pieces that decoders disagree about, besides any bytes at all.
ESCAPES = [b"%", b"%4", b"%41", b"%zz", b"%%", b"%=", b"%2", b"%\n", b"%\r\n", b"%0A", b"%c3%a9"]
SIGNS = [b"=", b"=41", b"+", b"_", b" ", b"\t", b"\r", b"\n", b"\r\n", b"a", b"\xc3", b"\x00", b"."]
PIECES = st.sampled_from([*ESCAPES, *SIGNS])


@given(st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
@example(b"%\n")
@example(b"%\n%41%4")
@example(b"%")
def test_any_bytes_are_unquoted_as_the_standard_library_does(value: bytes):
    assert unquoted(value) == unquote_to_bytes(value.replace(b"+", b" "))


@given(JSON)
def test_a_payload_comes_out_as_it_went_in(payload: dict[str, Any]):
    body = b"payload=" + quote_plus(json.dumps(payload)).encode()

    assert payload_in(body, FORM) == payload


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(ANYTHING, st.booleans())
@example("\ud83d", True)
@example("\0", False)
def test_json_is_read_as_the_standard_library_does(value: Any, ascii_only: bool):
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    assert repr(from_json(text)) == repr(json.loads(text.decode("utf-8", "replace")))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
@example("\ud83d")
@example({1: "one"})
def test_what_is_said_is_understood_as_if_the_standard_library_had_written_it(value: Any):
    assert json.loads(to_json(value)) == json.loads(json.dumps(value))


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name != "payload"), st.text()))
def test_a_command_comes_out_field_by_field(fields: dict[str, str]):
    body = urlencode(fields).encode()

    assert payload_in(body, FORM) == dict(parse_qsl(body.decode(), keep_blank_values=True))


def test_a_command_that_speaks_of_a_payload_is_still_a_command():
    body = b"command=%2Fticket&text=the+payload+is+broken"

    assert payload_in(body, FORM) == {"command": "/ticket", "text": "the payload is broken"}


def test_a_payload_among_other_fields_is_found():
    assert payload_in(b"token=x&payload=%7B%22a%22%3A1%7D", FORM) == {"a": 1}


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", ""])
def test_an_event_comes_as_json(kind: str):
    assert payload_in('{"type":"é"}'.encode(), kind) == {"type": "é"}


@pytest.mark.parametrize(
    "body",
    [b"payload=", b"payload=%7B", b"payload=[]", b"payload=null", b"payload=1", b"{", b"\xff=\xff"],
)
def test_anything_else_is_refused(body: bytes):
    with pytest.raises(ValueError):
        payload_in(body, FORM)
