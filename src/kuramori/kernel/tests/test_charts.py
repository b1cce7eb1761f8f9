"""What a chart owes its reader: the same figures without the picture, colours by class, and no fall on odd data."""

import re
from datetime import date, timedelta

import pytest
from defusedxml.ElementTree import fromstring
from django.utils import translation

from kuramori.kernel.charts import Chart, Compared, Day, Series, against_peers, donut, spark, stacked, strip
from kuramori.kernel.svg import ceiling_of, figure

TITLE = 'Opened files <b>"by day"</b> & more'
MONDAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def columns(*values: float) -> Chart:
    labels = [str(n) for n, _ in enumerate(values)]
    return stacked(title=TITLE, labels=labels, series=[Series(name="Secret", values=values, tone=3)])


def peers(own: float, high: float = 100) -> Chart:
    row = Compared(label="Files", own=own, middle=high / 4, high=high)
    return against_peers(title=TITLE, rows=[row], own_name="Akari")


def month(*values: float) -> Chart:
    days = [Day(date=MONDAY + timedelta(n), value=value) for n, value in enumerate(values)]
    return strip(title=TITLE, days=days, high=10)


CHARTS = {
    "stacked": columns(3, 0, 12.5),
    "stacked with nothing to show": stacked(title=TITLE, labels=[], series=[]),
    "stacked at zero": columns(0, 0),
    "donut": donut(title=TITLE, parts=[("Open", 3, 1), ("Secret", 1, 3)]),
    "donut of nothing": donut(title=TITLE, parts=[("Open", 0, 1)]),
    "donut of one": donut(title=TITLE, parts=[("Open", 5, 1)]),
    "peers": peers(50),
    "peers far beyond": peers(5_000),
    "peers who did nothing": peers(5, high=0),
    "strip": month(1, 0, 30),
    "strip of no days": month(),
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_picture_is_well_formed_named_and_carries_no_style(chart: Chart) -> None:
    picture = fromstring(chart.svg)
    assert picture.get("aria-label") == TITLE
    assert picture.get("role") == "img"
    assert not re.search(r"style|fill=|stroke=|nan|inf", chart.svg.replace(str(chart.title), ""))


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_no_shape_has_a_negative_length(chart: Chart) -> None:
    lengths = [float(n) for n in re.findall(r'(?:width|height)="([^"%]+)"', chart.svg)]
    assert all(length >= 0 for length in lengths)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_row_of_the_table_fills_its_head(chart: Chart) -> None:
    assert all(len(row) == len(chart.head) for row in chart.rows)


def test_table_says_what_the_columns_say() -> None:
    chart = stacked(
        title="New", labels=["Oct", "Nov"], series=[Series(name="A", values=[1, 2]), Series(name="B", values=[3, 1000])]
    )
    assert chart.head == ["", "A", "B", "Total"]
    assert chart.rows == [["Oct", "1", "3", "4"], ["Nov", "2", "1,000", "1,002"]]


def test_parts_of_a_ring_add_up() -> None:
    assert [row[2] for row in donut(title="", parts=[("A", 3, 1), ("B", 1, 2)]).rows] == ["75.0%", "25.0%"]


def test_beyond_the_peers_is_said_in_words_and_not_by_colour_alone() -> None:
    assert peers(101).rows[0][-1] == "beyond the peers"
    assert peers(100).rows[0][-1] == ""


def test_bar_far_beyond_is_cut_and_says_how_many_times() -> None:
    assert "(50×)" in peers(5_000).svg
    assert 'class="cut"' in peers(5_000).svg
    assert 'class="cut"' not in peers(300).svg


def test_strip_shades_days_off_and_names_marked_days() -> None:
    days = [
        Day(date=MONDAY, value=3, mark="Notice received"),
        Day(date=MONDAY + timedelta(1), value=0, is_off=True),
        Day(date=MONDAY + timedelta(2), value=40),
    ]
    chart = strip(title="", days=days, high=10)
    assert chart.svg.count('class="rest"') == 1
    assert "Notice received" in chart.svg
    assert chart.svg.count('class="tone3"') == 1
    assert [row[0] for row in chart.rows] == ["Nov. 2, 2026", "Nov. 4, 2026"]


def test_axis_dates_speak_the_readers_language() -> None:
    first = [Day(date=date(2026, 12, 1), value=1)]
    assert ">1 Dec<" in strip(title="", days=first, high=1).svg
    with translation.override("ja"):
        assert ">12/1<" in strip(title="", days=first, high=1).svg


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1234, "1,234"), (12.5, "12.5"), (7.843, "7.8"), (-1200, "-1,200")]
)
def test_figures_are_grouped_without_needless_decimals(value: float, words: str) -> None:
    assert figure(value) == words


@pytest.mark.parametrize(
    ("greatest", "end"),
    [(0, 1), (0.3, 0.3), (1, 1), (130, 150), (151, 200), (999, 1000), (1001, 1500), (60_000, 60_000)],
)
def test_axis_ends_at_a_short_number_not_below_the_greatest(greatest: float, end: float) -> None:
    assert ceiling_of([greatest]) == pytest.approx(end)


def test_spark_needs_two_values_and_stands_a_flat_line() -> None:
    assert spark([]) == spark([5]) == ""
    assert "nan" not in spark([5, 5])
    assert 'aria-hidden="true"' in spark([1, 2])
