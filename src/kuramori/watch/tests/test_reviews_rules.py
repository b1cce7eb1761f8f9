"""When a review is due, what can be said about a source, who weighs more, who looks at whom, who is drawn."""

from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.permissions import Role
from kuramori.watch.rules import reviews as rules
from kuramori.watch.rules.reviews import Rest, Seen

HOLIDAY = date(2026, 11, 23)
"""A Monday, Labour Thanksgiving Day: Saturday to Monday are a three-day weekend."""


def works(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def test_the_days_off_before_the_first_working_day_are_one_stretch() -> None:
    """DET-10: every week on the morning after."""
    long_weekend = Rest(since=date(2026, 11, 21), until=HOLIDAY, back=date(2026, 11, 24))
    assert rules.rests_up_to(date(2026, 11, 24), works)[0] == long_weekend
    assert rules.rests_up_to(date(2026, 11, 26), works)[0] == long_weekend
    assert long_weekend.days == [date(2026, 11, 21), date(2026, 11, 22), HOLIDAY]
    assert rules.rests_up_to(HOLIDAY, works)[0] == Rest(
        since=date(2026, 11, 14), until=date(2026, 11, 15), back=date(2026, 11, 16)
    )


def test_what_nobody_looked_at_for_three_weeks_is_still_found_the_latest_first() -> None:
    """The server may have stood still."""
    found = rules.rests_up_to(date(2026, 11, 26), works)
    assert [(rest.since.day, rest.until.day) for rest in found] == [(21, 23), (14, 15), (7, 8)]
    assert [rest.back for rest in found] == [date(2026, 11, day) for day in (24, 16, 9)]


def test_a_site_that_never_rests_has_no_review_and_one_that_always_rests_is_not_looked_for_for_ever() -> None:
    assert rules.rests_up_to(HOLIDAY, lambda _day: True) == []
    assert rules.rests_up_to(HOLIDAY, lambda _day: False) == []
    (only_today,) = rules.rests_up_to(HOLIDAY, lambda day: day == HOLIDAY)
    assert only_today.until == date(2026, 11, 22)
    assert len(only_today.days) == rules.HORIZON


def test_days_off_are_compared_with_days_off() -> None:
    assert rules.rest_days_before(date(2026, 11, 21), works, span=14) == [date(2026, 11, day) for day in (7, 8, 14, 15)]


def test_seven_in_the_morning_is_that_of_the_site() -> None:
    tokyo = rules.at_local(HOLIDAY, time(7), ZoneInfo("Asia/Tokyo"))
    assert tokyo == datetime(2026, 11, 22, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("events", "last", "seen"),
    [
        (0, None, Seen.BLIND),
        (9, datetime(2026, 11, 23, 9, tzinfo=UTC), Seen.LATE),
        (0, datetime(2026, 11, 23, 9, tzinfo=UTC), Seen.LATE),
        (0, datetime(2026, 11, 24, 9, tzinfo=UTC), Seen.SILENT),
        (9, datetime(2026, 11, 24, 9, tzinfo=UTC), Seen.SEEN),
    ],
)
def test_silence_is_no_sign_that_nothing_happened(events: int, last: datetime | None, seen: Seen) -> None:
    ends = datetime(2026, 11, 24, tzinfo=UTC)
    assert rules.seen_of(events=events, last=last, period_ends=ends) is seen


def test_what_leaves_weighs_more_than_coming_to_work_and_the_unusual_more_than_the_usual() -> None:
    downloads = rules.weight_of({"secret_documents": 40}, {})
    assert downloads > rules.weight_of({"logons": 40, "doors": 40}, {}) > 0
    assert downloads > rules.weight_of({"secret_documents": 40}, {"secret_documents": 38.0})
    assert rules.weight_of({}, {"secret_documents": 38.0}) == 0


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1_000))
def test_more_of_the_same_never_weighs_less(one: int, other: int, usual: float) -> None:
    low, high = sorted((one, other))
    told = [rules.weight_of({"copies": count}, {"copies": usual}) for count in (low, high)]
    assert told == sorted(told)


def test_an_unsigned_review_climbs_to_the_committee_and_stays_with_those_who_were_asked() -> None:
    assert rules.office_after(Role.SECURITY_ANALYST) is Role.INFORMATION_MANAGER
    assert rules.office_after(Role.INFORMATION_MANAGER) is Role.COMMITTEE_MEMBER
    assert rules.office_after(Role.COMMITTEE_MEMBER) is None
    assert rules.offices_up_to(Role.INFORMATION_MANAGER) == {Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER}


def test_a_digest_does_not_depend_on_the_order_in_which_things_were_written() -> None:
    one, other = {"b": 1, "a": "配合"}, {"a": "配合", "b": 1}
    assert rules.canonical(one) == rules.canonical(other) == '{"a":"配合","b":1}'
    assert rules.digest_of("配合") != rules.digest_of("配合 ")
    assert len(rules.digest_of("")) == 64


def test_nobody_covers_the_line_about_himself() -> None:
    """DET-06: no self-review."""
    akari, botan = uuid4(), uuid4()
    assert not rules.is_covered([], [])
    assert rules.is_covered([], [akari])
    assert not rules.is_covered([akari, botan], [akari])
    assert rules.is_covered([akari, botan], [akari, botan])
    assert rules.is_covered([botan], [akari])


def test_a_heads_own_events_go_to_the_next_head_above() -> None:
    top, middle, team, akari, botan = (UUID(int=n) for n in range(5))
    parents = {team: middle, middle: top, top: None}
    assert rules.reviewing_unit(team, akari, parents, {team: botan, top: akari}) == team
    assert rules.reviewing_unit(team, botan, parents, {team: botan, top: akari}) == top
    assert rules.reviewing_unit(team, botan, parents, {team: botan, middle: botan}) is None
    assert rules.reviewing_unit(None, botan, parents, {team: akari}) is None


people = st.sets(st.uuids(), max_size=40)


@given(people, people, st.text(max_size=8))
def test_within_a_quarter_everybody_is_drawn_and_the_same_seed_draws_the_same(
    first: set[UUID], joined: set[UUID], seed: str
) -> None:
    """DET-13: over a quarter each handler is sampled at least once; people who come in meanwhile too."""
    done: list[UUID] = []
    for left, population in ((3, first), (2, first | joined), (1, first | joined)):
        draw = rules.drawn(seed=seed, population=population, done=done, draws_left=left)
        again = rules.drawn(seed=seed, population=sorted(population), done=list(done), draws_left=left)
        assert draw == again
        assert not set(draw) & set(done)
        done += draw
    assert set(done) == first | joined


def test_another_seed_draws_others_and_the_population_has_one_digest() -> None:
    crowd = [UUID(int=n) for n in range(60)]
    one = rules.drawn(seed="a", population=crowd, done=[], draws_left=3)
    other = rules.drawn(seed="b", population=crowd, done=[], draws_left=3)
    assert len(one) == len(other) == 20
    assert one != other
    assert rules.population_digest(crowd) == rules.population_digest(reversed(crowd))
    assert rules.population_digest(crowd) != rules.population_digest(crowd[1:])


def test_months_and_quarters_are_those_of_the_calendar() -> None:
    assert rules.month_before(date(2026, 1, 15)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert rules.quarter_of(date(2026, 11, 23)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert rules.quarter_of(date(2026, 3, 31)) == (date(2026, 1, 1), date(2026, 3, 31))
    assert rules.quarter_of(date(2026, 9, 1)) == (date(2026, 7, 1), date(2026, 9, 30))
    assert [rules.draws_left(date(2026, month, 1)) for month in (10, 11, 12)] == [3, 2, 1]
