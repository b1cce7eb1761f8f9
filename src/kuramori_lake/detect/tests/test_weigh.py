"""The arithmetic of scores."""

import pytest

from kuramori_lake.detect import Settings, Severity, weigh

COPY = {"files": 200, "bytes": 10**6, "first_time_devices": 1, "own_usual": 0, "read_before": 5, "archives": 0}


def test_parts_join_as_independent_odds_and_never_pass_one():
    assert weigh.together([0.5, 0.5]) == 0.75
    assert weigh.together([0.9] * 50) <= 1
    assert weigh.together([]) == 0


def test_what_lowers_is_not_taken_off_twice():
    assert weigh.together([0.5, -0.4]) == 0.5


def test_leaving_alone_weighs_nothing():
    assert weigh.leaver(0.0) == 0.0
    assert weigh.leaver(0.9) > weigh.leaver(0.3) > 0


def test_bulk_on_familiar_ground_keeps_less_and_says_how_much_it_lost():
    kept, off = weigh.bulk_read(12, {"own_now": 300}, new_share=0.0)
    whole, nothing = weigh.bulk_read(12, {"own_now": 300}, new_share=1.0)
    assert kept + off == pytest.approx(whole)
    assert nothing == pytest.approx(0)


def test_scale_of_levels_does_not_matter():
    ours = weigh.secrets({"weight": 100.0}, new_weight=50.0, heaviest=1.0)
    theirs = weigh.secrets({"weight": 400.0}, new_weight=200.0, heaviest=4.0)
    assert ours == theirs


@pytest.mark.parametrize("less", [{"first_time_devices": 0}, {"own_usual": 100}, {"read_before": 0}, {"files": 5}])
def test_copying_out_weighs_less_if(less):
    assert weigh.copy_out(COPY | less) < weigh.copy_out(COPY)


@pytest.mark.parametrize(
    ("score", "place", "expected"),
    [
        (95, 0, Severity.HIGH),
        (60, 0, Severity.MEDIUM),
        (40, 0, Severity.LOW),
        (95, 3, Severity.LOW),
        (10, 0, Severity.NOTE),
    ],
)
def test_severity_follows_score_and_budget(score, place, expected):
    assert weigh.severity(score, place=place, allowed=3, settings=Settings()) is expected


@pytest.mark.parametrize(("headcount", "days", "expected"), [(300, 7, 3), (5, 7, 1), (1000, 1, 1), (10_000, 7, 100)])
def test_budget_is_per_week_and_thousand(headcount, days, expected):
    assert weigh.allowed(Settings(), headcount=headcount, days=days) == expected


@pytest.mark.parametrize(
    ("z", "part", "times", "expected"),
    [(8, 1.2, 20, 0.4), (8, 0.7, 20, 0.28), (2, 1.0, 20, 0), (1, 1.0, 20, 0), (5, 1.0, 20, 0.2), (8, 1.0, 0, 0.2)],
)
def test_channels_by_how_unusual_and_how_much(z, part, times, expected):
    assert weigh.channel(z, part=part, times_least=times) == pytest.approx(expected)
