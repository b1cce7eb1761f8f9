"""A word is found by any part of it, however it is written; and nothing is found that the query hides."""

import uuid

import pytest

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import SavedView
from kuramori.kernel.search import bigrams, index, matching

pytestmark = pytest.mark.django_db
ME = uuid.UUID(int=7)


@pytest.fixture
def views() -> dict[str, SavedView]:
    made = {}
    with act("kernel.view.save", by=SYSTEM):
        for name in ("電解液の配合比", "金型図面 A-17", "ＡＢＳ樹脂カタログ", "Kunden-Liste Größe", "50%割引 100_条件"):
            made[name] = SavedView(name=name, register="r", person_id=ME)
            made[name].save()
            index(made[name], name, "版二")
    return made


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("配合", "電解液の配合比"),
        ("比", "電解液の配合比"),
        ("電", "電解液の配合比"),
        ("解液の配", "電解液の配合比"),
        ("図面　a17", "金型図面 A-17"),
        ("abs", "ＡＢＳ樹脂カタログ"),
        ("ｶﾀﾛｸﾞ", "ＡＢＳ樹脂カタログ"),
        ("かたろぐ", "ＡＢＳ樹脂カタログ"),
        ("GRÖSSE", "Kunden-Liste Größe"),
        ("100_", "50%割引 100_条件"),
    ],
)
@pytest.mark.parametrize("few", [2_000, 0])
def test_any_part_of_a_word_finds_it_be_it_rare_or_frequent(
    views: dict[str, SavedView], query: str, name: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuramori.kernel.search.FEW", few)
    assert [v.name for v in matching(SavedView.objects.all(), query)] == [name]


@pytest.mark.parametrize("query", ["配液", "比電", "比版", 'x" OR "', "配合 図面", "a & z"])
@pytest.mark.parametrize("few", [2_000, 0])
def test_what_is_not_there_is_not_found(
    views: dict[str, SavedView], query: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuramori.kernel.search.FEW", few)
    assert not matching(SavedView.objects.all(), query).exists()


@pytest.mark.parametrize("query", ["%", "_", "(", "'", '"', "・", "🗝", "\x00", "& |"])
def test_signs_alone_find_nothing_instead_of_everything(views: dict[str, SavedView], query: str) -> None:
    assert not matching(SavedView.objects.all(), query).exists()


@pytest.mark.parametrize(("query", "count"), [("", 5), ("  \u3000\n", 5), ("配合 ・ 電解", 1), ("& 図面", 1)])
def test_no_word_narrows_nothing_and_a_sign_between_words_is_none(
    views: dict[str, SavedView], query: str, count: int
) -> None:
    assert matching(SavedView.objects.all(), query).count() == count


def test_a_query_is_cut_where_nobody_reads_on(views: dict[str, SavedView]) -> None:
    assert matching(SavedView.objects.all(), "配合".ljust(100) + "無い").count() == 1


def test_a_changed_title_is_found_by_its_new_words_only(views: dict[str, SavedView]) -> None:
    index(views["電解液の配合比"], "陰極材")
    assert not matching(SavedView.objects.all(), "配合").exists()
    assert matching(SavedView.objects.all(), "陰極").exists()


def test_the_scope_stays_in_force(views: dict[str, SavedView]) -> None:
    assert not matching(SavedView.objects.filter(person_id=uuid.uuid4()), "配合").exists()


def test_bigrams() -> None:
    assert bigrams("配合比") == "配合 合比 比"
    assert bigrams("") == ""
