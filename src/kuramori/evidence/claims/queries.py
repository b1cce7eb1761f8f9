"""What is kept by hand for a case, as far as the viewer may see it; the caller has found the secret for him."""

from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import now

from kuramori.evidence.models import Drill, EvidencePlan, Loss, OpenedTimeline, Statement
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.models import EntrySubject
from kuramori.kernel.permissions import Viewer

ENTRY = EntrySubject.objects.filter(subject_id=OuterRef("pk")).order_by("entry_id").values("entry__id")[:1]


def statements_of(viewer: Viewer, subject_id: UUID) -> QuerySet[Statement]:
    """Return the standing statements about a subject, each with the entry that recorded it as `entry`."""
    found: QuerySet[Statement] = Statement.objects.standing().filter(subject_id=subject_id)
    found = found.annotate(entry=Subquery(ENTRY)).order_by("created_at", "id")
    return found if viewer.may_everywhere(Permission.CASE_VIEW) else found.none()


def losses_of(viewer: Viewer, subject_id: UUID) -> QuerySet[Loss]:
    """Return the standing lines of a subject's damage worksheet, each with its entry as `entry`."""
    found: QuerySet[Loss] = Loss.objects.standing().filter(subject_id=subject_id)
    found = found.annotate(entry=Subquery(ENTRY)).order_by("created_at", "id")
    return found if viewer.may_everywhere(Permission.CASE_VIEW) else found.none()


def plan_of(viewer: Viewer, subject_id: UUID, claim: str) -> EvidencePlan | None:  # noqa: ARG001  (no secret is in it)
    """Return what was decided to be kept for a subject and claim, None while only a proposal stands."""
    return EvidencePlan.objects.standing().filter(subject_id=subject_id, claim=claim).first()


def drills(viewer: Viewer) -> QuerySet[Drill]:
    """Return the readiness drills, newest first: how long and how complete, not about which secret."""
    found: QuerySet[Drill] = Drill.objects.order_by("-created_at", "-id")
    return found if viewer.may(Permission.LEDGER_VIEW) else found.none()


def opened_timeline(viewer: Viewer, pk: UUID) -> OpenedTimeline | None:
    """Return a timeline that is open to this viewer now; never another's, and never about himself."""
    if viewer.person_id is None or not viewer.may_everywhere(Permission.TIMELINE_VIEW):
        return None
    mine = Q(by=viewer.person_id, expires_at__gt=now()) & ~Q(person=viewer.person_id)
    return OpenedTimeline.objects.select_related("person").filter(mine, pk=pk).first()
