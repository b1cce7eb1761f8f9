"""The weekly holiday review: what happened on the days off of a site, ready when its people come back (DET-10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kuramori.directory.api import Site, calendar_of, sites, viewer_of_system
from kuramori.watch.acts.reviews import Line, Prepared, review_append, review_prepare
from kuramori.watch.context import context_sync
from kuramori.watch.lake import folder, lake
from kuramori.watch.models.reviews import Review, ReviewItem, ReviewKind
from kuramori.watch.presence.doors import doors_told
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.queries.watching import watched_people
from kuramori.watch.reviews.coverage import coverage_of_site
from kuramori.watch.reviews.lines import Compared, lines_of, places_on
from kuramori.watch.rules.reviews import READY_AT, Rest, Tie, at_local, rest_days_before, rests_up_to, signed_by
from kuramori_lake.reviewing import sums_of
from kuramori_lake.store import Lake

SHOWN = 50
COMPARED_DAYS = 90
LATE_DAYS = 14
"""For this long after the days off, data that come late make an addendum."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What the lake says of a site's days off."""

    told: dict[str, Any]
    lines: list[Line]


@contextmanager
def told_lake() -> Iterator[Lake | None]:
    """Open the lake, None while there is none: then nothing at all is seen."""
    if not folder().exists():
        yield None
        return
    with lake() as found:
        yield found


def holiday_reviews(now: datetime) -> list[Review]:
    """Prepare the reviews of every site whose people have come back, and add to those whose data came late.

    Days off that passed while the server stood still are made up for; before its first review a site has but the last.
    """
    made: list[Review] = []
    for site in sites(viewer_of_system()):
        local = now.astimezone(site.zone)
        if site.pk not in watched_sites(viewer_of_system(), local.date()):
            continue
        standing = list(Review.objects.filter(kind=ReviewKind.HOLIDAY, site=site).order_by("-until", "-id")[:1])
        rests = rests_up_to(local.date(), calendar_of(viewer_of_system(), site).is_business_day)
        ready = [rest for rest in rests if at_local(rest.back, READY_AT, site.zone) <= now]
        after = standing[0].until if standing else None
        new = [rest for rest in ready if (rest.until > after if after else rest == rests[0])]
        made += [_prepared(site, rest, now) for rest in reversed(new)]
        made += [review for rest in ready if rest not in new for review in _known(site, rest, now)]
    return made


def _key(site: Site, rest: Rest) -> str:
    return f"holiday:{site.code}:{rest.since}:{rest.until}"


def _prepared(site: Site, rest: Rest, now: datetime) -> Review:
    gathered = gather(site, rest)
    return review_prepare(
        prepared=Prepared(
            key=_key(site, rest),
            kind=ReviewKind.HOLIDAY,
            site=site,
            since=rest.since,
            until=rest.until,
            due_at=signed_by(now, calendar_of(viewer_of_system(), site).is_business_day, site.zone),
            told=gathered.told,
            lines=gathered.lines,
        )
    )


def _known(site: Site, rest: Rest, now: datetime) -> list[Review]:
    """Return the review of these days, what came late added to it; none when they were drawn otherwise at the time."""
    found = list(Review.objects.filter(key=_key(site, rest)))
    for review in found:
        _add_late(review, site, rest, now)
    return found


def gather(site: Site, rest: Rest) -> Gathered:
    """Return coverage and lines of a site's days off, beside its days off of the last 90 days."""
    before = _days_before(site, rest)
    places = {person: place for person, place in places_on(rest.until).items() if place.site_id == site.pk}
    watched = watched_people(viewer_of_system(), rest.until) & set(places)
    with told_lake() as found:
        if found is not None:
            context_sync(found, today=rest.back)
        coverage = coverage_of_site(found, site, rest.days, before)
        sums = sums_of(found, rest.days, before) if found else []
        doors = doors_told(found, site, rest.days)
    ties = doors.ties(places) | dict.fromkeys(watched, Tie.WATCHED)
    compared = Compared(days=rest.days, before=before, most=SHOWN, ties=ties, extra=doors.people)
    lines, left_out = lines_of(sums, places, places, compared)
    days = [day.isoformat() for day in rest.days]
    told = {"coverage": coverage, "days": days, "left_out": left_out, "late": False, "zones": doors.zones}
    return Gathered(told=told, lines=lines)


def _days_before(site: Site, rest: Rest) -> list[date]:
    works_on = calendar_of(viewer_of_system(), site).is_business_day
    return rest_days_before(rest.since, works_on, span=COMPARED_DAYS)


def _add_late(review: Review, site: Site, rest: Rest, now: datetime) -> None:
    """Add a sheet when more is known of the days than was shown: once a day at most, for two weeks."""
    sheets = list(review.sheets.order_by("ordinal"))
    today = now.astimezone(site.zone).date()
    if (today - rest.back).days > LATE_DAYS or sheets[-1].created_at.astimezone(site.zone).date() >= today:
        return
    shown = {_source(row): _told(row) for sheet in sheets for row in sheet.told["coverage"]}
    with told_lake() as found:
        coverage = coverage_of_site(found, site, rest.days, _days_before(site, rest))
    news = [row for row in coverage if shown.get(_source(row)) != _told(row)]
    if not news:
        return
    gathered = gather(site, rest)
    items = ReviewItem.objects.filter(sheet__in=sheets).order_by("sheet__ordinal")
    known = {item.person_id: _deeds(item.told) for item in items}
    lines = [line for line in gathered.lines if known.get(line.person_id) != _deeds(line.told)]
    review_append(review=review, told=gathered.told | {"coverage": news, "late": True}, lines=lines)


def _deeds(told: dict[str, Any]) -> list[Any]:
    return [told.get(name) for name in ("now", "lone", "entries")]


def _source(row: dict[str, Any]) -> tuple[str, str]:
    return row["name"], row["channel"]


def _told(row: dict[str, Any]) -> tuple[str, int]:
    return row["state"], row["events"]
