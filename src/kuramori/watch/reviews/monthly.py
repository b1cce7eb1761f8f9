"""Every month: removable media by weight (DEV-14, DEV-15), and a sample of all who handle secrets (DET-13)."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.directory.api import leavers, viewer_of_system
from kuramori.register.api import secrets_visible_to
from kuramori.watch.acts.reviews import Line, Prepared, review_prepare
from kuramori.watch.masking import masked, names_of
from kuramori.watch.models.reviews import Review, ReviewItem, ReviewKind
from kuramori.watch.queries.watching import watched_people
from kuramori.watch.reviews.coverage import coverage_of_site
from kuramori.watch.reviews.holiday import told_lake
from kuramori.watch.reviews.lines import Compared, Place, lines_of, places_on
from kuramori.watch.rules.reviews import (
    MEDIA_DAYS,
    READY_AT,
    Tie,
    at_local,
    drawn,
    draws_left,
    month_before,
    population_digest,
    quarter_of,
)
from kuramori_lake.reviewing import Sums, first_pairs, odd_copies, sums_of
from kuramori_lake.store import Lake

SHOWN = 30
BEFORE_DAYS = 90
KNOWN_DAYS = 730
"""How far back a medium counts as met before."""
AHEAD = timedelta(days=180)
MEDIA = ("copies", "copied_bytes", "connects")


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month looked at, and the 90 days before it."""

    since: date
    until: date
    due_at: datetime

    @property
    def days(self) -> list[date]:
        """Return its days."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]

    @property
    def before(self) -> list[date]:
        """Return the days before it that it is compared with."""
        return [self.since - timedelta(days=n) for n in range(1, BEFORE_DAYS + 1)]


def monthly_reviews(now: datetime) -> list[Review]:
    """Prepare the review of media and the sample of the last month, each once; without a watched site none."""
    zone = ZoneInfo(settings.COMPANY_ZONE)
    today = now.astimezone(zone).date()
    since, until = month_before(today)
    first = until + timedelta(days=1)
    if now < at_local(first, READY_AT, zone):
        return []
    month = Month(since=since, until=until, due_at=at_local(today + timedelta(days=MEDIA_DAYS), time(12), zone))
    makers: dict[ReviewKind, Callable[[Lake | None, Month, dict[UUID, Place]], Prepared]] = {
        ReviewKind.MEDIA: media_review,
        ReviewKind.SAMPLE: sample_review,
    }
    waiting = {kind: make for kind, make in makers.items() if not _stands(kind, month)}
    places = places_on(until) if waiting else {}
    if not places:
        return []
    with told_lake() as found:
        ready = [make(found, month, places) for make in waiting.values()]
    return [review_prepare(prepared=each) for each in ready]


def _stands(kind: ReviewKind, month: Month) -> bool:
    return Review.objects.filter(key=f"{kind}:{month.since:%Y-%m}").exists()


def _prepared(kind: ReviewKind, month: Month, told: dict[str, Any], lines: Sequence[Line]) -> Prepared:
    return Prepared(
        key=f"{kind}:{month.since:%Y-%m}",
        kind=kind,
        since=month.since,
        until=month.until,
        due_at=month.due_at,
        told=told | {"days": [], "late": False},
        lines=lines,
    )


def media_review(found: Lake | None, month: Month, places: dict[UUID, Place], only: Collection[UUID] = ()) -> Prepared:
    """Return the month's media: top transfers, first-met media, odd hours; leavers and the watched always (DEV-14).

    With `only` it is about these people, who stand on the watch list, even when they did nothing.
    """
    sums = _media_sums(found, month) if found else []
    active = set(only) or {UUID(each.person_id) for each in sums} & set(places)
    gone = {
        each.person_id
        for each in leavers(viewer_of_system(), month.since - timedelta(days=BEFORE_DAYS), month.until + AHEAD)
    }
    facts = _first_media(found, month) if found else {}
    compared = Compared(
        days=month.days,
        before=month.before,
        most=SHOWN,
        ties=dict.fromkeys(set(only) or active & watched_people(viewer_of_system(), month.until), Tie.WATCHED)
        | dict.fromkeys(active & gone, Tie.LEAVER),
        extra={person: {"facts": told} for person, told in facts.items() if person in active},
    )
    lines, left_out = lines_of(sums, active, places, compared)
    told = {"coverage": coverage_of_site(found, None, month.days, month.before), "left_out": left_out}
    share = _share([each for each in sums if not only or UUID(each.person_id) in only], lines)
    return _prepared(ReviewKind.MEDIA, month, told | {"share": share}, lines)


def _media_sums(found: Lake, month: Month) -> list[Sums]:
    """Return the sums of media alone, with how many media were new to the person and what was copied at odd hours."""
    new, odd = _first_media(found, month), odd_copies(found, month.since, month.until, [])
    told = []
    for each in sums_of(found, month.days, month.before):
        now = {name: each.now[name] for name in MEDIA if name in each.now}
        now |= {"first_media": len(new[UUID(each.person_id)])} if UUID(each.person_id) in new else {}
        now |= {"odd_copies": odd[each.person_id]} if each.person_id in odd else {}
        before = {name: each.before[name] for name in MEDIA if name in each.before}
        if now or before:
            told.append(replace(each, now=now, before=before))
    return told


def _first_media(found: Lake, month: Month) -> dict[UUID, list[str]]:
    """Return the media that each person met for the first time, by day, his own names taken out."""
    pairs = first_pairs(found, month.since, month.until, known_from=month.since - timedelta(days=KNOWN_DAYS))
    told: dict[UUID, list[str]] = {}
    for row in pairs:
        person = UUID(row["person_id"])
        told.setdefault(person, []).append(f"{row['day']} {masked(row['thing'], names_of(person))}")
    return told


def _share(sums: Sequence[Sums], lines: Sequence[Line]) -> str:
    """Return the share of the month's media deeds that is reviewed, in whole per cent: no sum that gives one away."""
    shown = {line.person_id for line in lines}
    total = {UUID(each.person_id): each.now.get("copies", 0) + each.now.get("connects", 0) for each in sums}
    every = sum(total.values())
    return f"{100 * sum(total[person] for person in shown if person in total) / every:.0f}" if every else "100"


