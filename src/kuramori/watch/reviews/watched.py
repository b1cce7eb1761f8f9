"""Who comes onto the watch list: his media of the past 90 days are laid before the reviewers, once (DEV-14)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.directory.api import viewer_of_system
from kuramori.watch.acts.reviews import review_prepare
from kuramori.watch.models.reviews import Review
from kuramori.watch.queries.watching import entries_in_force
from kuramori.watch.reviews.holiday import told_lake
from kuramori.watch.reviews.lines import places_on
from kuramori.watch.reviews.monthly import Month, media_review
from kuramori.watch.rules.reviews import MEDIA_DAYS, WATCHED_KEY, at_local

LOOKED_AT = timedelta(days=90)


def watched_reviews(now: datetime) -> list[Review]:
    """Prepare a review of media for each entry that came into force, about the 90 days before its first one.

    Of somebody whose site has no valid charter none: it is made when one holds, as long as the entry does.
    """
    zone = ZoneInfo(settings.COMPANY_ZONE)
    today = now.astimezone(zone).date()
    keys = {f"{WATCHED_KEY}{entry.pk}": entry for entry in entries_in_force(viewer_of_system(), today)}
    for known in Review.objects.filter(key__in=keys).values_list("key", flat=True):
        del keys[known]
    places = places_on(today) if keys else {}
    waiting = {key: entry for key, entry in keys.items() if entry.person_id in places}
    if not waiting:
        return []
    due_at = at_local(today + timedelta(days=MEDIA_DAYS), time(12), zone)
    with told_lake() as found:
        ready = []
        for key, entry in waiting.items():
            until = (entry.starts_on or today) - timedelta(days=1)
            days = Month(since=until + timedelta(days=1) - LOOKED_AT, until=until, due_at=due_at)
            ready.append(replace(media_review(found, days, places, only={entry.person_id}), key=key))
    return [review_prepare(prepared=each) for each in ready]
