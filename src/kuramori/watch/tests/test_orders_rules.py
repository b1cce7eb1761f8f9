"""An order is decided by who has to answer for it, is bounded by its charters, and ends by itself (DET-14)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.permissions import Role
from kuramori.watch.models.orders import KindChoice, OrderOfficeChoice, OrderStateChoice
from kuramori.watch.orders.duties import wait_in_words
from kuramori.watch.rules import orders as rules
from kuramori.watch.rules.orders import Kind, Office
from kuramori.watch.rules.watching import Standing

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
ALL = frozenset(Office)


@pytest.mark.parametrize("by_two", [False, True])
def test_a_person_is_monitored_only_when_all_three_offices_agree(by_two: bool) -> None:
    assert rules.offices_needed(Kind.PERSON, by_two=by_two) == {Office.DATA, Office.HR, Office.LEGAL}


@pytest.mark.parametrize("kind", [Kind.SECRET, Kind.DOCUMENT, Kind.DEVICE])
def test_a_thing_is_for_the_data_team_and_for_a_second_office_where_the_charter_or_the_law_asks(kind: Kind) -> None:
    assert rules.offices_needed(kind, by_two=False) == {Office.DATA}
    assert rules.offices_needed(kind, by_two=True) == {Office.DATA, Office.LEGAL}


@pytest.mark.parametrize(
    ("roles", "needed", "taken", "office"),
    [
        ({Role.SECURITY_ANALYST}, ALL, set(), Office.DATA),
        ({Role.INFORMATION_MANAGER}, ALL, set(), Office.DATA),
        ({Role.SECURITY_ANALYST}, ALL, {Office.DATA}, None),
        ({Role.HR}, ALL, set(), Office.HR),
        ({Role.HR}, {Office.DATA}, set(), None),
        ({Role.LEGAL}, ALL, {Office.HR, Office.DATA}, Office.LEGAL),
        ({Role.PRIVACY_OFFICER}, {Office.DATA, Office.LEGAL}, set(), Office.LEGAL),
        ({Role.PRIVACY_OFFICER}, ALL, {Office.LEGAL}, None),
        ({Role.HR, Role.SECURITY_ANALYST}, ALL, set(), Office.DATA),
        ({Role.HR, Role.SECURITY_ANALYST}, ALL, {Office.DATA}, Office.HR),
        ({Role.UNIT_HEAD, Role.PROMOTER, Role.AUDITOR}, ALL, set(), None),
        (set(), ALL, set(), None),
    ],
)
def test_an_office_that_is_needed_decides_once(
    roles: set[Role], needed: set[Office], taken: set[Office], office: Office | None
) -> None:
    assert rules.office_of(roles, needed, taken) is office


def test_nobody_but_the_data_team_hr_and_the_lawyers_decides() -> None:
    can = {role for role in Role if rules.office_of({role}, ALL, set()) is not None}
    assert can == {
        Role.HR, Role.INFORMATION_MANAGER, Role.LEGAL, Role.PRIVACY_OFFICER, Role.SECURITY_ANALYST,
    }  # fmt: skip


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, rules.MOST_DAYS),
    st.lists(st.none() | st.integers(0, 200), max_size=4),
)
def test_no_order_outlives_its_days_or_a_charter(first: date, days: int, ends: list[int | None]) -> None:
    until = [None if each is None else first + timedelta(days=each) for each in ends]
    last = rules.ends_by(first, days, until)
    assert first <= last <= first + timedelta(days=days - 1)
    assert all(last <= end for end in until if end is not None)
    assert last in {first + timedelta(days=days - 1), *until}


def test_it_shows_a_month_before_and_leaves_a_fortnight_to_keep_what_mattered() -> None:
    assert rules.shown_since(DAY) == date(2026, 10, 21)
    assert rules.erased_after(DAY) == date(2026, 12, 4)


def test_the_time_from_report_to_order_is_measured_against_ten_minutes() -> None:
    assert rules.waited(NOON, None) is None
    assert rules.waited(NOON, NOON + timedelta(minutes=7)) == timedelta(minutes=7) < rules.TARGET
    assert timedelta(minutes=10) == rules.TARGET


@pytest.mark.parametrize(
    ("minutes", "usual"), [([], None), ([4], 4), ([30, 4], 17), ([1, 2, 600], 2), ([600, 2, 1, 4], 3)]
)
def test_the_usual_wait_is_the_median_which_one_long_weekend_does_not_move(
    minutes: list[int], usual: int | None
) -> None:
    found = rules.usual_wait(timedelta(minutes=each) for each in minutes)
    assert found == (None if usual is None else timedelta(minutes=usual))


@pytest.mark.parametrize(
    ("wait", "japanese", "english"),
    [
        (None, "–", "–"),
        (timedelta(0), "0分", "0 min"),
        (timedelta(seconds=1), "1分", "1 min"),
        (timedelta(minutes=9), "9分", "9 min"),
        (timedelta(minutes=9, microseconds=1), "10分", "10 min"),
        (timedelta(days=1), "1,440分", "1,440 min"),
    ],
)
def test_a_wait_is_written_in_whole_minutes_rounded_up(wait: timedelta | None, japanese: str, english: str) -> None:
    with override("ja"):
        assert wait_in_words(wait) == japanese
    with override("en"):
        assert wait_in_words(wait) == english


@pytest.mark.parametrize(
    ("choices", "values"), [(OrderStateChoice, Standing), (OrderOfficeChoice, Office), (KindChoice, Kind)]
)
def test_every_standing_office_and_kind_has_a_word_in_both_languages(choices: type, values: type) -> None:
    assert {choice.value for choice in choices} == set(values)
    for choice in choices:
        with override("en"):
            english = str(choice.label)
        with override("ja"):
            assert str(choice.label) != english
        assert english.isascii()
