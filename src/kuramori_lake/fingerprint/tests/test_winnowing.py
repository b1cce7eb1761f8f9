"""Whoever copies a stretch of text is noticed, whatever is around it and however it is written."""

import random
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.fingerprint import winnowing
from kuramori_lake.fingerprint.folding import BREAK, codes_of
from kuramori_lake.fingerprint.winnowing import GRAM, NEAR, SHARED, Folded, Key, prints, sought

KEY = Key.of(b"salt")
TEXT = st.text(st.characters(codec="utf-8"), max_size=120)
WRITING = st.text(st.sampled_from("設計配合温度圧力のはをがにAb9、。\n ガｶﾞ"), max_size=200)


def folded(text):
    return "".join(chr(code) for code in codes_of(text).tolist() if code)


def of(text, key=KEY):
    return set(prints([text], key)[0].tolist())


def asked(texts):
    """All digests that a check looks up, with the owner and the place of each."""
    one = Folded.of(texts)
    found = []
    for begin, grams in one.grams(KEY):
        places, digests = sought(grams, lambda some: np.arange(len(some)))
        places = places + begin
        starts, ends = one.within(places, places)
        found += zip(one.owners(places).tolist(), digests.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return found


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("ＡＢＣ　１２３", "abc123"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("ガイド", "がいど"),
        ("か\u3099", "が"),
        ("配合、\n 温度。", "配合温度"),
        ("㈱蔵", "株蔵"),
        ("Straße", "STRASSE"),
    ],
)
def test_rewriting_changes_nothing(written, same):
    assert folded(written)[:2] == folded(same)[:2]
    if written != "Straße":  # one letter never becomes two
        assert folded(written) == folded(same)


def test_punctuation_and_broken_letters_are_nothing():
    assert folded("、。!?-—\u200b\ud800 \u3000\n") == ""


@settings(max_examples=60, deadline=None)
@given(before=WRITING, shared=WRITING, after=WRITING, other=WRITING)
def test_excerpt_of_a_window_and_a_gram_always_shares_a_print(before, shared, after, other):
    if len(folded(shared)) >= SHARED:
        looked_up = {digest for _, digest, _, _ in asked([other + shared + before])}
        assert of(before + shared + after) & looked_up
        assert of(before + shared + after) & of(other + shared)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXT, max_size=6))
def test_texts_checked_together_are_as_one_by_one(texts):
    digests, owners = prints(texts, KEY)
    for number, text in enumerate(texts):
        assert sorted(digests[owners == number].tolist()) == sorted(prints([text], KEY)[0].tolist())
    together = asked(texts)
    for number, text in enumerate(texts):
        assert [one[1:] for one in together if one[0] == number] == [one[1:] for one in asked([text])]


@settings(max_examples=40, deadline=None)
@given(text=WRITING)
def test_place_of_a_print_leads_back_to_its_letters(text):
    for _, digest, start, end in asked([text]):
        assert len(folded(text[start:end])) == GRAM
        assert of(text[start:end]) == {digest}


def test_checked_text_asks_for_every_print_of_the_same_document():
    text = "".join(random.Random(1).choices(string.ascii_lowercase, k=3_000))  # noqa: S311
    assert of(text) <= {digest for _, digest, _, _ in asked([text])}


def test_long_text_is_worked_on_in_pieces_without_a_seam(monkeypatch):
    text = "".join(random.Random(2).choices("配合温度圧力設計図面のはをがに", k=2_000))  # noqa: S311
    whole, looked_up = of(text), asked([text])
    monkeypatch.setattr(winnowing, "_STEP", 64)
    assert of(text) == whole
    assert {one[1:] for one in asked([text])} == {one[1:] for one in looked_up}


def test_density_is_what_the_size_of_the_index_is_reckoned_by():
    text = "".join(random.Random(3).choices([chr(0x4E00 + n) for n in range(2_000)], k=20_000))  # noqa: S311
    assert len(prints([text], KEY)[0]) == pytest.approx(20_000 * 2 / 17, rel=0.05)
    assert len(asked([text])) == pytest.approx(20_000 * 2 / (NEAR + 1), rel=0.05)


def test_other_lake_other_prints():
    text = "第一配合条件の温度と圧力の関係を記録した。" * 3
    assert of(text)
    assert not of(text) & of(text, Key.of(b"other"))


@pytest.mark.parametrize(("text", "count"), [("", 0), ("七文字の文です", 0), ("八文字の文ですよ", 1), ("…………………", 0)])
def test_text_shorter_than_a_window_has_what_there_is(text, count):
    assert len(of(text)) == count


def test_nothing_to_check_is_nothing_found():
    assert prints([], KEY)[0].tolist() == []
    assert asked([]) == []


def test_break_inside_a_text_does_no_harm():
    text = "第一配合条件の温度と圧力の関係"
    assert of(text + BREAK + text) == of(text)
    digests, owners = prints([text + BREAK, text], KEY)
    assert set(digests[owners == 0].tolist()) == set(digests[owners == 1].tolist())
