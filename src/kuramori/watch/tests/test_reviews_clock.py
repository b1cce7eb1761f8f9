"""When reviews are ready and due, by each site's own days and clock; run late, twice, or never (DET-06, DET-10)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.acts.units import holiday_add, site_add
from kuramori.directory.models import Site
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import ask
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import charter_add, source_add
from kuramori.watch.models.reviews import Review, ReviewKind
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.reviews.jobs import JOBS, run_reviews
from kuramori.watch.reviews.units import unit_reviews
from kuramori.watch.rules import reviews as rules
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.tests.reviewed import sign

TOKYO, BERLIN, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
Watch = Callable[..., Site]


@pytest.fixture
def watch(company: Company) -> Watch:
    """A site of a country with a charter that holds."""

    def opened(code: str, country: str, zone: ZoneInfo, **words: Any) -> Site:
        site = site_add(code=code, name_ja=code, name_en=code, country=country, zone_name=zone.key, by=SYSTEM)
        plain = {"site": site, "agreed_on": date(2026, 3, 1)} | words
        charter_add(**charter_words(company, **plain), by=SYSTEM)
        return site

    return opened


def at(zone: ZoneInfo, *when: int) -> datetime:
    return datetime(*when, tzinfo=zone)


def prepared(when: datetime) -> list[Review]:
    with time_machine.travel(when, tick=False):
        return holiday_reviews(now())


def days(review: Review) -> tuple[date, date]:
    return review.since, review.until


# the pure rule of when it is due


def _weekday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("ready", "due"),
    [
        (at(TOKYO, 2026, 11, 24, 7, 0), at(TOKYO, 2026, 11, 24, 12)),
        (at(TOKYO, 2026, 11, 24, 7, 59), at(TOKYO, 2026, 11, 24, 12)),
        (at(TOKYO, 2026, 11, 24, 8, 0), at(TOKYO, 2026, 11, 25, 12)),
        (at(TOKYO, 2026, 11, 24, 23, 0), at(TOKYO, 2026, 11, 25, 12)),
        (at(TOKYO, 2026, 11, 25, 0, 5), at(TOKYO, 2026, 11, 25, 12)),
        (at(TOKYO, 2026, 11, 27, 18, 0), at(TOKYO, 2026, 11, 30, 12)),
        (at(TOKYO, 2026, 11, 28, 7, 0), at(TOKYO, 2026, 11, 30, 12)),
    ],
)
def test_noon_of_the_first_working_morning_on_which_it_lies_there(ready: datetime, due: datetime) -> None:
    assert rules.signed_by(ready, _weekday, TOKYO) == due


def test_the_clock_is_the_sites_and_a_site_that_never_works_has_a_day_all_the_same() -> None:
    ready = at(TOKYO, 2026, 11, 24, 14, 0)
    assert rules.signed_by(ready, _weekday, BERLIN) == at(BERLIN, 2026, 11, 24, 12)
    assert rules.signed_by(ready, _weekday, NEW_YORK) == at(NEW_YORK, 2026, 11, 24, 12)
    assert rules.signed_by(ready, lambda _day: False, TOKYO) == at(TOKYO, 2026, 11, 25, 12)


def test_summer_time_begins_on_a_day_off_and_seven_stays_seven() -> None:
    """On 29 March 2026 Berlin's clocks go from two to three."""
    before, after = (rules.at_local(date(2026, 3, day), time(7), BERLIN) for day in (27, 30))
    assert after - before == timedelta(days=3), "as the wall clock says"
    assert after.timestamp() - before.timestamp() == timedelta(days=3, hours=-1).total_seconds()


# the weekly review by the calendar of its site


def test_an_ordinary_weekend_is_ready_on_monday_at_seven(charter: Any) -> None:
    assert prepared(at(TOKYO, 2026, 11, 9, 6, 59)) == []
    assert [days(each) for each in prepared(at(TOKYO, 2026, 11, 9, 7))] == [(date(2026, 11, 7), date(2026, 11, 8))]
    assert len(prepared(at(TOKYO, 2026, 11, 16, 6, 59))) == 1, "the one that stands, looked at for late data"
    ready = prepared(at(TOKYO, 2026, 11, 16, 7, 0))
    assert days(ready[0]) == (date(2026, 11, 14), date(2026, 11, 15))
    assert ready[0].due_at == at(TOKYO, 2026, 11, 16, 12)
    assert ready[0].sheets.get().told["days"] == ["2026-11-14", "2026-11-15"]


