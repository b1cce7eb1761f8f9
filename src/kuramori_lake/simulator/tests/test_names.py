"""Names of people who do not exist: kanji, katakana, letters and accounts that belong together."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.simulator import names
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.names import Name, german, japanese, plain, renamed

SEEDS = st.integers(0, 10**6)


def drawn(make, seed):
    return make(dice(seed, "name"), set())


@given(SEEDS)
def test_japanese_name_has_two_parts_in_every_writing(seed):
    name = drawn(japanese, seed)
    assert [len(text.split()) for text in (name.written, name.kana, name.romaji)] == [2, 2, 2]


@given(SEEDS)
def test_kana_is_katakana_and_romaji_is_ascii(seed):
    name = drawn(japanese, seed)
    assert re.fullmatch(r"[ァ-ヶー]+ [ァ-ヶー]+", name.kana)
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", name.romaji)


@given(SEEDS)
def test_account_is_the_surname_and_the_first_letter_of_the_given_name(seed):
    name = drawn(japanese, seed)
    family, given_name = name.romaji.lower().split()
    assert name.account == f"{family}.{given_name[0]}"


@given(SEEDS)
def test_japanese_names_fit_the_personnel_systems_encoding(seed):
    name = drawn(japanese, seed)
    assert name.in_cp932.encode("cp932").decode("cp932") == name.written


@given(SEEDS)
def test_german_name_is_spelt_out_where_an_encoding_has_no_umlauts(seed):
    name = drawn(german, seed)
    assert name.kana == ""
    assert name.in_cp932 == name.romaji == plain(name.written)
    assert name.romaji.isascii()


@given(SEEDS)
def test_german_account_has_the_surname_first_though_it_is_written_last(seed):
    name = drawn(german, seed)
    given_name, family = name.romaji.lower().split()
    assert name.account == f"{family}.{given_name[0]}"


@given(SEEDS, st.integers(1, 60))
def test_a_crowd_has_an_account_each(seed, count):
    rng, taken = dice(seed, "crowd"), set()
    people = [(japanese if n % 3 else german)(rng, taken) for n in range(count)]
    assert {name.account for name in people} == taken
    assert len(taken) == count


def test_taken_accounts_are_counted_on_from_two():
    taken = {"sato.k", "sato.k2"}
    found = set()
    rng = Random(2)  # noqa: S311  # repeatable
    for _ in range(400):
        found.add(japanese(rng, taken).account)
    assert "sato.k" not in found
    assert all(re.fullmatch(r"[a-z]+\.[a-z]([2-9]|[1-9]\d+)?", account) for account in found)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Weiß", "Weiss"), ("Übele", "Uebele"), ("Ärger", "Aerger"), ("Öl", "Oel"), ("Jörg Nägele", "Joerg Naegele"),
     ("Lang", "Lang"), ("", ""), ("髙橋", "髙橋")],
)  # fmt: skip
def test_german_letters_are_spelt_out_and_others_left_alone(written, expected):
    assert plain(written) == expected


def test_signs_that_only_cp932_knows_are_among_the_surnames():
    families = {kanji for kanji, _, _ in names._split(names._FAMILY_JA)}
    assert {"髙橋", "山﨑"} <= families
    for family in ("髙橋", "山﨑"):
        family.encode("cp932")
        with pytest.raises(UnicodeEncodeError):
            family.encode("shift_jis")


@pytest.mark.parametrize("table", [names._FAMILY_JA, names._GIVEN_JA], ids=["surnames", "given names"])
def test_every_row_of_the_tables_has_its_three_writings(table):
    for kanji, kana, latin in names._split(table):
        assert kanji
        assert re.fullmatch(r"[ァ-ヶー]+", kana), kanji
        assert re.fullmatch(r"[a-z]+", latin), kanji


@pytest.mark.parametrize(
    ("family", "kana", "latin", "account"),
    [("榛葉", "シンバ", "shinba", "shinba.a"), ("髙橋", "タカハシ", "takahashi", "takahashi.a")],
)
def test_marriage_changes_the_surname_in_every_writing(family, kana, latin, account):
    before = Name(written="佐倉 灯里", kana="サクラ アカリ", romaji="Sakura Akari", account="sakura.a2")
    after = renamed(before, family, kana, latin)
    assert (after.written, after.kana) == (f"{family} 灯里", f"{kana} アカリ")
    assert (after.romaji, after.account) == (f"{latin.title()} Akari", account)


@given(SEEDS)
def test_same_seed_same_name(seed):
    assert drawn(japanese, seed) == drawn(japanese, seed)
    assert drawn(german, seed) == drawn(german, seed)
