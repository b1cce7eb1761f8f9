"""Departments look at their own logs, media are looked at every month, and everybody who handles secrets is drawn."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.acts.units import unit_edit
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.api import ingest
from kuramori.watch.masking import MASK
from kuramori.watch.models import Review, ReviewKind
from kuramori.watch.queries.reviews import may_sign, overdue_reviews, reviews_visible_to, unit_standing
from kuramori.watch.reviews.lines import places_on
from kuramori.watch.reviews.monthly import monthly_reviews
from kuramori.watch.reviews.units import groups_of, unit_reviews
from kuramori.watch.rules.reviews import population_digest
from kuramori.watch.tests.conftest import leave

MONDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
"""7:00 in Tokyo, on the Monday after the week in which the log of `read_log` was written (19 November)."""
DECEMBER = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


@pytest.fixture
def led(company: Company) -> Company:
    """Akari heads the materials section, Daichi the company."""
    for unit, head in ((company.materials, company.akari), (company.top, company.daichi)):
        unit_edit(unit=unit, head=head, by=SYSTEM)
    company.give(company.akari, Role.UNIT_HEAD, unit=company.materials)
    return company


def about(review: Review) -> set[UUID]:
    return set(review.sheets.get().items.values_list("person_id", flat=True))


def test_each_head_looks_at_his_own_people_and_another_at_him(led: Company, read_log: None) -> None:
    """DET-06: each unit sees own events only; the reviewer's own events go to another."""
    groups = groups_of(places_on(date(2026, 11, 22)))
    assert {unit: set(people) for unit, people in groups.items()} == {
        led.materials.pk: {led.botan.pk},
        led.top.pk: {led.akari.pk, led.chihiro.pk},
        None: {led.daichi.pk},
    }
    with time_machine.travel(MONDAY - timedelta(minutes=1), tick=False) as clock:
        assert unit_reviews(now()) == []
        clock.move_to(MONDAY)
        made = unit_reviews(now())
        assert unit_reviews(now()) == []
    by_unit = {review.unit: review for review in made}
    assert set(by_unit) == {led.materials, led.top, None}
    own = by_unit[led.materials]
    head = led.viewer(led.akari)
    assert about(own) == {led.botan.pk}
    assert about(by_unit[led.top]) == {led.akari.pk, led.chihiro.pk}
    assert about(by_unit[None]) == set()
    assert reviews_visible_to(head).get() == own
    assert may_sign(head, own)
    assert not may_sign(led.viewer(led.daichi), own), "until it is late, the head alone is asked"
    with time_machine.travel(MONDAY + timedelta(days=8), tick=False):
        assert set(overdue_reviews(led.viewer(led.daichi))) == set(made)


def test_without_people_who_may_be_watched_no_review_is_made(company: Company) -> None:
    with time_machine.travel(DECEMBER, tick=False):
        assert unit_reviews(now()) == []
        assert monthly_reviews(now()) == []


def test_by_the_end_of_a_quarter_everybody_who_handles_secrets_was_drawn(
    company: Company, read_log: None, secret: Secret
) -> None:
    """DET-13: the keeper and all who read; the seed stays for the quarter, the population's digest is kept."""
    with time_machine.travel(DECEMBER - timedelta(days=1), tick=False) as clock:
        clock.move_to(datetime(2026, 10, 31, 22, 0, tzinfo=UTC))
        drawn = [each for each in monthly_reviews(now()) if each.kind == ReviewKind.SAMPLE]
        clock.move_to(DECEMBER)
        drawn += [each for each in monthly_reviews(now()) if each.kind == ReviewKind.SAMPLE]
        assert monthly_reviews(now()) == []
        clock.move_to(datetime(2026, 12, 31, 22, 0, tzinfo=UTC))
        drawn += [each for each in monthly_reviews(now()) if each.kind == ReviewKind.SAMPLE]
    everybody = {company.akari.pk, company.chihiro.pk}
    people = [about(each) for each in drawn]
    assert set.union(*people) == everybody
    assert sum(map(len, people)) == len(everybody), "nobody twice"
    assert len({each.seed for each in drawn}) == 1
    assert len(drawn[0].seed) == 32
    assert drawn[2].population == population_digest(everybody)
    line = next(item for review in drawn for item in review.sheets.get().items.all())
    assert line.told["tie"] == "sampled"