@pytest.mark.parametrize(
    ("back", "since", "until"),
    [
        (at(TOKYO, 2026, 5, 7, 7), date(2026, 5, 2), date(2026, 5, 6)),  # Golden Week, a substitute holiday in it
        (at(TOKYO, 2026, 9, 24, 7), date(2026, 9, 19), date(2026, 9, 23)),  # a citizens' holiday between two others
        (at(TOKYO, 2026, 11, 4, 7), date(2026, 11, 3), date(2026, 11, 3)),  # one day in the middle of a week
        (at(TOKYO, 2027, 1, 4, 7), date(2027, 1, 1), date(2027, 1, 3)),
    ],
)
def test_public_holidays_join_the_weekend_and_stand_alone_too(
    charter: Any, back: datetime, since: date, until: date
) -> None:
    (review,) = prepared(back)
    assert days(review) == (since, until)
    assert review.due_at == back.replace(hour=12)
    assert review.number.startswith(f"R-{until.year}-")


def test_the_companys_own_days_count_before_the_countrys(company: Company, charter: Any) -> None:
    """Foundation day is off; the Monday holiday is worked, so Sunday is the last day off."""
    holiday_add(day=date(2026, 11, 20), name="創立記念日", by=SYSTEM)
    holiday_add(day=date(2026, 11, 23), name="振替出勤日", is_working_day=True, site=company.tokyo, by=SYSTEM)
    (review,) = prepared(at(TOKYO, 2026, 11, 23, 7))
    assert days(review) == (date(2026, 11, 20), date(2026, 11, 22))


def test_each_site_has_its_own_days_and_its_own_seven_oclock(company: Company, charter: Any, watch: Watch) -> None:
    """Japan rests on 23 November, Berlin works; New York rests on Thanksgiving, and nobody else."""
    watch("BER", "DE", BERLIN)
    watch("NYC", "US", NEW_YORK)
    monday = prepared(at(BERLIN, 2026, 11, 23, 7))
    by_site = {each.site.code: days(each) for each in monday}
    weekend = (date(2026, 11, 21), date(2026, 11, 22))
    assert by_site["BER"] == weekend
    assert by_site["TYO"] == (date(2026, 11, 14), date(2026, 11, 15)), "its own weekend is not over yet"
    assert "NYC" not in by_site, "there it is one in the morning"
    later = {each.site.code: each for each in prepared(at(NEW_YORK, 2026, 11, 23, 7))}
    assert days(later["NYC"]) == weekend
    assert later["NYC"].due_at == at(NEW_YORK, 2026, 11, 23, 12)
    friday = {(each.site.code, *days(each)) for each in prepared(at(NEW_YORK, 2026, 11, 27, 7))}
    assert ("NYC", date(2026, 11, 26), date(2026, 11, 26)) in friday
    assert ("TYO", date(2026, 11, 21), date(2026, 11, 23)) in friday
    assert ("BER", date(2026, 11, 26), date(2026, 11, 26)) not in friday


def test_without_a_charter_that_holds_on_the_day_nobody_is_looked_at(company: Company, watch: Watch) -> None:
    """PPC Q&A 5-7; in Germany not before the works council has agreed (BetrVG § 87)."""
    watch("BER", "DE", BERLIN, agreed_on=None)
    watch("OSA", "JP", TOKYO, valid_from=date(2027, 1, 1))
    watch("NGO", "JP", TOKYO, valid_to=date(2026, 10, 31))
    watch("SAP", "JP", TOKYO, noticed_on=None)
    assert prepared(at(TOKYO, 2026, 11, 24, 7)) == []
    assert prepared(at(TOKYO, 2027, 1, 4, 7))[0].site.code == "OSA"


def test_blind_coverage_is_told_when_no_source_ever_spoke(company: Company, charter: Any) -> None:
    """DET-10: without a lake nothing at all is known, and the list says so instead of being merely empty."""
    source_add(name="材料サーバ", kind="samba", instance="fs01", site=company.tokyo, by=SYSTEM)
    (review,) = prepared(at(TOKYO, 2026, 11, 24, 7))
    sheet = review.sheets.get()
    assert not sheet.items.exists()
    states = {row["name"] or row["channel"]: row["state"] for row in sheet.told["coverage"]}
    assert states == dict.fromkeys(["材料サーバ", "door", "mail", "print", "removable", "web"], "blind")


# late, twice, never


def test_run_twice_makes_one_and_writes_once(charter: Any) -> None:
    first = prepared(at(TOKYO, 2026, 11, 24, 7))
    entries = Entry.objects.count()
    assert prepared(at(TOKYO, 2026, 11, 24, 7)) == first
    assert prepared(at(TOKYO, 2026, 11, 24, 23)) == first
    assert (Review.objects.count(), Entry.objects.count()) == (1, entries)


