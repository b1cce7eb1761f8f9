"""Who was where and when, as we know it now or as we knew it then; and who is leaving."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from kuramori.directory.models import Assignment, Engagement, Identity, Person
from kuramori.directory.queries.people import begun, end_seen, people_visible_to, sees_leaving, today_of
from kuramori.directory.rules.engagements import last_day, look_back_from
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """One person's place on one day."""

    person_id: UUID
    engagement_kind: str
    unit_id: UUID
    site_id: UUID | None
    position: str
    is_main: bool
    boss_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AssignmentHeld:
    """An assignment with its days; `ends_on` is left out while it lies ahead and the viewer may not know."""

    person_id: UUID
    unit_id: UUID
    site_id: UUID | None
    position: str
    job_role: str
    is_main: bool
    boss_id: UUID | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class IdentityHeld:
    """A name under which a system knew a person, with its days (inclusive)."""

    person_id: UUID
    namespace: str
    value: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Leaver:
    """Somebody who leaves or has left, and from where the look-back starts (LEV-09)."""

    person_id: UUID
    engagement_id: UUID
    engagement_line: UUID
    engagement_kind: str
    notice_received_on: date | None
    last_working_day: date | None
    last_day: date | None
    look_back_from: date | None


Chosen = Iterable[UUID] | None
H = TypeVar("H", AssignmentHeld, IdentityHeld)


def who_was_where(
    viewer: Viewer, day: date, known_at: datetime | None = None, *, people: Iterable[UUID] | None = None
) -> list[Whereabouts]:
    """Return where people were on a day, as known at a moment (now when left out); days ahead only for HR."""
    if not viewer.may(Permission.PERSON_VIEW) or (day > today_of(viewer) and not sees_leaving(viewer)):
        return []
    engaged = Engagement.objects.known(known_at).on(day)
    assigned = Assignment.objects.known(known_at).on(day).order_by("person_id", "-is_main", "id")
    if people is not None:
        chosen = set(people)
        engaged, assigned = engaged.filter(person__in=chosen), assigned.filter(person__in=chosen)
    kinds = dict(engaged.values_list("line", "engagement_kind"))
    rows = assigned.values("person_id", "engagement_line", "unit_id", "site_id", "position", "is_main", "boss_id")
    lines = ((row.pop("engagement_line"), row) for row in rows)
    return [Whereabouts(engagement_kind=kinds[line], **row) for line, row in lines if line in kinds]


def assignments_of(viewer: Viewer, person: Person) -> list[Assignment]:
    """Return a person's assignments over time, newest first; those to come, and their ends, only for HR."""
    if not people_visible_to(viewer).filter(pk=person.pk).exists():
        return []
    found = Assignment.objects.known().filter(begun(viewer), person=person)
    listed = list(found.select_related("unit", "site", "boss").order_by("-starts_on", "-is_main"))
    for assignment in listed:
        assignment.ends_on = end_seen(viewer, assignment)
    return listed


def assignments_in_period(viewer: Viewer, first: date, last: date, people: Chosen = None) -> list[AssignmentHeld]:
    """Return the assignments, everybody's or those of some people, that touch the days from first to last."""
    if not viewer.may(Permission.PERSON_VIEW):
        return []
    found = Assignment.objects.known().between(first, last).filter(begun(viewer)).order_by("person_id", "starts_on")
    return list(_held(AssignmentHeld, viewer, found if people is None else found.filter(person__in=set(people))))


def identities_in_period(viewer: Viewer, first: date, last: date) -> list[IdentityHeld]:
    """Return by which names systems knew people on the days from first to last, employee numbers included.

    The namespaces "mail" and "ad" come from HR; "number" is the employee number, held for as long as the person is.
    """
    if not viewer.may(Permission.PERSON_VIEW):
        return []
    numbers = people_visible_to(viewer).filter(joined_on__lte=last).values_list("pk", "number", "joined_on")
    held = [
        IdentityHeld(person_id=pk, namespace="number", value=number, starts_on=joined_on, ends_on=None)
        for pk, number, joined_on in numbers.iterator(chunk_size=5000)
        if joined_on is not None
    ]
    found = Identity.objects.known().between(first, last).filter(begun(viewer))
    return [*held, *_held(IdentityHeld, viewer, found.order_by("namespace", "value", "starts_on"))]


def leaving_between(viewer: Viewer, first: date, last: date, *, look_back_days: int = 180) -> list[Leaver]:
    """Return who leaves from first to last or has given notice in those days; empty for all but HR and leaver team."""
    if not sees_leaving(viewer):
        return []
    ending = Engagement.objects.known().alias(ends=Coalesce("end_actual", "end_planned"))
    found = ending.filter(Q(ends__range=(first, last)) | Q(notice_received_on__range=(first, last)))
    listed = found.order_by(F("ends").asc(nulls_last=True), "person_id")
    return [_leaver(engagement, look_back_days) for engagement in listed]


def _leaver(e: Engagement, days: int) -> Leaver:
    return Leaver(
        person_id=e.person_id, engagement_id=e.pk, engagement_line=e.line, engagement_kind=e.engagement_kind,
        notice_received_on=e.notice_received_on, last_working_day=e.last_working_day, last_day=last_day(e),
        look_back_from=look_back_from(e, days=days),
    )  # fmt: skip


def subjects_of(viewer: Viewer, person: Person) -> list[UUID]:
    """Return every id under which the ledger speaks of a person; notices and leaves only for those who may know."""
    ids = [person.pk]
    if sees_leaving(viewer):
        ids += Engagement.objects.filter(person=person).values_list("pk", flat=True)
    return ids


def ends_over(viewer: Viewer, day: date) -> QuerySet[Engagement]:
    """Return the engagements whose planned last day lies before that day and that nobody has ended yet."""
    if not sees_leaving(viewer):
        return Engagement.objects.none()
    return Engagement.objects.known().filter(end_actual__isnull=True, end_planned__lt=day).select_related("person")


def departures_unsettled(viewer: Viewer) -> QuerySet[Person]:
    """Return people whose every engagement has its actual end, `last` being the latest, and who do not count as gone.

    Who ends somebody on the last day itself leaves this for the next day to settle.
    """
    if not sees_leaving(viewer):
        return Person.objects.none()
    is_known = Q(engagements__recorded_to__isnull=True)
    unended = Engagement.objects.known().filter(person=OuterRef("pk"), end_actual__isnull=True)
    latest: QuerySet[Person] = Person.objects.filter(~Exists(unended), left_on__isnull=True)
    latest = latest.annotate(last=Max("engagements__end_actual", filter=is_known))
    return latest.filter(last__isnull=False)


def _held(held: type[H], viewer: Viewer, found: Any) -> Iterator[H]:
    """Yield rows as frozen values; a last day that lies ahead only to those who may know."""
    today, sees_all = today_of(viewer), sees_leaving(viewer)
    for row in found.values(*(each.name for each in fields(held))).iterator(chunk_size=5000):
        if not sees_all and row["ends_on"] is not None and row["ends_on"] >= today:
            row["ends_on"] = None
        yield held(**row)


def main_site_zones(viewer: Viewer) -> dict[UUID, str]:
    """Return the time zones of the sites where people have their main assignment, by person."""
    if not viewer.may(Permission.PERSON_VIEW):
        return {}
    placed = Assignment.objects.known().filter(is_main=True, site__isnull=False).order_by("starts_on")
    return dict(placed.values_list("person_id", "site__zone_name"))
