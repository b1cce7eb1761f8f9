"""What the watch list does: named kinds of reason count a quarter more and say so; the watched are always reviewed."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.models.reviews import ReviewItem
from kuramori.watch.queries.watching import watched_people, watching_feedback
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.rules.watching import FACTOR
from kuramori.watch.tests.watched import Offices, agrees, asked, in_force
from kuramori.watch.watching.acts import entry_withdraw
from kuramori_lake.detect import DEFAULT, Code, Reason
from kuramori_lake.detect.sentences import sentence
from kuramori_lake.detect.weigh import decided

TODAY = date(2026, 11, 20)


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


def weights(day: date = TODAY) -> set[tuple[str | None, str, float]]:
    return {(each.person_id, each.code, each.factor) for each in watching_feedback(viewer_of_system(), day)}


def test_nothing_counts_before_two_agreed_nor_after_the_last_day(company: Company, offices: Offices) -> None:
    entry = asked(company)
    assert weights() == set()
    agrees(company, entry, offices.hr)
    assert weights() == set()
    agrees(company, entry, offices.legal)
    me = str(company.botan.pk)
    assert weights() == {(me, "bulk_read", FACTOR), (me, "copy_out", FACTOR)}
    assert weights(TODAY - timedelta(days=1)) == set()
    assert weights(date(2026, 12, 19)) != set()
    assert weights(date(2026, 12, 20)) == set(), "nobody had to end it"
    assert watched_people(viewer_of_system(), date(2026, 12, 20)) == frozenset()


def test_taken_back_it_counts_no_more(company: Company, offices: Offices) -> None:
    entry = in_force(company, offices)
    assert watched_people(viewer_of_system(), TODAY) == {company.botan.pk}
    entry_withdraw(entry=entry, reason="誤り", by=SYSTEM)
    assert weights() == set()
    assert watched_people(viewer_of_system(), TODAY) == frozenset()


def test_two_entries_about_one_person_count_once(company: Company, offices: Offices) -> None:
    first = in_force(company, offices, kinds=("bulk_read",))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        in_force(company, offices, asker=offices.privacy, kinds=("bulk_read", "off_hours"))
    told = watching_feedback(viewer_of_system(), TODAY + timedelta(days=1))
    assert [(each.code, each.factor) for each in told] == [("bulk_read", FACTOR), ("off_hours", FACTOR)]
    assert told[0].mark == first.number


def test_only_the_system_and_the_offices_are_told(company: Company, offices: Offices) -> None:
    in_force(company, offices)
    for person in (company.botan, company.chihiro, company.daichi, company.akari):
        assert watching_feedback(company.viewer(person), TODAY) == ()
        assert watched_people(company.viewer(person), TODAY) == frozenset()


def test_it_weighs_within_the_bounds_of_all_decisions_and_is_told_as_a_reason(
    company: Company, offices: Offices
) -> None:
    entry = in_force(company, offices)
    (bulk, _copy) = watching_feedback(viewer_of_system(), TODAY)
    assert bulk.counts_for("bulk_read", str(company.botan.pk), "any")
    assert not bulk.counts_for("bulk_read", str(company.chihiro.pk), "any")
    assert not bulk.counts_for("off_hours", str(company.botan.pk), "any")
    strength, factor = decided(0.4, [bulk.factor] * 9, DEFAULT)
    assert (round(strength, 4), factor) == (0.6, DEFAULT.feedback_most), "however many decisions meet"
    numbers = {"reason": "bulk_read", "factor": FACTOR, "before": 0.4, "after": 0.5, "decisions": entry.number,
               "lowered_by": 0.0}  # fmt: skip
    reason = Reason(code=Code.FEEDBACK, strength=0.0, numbers=numbers, query="", parameters={})
    for language in ("ja", "en"):
        words = sentence(reason, language)
        assert entry.number in words
        assert "125%" in words
        assert company.botan.name not in words


def test_the_watched_stand_on_the_list_after_days_off_though_nothing_is_known_of_them(
    company: Company, offices: Offices, charter: Any
) -> None:
    """DEV-14: watch-listed people are always reviewed; by their pseudonym like all others."""
    in_force(company, offices)
    with time_machine.travel(datetime(2026, 11, 24, 7, tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
        holiday_reviews(now())
    (item,) = ReviewItem.objects.all()
    assert (item.person, item.told["tie"], item.told["now"]) == (company.botan, "watched", {})


def test_without_a_charter_of_his_site_nobody_is_looked_at_watched_or_not(company: Company, offices: Offices) -> None:
    in_force(company, offices)
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        assert holiday_reviews(now()) == []
