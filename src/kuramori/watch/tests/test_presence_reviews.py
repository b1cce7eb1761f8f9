"""FAC-05, FAC-13: what the doors tell of somebody alone stands in the weekly reviews, and raises no alert."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils.html import strip_tags
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.directory.acts.people import identity_add
from kuramori.directory.acts.units import site_add, unit_edit
from kuramori.directory.tests.company import FOUNDED, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.acts.settings import source_add
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.detecting.hard_rules import hard_rules_run
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert, Review, ReviewItem, ReviewKind, SecurityZone
from kuramori.watch.presence.acts import permit_add, zone_add, zone_retire
from kuramori.watch.presence.doors import doors_told
from kuramori.watch.presence.wording import DOUBTS, SLOTS, door_facts, zone_words
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.reviews.units import unit_reviews
from kuramori.watch.rules.reviews import Tie
from kuramori_lake.presence import Doubt, Slot

MONDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
"""7:00 in Tokyo, after the week of 16 to 22 November."""
BACK = MONDAY + timedelta(days=1)
"""The Monday is a holiday."""
THURSDAY = MONDAY.date() - timedelta(days=3)
HEAD = "日時,カード番号,社員番号,扉名,リーダ,方向,結果\n"
WEEK = """\
2026/11/19 18:00:00,C1,A-1,開発室,R1,入室,許可
2026/11/19 18:10:00,C2,A-2,開発室,R1,入室,許可
2026/11/19 19:00:00,C1,A-1,開発室,R2,退室,許可
2026/11/19 19:20:00,C2,A-2,開発室,R2,退室,許可
"""
"""Akari leaves, Botan remains for twenty minutes."""


@pytest.fixture
def badges(company: Company, charter: Any) -> Company:
    """Akari heads the section of Botan; both have a badge."""
    for person, number in ((company.akari, "A-1"), (company.botan, "A-2")):
        identity_add(person=person, namespace="employee", value=number, starts_on=FOUNDED, by=SYSTEM)
    unit_edit(unit=company.materials, head=company.akari, by=SYSTEM)
    return company


@pytest.fixture
def zone(badges: Company) -> SecurityZone:
    return zone_add(name="開発室", site=badges.tokyo, doors="開発室", by=SYSTEM)


def replay(tmp_path: Path, rows: str, name: str = "badge.csv") -> None:
    path = tmp_path / name
    path.write_text(HEAD + rows, encoding="utf-8")
    ingest(source="table:badge", instance="tokyo", paths=[path])
    with lake() as found:
        context_sync(found, today=MONDAY.date())


def weekly() -> dict[Any, Review]:
    with time_machine.travel(MONDAY, tick=False):
        return {review.unit: review for review in unit_reviews(now())}


def line_of(review: Review, person: Any) -> ReviewItem:
    return ReviewItem.objects.get(sheet__review=review, person=person)


def test_one_who_remains_for_twenty_minutes_stands_in_the_weekly_review_and_raises_no_alert(
    badges: Company, zone: SecurityZone, tmp_path: Path, visit: Any
) -> None:
    """The acceptance of FAC-05."""
    replay(tmp_path, WEEK)
    review = weekly()[badges.materials]
    line = line_of(review, badges.botan)
    assert line.told["lone"] == [
        {"zone": "開発室", "since": "2026-11-19T10:00:00.000000Z", "minutes": 20, "sure": True, "doubts": []}
    ]
    assert line.told["tie"] == "alone"
    (told,) = review.sheets.get().told["zones"]
    assert (told["stays"], told["no_exit"], told["unnamed"], told["can_tell"]) == (2, 0, 0, True)
    hard_rules_run()
    assert not Alert.objects.exists()
    page = visit(badges.viewer(badges.akari), "review-detail", review.pk).content.decode()
    assert "20分間、開発室の在室人数が足りませんでした" in page
    assert "区域に一人" in page
    assert "退室が記録されている" in page
    assert badges.botan.name not in page
    again = weekly()
    assert again == {}, "a week is reviewed once"


def test_nineteen_minutes_are_not_told_and_without_a_zone_nothing_is(
    badges: Company, zone: SecurityZone, tmp_path: Path
) -> None:
    replay(tmp_path, WEEK.replace("19:20:00", "19:19:59"))
    with lake() as found:
        told = doors_told(found, badges.tokyo, [THURSDAY])
        assert told.people == {}
        assert [row["name"] for row in told.zones] == ["開発室"]
        elsewhere = site_add(code="OSK", name_ja="大阪", name_en="Osaka", by=SYSTEM)
        assert doors_told(found, elsewhere, [THURSDAY]).zones == []
        assert told.zones_of(elsewhere) == []
        assert told.zones_of(None) == told.zones_of(badges.tokyo) == told.zones
        zone_retire(zone=zone, by=SYSTEM, why="廃止")
        assert doors_told(found, badges.tokyo, [THURSDAY]).zones == []
    assert doors_told(None, None, [THURSDAY]).ties([badges.akari.pk]) == {}


def test_an_entry_outside_a_permits_slot_stands_beside_it(
    badges: Company, zone: SecurityZone, tmp_path: Path, visit: Any
) -> None:
    """FAC-13: Akari's permit ended at six, Botan has none; a withdrawn one covers nothing."""
    zone.by_permit = True
    words: dict[str, Any] = {"name": "試作室", "site": badges.tokyo, "doors": "開発室", "by_permit": True, "least": 1}
    prototype = zone_add(**words, by=SYSTEM)
    begins = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    ends = begins + timedelta(minutes=59)
    permit_add(zone=prototype, person=badges.akari, purpose="点検", starts_at=begins, ends_at=ends, by=SYSTEM)
    replay(tmp_path, WEEK)
    with lake() as found:
        told = doors_told(found, None, [THURSDAY])
    assert told.people[badges.akari.pk] == {
        "entries": [{"zone": "試作室", "at": "2026-11-19T09:00:00.000000Z", "slot": "late"}]
    }
    both = told.people[badges.botan.pk]
    assert (both["entries"][0]["slot"], both["lone"][0]["zone"]) == ("none", "開発室")
    assert told.ties([badges.akari.pk, badges.botan.pk, badges.chihiro.pk]) == {
        badges.akari.pk: Tie.ENTRY,
        badges.botan.pk: Tie.ALONE,
    }
    review = weekly()[badges.materials]
    page = visit(badges.viewer(badges.akari), "review-detail", review.pk).content.decode()
    assert "試作室へ入室（許可がない）" in page
    assert "試作室へ入室（許可の終了後）" not in page, "her own line is looked at by somebody else"


