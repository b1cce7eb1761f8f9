"""What the watch list does: named kinds of reason count a quarter more and say so; the watched are always reviewed."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import charter_add
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import LogSource
from kuramori.watch.models.reviews import Review, ReviewItem
from kuramori.watch.queries.reviews import reviews_visible_to, waiting_reviews
from kuramori.watch.queries.watching import watched_people, watching_feedback
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.reviews.jobs import REVIEW
from kuramori.watch.rules.reviews import WATCHED_KEY
from kuramori.watch.rules.watching import FACTOR
from kuramori.watch.tests.conftest import charter_words
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


HEAD = "日時,操作,ユーザー名,コンピュータ名,ファイル名,結果,出力先種別,出力先,サイズ,シリアル番号\n"
COPIED = "{day} 10:00,コピー,{who},PC-8,D:\\{n},成功,USB,E:,{n},SN-{n}\n"


@pytest.fixture
def media_log(company: Company, source: LogSource, charter: Any, tmp_path: Path) -> None:
    """Botan copied on the days before and within the 90 days, and on the day itself; Chihiro did once, too."""
    days = ["2026/08/20", "2026/08/22", "2026/10/01", "2026/11/19", "2026/11/20"]
    rows = [COPIED.format(day=day, who="botan", n=n) for n, day in enumerate(days, 1)]
    path = tmp_path / "endpoint.csv"
    path.write_text(HEAD + "".join(rows) + COPIED.format(day="2026/11/19", who="chihiro", n=9), "utf-8")
    ingest(source="table:endpoint_generic", instance="all", paths=[path])
    with lake() as found:
        context_sync(found, today=TODAY)


def reviewed() -> list[Review]:
    """What the job that recurs every ten minutes has prepared about the watch list."""
    job = jobs.run(jobs.ask(REVIEW, viewer=None))
    assert job.state == "done", job.error
    return list(Review.objects.filter(key__startswith=WATCHED_KEY))


def test_the_media_of_the_past_ninety_days_are_laid_before_the_office_once(
    company: Company, offices: Offices, media_log: None, visit: Any
) -> None:
    """DEV-14: put a person on the watch list, and past 90 days of media events are queued."""
    entry = asked(company)
    agrees(company, entry, offices.hr)
    assert reviewed() == [], "one office alone moves nothing"
    agrees(company, entry, offices.legal)
    (review,) = reviewed()
    assert (review.kind, review.since, review.until) == ("media", date(2026, 8, 22), date(2026, 11, 19))
    sheet = review.sheets.get()
    item = sheet.items.get()
    assert (item.person, item.told["tie"], item.told["now"]["copies"]) == (company.botan, "watched", 3)
    assert item.told["facts"] == ["2026-08-22 SN-2", "2026-10-01 SN-3", "2026-11-19 SN-4"]
    assert sheet.told["share"] == "100"
    assert {row["channel"] for row in sheet.told["coverage"] if row["state"] == "blind"} >= {"mail", "print", "web"}
    assert reviewed() == [review], "the job runs every ten minutes"
    daichi = company.viewer(company.daichi)
    page = visit(daichi, "review-detail", review.pk).content.decode()
    assert not [name for name in (company.botan.name, "Botan", "botan") if name in page]
    assert review in waiting_reviews(daichi)


def test_the_person_concerned_never_sees_that_it_was_made(
    company: Company, offices: Offices, media_log: None, visit: Any
) -> None:
    """H3: a review with no line that he may see would tell him that he is on the list."""
    company.give(company.botan, Role.SECURITY_ANALYST)
    in_force(company, offices)
    (review,) = reviewed()
    own = company.viewer(company.botan)
    assert review not in reviews_visible_to(own)
    assert review not in waiting_reviews(own)
    assert visit(own, "review-detail", review.pk).status_code == 404
    assert review in reviews_visible_to(company.viewer(company.daichi))


def test_who_did_nothing_with_media_is_laid_before_them_too(company: Company, offices: Offices, charter: Any) -> None:
    """Without a lake nothing is known; that nothing was seen is what somebody signs, over what was blind."""
    in_force(company, offices)
    (review,) = reviewed()
    assert review.sheets.get().items.get().told["now"] == {}


def test_a_renewed_entry_is_another_one_and_a_withdrawn_or_unwatched_one_is_none(
    company: Company, offices: Offices
) -> None:
    entry = in_force(company, offices)
    assert reviewed() == [], "his site has no charter"
    charter_add(**charter_words(company), by=SYSTEM)
    entry_withdraw(entry=entry, reason="誤り", by=SYSTEM)
    assert reviewed() == []
    in_force(company, offices)
    assert len(reviewed()) == 1
    in_force(company, offices, person=company.chihiro)
    assert len(reviewed()) == 2, "each entry has a review of its own"


def test_without_a_charter_of_his_site_nobody_is_looked_at_watched_or_not(company: Company, offices: Offices) -> None:
    in_force(company, offices)
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        assert holiday_reviews(now()) == []
