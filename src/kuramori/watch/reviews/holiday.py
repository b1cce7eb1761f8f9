"""The weekly holiday review: what happened on the days off of a site, ready when its people come back (DET-10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kuramori.directory.api import Site, calendar_of, sites, viewer_of_system
from kuramori.watch.acts.reviews import Line, Prepared, review_append, review_prepare
from kuramori.watch.context import context_sync
from kuramori.watch.lake import folder, lake
from kuramori.watch.models.reviews import Review, ReviewItem, ReviewKind
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.reviews.coverage import coverage_of_site
from kuramori.watch.reviews.lines import Compared, lines_of, places_on
from kuramori.watch.rules.reviews import READY_AT, Rest, at_local, last_rest, rest_days_before, signed_by
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
    """Prepare the review of every site whose people have come back, and add to those whose data came late."""
    made = []
    for site in sites(viewer_of_system()):
        local = now.astimezone(site.zone)
        if site.pk not in watched_sites(viewer_of_system(), local.date()):
            continue
        rest = last_rest(local.date(), calendar_of(viewer_of_system(), site).is_business_day)
        if rest is not None and at_local(rest.back, READY_AT, site.zone) <= now:
            made.append(_prepared(site, rest, now))
    return made


def _prepared(site: Site, rest: Rest, now: datetime) -> Review:
    key = f"holiday:{site.code}:{rest.since}:{rest.until}"
    review: Review | None = Review.objects.filter(key=key).first()
    if review is not None:
        _add_late(review, site, rest, now)
        return review
    gathered = gather(site, rest)
    return review_prepare(
        prepared=Prepared(
            key=key,
            kind=ReviewKind.HOLIDAY,
            site=site,
            since=rest.since,
            until=rest.until,
            due_at=signed_by(now, calendar_of(viewer_of_system(), site).is_business_day, site.zone),
            told=gathered.told,
            lines=gathered.lines,
        )
    )


def gather(site: Site, rest: Rest) -> Gathered:
    """Return coverage and lines of a site's days off, beside its days off of the last 90 days."""
    calendar = calendar_of(viewer_of_system(), site)
    before = rest_days_before(rest.since, calendar.is_business_day, span=COMPARED_DAYS)
    places = {person: place for person, place in places_on(rest.until).items() if place.site_id == site.pk}
    compared = Compared(days=rest.days, before=before, most=SHOWN)
    with told_lake() as found:
        if found is not None:
            context_sync(found, today=rest.back)
        coverage = coverage_of_site(found, site, rest.days, before)
        sums = sums_of(found, rest.days, before) if found else []
    lines, left_out = lines_of(sums, places, places, compared)
    days = [day.isoformat() for day in rest.days]
    return Gathered(told={"coverage": coverage, "days": days, "left_out": left_out, "late": False}, lines=lines)


def _add_late(review: Review, site: Site, rest: Rest, now: datetime) -> None:
    """Add a sheet when more is known of the days than was shown: once a day at most, for two weeks."""
    sheets = list(review.sheets.order_by("ordinal"))
    today = now.astimezone(site.zone).date()
    if (today - rest.back).days > LATE_DAYS or sheets[-1].created_at.astimezone(site.zone).date() >= today:
        return
    shown = {_source(row): _known(row) for sheet in sheets for row in sheet.told["coverage"]}
    gathered = gather(site, rest)
    news = [row for row in gathered.told["coverage"] if shown.get(_source(row)) != _known(row)]
    if not news:
        return
    items = ReviewItem.objects.filter(sheet__in=sheets).order_by("sheet__ordinal")
    known = {item.person_id: item.told["now"] for item in items}
    lines = [line for line in gathered.lines if known.get(line.person_id) != line.told["now"]]
    review_append(review=review, told=gathered.told | {"coverage": news, "late": True}, lines=lines)


def _source(row: dict[str, Any]) -> tuple[str, str]:
    return row["name"], row["channel"]


def _known(row: dict[str, Any]) -> tuple[str, int]:
    return row["state"], row["events"]
