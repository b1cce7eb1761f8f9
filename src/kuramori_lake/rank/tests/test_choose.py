"""Whom to review, by rows counted by hand: fatigue, leavers, places, and what is told of a day."""

from datetime import date, timedelta

import pytest

from kuramori_lake.rank.choose import choose
from kuramori_lake.rank.settings import Settings
from kuramori_lake.rank.tables import Leaving

DAY = date(2026, 11, 2)


def row(person="a", day=0, evidence=5.0, metric="copies", value=3.0, **more):
    plain = {
        "day": DAY + timedelta(days=day), "person_id": person, "evidence": evidence, "metric": metric, "width": 1,
        "channel": "removable", "y": 1.0986123, "own": 0.0, "peer": 0.0, "n": 40, "peer_n": 12, "rank": 1, "z_own": 4.0,
        "z_peer": 4.0, "value": value, "odd_mask": None, "things": None, "thing": None, "others": None,
    }  # fmt: skip
    return plain | more


def chosen(*rows, leaving=(), since=DAY, **settings):
    return list(choose(rows, leaving, since, Settings(**{"per_day": 2} | settings)))


def test_most_evidence_first_and_no_more_than_asked_for():
    found = chosen(row("a", evidence=9), row("b", evidence=7), row("c", evidence=5))
    assert [(one.person, one.rank, one.score) for one in found] == [("a", 1, 59.3), ("b", 2, 50.3)]


def test_too_little_evidence_is_an_empty_list():
    assert chosen(row(evidence=0.99)) == []


@pytest.mark.parametrize(("later", "left"), [(1, 1 / 30), (15, 0.5), (30, 1), (60, 1)])
def test_reviewed_reason_comes_back_slowly(later, left):
    found = chosen(row(evidence=50), row(day=later, evidence=50))
    expected = round(100 * (1 - 2.718281828459045 ** (-5 * left)), 1)
    assert [one.score for one in found] == [99.3, expected]


def test_what_is_stronger_or_new_is_told_at_once():
    grown = chosen(row(evidence=10, value=2), row(day=1, evidence=10, value=6))
    new = chosen(row(evidence=10), row(day=1, evidence=10, metric="pages", channel="print"))
    other_thing = chosen(row(metric="new_pc", thing="PC-1"), row(day=1, metric="new_pc", thing="PC-2"))
    for found in (grown, new, other_thing):
        assert [one.day for one in found] == [DAY, DAY + timedelta(days=1)]
    assert grown[1].score < new[1].score


def test_days_before_the_first_are_remembered_but_not_told():
    found = chosen(row(evidence=10), row(day=1, evidence=10), since=DAY + timedelta(days=1))
    assert found == []


def test_leavers_come_first_within_their_days_and_again_after_a_week():
    leaver = Leaving(person_id="b", since=DAY, until=DAY + timedelta(days=20), last=DAY + timedelta(days=6))
    rows = [one for day in (0, 7, 21) for one in (row("a", day=day, evidence=4), row("b", day=day, evidence=3.9))]
    found = chosen(*rows, leaving=[leaver], per_day=1)
    assert [one.person for one in found] == ["b", "b", "a"]
    assert found[0].reasons[-1].last_day == leaver.last
    assert found[0].channels == ("removable",)


def test_one_line_for_a_number_and_today_before_the_week():
    found = chosen(row(value=2.0), row(value=2.8, width=7), row(value=1.0, metric="pages", channel="print"))
    assert [(reason.metric, reason.width) for reason in found[0].reasons] == [("copies", 1), ("pages", 1)]
    found = chosen(row(value=2.0), row(value=3.2, width=7))
    assert [(reason.metric, reason.width) for reason in found[0].reasons] == [("copies", 7)]


def test_numbers_come_back_whole_and_hours_as_hours():
    (one,) = chosen(
        row(y=4.27666612), row(metric="odd_hours", channel="logon", odd_mask=(1 << 2) | (1 << 23), y=2.19722)
    )
    copies, hours = sorted(one.reasons, key=lambda reason: reason.metric)
    assert (copies.count, copies.own_usual, copies.peer_group) == (71, 0, "team")
    assert (hours.count, hours.hours) == (2, (2, 23))
