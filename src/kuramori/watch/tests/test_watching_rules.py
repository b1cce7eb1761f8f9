"""An entry of the watch list is bounded, ends by itself, and takes two others of two offices (DET-08)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.permissions import Role
from kuramori.watch.models.watching import EntryStateChoice, OfficeChoice
from kuramori.watch.rules import watching as rules
from kuramori.watch.rules.watching import Office, Standing, State
from kuramori.watch.wording import REASON_WORDS
from kuramori_lake.detect import DEFAULT

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "waits", "ends", "standing"),
    [
        (State.WAITING, 1, None, Standing.WAITING),
        (State.WAITING, 0, None, Standing.LAPSED),
        (State.WAITING, -1, None, Standing.LAPSED),
        (State.ACTIVE, -99, DAY, Standing.ACTIVE),
        (State.ACTIVE, -99, DAY - timedelta(days=1), Standing.ENDED),
        (State.ACTIVE, 1, None, Standing.ENDED),
        (State.REFUSED, -1, None, Standing.REFUSED),
        (State.WITHDRAWN, 1, DAY, Standing.WITHDRAWN),
    ],
)
def test_time_ends_what_nobody_ends(state: State, waits: int, ends: date | None, standing: Standing) -> None:
    waits_until = NOON + timedelta(hours=waits)
    assert rules.standing_at(state, waits_until=waits_until, ends_on=ends, at=NOON, today=DAY) is standing


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, rules.MOST_DAYS))
def test_an_entry_holds_for_as_many_days_as_were_asked_and_never_longer_than_a_quarter(first: date, days: int) -> None:
    last = rules.last_day(first, days)
    assert (last - first).days + 1 == days
    assert (last - first).days < 90


@pytest.mark.parametrize(
    ("roles", "taken", "office"),
    [
        ({Role.HR}, set(), Office.HR),
        ({Role.HR}, {Office.HR}, None),
        ({Role.LEGAL}, {Office.HR}, Office.LEGAL),
        ({Role.PRIVACY_OFFICER}, set(), Office.LEGAL),
        ({Role.PRIVACY_OFFICER}, {Office.LEGAL}, None),
        ({Role.HR, Role.LEGAL}, set(), Office.HR),
        ({Role.HR, Role.LEGAL}, {Office.HR}, Office.LEGAL),
        ({Role.SECURITY_ANALYST, Role.EXECUTIVE}, set(), None),
        (set(), set(), None),
    ],
)
def test_an_office_decides_once(roles: set[Role], taken: set[Office], office: Office | None) -> None:
    assert rules.office_of(roles, taken) is office


def test_only_hr_and_the_lawyers_decide() -> None:
    can = {role for role in Role if rules.office_of({role}, set()) is not None}
    assert can == {Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER}


def test_never_the_asker_never_the_person_concerned_never_twice_the_same() -> None:
    asker, concerned, first, second = (uuid4() for _n in range(4))
    people = {"asker": asker, "concerned": concerned}
    assert not rules.is_other(None, **people, deciders=[])
    assert not rules.is_other(asker, **people, deciders=[])
    assert not rules.is_other(concerned, **people, deciders=[])
    assert not rules.is_other(first, **people, deciders=[first])
    assert rules.is_other(first, **people, deciders=[])
    assert rules.is_other(second, **people, deciders=[first])


def test_one_office_is_not_enough() -> None:
    assert not rules.is_agreed([])
    assert not rules.is_agreed([Office.HR])
    assert not rules.is_agreed([Office.LEGAL])
    assert rules.is_agreed([Office.LEGAL, Office.HR])


def test_the_weight_stays_within_what_detection_allows_and_speaks_of_known_reasons() -> None:
    assert 1 < rules.FACTOR <= DEFAULT.feedback_most
    assert set(rules.KINDS) == set(REASON_WORDS)


def test_every_standing_and_office_has_a_word() -> None:
    assert {choice.value for choice in EntryStateChoice} == set(Standing)
    assert {choice.value for choice in OfficeChoice} == set(Office)
    assert {state.value for state in State} <= set(Standing)
