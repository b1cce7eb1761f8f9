"""Business days of sites: country, Land, the company's own days, and who may know of them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from kuramori.directory.acts import units
from kuramori.directory.models import Holiday, Site
from kuramori.directory.queries.units import calendar_of, calendars_of, holidays_between
from kuramori.directory.rules.calendars import Calendar, public_holidays
from kuramori.directory.tests.company import Company
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Viewer

NOBODY = Viewer(actor=SYSTEM, person_id=None)
CORPUS_CHRISTI = date(2026, 6, 4)
REFORMATION_DAY = date(2026, 10, 31)
EPIPHANY = date(2026, 1, 6)
GERMAN_UNITY = date(2026, 10, 3)


@pytest.fixture
def ludwigsburg(company: Company) -> Site:
    return units.site_add(
        code="LUD", name_ja="ルートヴィヒスブルク", country="DE", subdivision="BW", zone_name="Europe/Berlin", by=SYSTEM
    )


@pytest.mark.parametrize(
    ("land", "holds", "works"),
    [
        ("BW", {EPIPHANY, CORPUS_CHRISTI}, {REFORMATION_DAY}),
        ("BY", {EPIPHANY, CORPUS_CHRISTI}, {REFORMATION_DAY}),
        ("NW", {CORPUS_CHRISTI}, {EPIPHANY, REFORMATION_DAY}),
        ("SN", {REFORMATION_DAY}, {EPIPHANY, CORPUS_CHRISTI}),
        ("HH", {REFORMATION_DAY}, {EPIPHANY, CORPUS_CHRISTI}),
        ("", {GERMAN_UNITY}, {EPIPHANY, CORPUS_CHRISTI, REFORMATION_DAY}),
    ],
)
def test_each_german_land_has_its_own_days(land: str, holds: set[date], works: set[date]) -> None:
    days = public_holidays("DE", land, 2026)
    assert holds | {GERMAN_UNITY} <= set(days)
    assert not works & set(days)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),  # 元日
        date(2026, 5, 6),  # 振替休日: 3 May is a Sunday
        date(2026, 9, 21),  # 敬老の日
        date(2026, 9, 22),  # 国民の休日: between two holidays
        date(2026, 9, 23),  # 秋分の日
        date(2026, 11, 23),  # 勤労感謝の日
    ],
)
def test_japanese_holidays_bridges_and_substitutes_are_known(day: date) -> None:
    assert not Calendar(country="JP").is_business_day(day)
    assert Calendar(country="DE").is_business_day(day) is (day not in public_holidays("DE", "", 2026))


@pytest.mark.parametrize("country", ["JP", "DE", "XX", ""])
def test_nobody_works_at_the_weekend_wherever_he_is(country: str) -> None:
    saturday = date(2026, 11, 21)
    assert not Calendar(country=country).is_business_day(saturday)
    assert not Calendar(country=country).is_business_day(saturday + timedelta(days=1))


def test_an_unknown_country_has_no_holidays_and_breaks_nothing() -> None:
    assert public_holidays("XX", "", 2026) == {}
    assert public_holidays("XX", "ZZ", 2026) == {}


@pytest.mark.parametrize(("country", "region"), [("DE", "ZZ"), ("JP", "22"), ("JP", "03")])
def test_a_region_without_holidays_of_its_own_has_its_country_s(country: str, region: str) -> None:
    """Prefectures stand in the addresses of Japanese sites; a silent source or a holiday review must not suffer."""
    assert public_holidays(country, region, 2026) == public_holidays(country, "", 2026) != {}
    assert not Calendar(country="JP", subdivision="22").is_business_day(date(2026, 11, 23))


def test_a_working_day_of_the_company_goes_before_everything() -> None:
    saturday, new_year = date(2026, 11, 21), date(2026, 1, 1)
    own = Calendar(country="JP", on={saturday, new_year}, off={saturday})
    assert own.is_business_day(saturday)
    assert own.is_business_day(new_year)


def test_days_of_one_site_are_no_days_of_another(company: Company, ludwigsburg: Site) -> None:
    founding, festival, make_up = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 28)
    units.holiday_add(day=founding, name="創立記念日", by=SYSTEM)
    units.holiday_add(day=festival, name="Betriebsfest", site=ludwigsburg, by=SYSTEM)
    units.holiday_add(day=make_up, name="振替出勤", site=company.tokyo, is_working_day=True, by=SYSTEM)
    days = (founding, festival, make_up)
    here = calendar_of(viewer_of_system(), company.tokyo)
    there = calendar_of(viewer_of_system(), ludwigsburg)
    both = calendars_of(viewer_of_system(), [company.tokyo, ludwigsburg])
    assert both == {company.tokyo.pk: here, ludwigsburg.pk: there}, "many at once are each as alone"
    assert [here.is_business_day(day) for day in days] == [False, True, True]
    assert [there.is_business_day(day) for day in days] == [False, False, False]


def test_a_day_taken_out_of_the_calendar_counts_no_more(company: Company) -> None:
    founding = date(2026, 11, 25)
    holiday = units.holiday_add(day=founding, name="創立記念日", by=SYSTEM)
    units.holiday_retire(holiday=holiday, by=SYSTEM, why="取りやめ")
    assert calendar_of(viewer_of_system(), company.tokyo).is_business_day(founding)
    assert founding not in holidays_between(viewer_of_system(), company.tokyo, founding, founding)
    assert {e.verb for e in entries_about(holiday.pk)} == {"directory.holiday.add", "directory.holiday.retire"}


def test_a_day_stands_once_in_a_calendar(company: Company) -> None:
    units.holiday_add(day=date(2026, 11, 25), name="創立記念日", by=SYSTEM)
    with pytest.raises(IntegrityError):
        units.holiday_add(day=date(2026, 11, 25), name="もう一度", by=SYSTEM)
    units.holiday_add(day=date(2026, 11, 25), name="東京だけ", site=company.tokyo, by=SYSTEM)
    assert Holiday.objects.count() == 2
    with pytest.raises(IntegrityError):
        units.holiday_add(day=date(2026, 11, 25), name="もう一度", site=company.tokyo, by=SYSTEM)


def test_a_day_taken_out_can_be_entered_again(company: Company) -> None:
    day = date(2026, 11, 25)
    for name in ("創立記念日", "創立記念日 改"):
        holiday = units.holiday_add(day=day, name=name, by=SYSTEM)
        units.holiday_retire(holiday=holiday, by=SYSTEM)
    units.holiday_add(day=day, name="創立記念日 三", by=SYSTEM)
    assert holidays_between(viewer_of_system(), company.tokyo, day, day) == {day: "創立記念日 三"}


def test_holidays_are_listed_by_day_with_names_over_the_turn_of_the_year(company: Company) -> None:
    units.holiday_add(day=date(2026, 12, 30), name="年末休暇", by=SYSTEM)
    units.holiday_add(day=date(2027, 1, 1), name="初売り", is_working_day=True, by=SYSTEM)
    found = holidays_between(viewer_of_system(), company.tokyo, date(2026, 12, 29), date(2027, 1, 11))
    assert list(found) == [date(2026, 12, 30), date(2027, 1, 11)]
    assert found[date(2026, 12, 30)] == "年末休暇"


def test_a_period_without_holidays_is_empty(company: Company) -> None:
    assert holidays_between(viewer_of_system(), company.tokyo, date(2026, 6, 1), date(2026, 6, 30)) == {}


def test_the_company_s_own_days_are_not_for_strangers(company: Company) -> None:
    day = date(2026, 11, 25)
    units.holiday_add(day=day, name="創立記念日", by=SYSTEM)
    assert calendar_of(NOBODY, company.tokyo).is_business_day(day)
    assert calendars_of(NOBODY, [company.tokyo]) == {company.tokyo.pk: calendar_of(NOBODY, company.tokyo)}
    assert holidays_between(NOBODY, company.tokyo, day, day) == {}
    assert calendar_of(company.viewer(company.chihiro), company.tokyo).off == {day}


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", date(2026, 3, 29), date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8), date(2026, 11, 1)),
    ],
)
def test_days_on_which_the_clock_is_changed_are_days_like_others(zone: str, before: date, after: date) -> None:
    site = Site(code="X", name_ja="X", zone_name=zone)
    assert site.zone.key == zone
    for day in (before, after):
        assert not Calendar(country="DE").is_business_day(day), "both are Sundays"
        assert Calendar(country="DE").is_business_day(day + timedelta(days=1))


def test_places_are_called_by_the_name_of_the_reader_s_language(company: Company, ludwigsburg: Site) -> None:
    with override("en"):
        assert (company.tokyo.name, ludwigsburg.name) == ("Tokyo", "ルートヴィヒスブルク"), (
            "the other one where one lacks"
        )
    with override("ja"):
        assert str(company.tokyo) == "東京"
