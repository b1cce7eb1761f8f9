"""Every column of a register, one by one: its names in Japanese and English, and what its cells mean."""

from datetime import date

import pytest
from django.utils.translation import override

from kuramori.kernel.imports.cells import key
from kuramori.kernel.imports.errors import Unreadable
from kuramori.register.import_fields import (
    FIELDS,
    KIND_WORDS,
    MEDIUM_WORDS,
    ORIGIN_WORDS,
    TIER_WORDS,
    mark,
    spoken,
    years,
)
from kuramori.register.models import Kind, Medium, Origin, TierChoice

BY_NAME = {field.name: field for field in FIELDS}
CHOICES = {"kind": Kind, "medium": Medium, "origin": Origin, "tier": TierChoice}


def parsed(name: str, cell: object) -> object:
    return BY_NAME[name].parse(cell)


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("number", ("管理番号", "Ｎｏ", "number", "台帳番号")),
        ("title", ("名称", "情報名", "Title", "秘密情報名")),
        ("kind", ("種別", "分類", "kind")),
        ("level", ("区分", "秘密区分", "機密区分", "Level")),
        ("tier", ("重要度", "tier")),
        ("keeper", ("管理責任者番号", "責任者社員番号", "Keeper Number")),
        ("unit", ("所管部署コード", "部署", "responsible unit")),
        ("place", ("保管場所①", "保管場所１", "所在", "location")),
        ("place_2", ("保管場所②", "second place")),
        ("place_3", ("保管場所③", "third place")),
        ("medium", ("媒体", "medium")),
        ("origin", ("取得区分", "origin")),
        ("received_from", ("受領元", "received from")),
        ("scope_units", ("開示範囲（部署）", "開示部署", "open to units")),
        ("scope_projects", ("開示案件", "open to projects")),
        ("scope_persons", ("開示対象者", "open to persons")),
        ("scope_partners", ("社外開示先", "disclosed to partners")),
        ("identified_on", ("登録日", "取得日", "registered on")),
        ("next_stocktaking", ("次回棚卸日", "next stocktaking")),
        ("stocktaken_on", ("前回棚卸日", "last stocktaking")),
        ("retention", ("保存年限", "retention in years")),
        ("protect_until", ("保護期限", "protected until")),
        ("value_technical", ("技術的価値", "technical value")),
        ("value_economic", ("経済的価値", "economic value")),
        ("value_legal", ("法的価値", "legal value")),
        ("usefulness", ("有用性", "usefulness")),
        ("non_public", ("非公知性", "non-public nature")),
        ("non_public_checked_on", ("非公知性確認日", "non-public nature checked on")),
        ("note", ("備考", "remarks")),
    ],
)
def test_a_column_is_known_by_its_names_in_both_languages(name: str, headers: tuple[str, ...]) -> None:
    known = {key(word) for word in BY_NAME[name].aliases}
    assert {key(header) for header in headers} <= known


def test_no_header_means_two_columns() -> None:
    words = [key(word) for field in FIELDS for word in dict.fromkeys(map(key, field.aliases))]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_column_has_its_own_label(language: str) -> None:
    with override(language):
        labels = [str(field.label) for field in FIELDS]
    assert len(set(labels)) == len(labels)


def test_without_number_title_level_and_unit_a_row_is_no_secret() -> None:
    assert {field.name for field in FIELDS if field.required} == {"number", "title", "level", "unit"}
    assert {field.name for field in FIELDS if field.unique} == {"id", "number"}


@pytest.mark.parametrize("name", CHOICES)
def test_every_value_has_words_and_its_own_page_s_words_are_among_them(name: str) -> None:
    words = {"kind": KIND_WORDS, "medium": MEDIUM_WORDS, "origin": ORIGIN_WORDS, "tier": TIER_WORDS}[name]
    assert set(words) == set(CHOICES[name].values)
    for value, names in words.items():
        for word in (*names, value):
            assert parsed(name, word) == value


@pytest.mark.parametrize("name", ["kind", "medium", "origin"])
def test_what_the_register_exports_in_english_it_reads_again(name: str) -> None:
    with override("en"):
        for value, label in CHOICES[name].choices:
            assert parsed(name, str(label)) == value


@pytest.mark.parametrize("name", CHOICES)
def test_a_word_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(Unreadable):
        parsed(name, "謎の言葉")


def test_no_word_means_two_values() -> None:
    for words in (KIND_WORDS, MEDIUM_WORDS, ORIGIN_WORDS, TIER_WORDS):
        said = [key(word) for names in words.values() for word in names]
        assert len(set(said)) == len(said)


def test_a_value_is_spoken_by_its_words_and_by_itself() -> None:
    assert spoken({"a": ("甲", "first")}) == {"甲": "a", "first": "a", "a": "a"}


@pytest.mark.parametrize(("cell", "value"), [(1, 1), ("5", 5), ("３", 3), (4.0, 4)])
def test_a_mark_is_a_whole_number_from_1_to_5(cell: object, value: int) -> None:
    assert mark(cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [0, 6, -1, "高", "2.5"])
def test_a_mark_outside_the_scale_is_refused(cell: object) -> None:
    with pytest.raises(Unreadable):
        mark(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "value"), [(10, 10), ("10年", 10), ("１０年", 10), ("5", 5)])
def test_a_retention_is_a_number_of_years(cell: object, value: int) -> None:
    assert years(cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["identified_on", "next_stocktaking", "stocktaken_on", "protect_until"])
@pytest.mark.parametrize("cell", ["2026-04-01", "2026/4/1", "令和8年4月1日", date(2026, 4, 1)])
def test_a_day_is_read_however_it_is_written(name: str, cell: object) -> None:
    assert parsed(name, cell) == date(2026, 4, 1)


@pytest.mark.parametrize("cell", ["A-3、A-4", "A-3,A-4", "A-3\nA-4", "Ａ-3；A‐4"])
def test_several_persons_in_one_cell_are_read_one_by_one(cell: str) -> None:
    assert parsed("scope_persons", cell) == ("A-3", "A-4") or list(parsed("scope_persons", cell)) == ["A-3", "A-4"]
