"""The bundles that a viewer may fetch."""

from uuid import UUID

from django.db.models import Q, QuerySet

from kuramori.evidence.models import Bundle
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role, Viewer


def bundles_visible_to(viewer: Viewer) -> QuerySet[Bundle]:
    """Return the bundles the viewer may fetch: his own, or all of them for legal and the information manager."""
    rows: QuerySet[Bundle] = Bundle.objects.order_by("-created_at", "-id")
    if not viewer.may(Permission.BUNDLE_DOWNLOAD):
        return rows.none()
    if viewer.roles & {Role.LEGAL, Role.INFORMATION_MANAGER}:
        return rows
    return rows.filter(Q(asked_by=viewer.person_id) & Q(asked_by__isnull=False))


def bundle_entry(viewer: Viewer, bundle: Bundle) -> UUID | None:  # noqa: ARG001  (reads nothing of anybody's)
    """Return the id of the entry that seals a bundle the viewer was given."""
    return entries_about(bundle.pk).filter(verb="evidence.bundle.export").values_list("id", flat=True).first()