def test_prepared_late_it_gets_its_morning(company: Company, charter: Any) -> None:
    """The server stood still from Saturday to Wednesday afternoon."""
    (review,) = prepared(at(TOKYO, 2026, 11, 25, 15))
    assert days(review) == (date(2026, 11, 21), date(2026, 11, 23))
    assert review.due_at == at(TOKYO, 2026, 11, 26, 12)
    progress: Any = ask("watch.review", viewer=None)
    for when, passed_on in ((at(TOKYO, 2026, 11, 26, 11, 59), 0), (at(TOKYO, 2026, 11, 26, 12, 1), 1)):
        with time_machine.travel(when, tick=False):
            assert run_reviews(progress, {})["passed_on"] == passed_on


def test_days_off_that_passed_while_the_server_stood_still_are_made_up_for(charter: Any) -> None:
    """A gap in the reviews would itself be a finding; before the first review there is none."""
    (first,) = prepared(at(TOKYO, 2026, 10, 26, 7))
    made = prepared(at(TOKYO, 2026, 11, 10, 16))
    assert [days(each)[0] for each in made] == [date(2026, 10, 31), date(2026, 11, 3), date(2026, 11, 7), first.since]
    assert {each.due_at for each in made[:3]} == {at(TOKYO, 2026, 11, 11, 12)}
    assert Review.objects.count() == 4


def test_a_day_off_entered_afterwards_makes_no_second_review_of_the_same_days(company: Company, charter: Any) -> None:
    (review,) = prepared(at(TOKYO, 2026, 11, 16, 7))
    holiday_add(day=date(2026, 11, 13), name="創立記念日", by=SYSTEM)
    assert prepared(at(TOKYO, 2026, 11, 17, 7)) == []
    assert Review.objects.get() == review


def test_signed_before_noon_it_is_not_passed_on(company: Company, charter: Any) -> None:
    (review,) = prepared(at(TOKYO, 2026, 11, 24, 7))
    progress: Any = ask("watch.review", viewer=None)
    with time_machine.travel(at(TOKYO, 2026, 11, 24, 11), tick=False):
        sign(company, review, company.daichi, said="異常なし")
    with time_machine.travel(at(TOKYO, 2026, 11, 24, 12, 10), tick=False):
        assert run_reviews(progress, {})["passed_on"] == 0
    review.refresh_from_db()
    assert (review.escalated_at, review.office) == (None, Role.SECURITY_ANALYST)


def test_unsigned_at_noon_it_is_passed_on_once_and_named_with_its_office(company: Company, charter: Any) -> None:
    (review,) = prepared(at(TOKYO, 2026, 11, 24, 7))
    progress: Any = ask("watch.review", viewer=None)
    for _run in range(3):
        with time_machine.travel(at(TOKYO, 2026, 11, 24, 12, 10), tick=False):
            run_reviews(progress, {})
    review.refresh_from_db()
    assert review.office == Role.INFORMATION_MANAGER
    assert Entry.objects.filter(verb="watch.review.escalate").count() == 1


def test_the_clock_runs_often_enough_for_noon_to_mean_noon() -> None:
    assert JOBS[0].every == timedelta(minutes=10)
    assert str(JOBS[0].title)


# departments, every week


def test_a_week_of_departments_is_ready_on_monday_and_caught_up_later_with_its_full_time(charter: Any) -> None:
    with time_machine.travel(at(TOKYO, 2026, 11, 23, 6, 59), tick=False) as clock:
        assert unit_reviews(now()) == []
        clock.move_to(at(TOKYO, 2026, 11, 26, 16))
        made = unit_reviews(now())
        assert unit_reviews(now()) == []
    assert {days(each) for each in made} == {(date(2026, 11, 16), date(2026, 11, 22))}
    assert {each.due_at for each in made} == {at(TOKYO, 2026, 12, 3, 7)}


def test_without_heads_the_office_looks_at_everybody(company: Company, charter: Any) -> None:
    with time_machine.travel(at(TOKYO, 2026, 11, 23, 7), tick=False):
        (review,) = unit_reviews(now())
    assert (review.kind, review.unit, review.reviewer) == (ReviewKind.UNIT, None, None)
    assert review.office == Role.SECURITY_ANALYST
    assert Entry.objects.filter(verb="watch.review.prepare").count() == 1, "all of a week in one act"