def sample_review(found: Lake | None, month: Month, places: dict[UUID, Place]) -> Prepared:
    """Return this month's draw of those who handle secrets; by the quarter's last draw everybody was drawn (DET-13)."""
    quarter, _last = quarter_of(month.since)
    earlier = Review.objects.filter(kind=ReviewKind.SAMPLE, since__gte=quarter, since__lt=month.since)
    seed = earlier.values_list("seed", flat=True).first() or secrets.token_hex(16)
    done = set(ReviewItem.objects.filter(sheet__review__in=earlier).values_list("person_id", flat=True))
    population = _handlers(found, quarter, month.until) & set(places)
    chosen = drawn(seed=seed, population=population, done=done, draws_left=draws_left(month.since))
    compared = Compared(days=month.days, before=month.before, most=0, ties=dict.fromkeys(chosen, Tie.SAMPLED))
    sums = sums_of(found, month.days, month.before) if found else []
    lines, _left_out = lines_of(sums, chosen, places, compared)
    told = {"coverage": coverage_of_site(found, None, month.days, month.before), "left_out": 0}
    return replace(
        _prepared(ReviewKind.SAMPLE, month, told, lines), seed=seed, population=population_digest(population)
    )


def _handlers(found: Lake | None, since: date, until: date) -> set[UUID]:
    """Return who handles secrets: their keepers, and whoever opened documents of them since the quarter began."""
    held = secrets_visible_to(viewer_of_system()).filter(retired_at=None).exclude(keeper=None)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    read = sums_of(found, days, []) if found else []
    return {*held.values_list("keeper_id", flat=True)} | {
        UUID(each.person_id) for each in read if each.now.get("secret_documents")
    }
