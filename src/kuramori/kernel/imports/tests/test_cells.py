"""Numbers, yes and no, choices and lists are read as written in Japan, or refused with a hint."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.imports import cells
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.guarding import guarded, unguarded
from kuramori.kernel.imports.tests.ledgers import LEVELS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,234", "1234"), ("１，２３４", "1234"), ("¥1,234,567", "1234567"), ("1,200円", "1200"), ("△5", "-5"),
        ("(12)", "-12"),
        ("−3.5", "-3.5"), ("10年", "10"), (7, "7"), (0.1, "0.1"), ("25 %", "25"), ("３０人", "30"),
    ],
)  # fmt: skip
def test_numbers(written, meant):
    assert cells.number(written) == Decimal(meant)


@pytest.mark.parametrize("written", ["1,23", "約10", "1.2.3", "", True, "１０〜２０", "NaN", "1e5"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(Unreadable):
        cells.number(written)


def test_a_fraction_is_no_whole_number():
    with pytest.raises(Unreadable, match="not a whole number"):
        cells.whole("2.5")


@pytest.mark.parametrize("written", ["○", "〇", "◯", "はい", "有り", "Yes", "ＴＲＵＥ", "1", 1, True, "済"])
def test_yes(written):
    assert cells.truth(written) is True


@pytest.mark.parametrize("written", ["×", "✕", "いいえ", "なし", "no", "FALSE", "０", 0, False, "未", "－"])
def test_no(written):
    assert cells.truth(written) is False


@pytest.mark.parametrize("written", ["x", "たぶん", "?", "2"])
def test_what_could_be_either_is_refused(written):
    with pytest.raises(Unreadable, match="neither yes nor no"):
        cells.truth(written)


@pytest.mark.parametrize("written", ["極秘", " 極 秘 ", "【極秘】", "Top Secret", "TOP-SECRET", "ｔｏｐ　ｓｅｃｒｅｔ"])
def test_a_choice_is_known_by_any_of_its_names(written):
    assert cells.choice(LEVELS)(written) == 4


@pytest.mark.parametrize(
    ("written", "close"), [("極秘密", "極秘"), ("Confidental", "Confidential"), ("社外", "社外秘")]
)
def test_a_wrong_choice_gets_the_closest_name(written, close):
    with pytest.raises(Unreadable) as refusal:
        cells.choice(LEVELS)(written)
    assert refusal.value.next_step.values == {"name": close}


def test_a_choice_like_none_lists_them_all():
    with pytest.raises(Unreadable) as refusal:
        cells.choice(LEVELS)("zzz")
    assert "極秘, Top secret" in refusal.value.next_step.values["names"]


def test_a_choice_before_anything_is_set_up_says_so():
    with pytest.raises(Unreadable) as refusal:
        cells.choice({})("極秘")
    assert "set it up first" in str(refusal.value.next_step)


def test_text_keeps_its_widths_and_composes_its_marks():
    assert cells.text("㈱髙島①  ") == "㈱髙島①"
    assert cells.text("か\u3099") == "が"
    assert cells.text(123.0) == "123.0"
    assert cells.code("Ａ－１７") == "A-17"


def test_keys_ignore_width_case_spaces_and_brackets():
    assert cells.key("【管理　番号】") == cells.key("管理番号")
    assert cells.key("Employee No.") == cells.key("ＥＭＰＬＯＹＥＥ ＮＯ")
    assert cells.short_key("社員番号（必須）") == cells.key("社員番号")


@pytest.mark.parametrize(
    "written", ["設計部、製造部", "設計部,製造部", "設計部；製造部", "設計部\n製造部", "設計部、製造部、設計部"]
)
def test_several_values_in_one_cell(written):
    assert cells.many(cells.text)(written) == ("設計部", "製造部")


@given(st.text(alphabet="'=+-@\t\r\n＝＋－＠ab", max_size=8))
def test_the_guard_against_formulas_gives_back_what_it_got(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")
