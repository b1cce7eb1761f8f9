"""The register's rules: valuation, rhythm, places."""

from datetime import date

import pytest

from kuramori.register.rules import PlaceSort, add_months, next_stocktaking, path_pattern, place_kind, proposed_rank

RANKS = [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("axes", "rank"),
    [
        ((5, 5, 3), 40),
        ((5, 4, 1), 40),
        ((3, 3, 3), 30),
        ((1, 1, 1), 10),
        ((1, 1, 5), 20),
        ((4, 2, 5), 40),
        ((5, 5, 5), 40),
    ],
)
def test_technical_and_economic_value_propose_a_level_and_legal_weight_lifts_it_by_one(axes, rank: int) -> None:
    technical, economic, legal = axes
    assert proposed_rank(technical=technical, economic=economic, legal=legal, ranks=RANKS) == rank


def test_a_mark_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        proposed_rank(technical=0, economic=3, legal=3, ranks=RANKS)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_month_s_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_level_without_stocktaking_sets_no_day() -> None:
    assert next_stocktaking(last=None, registered=date(2026, 1, 1), months=0) is None


@pytest.mark.parametrize("text", [r"\\FS01\設計\金型", "//fs01/設計/金型/", r"\\fs01\設計\金型\*"])
def test_one_place_has_one_pattern_however_it_is_written(text: str) -> None:
    assert path_pattern(text) == "//fs01/設計/金型"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (r"\\FS01\設計", PlaceSort.PATH),
        ("/srv/設計", PlaceSort.PATH),
        (r"D:\図面", PlaceSort.PATH),
        ("浜松本社 3F 先行開発室 キャビネット C-12", PlaceSort.CABINET),
        ("第2実験室", PlaceSort.ZONE),
        ("PDMシステム", PlaceSort.SYSTEM),
    ],
)
def test_the_kind_of_place_is_read_from_its_words(text: str, kind: PlaceSort) -> None:
    assert place_kind(text) is kind
