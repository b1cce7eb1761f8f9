"""The measured rate: bounds of shares and medians, who is found in time, untested ways unknown (DET-16)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.permissions import Role
from kuramori.watch.rules.detecting import WAYS
from kuramori.watch.rules.seeds import (
    DECIDERS,
    TOLD_WITHIN,
    WAITS,
    Deed,
    Outcome,
    Raised,
    Standing,
    State,
    is_about,
    is_in_time,
    is_of,
    may_decide,
    median_bounds,
    outcome_at,
    rate_of,
    rates_by_way,
    standing_at,
    ways_of,
    wilson,
)

DONE = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = date(2026, 11, 20)
DEED = Deed(way="print", site="TYO", done_at=DONE)
ALERT = Raised(since=DAY, until=DAY, ways=("print",), raised_at=DONE + timedelta(hours=6))
LATER = DONE + timedelta(days=60)


@pytest.mark.parametrize(
    ("found", "tested", "low", "high"),
    [
        (0, 1, 0.0, 0.7935), (1, 1, 0.2065, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634),
        (36, 40, 0.7695, 0.9604), (81, 263, 0.2553, 0.3662),
    ],
)  # fmt: skip
def test_bounds_are_those_of_the_tables(found: int, tested: int, low: float, high: float) -> None:
    """81 of 263 is Newcombe's example (Statistics in Medicine 17 (1998) 857-872, table I)."""
    assert wilson(found, tested) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 500), st.data())
def test_bounds_hold_the_share_and_more_tests_narrow_them(tested: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, tested))
    low, high = wilson(found, tested)
    assert 0 <= low <= found / tested <= high <= 1
    narrower = wilson(found * 4, tested * 4)
    assert narrower[1] - narrower[0] < high - low
    missed = wilson(tested - found, tested)
    assert (missed[0], missed[1]) == (pytest.approx(1 - high), pytest.approx(1 - low))


@pytest.mark.parametrize(("found", "tested"), [(0, 0), (1, 0), (-1, 5), (6, 5), (0, -1)])
def test_there_is_no_share_of_nothing(found: int, tested: int) -> None:
    with pytest.raises(ValueError, match=f"{found} of {tested}"):
        wilson(found, tested)


@pytest.mark.parametrize(
    ("changed", "speaks"),
    [
        ({}, True),
        ({"raised_at": DONE}, True),
        ({"raised_at": DONE - timedelta(seconds=1)}, False),
        ({"raised_at": DONE + WAITS - timedelta(seconds=1)}, True),
        ({"raised_at": DONE + WAITS}, False),
        ({"since": date(2026, 11, 14), "until": date(2026, 11, 26)}, True),
        ({"since": date(2026, 11, 21), "until": date(2026, 11, 26)}, False),
        ({"since": date(2026, 11, 1), "until": date(2026, 11, 19)}, False),
        ({"ways": ()}, False),
        ({"ways": ("mail", "web")}, False),
        ({"ways": ("mail", "print")}, True),
    ],
)
def test_an_alert_speaks_of_a_deed_by_day_way_and_time(changed: dict[str, object], speaks: bool) -> None:
    assert is_of(replace(ALERT, **changed), DEED, DAY) is speaks  # type: ignore[arg-type]


def test_what_is_not_found_in_time_is_missed_and_before_that_open() -> None:
    assert outcome_at(DEED, DONE) is Outcome.OPEN
    assert outcome_at(DEED, DONE + WAITS - timedelta(seconds=1)) is Outcome.OPEN
    assert outcome_at(DEED, DONE + WAITS) is Outcome.MISSED
    assert outcome_at(replace(DEED, found_at=DONE), DONE) is Outcome.FOUND
    assert outcome_at(replace(DEED, is_settled=True), DONE) is Outcome.MISSED
    late = replace(DEED, found_at=DONE + WAITS)
    assert outcome_at(late, DONE + WAITS) is Outcome.MISSED
    assert outcome_at(replace(late, found_at=DONE + WAITS - timedelta(seconds=1)), LATER) is Outcome.FOUND


def test_a_test_stands_where_people_and_time_put_it() -> None:
    ends_at = DONE + timedelta(hours=2)
    last = ends_at + TOLD_WITHIN
    for state in (State.WAITING, State.AGREED):
        assert standing_at(state, ends_at=ends_at, at=last - timedelta(seconds=1)) == state
        assert standing_at(state, ends_at=ends_at, at=last) is Standing.LAPSED
    for state in (State.REFUSED, State.DECLINED, State.WITHDRAWN, State.VOID):
        assert standing_at(state, ends_at=ends_at, at=LATER, deed=DEED) == state
    found = replace(DEED, found_at=DONE)
    told = {standing_at(State.DONE, ends_at=ends_at, at=at, deed=deed) for at, deed in ((DONE, DEED), (LATER, found))}
    assert told == {Standing.OPEN, Standing.FOUND}
    assert standing_at(State.DONE, ends_at=ends_at, at=LATER, deed=DEED) is Standing.MISSED


