"""The checks of form: exactly what the format names, by type and value, and a message that says where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_verify import shape
from kuramori_verify.canonical import FormError
from kuramori_verify.shape import either, list_of, map_of, members_of, moment_of, one_of, pair_of

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def passes(check, value):
    try:
        check(value, "here")
    except FormError:
        return False
    return True


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (shape.COUNT, 0, True), (shape.COUNT, 10**12, True), (shape.COUNT, -1, False), (shape.COUNT, True, False),
        (shape.COUNT, "1", False), (shape.COUNT, None, False),
        (shape.DIGEST_HEX, "a" * 64, True), (shape.DIGEST_HEX, "A" * 64, False), (shape.DIGEST_HEX, "a" * 63, False),
        (shape.DIGEST_HEX, "a" * 64 + "\n", False), (shape.DIGEST_HEX, b"a" * 64, False),
        (shape.DIGEST_TEXT, "_-aA0" * 8 + "abc", True), (shape.DIGEST_TEXT, "a" * 42 + "=", False),
        (shape.DIGEST_TEXT, "a" * 42 + "/", False),
        (shape.RECORD_ID, "01938a00-0000-7000-8000-000000000001", True),
        (shape.RECORD_ID, "01938A00-0000-7000-8000-000000000001", False),
        (shape.RECORD_ID, "01938a0000007000800000000000000001", False),
        (shape.RECORD_ID, "０1938a00-0000-7000-8000-000000000001", False),
        (shape.MOMENT, "2026-11-23T05:00:00.000000Z", True), (shape.MOMENT, "2026-11-23T05:00:00Z", False),
        (shape.MOMENT, "2026-11-23T05:00:00.000000+00:00", False), (shape.MOMENT, "2026-02-30T05:00:00.000000Z", False),
        (shape.MOMENT, "2026-11-23T25:00:00.000000Z", False), (shape.MOMENT, "2026-11-23 05:00:00.000000Z", False),
        (shape.MOMENT, "２０26-11-23T05:00:00.000000Z", False), (shape.MOMENT, 5, False),
        (shape.PLAIN_PATH, "data/x.json", True), (shape.PLAIN_PATH, "../x", False), (shape.PLAIN_PATH, None, False),
        (shape.TEXT, "", True), (shape.TEXT, 1, False), (shape.TEXT, None, False),
        (shape.NOTHING, None, True), (shape.NOTHING, False, False), (shape.NOTHING, "", False),
        (shape.ANY_JSON, {"a": [1]}, True),
    ],
)  # fmt: skip
def test_leaf(check, value, expected):
    assert passes(check, value) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), (True, False), (1.0, False), ("a", True), ("b", False), (None, False)]
)
def test_one_of_knows_true_from_one(value, expected):
    assert passes(one_of(1, "a"), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"a": 1, "b": ""}, True), ({"a": 1}, False), ({"a": 1, "b": "", "c": 1}, False), ({"a": "", "b": ""}, False),
     ([], False), ("ab", False), ({}, False)],
)  # fmt: skip
def test_object_has_exactly_its_members(value, expected):
    assert passes(members_of(a=shape.COUNT, b=shape.TEXT), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [([], True), ([1, 2], True), ([1, "2"], False), ({}, False), ("12", False), (None, False)]
)
def test_list_of_items(value, expected):
    assert passes(list_of(shape.COUNT), value) is expected


@pytest.mark.parametrize(("value", "expected"), [({}, True), ({"x": 1}, True), ({"x": "1"}, False), ([1], False)])
def test_map_of_members(value, expected):
    assert passes(map_of(shape.COUNT), value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [([1, "a"], True), (["a", 1], False), ([1], False), ([1, "a", 2], False), ({"0": 1, "1": "a"}, False)],
)
def test_pair(value, expected):
    assert passes(pair_of(shape.COUNT, shape.TEXT), value) is expected


@pytest.mark.parametrize(("value", "expected"), [(None, True), (3, True), ("3", False), ([], False)])
def test_either(value, expected):
    assert passes(either(shape.NOTHING, shape.COUNT), value) is expected


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (members_of(b=shape.TEXT, a=shape.COUNT), {}, "^here: the members are a, b$"),
        (members_of(a=list_of(shape.COUNT)), {"a": [1, "x"]}, r"^here\.a\[1\]: a count is expected$"),
        (map_of(members_of(x=shape.TEXT)), {"k": {"x": 1}}, r"^here\.k\.x: a string is expected$"),
        (either(shape.NOTHING, shape.RECORD_ID), "x", "^here: a UUID is expected$"),
        (pair_of(shape.TEXT, shape.TEXT), [], "^here: a pair is expected$"),
        (shape.MOMENT, "now", "^here: a UTC time with microseconds is expected$"),
    ],
)
def test_message_says_where_and_what(check, value, words):
    with pytest.raises(FormError, match=words):
        check(value, "here")


@given(st.datetimes())
def test_every_moment_is_read_as_it_was_written(moment):
    text = f"{moment:%m-%dT%H:%M:%S.%f}Z"
    text = f"{moment.year:04d}-{text}"
    assert shape.MOMENT(text, "here") == text
    assert moment_of(text).replace(tzinfo=None) == moment


@given(ANY)
def test_check_returns_the_value_or_refuses_it(value):
    for check in (shape.COUNT, shape.TEXT, shape.NOTHING, list_of(shape.TEXT), map_of(shape.COUNT), shape.ANY_JSON):
        if passes(check, value):
            assert check(value, "here") == value
