"""Where the kernel's small parts end: a register that is declared wrongly, nobody's views, charts without figures."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import models
from django.template import Context, Template
from django.utils.translation import override

from kuramori.kernel import charts
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.columns import Column, ColumnKind
from kuramori.kernel.history import _word
from kuramori.kernel.models import SavedView
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Filter, FilterKind, Register
from kuramori.kernel.saved_views import retire_view, save_view

ME = uuid.UUID(int=1)
AKARI = Viewer(actor=Actor(kind=ActorKind.PERSON, id=ME, name="佐倉 灯里"), person_id=ME)
NOBODY = Viewer(actor=SYSTEM, person_id=None)
DECLARED: Mapping[str, Any] = {
    "name": "shelf:box",
    "path": "boxes",
    "title": "Boxes",
    "title_one": "box",
    "why": "Boxes are counted.",
    "model": SavedView,
    "columns": (Column(name="name", label="Name", kind=ColumnKind.LINK),),
    "visible_to": lambda _viewer: SavedView.objects.all(),
}


def filter_called(name: str) -> Filter:
    return Filter(name=name, label="x", kind=FilterKind.TEXT, apply=lambda found, _value, _viewer: found)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "box"}, "room:thing"),
        ({"name": "a:b:c"}, "room:thing"),
        ({"columns": (*DECLARED["columns"], *DECLARED["columns"])}, "given twice"),
        ({"filters": (filter_called("sort"),)}, "sort"),
        ({"add": lambda **_values: None}, "need a form"),
        ({"edit": lambda **_values: None}, "need a form"),
    ],
)
def test_a_register_that_is_declared_wrongly_does_not_start(wrong: dict[str, Any], said: str) -> None:
    assert Register(**DECLARED).thing == "box"
    with pytest.raises(ValueError, match=said):
        Register(**{**DECLARED, **wrong})


@pytest.mark.django_db
class TestViewsOfAList:
    def test_the_same_name_on_another_list_or_of_another_person_is_another_view(self) -> None:
        for viewer, register in ((AKARI, "r"), (AKARI, "s"), (self.botan(), "r")):
            save_view(viewer, register=register, name="毎週", query=[], is_shared=False)
        assert SavedView.objects.count() == 3

    def test_a_view_is_taken_away_by_its_owner_alone_and_once(self) -> None:
        view = save_view(AKARI, register="r", name="毎週", query=[], is_shared=True)
        assert retire_view(self.botan(), view.pk) is None
        assert retire_view(NOBODY, view.pk) is None
        assert retire_view(AKARI, uuid.uuid4()) is None
        assert retire_view(AKARI, view.pk) == view
        assert retire_view(AKARI, view.pk) is None

    def test_after_it_was_taken_away_its_name_begins_a_new_view(self) -> None:
        old = save_view(AKARI, register="r", name="毎週", query=[], is_shared=False)
        retire_view(AKARI, old.pk)
        assert save_view(AKARI, register="r", name="毎週", query=[], is_shared=False).pk != old.pk

    def botan(self) -> Viewer:
        actor = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=2), name="牧野 牡丹")
        return Viewer(actor=actor, person_id=actor.id)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (None, None, "–"),
        (None, "", "–"),
        (None, "自由", "自由"),
        (None, True, "yes"),
        (None, 12, "12"),
        (models.DateTimeField(), "2026-11-20T03:00:00+00:00", "2026-11-20 12:00"),
        (models.CharField(choices=[("a", "Alpha")]), "a", "Alpha"),
        (models.CharField(choices=[("a", "Alpha")]), "gone", "gone"),
    ],
)
def test_a_value_of_the_ledger_is_written_as_people_read_it(field: Any, value: Any, words: str) -> None:
    with override("en"):
        assert _word(field, value, AKARI, {}) == words


def test_a_name_that_the_reader_may_not_see_is_not_told() -> None:
    points_away = SavedView._meta.get_field("id")
    relation = models.ForeignKey(SavedView, models.PROTECT)
    with override("en"):
        assert _word(relation, ME, AKARI, {ME: "金型"}) == "金型"
        assert _word(relation, ME, AKARI, {}) == "not shown to you"
        assert _word(points_away, str(ME), AKARI, {}) == str(ME)


# charts, as templates ask for them


SERIES = [charts.Series(name="秘", values=[1, 2]), charts.Series(name="極秘", values=[0, 3], tone=3)]
COMPARED = [
    charts.Compared(label="files", own=90, middle=5, high=10),
    charts.Compared(label="prints", own=1, middle=2, high=4),
]
DAYS = [charts.Day(date=date(2026, 11, n), value=n, is_off=n == 1, mark="notice" * (n == 3)) for n in range(1, 8)]
NO_FIGURES = [charts.Compared(label="x", own=0, middle=0, high=0)]
DRAWN = {
    "stacked": ("{% stacked 'x' labels given '件' %}", SERIES, ["10", "11", "秘", "極秘"]),
    "donut": ("{% donut 'x' given %}", [("秘", 3, 1), ("極秘", 1, 3)], ["75.0%", "25.0%"]),
    "against peers": ("{% against_peers 'x' given 'Akari' %}", COMPARED, ["files", "prints", "beyond the peers", "9"]),
    "day by day": ("{% strip 'x' given high=5 %}", DAYS, ["notice"]),
}


def drawn(source: str, given: object) -> str:
    return Template("{% load charts %}" + source).render(Context({"given": given, "labels": ["10", "11"]}))


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_brings_its_figures_as_a_table_for_who_cannot_see_it(kind: str) -> None:
    source, given, words = DRAWN[kind]
    with override("en"):
        page = drawn(source, given)
    table = page[page.index("<table") :]
    assert [word for word in words if word not in page] == []
    assert "<caption" in table
    assert table.count("<tr>") >= 3
    assert 'role="img"' in page or "<title>" in page


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("{% stacked 'x' given given %}", []),
        ("{% donut 'x' given %}", []),
        ("{% donut 'x' given %}", [("秘", 0, 1)]),
        ("{% against_peers 'x' given 'x' %}", []),
        ("{% against_peers 'x' given 'x' %}", NO_FIGURES),
        ("{% strip 'x' given high=0 %}", []),
        ("{% spark given %}", []),
        ("{% spark given %}", [0]),
    ],
)
def test_a_chart_without_figures_is_drawn_empty_and_breaks_nothing(source: str, given: list[Any]) -> None:
    page = drawn(source, given).lower()
    assert ("nan" in page, "inf" in page) == (False, False)


def test_a_trend_has_no_words_and_one_point_for_each_figure() -> None:
    line = charts.spark([3, 1, 2])
    assert 'aria-hidden="true"' in line
    assert charts.spark([1, 1, 1]) != charts.spark([1, 1, 2])
