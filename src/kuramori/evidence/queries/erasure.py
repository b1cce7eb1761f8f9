"""Who may know of erasures: those who ask for them and carry them out, and the auditor."""

from django.db.models import QuerySet

from kuramori.evidence.models import Erasure
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


def erasures_visible_to(viewer: Viewer) -> QuerySet[Erasure]:
    """Return the erasures the viewer may know of; never his own."""
    if not viewer.may(Permission.ERASURE_VIEW):
        return Erasure.objects.none()
    rows: QuerySet[Erasure] = Erasure.objects.select_related("person")
    return rows.exclude(person=viewer.person_id) if viewer.person_id else rows
