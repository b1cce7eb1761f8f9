"""Windows over occurrences, held against the specification read literally: every window looked at by itself."""

import statistics
from datetime import date, timedelta
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sigma.engines import DuckEngine
from kuramori_lake.sigma.records import About, Correlation, Kind, Threshold
from kuramori_lake.sigma.scanning import PORTION, _portions
from kuramori_lake.sigma.windows import Occurrence, measured, number, stretches

SPAN = 10
FIRST = date(2026, 11, 1)


def happened(time, value="1", rule="a", event=0):
    return Occurrence(time, rule, (event,), (value,))


def asking(kind, operator, value, percentile=None):
    unsaid = dict.fromkeys(("name", "title_ja", "status"))
    about = About(
        id="made", title="Made", level="low", description="", tags=(), practices=(), file="made.yml", **unsaid
    )
    threshold = Threshold(operator, value, percentile)
    return Correlation(about=about, kind=kind, rules=("a", "b"), group_by=(), span_us=SPAN, threshold=threshold)


rows = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["1", "2", "-3", "x", ""]), st.sampled_from("ab")), max_size=14
).map(lambda told: [happened(*each, event=at) for at, each in enumerate(sorted(told))])


def read_literally(one, row):
    """Each occurrence ends a window of its own; windows that satisfy and share an occurrence are one stretch."""
    told = []
    for right, last in enumerate(row):
        left = next(at for at, each in enumerate(row) if each.time_us >= last.time_us - one.span_us)
        value = measured(one.kind, row[left : right + 1], None) or 0
        if value < one.threshold.value or (value == one.threshold.value and one.threshold.operator == "gt"):
            continue
        if told and left <= told[-1][1]:
            told[-1] = (told[-1][0], right, max(told[-1][2], value))
        else:
            told.append((left, right, value))
    return [(tuple(row[left : right + 1]), value) for left, right, value in told]


@given(
    row=rows,
    kind=st.sampled_from([Kind.EVENT_COUNT, Kind.VALUE_COUNT, Kind.VALUE_SUM, Kind.TEMPORAL]),
    operator=st.sampled_from(["gt", "gte"]),
    least=st.integers(1, 4),
)
def test_at_least_so_many_is_asked_of_every_window(row, kind, operator, least):
    one = asking(kind, operator, least)
    assert [(each.members, each.value) for each in stretches(one, row)] == read_literally(one, row)


@given(row=rows, operator=st.sampled_from(["lt", "lte", "eq", "neq"]), value=st.integers(0, 4))
def test_every_other_question_is_asked_once_of_whole_windows_that_share_nothing(row, operator, value):
    holds = {"lt": lambda n: n < value, "lte": lambda n: n <= value, "eq": lambda n: n == value}
    holds["neq"] = lambda n: n != value
    found = list(stretches(asking(Kind.EVENT_COUNT, operator, value), row))
    members = [each for one in found for each in one.members]
    assert len(members) == len(set(members))
    for one in found:
        times = [each.time_us for each in one.members]
        assert times[-1] - times[0] <= SPAN
        assert one.value == len(times)
        assert holds[operator](len(times))


def test_both_ends_of_a_span_belong_to_it():
    twice = asking(Kind.EVENT_COUNT, "gte", 2)
    assert [len(one.members) for one in stretches(twice, [happened(0), happened(SPAN)])] == [2]
    assert list(stretches(twice, [happened(0), happened(SPAN + 1)])) == []
    assert list(stretches(twice, [])) == []


def test_what_happened_at_one_moment_is_counted_whole():
    row = [happened(5, event=number) for number in range(4)]
    assert [one.value for one in stretches(asking(Kind.EVENT_COUNT, "gt", 3), row)] == [4]
    assert list(stretches(asking(Kind.EVENT_COUNT, "gt", 4), row)) == []


@pytest.mark.parametrize("text", ["", "x", "1,5", "0x10", "1/0", "nan", "inf", "一", "--1"])
def test_what_is_no_number_is_none_and_computes_nothing(text):
    """Values come from logs: whatever stands there, a rule goes on."""
    assert number(happened(0, text)) is None
    for kind in (Kind.VALUE_SUM, Kind.VALUE_AVG, Kind.VALUE_MEDIAN):
        assert measured(kind, [happened(0, text)], None) is None
        assert measured(kind, [happened(0, text), happened(1, "4")], None) == 4
    assert number(Occurrence(0, "a", (1,))) is None, "no value was asked for"


@pytest.mark.parametrize(("text", "value"), [("12", 12), (" 12 ", 12), ("-0.5", Fraction(-1, 2)), ("1e3", 1000)])
def test_numbers_are_read_exactly_as_logs_write_them(text, value):
    assert number(happened(0, text)) == value


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=9))
def test_middles_are_those_of_statistics(values):
    row = [happened(0, str(value)) for value in values]
    assert measured(Kind.VALUE_MEDIAN, row, None) == statistics.median(values)
    assert measured(Kind.VALUE_AVG, row, None) == pytest.approx(statistics.fmean(values))
    assert measured(Kind.VALUE_PERCENTILE, row, 0) == min(values)
    assert measured(Kind.VALUE_PERCENTILE, row, 100) == max(values)
    quarters = statistics.quantiles(values, n=4, method="inclusive")
    assert [measured(Kind.VALUE_PERCENTILE, row, share) for share in (25, 50, 75)] == pytest.approx(quarters)


def portions(sizes, since=FIRST, until=FIRST + timedelta(days=30)):
    """The portions of days that have so many events each."""
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("CREATE TABLE events (local_date DATE)")
        for day, size in enumerate(sizes):
            db.execute("INSERT INTO events SELECT ? FROM range(?)", [FIRST + timedelta(days=day), size])
        found = list(_portions(DuckEngine(db), "events", since, until))
    return [((first - FIRST).days, (last - FIRST).days) for first, last in found]


def test_days_are_staged_together_as_long_as_memory_allows():
    half = PORTION // 2
    assert portions([half, half, 1]) == [(0, 1), (2, 2)]
    assert portions([1, PORTION, 1]) == [(0, 0), (1, 1), (2, 2)]
    assert portions([PORTION + 1]) == [(0, 0)], "one day is never cut: a rule about a day would see half of it"
    assert portions([1, 0, 0, 1]) == [(0, 3)]
    assert portions([]) == []


def test_no_day_outside_the_asked_ones_is_staged():
    asked = (FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    assert portions([5, 5, 5, 5], *asked) == [(1, 2)]
    assert portions([5, 0, 0, 5], *asked) == []
