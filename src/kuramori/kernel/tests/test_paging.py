"""Pages by key: each row once, whatever is empty, equal, added or taken away meanwhile."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuramori.kernel import paging
from kuramori.kernel.paging import Page, Sort, at_most, counted, in_order, page_of
from kuramori.kernel.registers.tests.shelf.models import Box
from kuramori.kernel.registers.tests.suite import made
from kuramori.kernel.registers.tests.test_registers import AKARI, OURS

pytestmark = pytest.mark.django_db
DUE = [None, date(2026, 1, 2), date(2026, 1, 1), None, date(2026, 1, 1), None, date(2026, 1, 3)]


@pytest.fixture
def boxes() -> list[Box]:
    new = [Box(title=f"箱{n}", due=due, unit_id=OURS) for n, due in enumerate(DUE)]
    return made(new, AKARI.actor, "shelf.box.add")


def titles(page: Page) -> list[str]:
    return [box.title for box in page.records]


@pytest.mark.parametrize("sort", ["due", "-due", "title", "-title", "updated_at", "shelf__name"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_are_the_order_cut_in_pieces_forward_and_back(boxes: list[Box], sort: str, size: int) -> None:
    by, rows = Sort.parse(sort), Box.objects.all()
    expected = [box.title for box in in_order(rows, by)]
    pages = [page_of(rows, by, size=size)]
    while pages[-1].older:
        pages.append(page_of(rows, by, after=pages[-1].older, size=size))
    assert [title for page in pages for title in titles(page)] == expected
    back = [pages[-1]]
    while back[0].newer:
        back.insert(0, page_of(rows, by, before=back[0].newer, size=size))
    assert [titles(page) for page in back] == [titles(page) for page in pages]


def test_empty_values_come_last_in_both_directions(boxes: list[Box]) -> None:
    for sort in ("due", "-due"):
        assert [box.due for box in page_of(Box.objects.all(), Sort.parse(sort)).records][-3:] == [None] * 3


def test_a_page_whose_rows_are_gone_is_the_first_page(boxes: list[Box]) -> None:
    last = page_of(Box.objects.all(), Sort.parse("title"), size=6).older
    left = Box.objects.filter(title__lte="箱5")
    assert titles(page_of(left, Sort.parse("title"), after=last, size=6))[0] == "箱0"


def test_a_deep_page_is_one_walk_along_the_index(boxes: list[Box]) -> None:
    older = page_of(Box.objects.all(), Sort.parse("-updated_at"), size=2).older
    with CaptureQueriesContext(connection) as asked:
        page_of(Box.objects.all(), Sort.parse("-updated_at"), after=older, size=2)
    assert len(asked) == 1
    assert "OFFSET" not in asked[0]["sql"]
    assert "<=" in asked[0]["sql"]


def test_counting_stops_at_the_cap(boxes: list[Box], monkeypatch: pytest.MonkeyPatch) -> None:
    by, rows = Sort.parse("title"), Box.objects.all()
    page = page_of(rows, by, size=2)
    assert counted(rows, by, replace(page, seconds=0.0)) == "7"
    monkeypatch.setattr(paging, "CAPS", (3,))
    assert counted(rows, by, replace(page, seconds=0.0)) == "3+"


@pytest.mark.parametrize(("cap", "says"), [(6, "6+"), (7, "7"), (8, "7"), (1000, "7")])
def test_a_tile_counts_no_further_than_its_cap_in_one_query(boxes: list[Box], cap: int, says: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert at_most(Box.objects.all(), cap) == says
    assert len(asked) == 1
    assert f"LIMIT {cap + 1}" in asked[0]["sql"], "the database stops there too"
    assert at_most(Box.objects.none(), cap) == "0"


def test_what_one_page_shows_is_not_counted_again(boxes: list[Box]) -> None:
    by, rows = Sort.parse("title"), Box.objects.all()
    page = page_of(rows, by)
    with CaptureQueriesContext(connection) as asked:
        assert counted(rows, by, page) == "7"
    assert len(asked) == 0


@pytest.mark.parametrize(("seconds", "queries", "says"), [(0.0, 1, "7"), (0.0004, 1, "7"), (0.5, 0, "2+")])
def test_where_a_page_is_dear_the_count_gives_up_sooner(
    boxes: list[Box], settings: Any, seconds: float, queries: int, says: str
) -> None:
    settings.LIST_COUNT_SECONDS = 0.03
    by, rows = Sort.parse("-due"), Box.objects.all()
    page = replace(page_of(rows, by, size=2), seconds=seconds)
    with CaptureQueriesContext(connection) as asked:
        assert counted(rows, by, page) == says
    assert len(asked) == queries