def test_days_off_are_told_in_the_holiday_review_and_what_comes_late_in_an_addendum(
    badges: Company, zone: SecurityZone, tmp_path: Path
) -> None:
    saturday = "".join(
        f"2026/11/21 {clock}:00,C2,A-2,開発室,R1,{way},許可\n" for clock, way in (("10:00", "入室"), ("11:00", "退室"))
    )
    source_add(name="入退室", kind="table:badge", instance="tokyo", site=badges.tokyo, by=SYSTEM)
    replay(tmp_path, WEEK)
    with time_machine.travel(BACK, tick=False) as clock:
        (review,) = [each for each in holiday_reviews(now()) if each.kind == ReviewKind.HOLIDAY]
        assert not review.sheets.get().items.exists(), "Thursday is no day off"
        assert [row["stays"] for row in review.sheets.get().told["zones"]] == [0]
        replay(tmp_path, saturday, "late.csv")
        clock.shift(timedelta(days=1))
        holiday_reviews(now())
        late = review.sheets.order_by("ordinal").last()
        assert late is not None
        (line,) = late.items.all()
        assert (line.person, line.told["lone"][0]["minutes"]) == (badges.botan, 60)
        assert late.told["late"]


def test_a_card_of_nobody_known_here_is_counted_and_never_named(
    badges: Company, zone: SecurityZone, tmp_path: Path, visit: Any
) -> None:
    replay(tmp_path, WEEK.replace("A-2", ""))
    review = weekly()[badges.materials]
    sheet = review.sheets.get()
    assert not sheet.items.exists()
    assert sheet.told["zones"][0]["unnamed"] == 1
    page = visit(badges.viewer(badges.akari), "review-detail", review.pk).content.decode()
    assert "C2" not in strip_tags(page)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_doubt_and_slot_has_words_in_both_languages(badges: Company, language: str) -> None:
    viewer = badges.viewer(badges.akari)
    since = "2026-11-19T10:00:00.000000Z"
    told = {
        "lone": [
            {"zone": "Z", "since": since, "minutes": 1200, "sure": False, "doubts": [str(doubt)]} for doubt in Doubt
        ],
        "entries": [{"zone": "Z", "at": since, "slot": str(slot)} for slot in Slot],
    }
    with override(language):
        said = door_facts(viewer, told)
        states = {zone_words({"can_tell": can, "stays": stays})["word"] for can, stays in ((1, 1), (0, 1), (0, 0))}
    assert len(set(said)) == len(Doubt) + len(Slot) == len(DOUBTS) + len(SLOTS)
    assert len(states) == 3
    assert all("Z" in each for each in said)
    assert any("1,200" in each for each in said)
    if language == "ja":
        assert not [each for each in (*said, *states) if each.isascii()]
        assert "permit" not in " ".join(said)
    assert door_facts(viewer, {}) == []
