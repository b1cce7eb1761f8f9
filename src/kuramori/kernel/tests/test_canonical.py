import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.canonical import CanonicalError, canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_keys_are_sorted_by_utf16_code_unit_as_in_rfc_8785_section_3_2_3():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = json.loads(canonical(dict.fromkeys(keys, 0)))
    assert list(ordered) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_in_rfc_8785_section_3_2_2_2():
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()
    assert canonical("\b\t\f\r\u007f\u2028") == b'"\\b\\t\\f\\r\x7f\xe2\x80\xa8"'


def test_literals_and_nesting():
    assert canonical({"z": [1, True, None, False], "a": {"ろ": (), "い": "蔵守"}}) == (
        '{"a":{"い":"蔵守","ろ":[]},"z":[1,true,null,false]}'.encode()
    )


def test_text_is_not_normalised():
    assert canonical("が") != canonical("か\u3099")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.0, "decimal as a string"),
        ({"a": [float("nan")]}, r"\$\.a: float"),
        (2**53, "beyond 2\\^53-1"),
        ({1: 2}, "not a string"),
        ("\ud800", "lone surrogate \\(U\\+D800\\)"),
        ({"\udc00": 1}, "lone surrogate"),
        ({1, 2}, "set has no canonical form"),
        (b"x", "bytes has no canonical form"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value, words):
    with pytest.raises(CanonicalError, match=words):
        canonical(value)


def test_a_value_that_holds_itself_is_refused():
    ring = []
    ring.append(ring)
    with pytest.raises(CanonicalError, match="deeper than 64"):
        canonical(ring)


@given(values)
def test_reading_it_back_gives_the_value_and_the_same_bytes(value):
    raw = canonical(value)
    assert json.loads(raw) == value
    assert canonical(json.loads(raw)) == raw
