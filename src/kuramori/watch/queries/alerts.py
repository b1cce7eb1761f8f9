"""Which alerts a viewer may see, what the person in them is called for him, and why they were raised."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.timezone import now

from kuramori.directory.api import Person, people_visible_to, person_names, sees_leaving, viewer_of_system
from kuramori.governance.api import levels_in_force
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.models import Alert, AlertComment, AlertSecret, CaseAlert, Unsealing
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.rules.alerts import OPEN, State
from kuramori.watch.rules.permissions import Permission


def alerts_visible_to(viewer: Viewer) -> QuerySet[Alert]:
    """Return the alerts the viewer may work on: never his own, and in his units only where his role is held there.

    Each says as `was_named` whether he ever had its name shown, here or on another alert of the same case.
    """
    touched = AlertSecret.objects.filter(documents__gt=0).select_related("secret__level")
    found: QuerySet[Alert] = Alert.objects.annotate(was_named=_named(viewer)).select_related("assignee")
    found = found.prefetch_related(Prefetch("secrets", queryset=touched))
    if not viewer.may(Permission.ALERT_VIEW):
        return found.none()
    if viewer.person_id is not None:
        found = found.exclude(person=viewer.person_id)
    if not viewer.may_everywhere(Permission.ALERT_VIEW):
        found = found.filter(unit__in=viewer.units_for(Permission.ALERT_VIEW))
    return found


def _named(viewer: Viewer) -> Combinable:
    """Say of an alert whether its person was ever named to the viewer: in a case one name stands for all its alerts.

    Two questions, each answered by an index: as one with "or" it read all he ever had shown, for each row.
    """
    here = Unsealing.objects.filter(alert=OuterRef("pk"), by=viewer.person_id)
    beside = CaseAlert.objects.filter(case=OuterRef("membership__case"), alert__unsealings__by=viewer.person_id)
    return ExpressionWrapper(Q(Exists(here)) | Q(Exists(beside)), output_field=BooleanField())


def open_alerts(viewer: Viewer) -> QuerySet[Alert]:
    """Return the alerts in sight that nobody has settled."""
    return alerts_visible_to(viewer).filter(state__in=OPEN, retired_at=None)


def alerts_of_person(viewer: Viewer, person_id: UUID) -> QuerySet[Alert]:
    """Return the alerts in sight about one person, the newest first: for pages that speak of him already."""
    return alerts_visible_to(viewer).filter(person=person_id).order_by("-until", "-id")


def alerts_on_secret(viewer: Viewer, secret_id: UUID) -> QuerySet[Alert]:
    """Return the alerts in sight that concern a secret, the newest first."""
    concerned = AlertSecret.objects.filter(secret=secret_id, documents__gt=0).values("alert")
    return alerts_visible_to(viewer).filter(pk__in=concerned).order_by("-until", "-id")


def tells_leaving(viewer: Viewer, alert: Alert) -> bool:
    """Say whether an alert in sight may tell this viewer that, and when, its person leaves.

    Days of leaving belong to HR and the leaver team. Others see them under a pseudonym only: whoever once had the
    name shown knows it for good, so from then on this alert tells him of no leaving.
    """
    return sees_leaving(viewer) or not alert.was_named  # type: ignore[attr-defined]  # annotated by alerts_visible_to


def in_queue(viewer: Viewer, alerts: QuerySet[Alert], queue: str) -> QuerySet[Alert]:
    """Narrow alerts in sight to a queue; those whose queue the viewer may not be told are in none."""
    found = alerts.filter(queue=queue)
    return found if sees_leaving(viewer) else found.filter(Q(was_named=False))


def holds_on(viewer: Viewer, permission: Permission, alert: Alert) -> bool:
    """Say whether the viewer holds a permission where an alert belongs: a role in one unit opens no name of another."""
    return viewer.may(permission) and (
        viewer.may_everywhere(permission) or alert.unit_id in viewer.units_for(permission)
    )


def unsealing_of(viewer: Viewer, alert: Alert) -> Unsealing | None:
    """Return the unsealing that shows this viewer the name now, if he gave a reason within the last day."""
    if viewer.person_id is None or not holds_on(viewer, Permission.ALERT_UNSEAL, alert):
        return None
    mine: QuerySet[Unsealing] = alert.unsealings.filter(by=viewer.person_id, expires_at__gt=now())
    return mine.order_by("-expires_at").first()


def name_behind(viewer: Viewer, alert: Alert) -> str:
    """Return the person's name; the caller has found an unsealing."""
    return person_names(viewer, [alert.person_id]).get(alert.person_id, "") or alert_pseudonym(
        alert.pk, alert.person_id
    )


def secrets_of(viewer: Viewer, alert: Alert) -> tuple[list[tuple[Secret, int]], list[tuple[Any, int]]]:
    """Return the alert's secrets that the viewer may know, each with its documents; of the others level and number.

    Need-to-know holds here too: whoever works on an alert does not thereby learn the title of a secret.
    """
    rows = {row.secret_id: row for row in alert.secrets.all()}
    known = {secret.pk: secret for secret in secrets_visible_to(viewer).filter(pk__in=rows)}
    shown = sorted(
        ((secret, rows[pk].documents) for pk, secret in known.items()), key=lambda pair: (-pair[0].level.rank, -pair[1])
    )
    hidden: dict[UUID, tuple[Any, int]] = {}
    for pk, row in rows.items():
        if pk not in known:
            level = row.secret.level
            hidden[level.pk] = (level, hidden.get(level.pk, (level, 0))[1] + 1)
    return shown, sorted(hidden.values(), key=lambda pair: -pair[0].rank)


def level_names(viewer: Viewer) -> dict[str, str]:
    """Return each level's name in the page's language by the one that detection keeps."""
    return {level.name_ja: level.name for level in levels_in_force(viewer)}


def person_of(viewer: Viewer) -> Person | None:
    """Return who looks, None for an account behind which nobody stands."""
    return people_visible_to(viewer_of_system()).filter(pk=viewer.person_id).first() if viewer.person_id else None


def comments_of(viewer: Viewer, alert: Alert) -> QuerySet[AlertComment]:
    """Return what was written on an alert the viewer was given, newest first."""
    found: QuerySet[AlertComment] = alert.comments.select_related("author").order_by("-created_at", "-id")
    return found if viewer.may(Permission.ALERT_VIEW) else found.none()


def waiting_for(viewer: Viewer) -> QuerySet[Alert]:
    """Return the open alerts assigned to the viewer, heaviest first."""
    mine = open_alerts(viewer).filter(assignee=viewer.person_id) if viewer.person_id else open_alerts(viewer).none()
    return mine.order_by("-score", "-id")


def unassigned(viewer: Viewer) -> QuerySet[Alert]:
    """Return new alerts that nobody has taken, for those who review alerts."""
    nobody = Q(assignee=None, state=State.NEW)
    return open_alerts(viewer).filter(nobody) if viewer.may(Permission.ALERT_REVIEW) else open_alerts(viewer).none()