def test_an_alert_is_about_the_tester_or_the_device_of_the_test() -> None:
    tester, other = UUID(int=1), UUID(int=2)
    theirs = replace(ALERT, person=other, things=("USB-77ab", ""))
    assert is_about(replace(ALERT, person=tester), tester=tester, device="")
    assert is_about(theirs, tester=tester, device="usb-77AB")
    assert not is_about(theirs, tester=tester, device="usb-77")
    assert not is_about(theirs, tester=tester, device="")
    assert is_in_time(replace(ALERT, ways=()), DEED, DAY), "the way out is asked apart"


@pytest.mark.parametrize(
    ("channels", "codes", "rules", "ways"),
    [
        ((), (), (), set()),
        (("printer", "external_mail"), ("off_hours",), (), {"print", "mail"}),
        (("anonymous_link", "cloud_share", "web"), ("copy_out",), (), {"cloud", "web"}),
        ((), ("bulk_read",), (), {"files"}),
        (("removable",), ("first_area", "leaver"), (), {"removable", "files"}),
        ((), ("hard_rule",), ("door_denied",), {"door"}),
        (("db_client", "from_the_future"), ("secrets",), ("usb_unregistered",), {"database", "files"}),
    ],
)
def test_an_alert_speaks_of_ways_out_by_channels_reasons_and_rules(
    channels: tuple[str, ...], codes: tuple[str, ...], rules: tuple[str, ...], ways: set[str]
) -> None:
    assert ways_of(channels, codes, rules) == ways
    assert ways <= set(WAYS)


def test_the_second_office_decides_and_never_planner_or_tester() -> None:
    planner, tester, other = UUID(int=1), UUID(int=2), UUID(int=3)
    everything = frozenset(Role)
    assert may_decide(other, {Role.LEGAL}, planner=planner, tester=tester)
    assert may_decide(other, {Role.PRIVACY_OFFICER, Role.EMPLOYEE}, planner=planner, tester=tester)
    assert not may_decide(other, everything - DECIDERS, planner=planner, tester=tester)
    for person in (planner, tester, None):
        assert not may_decide(person, everything, planner=planner, tester=tester)


@pytest.mark.parametrize(
    ("count", "places"),
    [(0, None), (1, None), (5, None), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (20, (6, 15)), (40, (14, 27))],
)  # fmt: skip
def test_the_bounds_of_a_median_are_those_of_the_tables(count: int, places: tuple[int, int] | None) -> None:
    """Ranks at 95 % as in Conover's table A3 (binomial, p = 1/2); the order of the delays does not matter."""
    delays = [timedelta(hours=n) for n in range(1, count + 1)]
    delays = [*delays[::2], *delays[1::2]]
    expected = None if places is None else (timedelta(hours=places[0]), timedelta(hours=places[1]))
    assert median_bounds(delays) == expected


def test_forty_tests_give_rate_interval_and_median_delay_by_way_and_unknown_for_the_untried() -> None:
    """The acceptance of DET-16, as far as it is arithmetic: the order of the tests does not matter."""
    deeds = [
        Deed(way=way, site="TYO", done_at=DONE, found_at=DONE + timedelta(hours=n + 1) if n < found else None)
        for way, found in (("print", 10), ("mail", 5), ("removable", 9), ("web", 0))
        for n in range(10)
    ]
    deeds = [*deeds[::3], *deeds[1::3], *deeds[2::3]]
    rates = rates_by_way(deeds, WAYS, LATER)
    assert list(rates) == list(WAYS)
    told = {way: (rate.found, rate.tested, rate.usual_delay) for way, rate in rates.items() if rate.tested}
    assert told == {
        "print": (10, 10, timedelta(hours=5, minutes=30)),
        "mail": (5, 10, timedelta(hours=3)),
        "removable": (9, 10, timedelta(hours=5)),
        "web": (0, 10, None),
    }
    assert (rates["mail"].low, rates["mail"].high) == (pytest.approx(0.2366, abs=5e-5), pytest.approx(0.7634, abs=5e-5))
    assert rates["print"].delay_bounds == (timedelta(hours=2), timedelta(hours=9))
    assert rates["mail"].delay_bounds is None, "five are too few"
    unknown = {way: (rate.share, rate.low, rate.high) for way, rate in rates.items() if not rate.tested}
    assert unknown == dict.fromkeys(("files", "cloud", "database", "door", "kuramori"), (None, None, None))


def test_open_tests_count_neither_way() -> None:
    found = replace(DEED, found_at=DONE + timedelta(hours=1))
    early, late = rate_of([DEED, found], DONE + timedelta(days=1)), rate_of([DEED, found], LATER)
    assert (early.found, early.tested, early.share, early.waiting) == (1, 1, 1.0, 1)
    assert late.waiting == 0
    assert (late.found, late.tested, late.share) == (1, 2, 0.5)
    assert rate_of([DEED], DONE).share is None