HEAD = "日時,操作,ユーザー名,コンピュータ名,ファイル名,結果,出力先種別,出力先,サイズ,シリアル番号\n"


@pytest.fixture
def media(company: Company, read_log: None, tmp_path: Path) -> Review:
    """Chihiro, who leaves, copies twelve files late at night; Botan one in the morning; each a medium of his own."""
    rows = [f"2026/11/18 23:{n:02d},コピー,chihiro,PC-7,D:\\a{n},成功,USB,E:,4000000,SN-chihiro-1\n" for n in range(12)]
    path = tmp_path / "endpoint.csv"
    path.write_text(HEAD + "".join(rows) + "2026/11/18 10:00,コピー,botan,PC-8,D:\\b,成功,USB,E:,10,SN-2\n", "utf-8")
    ingest(source="table:endpoint_generic", instance="all", paths=[path])
    leave(company)
    with time_machine.travel(DECEMBER, tick=False):
        return {review.kind: review for review in monthly_reviews(now())}[ReviewKind.MEDIA]


def test_media_by_weight_with_first_pairs_and_odd_hours_and_the_share_that_is_looked_at(
    media: Review, company: Company, visit: Any
) -> None:
    """DEV-15; and DEV-14: who leaves is never left out."""
    assert (media.since, media.until) == (date(2026, 11, 1), date(2026, 11, 30))
    assert media.due_at == datetime(2026, 12, 11, 3, 0, tzinfo=UTC)
    sheet = media.sheets.get()
    assert sheet.told["share"] == "100"
    first, second = sheet.items.order_by("rank")
    assert (first.person, second.person) == (company.chihiro, company.botan)
    assert first.told["now"] == {"copies": 12, "copied_bytes": 48_000_000, "first_media": 1, "odd_copies": 12}
    assert second.told["now"] == {"copies": 1, "copied_bytes": 10, "first_media": 1}
    assert (first.told["tie"], second.told["tie"]) == ("leaver", "")
    assert second.told["facts"] == ["2026-11-18 SN-2"]
    assert first.told["facts"] == [f"2026-11-18 SN-{MASK}-1"]
    page = visit(company.viewer(company.daichi), "review-detail", media.pk).content.decode()
    assert "100 %" in page
    assert "chihiro" not in page


def test_unsigned_after_ten_days_the_media_go_to_the_next_office(media: Review, company: Company) -> None:
    office = company.viewer(company.daichi)
    with time_machine.travel(media.due_at, tick=False) as clock:
        assert not overdue_reviews(office).filter(pk=media.pk).exists()
        clock.shift(1)
        assert overdue_reviews(office).filter(pk=media.pk).exists()


def test_who_oversees_sees_which_unit_has_not_looked(led: Company, read_log: None, visit: Any) -> None:
    """DET-06: review of the reviewers, with the age of what is open."""
    with time_machine.travel(MONDAY, tick=False):
        unit_reviews(now())
    office = led.viewer(led.daichi)
    with time_machine.travel(MONDAY + timedelta(days=9), tick=False):
        rows = unit_standing(office)
        assert [(row.unit, row.open, row.age_days) for row in rows if row.unit == led.materials] == [
            (led.materials, 1, 9)
        ]
        assert visit(office, "review-units").status_code == 200
        assert visit(led.viewer(led.akari), "review-units").status_code == 403
        own = next(row for row in rows if row.unit == led.materials)
        assert own.last_signed is None
