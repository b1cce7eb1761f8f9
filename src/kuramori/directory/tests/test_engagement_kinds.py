"""Every kind of engagement and its rules: who needs a sponsor and an end, who is let in, what may be seen."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kuramori.directory.acts import people, units
from kuramori.directory.feeds.columns import KIND_OF, KINDS
from kuramori.directory.models import KIND_WORDS, Engagement
from kuramori.directory.queries.people import engagements_of
from kuramori.directory.rules.engagements import (
    OUTSIDE_KINDS,
    SPONSORED,
    EngagementKind,
    EngagementSeen,
    as_seen,
    faults_of,
    last_day,
    look_back_from,
)
from kuramori.directory.tests.company import FOUNDED, TODAY, Company
from kuramori.directory.viewing import standing_of, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role

A_YEAR = timedelta(days=366)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
OPEN_KINDS = [kind for kind in EngagementKind if kind not in SPONSORED]


def engaged(**days: date | None) -> EngagementSeen:
    nothing = {"end_planned": None, "end_actual": None, "notice_received_on": None, "last_working_day": None}
    return EngagementSeen(engagement_kind="regular", start=FOUNDED, **(nothing | days))


def faults(kind: str, start: date = TODAY, end: date | None = None, *, sponsor: bool = False) -> list[str]:
    return list(faults_of(kind, start=start, end_planned=end, has_sponsor=sponsor))


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_most_kinds_need_neither_sponsor_nor_end(kind: EngagementKind) -> None:
    assert faults(kind) == []
    assert faults(kind, end=TODAY + 10 * A_YEAR) == []


@pytest.mark.parametrize("kind", sorted(SPONSORED))
def test_advisers_and_contractors_need_somebody_inside_and_an_end_within_a_year(kind: EngagementKind) -> None:
    assert faults(kind) == ["sponsor", "end"]
    assert faults(kind, sponsor=True) == ["end"]
    assert faults(kind, end=TODAY) == ["sponsor"]
    assert faults(kind, end=TODAY + A_YEAR, sponsor=True) == []
    assert faults(kind, end=TODAY + A_YEAR + timedelta(days=1), sponsor=True) == ["too_long"]


@pytest.mark.parametrize("kind", EngagementKind)
def test_no_kind_ends_before_it_begins(kind: EngagementKind) -> None:
    assert "order" in faults(kind, end=TODAY - timedelta(days=1), sponsor=True)
    assert "order" not in faults(kind, end=TODAY, sponsor=True), "one day is an engagement"


@pytest.mark.parametrize("kind", EngagementKind)
def test_every_kind_lets_in_those_who_work_here_and_nobody_else(company: Company, kind: EngagementKind) -> None:
    engagement = company.engagement(company.akari)
    people.engagement_correct(
        engagement=engagement, engagement_kind=kind, sponsor=company.botan, end_planned=TODAY + timedelta(days=30),
        start=TODAY, by=SYSTEM, why="?",
    )  # fmt: skip
    viewer = company.viewer(company.akari)
    assert bool(viewer.permissions) is (kind not in OUTSIDE_KINDS)
    assert viewer.roles == (frozenset() if kind in OUTSIDE_KINDS else {Role.EMPLOYEE})


@pytest.mark.parametrize("kind", EngagementKind)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_has_its_word(kind: EngagementKind, language: str) -> None:
    with override(language):
        words = {str(word) for word in KIND_WORDS.values()}
        assert len(words) == len(EngagementKind)
        assert str(KIND_WORDS[kind]).isascii() is (language == "en")


@pytest.mark.parametrize("kind", EngagementKind)
def test_hr_s_files_may_call_a_kind_by_many_names(kind: EngagementKind) -> None:
    for word in (*KINDS[kind], kind.value, KINDS[kind][0] + " "):
        assert KIND_OF(word) == kind


def test_no_name_stands_for_two_kinds() -> None:
    words = [word.casefold() for each in KINDS.values() for word in each]
    assert len(words) == len(set(words))


def test_the_actual_last_day_goes_before_the_planned_one() -> None:
    planned, actual = date(2026, 12, 31), date(2026, 12, 18)
    assert last_day(engaged()) is None
    assert last_day(engaged(end_planned=planned)) == planned
    assert last_day(engaged(end_planned=planned, end_actual=actual)) == actual


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("Asia/Tokyo", date(2026, 11, 20), "2026-11-20T15:00:00+00:00"),
        ("Europe/Berlin", date(2026, 11, 20), "2026-11-20T23:00:00+00:00"),
        ("Europe/Berlin", date(2026, 7, 20), "2026-07-20T22:00:00+00:00"),
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-28T23:00:00+00:00"),  # the night before summer time begins
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T22:00:00+00:00"),  # the day of 23 hours
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T23:00:00+00:00"),  # the day of 25 hours
        ("America/New_York", date(2026, 11, 1), "2026-11-02T05:00:00+00:00"),
    ],
)
def test_access_ends_at_the_midnight_that_follows_the_last_day_in_the_zone(
    company: Company, zone: str, day: date, moment: str
) -> None:
    units.site_edit(site=company.tokyo, zone_name=zone, by=SYSTEM)
    people.notice_receive(engagement=company.engagement(company.akari), received_on=day, end_planned=day, by=SYSTEM)
    midnight = datetime.fromisoformat(moment)
    assert standing_of(company.akari.pk, midnight - timedelta(microseconds=1)).is_engaged
    assert not standing_of(company.akari.pk, midnight).is_engaged


@given(end=DAYS, today=DAYS)
def test_what_is_still_to_come_is_seen_by_few_and_what_has_passed_by_all(end: date, today: date) -> None:
    full = engaged(end_planned=end, notice_received_on=end - timedelta(days=60), last_working_day=end)
    seen = as_seen(full, today=today, may_see_leaving=False)
    assert as_seen(full, today=today, may_see_leaving=True) == full
    assert (seen.end_planned, seen.notice_received_on, seen.last_working_day) == (None, None, None)
    assert seen.end_actual == (end if end < today else None)
    assert replace(seen, end_actual=None) == engaged()


@given(notice=st.none() | DAYS, end=st.none() | DAYS, days=st.integers(0, 365))
def test_the_look_back_begins_with_the_notice_or_earlier(notice: date | None, end: date | None, days: int) -> None:
    begins = look_back_from(engaged(notice_received_on=notice, end_planned=end), days=days)
    if notice is None and end is None:
        assert begins is None
        return
    assert begins in {notice, end and end - timedelta(days=days)}
    assert notice is None or begins <= notice
    assert end is None or begins <= end - timedelta(days=days)


@pytest.mark.parametrize(
    ("values", "says_en", "says_ja"),
    [
        ({"kind": "adviser", "end_planned": TODAY}, "needs a sponsor inside", "受入責任者"),
        ({"kind": "contractor", "sponsor": True}, "needs a planned last day", "終了予定日"),
        ({"kind": "contractor", "sponsor": True, "end_planned": TODAY + 2 * A_YEAR}, "longer than a year", "1年"),
        ({"kind": "regular", "end_planned": date(2019, 1, 1)}, "lies before the first", "より前"),
    ],
)
def test_what_is_lacking_is_said_in_both_languages_and_nothing_is_written(
    company: Company, values: dict, says_en: str, says_ja: str
) -> None:
    before = Engagement.objects.count()
    values = values | {"sponsor": company.botan if values.get("sponsor") else None}
    with pytest.raises(Refused) as refusal:
        people.engagement_add(person=company.akari, start=TODAY, by=SYSTEM, **values)
    with override("en"):
        assert says_en in str(refusal.value.message)
        assert str(refusal.value.next_step)
    with override("ja"):
        said = str(refusal.value.message)
        assert not said.isascii(), said
        assert not str(refusal.value.next_step).isascii()
    assert Engagement.objects.count() == before


def test_a_correction_obeys_the_same_rules(company: Company) -> None:
    engagement = company.engagement(company.akari)
    for values in ({"engagement_kind": "adviser"}, {"end_planned": date(2019, 1, 1)}, {"start": date(2030, 1, 1)}):
        with pytest.raises(Refused):
            people.engagement_correct(
                engagement=engagement, by=SYSTEM, why="?", **({"end_planned": date(2026, 12, 31)} | values)
            )
    assert company.engagement(company.akari) == engagement


def test_a_corrected_first_day_moves_the_day_from_which_the_person_is_found(company: Company) -> None:
    people.engagement_correct(
        engagement=company.engagement(company.akari), start=date(2021, 4, 1), by=SYSTEM, why="typing error"
    )
    company.akari.refresh_from_db()
    assert company.akari.joined_on == date(2021, 4, 1)


def test_a_person_holds_several_engagements_over_time_newest_first(company: Company) -> None:
    people.engagement_end(engagement=company.engagement(company.akari), last=TODAY, today=TODAY, by=SYSTEM)
    people.engagement_add(
        person=company.akari, kind="adviser", start=TODAY + timedelta(days=1), sponsor=company.botan,
        end_planned=TODAY + timedelta(days=90), employer="自営", by=SYSTEM,
    )  # fmt: skip
    kinds = [seen.engagement_kind for _e, seen in engagements_of(viewer_of_system(), company.akari)]
    assert kinds == ["adviser", "regular"]
    others = [seen.engagement_kind for _e, seen in engagements_of(company.viewer(company.chihiro), company.akari)]
    assert others == ["regular"], "what begins tomorrow is HR's"
