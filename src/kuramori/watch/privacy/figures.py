"""The figures of a quarter: counts of what was watched, found, opened and let go; whoever is counted stays unnamed."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from kuramori.directory.api import Site, viewer_of_system, who_was_where
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import (
    Alert,
    Case,
    Exclusion,
    LogSource,
    RequestStateChoice,
    Review,
    Severity,
    StateChoice,
    TimelineOpening,
    Unsealing,
    UnsealingRequest,
)
from kuramori.watch.privacy.exclusion_rules import ExclusionKind, ExclusionState
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import Quarter, closed, closed_sum, each_closed

Counts = Mapping[str, int]


def figures_of(viewer: Viewer, quarter: Quarter, site: Site | None) -> dict[str, dict[str, int | None]]:
    """Return the counts of a quarter for a site or the whole company, by group; None where one would point at somebody.

    A person counts for the site of his main place on the quarter's last day.
    """
    if not viewer.may(Permission.REPORT_ADD):
        return {}
    zone = ZoneInfo(settings.COMPANY_ZONE)
    within = (datetime.combine(quarter.first, time.min, zone), datetime.combine(quarter.next.first, time.min, zone))
    places = who_was_where(viewer_of_system(), quarter.last)
    here = {each.person_id: each.site_id for each in places if each.is_main}
    people = {person for person, place in here.items() if site is None or place == site.pk}
    watched = watched_sites(viewer, quarter.last)
    everybody = site is None
    return {
        "reach": each_closed({"people": sum(here[person] in watched for person in people)}) | _sources(site),
        "alerts": _with_sum(_alerts(people, within, "severity", Severity.values, everybody=everybody)),
        "outcomes": _with_sum(_alerts(people, within, "state", StateChoice.values, everybody=everybody)),
        "opened": each_closed(_opened(people, within, everybody=everybody)),
        "reviews": _reviews(site, within),
        "exclusions": each_closed(_exclusions(people, quarter.last, everybody=everybody)),
    }


def _with_sum(counts: Counts) -> dict[str, int | None]:
    return {"sum": closed_sum(counts)} | closed(counts)


def _sources(site: Site | None) -> dict[str, int | None]:
    """Return how many systems log; systems are no people, so nothing has to be closed."""
    place = Q(site=site) | Q(site=None) if site else Q()
    return {"sources": LogSource.objects.standing().filter(place).count()}


def _of(people: set[Any], field: str, *, everybody: bool) -> Q:
    """Narrow to people in memory-sized pieces of a query; the whole company needs no list."""
    return Q() if everybody else Q(**{f"{field}__in": people})


def _alerts(
    people: set[Any], within: tuple[datetime, datetime], field: str, names: list[str], *, everybody: bool
) -> dict[str, int]:
    found = Alert.objects.filter(_of(people, "person", everybody=everybody), created_at__gte=within[0])
    counted = Counter(found.filter(created_at__lt=within[1]).values_list(field, flat=True))
    return {name: counted[name] for name in names}


def _opened(people: set[Any], within: tuple[datetime, datetime], *, everybody: bool) -> dict[str, int]:
    made: dict[str, Any] = {"created_at__gte": within[0], "created_at__lt": within[1]}
    of_alert, of_person = _of(people, "alert__person", everybody=everybody), _of(people, "person", everybody=everybody)
    refused = UnsealingRequest.objects.filter(of_alert, state=RequestStateChoice.REFUSED, **made)
    return {
        "names": Unsealing.objects.filter(of_alert, **made).count(),
        "refused": refused.count(),
        "timelines": TimelineOpening.objects.filter(of_person, person__isnull=False, **made).count(),
        "cases": Case.objects.filter(of_person, **made).count(),
    }


def _reviews(site: Site | None, within: tuple[datetime, datetime]) -> dict[str, int | None]:
    """Return how many reviews fell due, and how many of them were passed on because nobody signed in time."""
    due = Review.objects.filter(due_at__gte=within[0], due_at__lt=within[1])
    due = due.filter(Q(site=site) | Q(unit__site=site)) if site else due
    return {"due": due.count(), "late": due.exclude(escalated_at=None).count()}


def _exclusions(people: set[Any], day: date, *, everybody: bool) -> dict[str, int]:
    """Return how many exclusions were in force on a day; one of an account belongs to no site."""
    found = Exclusion.objects.filter(_of(people, "person", everybody=everybody), state=ExclusionState.APPROVED)
    covering = [each for each in found if each.days[0] <= day <= each.days[1]]
    counted = Counter(each.kind for each in covering)
    return {kind.value: counted[kind.value] for kind in ExclusionKind}
