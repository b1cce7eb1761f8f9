"""Odd hours are those in which somebody, on such days, is hardly ever there: counted by SQL as by hand (DET-02)."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.rank import sql_days

START = date(2026, 8, 3)
NIGHT = {22, 23, 0, 1, 2, 3, 4}
USED = st.frozensets(st.integers(0, 23), max_size=5)


@pytest.fixture(scope="module")
def db():
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def told(db, days, *, baseline=60, least=10):
    """Odd hours by day, of a person whose days are (number, is rest, hours used)."""
    grouped = {"person_id": ["p"] * len(days), "day": [START + timedelta(days=n) for n, _, _ in days],
               "rest": [rest for _, rest, _ in days]}  # fmt: skip
    masks = [sum(1 << hour for hour in hours) for _, _, hours in days]
    db.register("grouped", pa.table(grouped))
    db.register("rolled", pa.table({"person_id": grouped["person_id"], "day": grouped["day"],
                                    "hours_mask": pa.array(masks, pa.int32())}))  # fmt: skip
    text = sql_days.HOURS.replace("CREATE TABLE", "CREATE OR REPLACE TABLE")
    db.execute(text, {"baseline_days": baseline, "least_own": least})
    rows = db.execute("SELECT day, odd_mask FROM hours ORDER BY day").fetchall()
    return {(day - START).days: {hour for hour in range(24) if mask >> hour & 1} for day, mask in rows}


def by_hand(days, *, baseline=60, least=10):
    found = {}
    for number, rest, hours in days:
        earlier = [used for n, was_rest, used in days if number - baseline <= n < number and was_rest == rest]
        if len(earlier) >= least:
            beside = {h: sum((h + step) % 24 in used for used in earlier for step in (-1, 0, 1)) for h in hours}
            odd = {h for h in hours if beside[h] <= 0.05 * len(earlier)}
        else:
            odd = set(hours) & NIGHT
        if hours:
            found[number] = odd
    return found


@given(st.lists(st.tuples(st.booleans(), USED), min_size=1, max_size=40), st.integers(3, 40), st.integers(1, 12))
@settings(max_examples=25, deadline=None)
def test_hours_are_odd_as_counted_by_hand(db, days, baseline, least):
    numbered = [(n, rest, hours) for n, (rest, hours) in enumerate(days)]
    assert told(db, numbered, baseline=baseline, least=least) == by_hand(numbered, baseline=baseline, least=least)


def office(days, hours=range(9, 18)):
    return [(n, False, frozenset(hours)) for n in range(days)]


def test_late_evening_after_weeks_of_office_hours_is_odd_and_an_hour_later_is_not(db):
    days = [*office(40), (40, False, frozenset({17, 18, 21}))]
    assert told(db, days)[40] == {21}


def test_hours_beside_midnight_are_neighbours(db):
    days = [*[(n, False, frozenset({23})) for n in range(30)], (30, False, frozenset({0, 1}))]
    assert told(db, days)[30] == {1}


def test_who_is_new_is_odd_by_night_only(db):
    days = [*office(5), (5, False, frozenset({7, 20, 22, 4, 5}))]
    assert told(db, days)[5] == {22, 4}


def test_days_of_rest_are_compared_with_days_of_rest(db):
    days = [*office(30), (30, True, frozenset({10, 23}))]
    assert told(db, days)[30] == {23}, "no other day of rest is known: as for somebody new"


@pytest.mark.parametrize("length", [60, 200, 255])
def test_every_hour_of_every_day_of_a_long_baseline_is_counted(db, length):
    """Each count fills its eight bits and spills into no other."""
    days = [*office(length, range(24)), (length, False, frozenset(range(24)))]
    assert told(db, days, baseline=255)[length] == set()
    days = [*[(n, False, frozenset({3})) for n in range(length)], (length, False, frozenset(range(24)))]
    assert told(db, days, baseline=255)[length] == set(range(24)) - {2, 3, 4}


def test_day_without_events_has_no_hours(db):
    assert told(db, [*office(12), (12, False, frozenset())]).keys() == set(range(12))
