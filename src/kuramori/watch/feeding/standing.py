"""The feed as the system itself asks for it: whether it is on, and whose acts a charter lets it tell."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kuramori.directory.api import people_visible_to, viewer_of_system
from kuramori.watch.models import LedgerFeed
from kuramori.watch.queries.charters import watched_places


def standing_feed() -> LedgerFeed | None:
    """Return the feed that is on, for the system's own work; None when it is off or its source is out of use."""
    found = LedgerFeed.objects.standing().filter(source__retired_at=None).select_related("source__site")
    return found.order_by("-id").first()


def was_ever_fed() -> bool:
    """Say whether the lake was ever told of own acts: its events stay when the feed is off, and stay joined."""
    return LedgerFeed.objects.exists()


def numbers_covered(acting: Iterable[tuple[UUID, date]], site: UUID | None) -> dict[tuple[UUID, date], str]:
    """Return the employee numbers of those whom a charter of the day covers, of one site or (None) of any.

    Somebody may be covered on one of his days and not on another: what he did then is nobody's business.
    """
    by_day: dict[date, set[UUID]] = defaultdict(set)
    for person, day in acting:
        by_day[day].add(person)
    system = viewer_of_system()
    everybody = set().union(*by_day.values())
    numbers = dict(people_visible_to(system).filter(pk__in=everybody).values_list("pk", "number"))
    return {
        (person, day): numbers[person]
        for day, people in by_day.items()
        for person, place in watched_places(system, people, day).items()
        if person in numbers and site in {None, place.site_id}
    }
