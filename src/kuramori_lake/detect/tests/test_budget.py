"""From numbers to strengths, scores, thresholds and severities, by cases counted by hand."""

from math import log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.detect import DEFAULT, Settings, Severity, weigh

SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10**7)
COPY = {"files": 200, "bytes": 0, "first_time_devices": 1, "own_usual": 0, "read_before": 1, "archives": 0}


def secret(weight, **more):
    return weigh.secrets({"weight": weight}, **{"new_weight": weight, "heaviest": 1.0} | more)


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, "note"), (29.9, "note"), (30.0, "low"), (49.9, "low"), (50.0, "medium"), (69.9, "medium"), (70.0, "high"),
     (100, "high")],
)  # fmt: skip
def test_severity_at_its_borders(score, expected):
    assert weigh.severity(score, place=0, allowed=1, settings=DEFAULT) == expected


@pytest.mark.parametrize(("place", "expected"), [(0, "high"), (2, "high"), (3, "low"), (99, "low")])
def test_place_in_the_queue_at_its_border(place, expected):
    assert weigh.severity(90, place=place, allowed=3, settings=DEFAULT) == expected


def test_company_may_move_the_borders():
    settings = Settings(floor=10, medium=20, high=30)
    found = [weigh.severity(score, place=0, allowed=1, settings=settings) for score in (9, 10, 20, 30)]
    assert found == [Severity.NOTE, Severity.LOW, Severity.MEDIUM, Severity.HIGH]


@pytest.mark.parametrize(
    ("budget", "headcount", "days", "expected"),
    [(10, 1000, 7, 10), (10, 300, 7, 3), (10, 300, 14, 6), (10, 0, 7, 1), (0, 5000, 7, 1), (10, 100_000, 1, 143),
     (2.5, 1000, 7, 2), (10, 149, 7, 1), (10, 151, 7, 2)],
)  # fmt: skip
def test_budget_is_a_number_of_findings(budget, headcount, days, expected):
    assert weigh.allowed(Settings(budget=budget), headcount=headcount, days=days) == expected


@given(st.integers(1, 10**5), st.integers(1, 60))
def test_budget_never_forbids_everything_and_grows_with_the_company(headcount, days):
    allowed = weigh.allowed(DEFAULT, headcount=headcount, days=days)
    assert 1 <= allowed <= weigh.allowed(DEFAULT, headcount=headcount + 1000, days=days)


@pytest.mark.parametrize(
    ("z", "count", "expected"),
    [(2, 300, 0), (8, 300, 0.45), (20, 300, 0.45), (5, 300, 0.225), (8, 0, 0), (1, 300, 0),
     (8, 20, 0.45 * log1p(20) / log1p(300))],
)  # fmt: skip
def test_bulk_in_a_new_place(z, count, expected):
    kept, off = weigh.bulk_read(z, {"own_now": count}, 1.0)
    assert (kept, off) == (pytest.approx(expected), pytest.approx(0))


@given(st.floats(0, 50), COUNTS, SHARES)
def test_bulk_keeps_two_fifths_at_least(z, count, share):
    kept, off = weigh.bulk_read(z, {"own_now": count}, share)
    assert 0 <= kept <= weigh.BULK
    assert kept >= 0.4 * (kept + off) - 1e-9


def test_nothing_read_has_no_bulk():
    assert weigh.bulk_read(9, {"own_now": None}, 1.0) == (0, 0)


@pytest.mark.parametrize(
    ("weight", "expected"), [(1000, 0.5), (10**6, 0.5), (0, 0), (100, 0.5 * log1p(50) / log1p(500))]
)
def test_secrets_that_are_new_count_whole(weight, expected):
    kept, off = secret(weight)
    assert (kept, off) == (pytest.approx(expected), pytest.approx(0))


@given(st.floats(0, 10**6), SHARES)
def test_familiar_secrets_count_a_twentieth_and_the_rest_is_said(weight, share):
    kept, off = secret(weight, new_weight=weight * share)
    whole, _ = secret(weight)
    assert kept + off == pytest.approx(whole)
    assert kept <= whole + 1e-9


@given(st.floats(0, 10**5), st.floats(0.1, 1000))
def test_scale_of_the_levels_cancels_out(weight, scale):
    scaled = weigh.secrets({"weight": weight * scale}, new_weight=weight * scale, heaviest=scale)
    assert scaled == pytest.approx(secret(weight))


@pytest.mark.parametrize(
    ("documents", "is_settled", "expected"),
    [(200, True, 0.35), (10**5, True, 0.35), (200, False, 0.07), (0, True, 0),
     (14, True, 0.35 * log1p(14) / log1p(200))],
)  # fmt: skip
def test_new_areas(documents, is_settled, expected):
    assert weigh.first_area({"new_documents": documents}, is_settled=is_settled) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({}, 1), ({"first_time_devices": 0}, 0.5), ({"own_usual": 67}, 0.5), ({"own_usual": 66}, 1),
        ({"read_before": 0}, 0.7), ({"read_before": 0, "archives": 1}, 1), ({"files": 1, "bytes": 2 * 10**10}, 1),
        ({"files": 0}, 0), ({"files": 10**6}, 1), ({"first_time_devices": 0, "read_before": 0}, 0.35),
    ],
)  # fmt: skip
def test_copying_out(change, factor):
    assert weigh.copy_out(COPY | change) == pytest.approx(weigh.COPY * factor)


@pytest.mark.parametrize(
    ("outside", "events", "expected"),
    [(200, 200, 0.2), (200, 400, 0.1), (0, 400, 0), (0, 0, 0), (20, 20, 0.2 * log1p(20) / log1p(200))],
)
def test_hours_outside_the_usual(outside, events, expected):
    found = weigh.off_hours({"events_outside_band": outside, "events": events})
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("parts", "expected"), [([], 0), ([0.5], 0.5), ([0.5, 0.5], 0.75), ([0.2, 0.3, 0.5], 0.72), ([1.0, 0.3], 1)]
)
def test_parts_join_as_odds(parts, expected):
    assert weigh.together(parts) == pytest.approx(expected)


@given(st.lists(SHARES, max_size=8))
def test_joined_parts_are_no_less_than_the_strongest_and_no_more_than_their_sum(parts):
    found = weigh.together(parts)
    assert max(parts, default=0) - 1e-9 <= found <= min(1, sum(parts)) + 1e-9
    assert found == pytest.approx(weigh.together(reversed(parts)))


@given(st.lists(SHARES, max_size=5), st.floats(-1, 0))
def test_what_lowers_is_not_taken_off_again(parts, lowering):
    assert weigh.together([*parts, lowering]) == weigh.together(parts)


@given(SHARES)
def test_leaving_adds_to_what_there_is(base):
    assert weigh.leaver(base) == pytest.approx(0.35 * base)
