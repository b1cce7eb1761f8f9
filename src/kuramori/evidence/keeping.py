"""What has to be kept, and until when: asked before anything is made away with, by nobody in particular."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from kuramori.directory.api import Person, people_visible_to, viewer_of_system
from kuramori.evidence.models import HeldSubject, Hold, KeepingTerm, SeparationHold
from kuramori.evidence.models.holds import SEPARATION_MONTHS
from kuramori.evidence.rules.holds import add_months
from kuramori.kernel.keeping import Purge


def separation_months() -> int:
    """Return for how many months after separation data are kept (EVD-10)."""
    term = KeepingTerm.objects.first()
    return term.months if term else SEPARATION_MONTHS


def separations_due(today: date) -> list[Person]:
    """Return who has left within the time of keeping, and whose data nothing keeps yet for that reason."""
    since = add_months(today, -separation_months())
    left = people_visible_to(viewer_of_system()).filter(left_on__gt=since, left_on__lte=today)
    kept = set(SeparationHold.objects.filter(left_on__gt=since).values_list("person_id", "left_on"))
    return [person for person in left.order_by("left_on", "id") if (person.pk, person.left_on) not in kept]


def holds_on(purge: Purge, at: datetime) -> QuerySet[Hold]:
    """Return the holds in force at a moment that want this kept."""
    day = company_day(at)
    rows: QuerySet[Hold] = Hold.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day), Q(retired_at__isnull=True) | Q(retired_at__gt=at), created_at__lte=at
    )
    if purge.subjects:
        about = HeldSubject.objects.filter(subject_id__in=purge.subjects)
        rows = rows.filter(Q(pk__in=about.values("hold_id")) | Q(subjects__isnull=True))
    if purge.last is not None:
        rows = rows.filter(Q(covers_from__isnull=True) | Q(covers_from__lte=purge.last))
    if purge.first is not None:
        rows = rows.filter(Q(covers_to__isnull=True) | Q(covers_to__gte=purge.first))
    return rows.distinct()


def separations_on(subjects: Iterable[UUID], at: datetime) -> QuerySet[SeparationHold]:
    """Return what is kept about these people at a moment because they have left."""
    rows: QuerySet[SeparationHold] = SeparationHold.objects.standing()
    return rows.filter(person__in=set(subjects), until__gt=company_day(at))


def keeps(purge: Purge, at: datetime) -> bool:
    """Say whether a hold or a separation wants this kept: what the kernel asks before it makes anything away."""
    return holds_on(purge, at).exists() or separations_on(purge.subjects, at).exists()


def company_day(at: datetime) -> date:
    """Return the company's day at a moment."""
    return at.astimezone(ZoneInfo(settings.COMPANY_ZONE)).date()


def held(subjects: Iterable[UUID], at: datetime) -> bool:
    """Say whether a hold or a separation keeps what is known of any of these people or secrets at a moment."""
    return keeps(Purge(subjects=frozenset(subjects)), at)
