"""Which cases a viewer may see, and what stands in them; an expert from outside sees his own, until his last day."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, now

from kuramori.directory.api import sees_leaving
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.models import Alert, AlertSecret, Case, CaseAlert, CaseStep, ExpertAccess, Unsealing, VendorAlert
from kuramori.watch.queries.alerts import alerts_visible_to, holds_on
from kuramori.watch.rules.cases import SETTLED, UNSETTLED
from kuramori.watch.rules.permissions import Permission


def cases_visible_to(viewer: Viewer) -> QuerySet[Case]:
    """Return the cases the viewer may see: never his own, and in his units only where his role is held there.

    Who sees no alerts sees only the cases that were opened to him as an expert.
    """
    members = CaseAlert.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(count=Count("pk"))
    alerts = Coalesce(Subquery(members.values("count")), 0)  # counted for the rows shown, not for all of them
    found: QuerySet[Case] = Case.objects.select_related("assignee").annotate(alerts=alerts)
    if not viewer.may(Permission.CASE_VIEW):
        return found.none()
    if viewer.person_id is not None:
        found = found.exclude(person=viewer.person_id)
    if not viewer.may(Permission.ALERT_VIEW):
        return found.filter(pk__in=_opened_to(viewer))
    if not viewer.may_everywhere(Permission.ALERT_VIEW):
        found = found.filter(unit__in=viewer.units_for(Permission.ALERT_VIEW))
    return found


def _opened_to(viewer: Viewer) -> QuerySet[Any, Any]:
    valid = ExpertAccess.objects.standing().filter(expert=viewer.person_id, until__gte=today_for(viewer))
    return valid.values("case")


def is_expert(viewer: Viewer) -> bool:
    """Say whether the viewer sees cases only as an expert from outside."""
    return not viewer.may(Permission.ALERT_VIEW)


def case_of(viewer: Viewer, alert: Alert) -> Case | None:
    """Return the case of an alert in sight."""
    return cases_visible_to(viewer).filter(members__alert=alert.pk).first()


def alerts_in(viewer: Viewer, case: Case) -> list[Alert]:
    """Return the alerts of a case in sight, the heaviest first; an expert gets them here and nowhere else."""
    touched = AlertSecret.objects.filter(documents__gt=0).select_related("secret__level")
    mine: QuerySet[Alert] = Alert.objects.filter(membership__case=case).prefetch_related(
        Prefetch("secrets", queryset=touched)
    )
    if not is_expert(viewer):
        mine = alerts_visible_to(viewer).filter(membership__case=case)
    return list(mine.order_by("-score", "-id")) if viewer.may(Permission.CASE_VIEW) else []


def unsealing_in(viewer: Viewer, alerts: list[Alert]) -> Unsealing | None:
    """Return the unsealing by which this viewer sees the name now, on any of a case's alerts; one query for all."""
    if viewer.person_id is None:
        return None
    there = [alert.pk for alert in alerts if holds_on(viewer, Permission.ALERT_UNSEAL, alert)]
    mine = Unsealing.objects.filter(alert__in=there, by=viewer.person_id, expires_at__gt=now())
    return mine.select_related("alert").order_by("-expires_at").first() if there else None


def leaving_told(viewer: Viewer, alerts: list[Alert]) -> bool:
    """Say whether a case may tell this viewer that its person leaves: not to an expert, nor to who knows the name."""
    if is_expert(viewer):
        return False
    return sees_leaving(viewer) or not any(alert.was_named for alert in alerts)  # type: ignore[attr-defined]


def steps_of(viewer: Viewer, case: Case) -> QuerySet[CaseStep]:
    """Return what was decided and written on a case in sight, the newest first."""
    found: QuerySet[CaseStep] = CaseStep.objects.filter(case=case).select_related("author")
    return found.order_by("-created_at", "-id") if viewer.may(Permission.CASE_VIEW) else found.none()


def reported_in(viewer: Viewer, case: Case) -> QuerySet[VendorAlert]:
    """Return what vendors reported in a case in sight, the newest day first."""
    found = VendorAlert.objects.standing().filter(case=case).order_by("-day", "-id")
    return found if viewer.may(Permission.CASE_VIEW) else found.none()


def experts_of(viewer: Viewer, case: Case) -> QuerySet[ExpertAccess]:
    """Return to whom a case in sight was opened, who still may read it first."""
    found = ExpertAccess.objects.filter(case=case).select_related("expert").order_by("-until", "-id")
    return found if viewer.may(Permission.EXPERT_ADD) else found.none()


def cases_due(viewer: Viewer) -> QuerySet[Case]:
    """Return the unsettled cases that the viewer took, the most urgent first."""
    mine = cases_visible_to(viewer).filter(state__in=UNSETTLED, assignee=viewer.person_id)
    return mine.order_by("due_on", "-score", "-id") if viewer.person_id else mine.none()


def cases_untaken(viewer: Viewer) -> QuerySet[Case]:
    """Return the unsettled cases that nobody has taken, for those who work on cases."""
    found = cases_visible_to(viewer).filter(state__in=UNSETTLED, assignee=None)
    return found if viewer.may(Permission.CASE_STEP) else found.none()


def cases_stirred(viewer: Viewer) -> QuerySet[Case]:
    """Return the settled cases with an alert that opened again: only a person takes such a case up again."""
    stirring = CaseAlert.objects.filter(alert__state="new").values("case")
    found = cases_visible_to(viewer).filter(state__in=SETTLED, pk__in=stirring)
    return found if viewer.may(Permission.CASE_STEP) else found.none()


def cases_of_person(viewer: Viewer, person_id: UUID) -> QuerySet[Case]:
    """Return the cases in sight about one person, the newest first: for pages that speak of him already."""
    return cases_visible_to(viewer).filter(person=person_id).order_by("-until", "-id")


def today_for(viewer: Viewer) -> date:
    """Return today on the viewer's calendar."""
    return localdate(timezone=viewer.zone)


def secrets_watched_by(viewer: Viewer) -> QuerySet[Secret]:
    """Return the secrets in sight whose timeline the viewer may open: those of the units that he watches."""
    found = secrets_visible_to(viewer)
    if viewer.may_everywhere(Permission.ALERT_VIEW):
        return found
    return found.filter(unit__in=viewer.units_for(Permission.ALERT_VIEW))
