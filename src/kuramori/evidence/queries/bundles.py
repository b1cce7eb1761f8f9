"""The bundles that a viewer may fetch."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kuramori.evidence.models import Bundle, Drill
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role, Viewer


def bundles_visible_to(viewer: Viewer) -> QuerySet[Bundle]:
    """Return the bundles the viewer may fetch: his own, or all of them for legal and the information manager.

    `is_drill` says that one was made on trial and thrown away.
    """
    drills = Drill.objects.filter(bundle=OuterRef("pk"))
    rows: QuerySet[Bundle] = Bundle.objects.annotate(is_drill=Exists(drills)).order_by("-created_at", "-id")
    if not viewer.may(Permission.BUNDLE_DOWNLOAD):
        return rows.none()
    if viewer.roles & {Role.LEGAL, Role.INFORMATION_MANAGER}:
        return rows
    return rows.filter(Q(asked_by=viewer.person_id) & Q(asked_by__isnull=False))


def bundle_entry(
    viewer: Viewer,  # noqa: ARG001  (reads nothing of anybody's)
    bundle: Bundle,
    verb: str = "export",
) -> UUID | None:
    """Return the id of the entry that seals a bundle the viewer was given, or of the one that finished it."""
    return entries_about(bundle.pk).filter(verb=f"evidence.bundle.{verb}").values_list("id", flat=True).first()


def twins_of(viewer: Viewer, bundle: Bundle) -> QuerySet[Bundle]:
    """Return the other bundles of the same exhibits that the viewer may fetch."""
    rows = bundles_visible_to(viewer).filter(subject_id=bundle.subject_id, twin=bundle.twin).exclude(pk=bundle.pk)
    return rows if bundle.twin else rows.none()


def may_make_twin(viewer: Viewer, bundle: Bundle) -> bool:
    """Say whether the viewer could have had this bundle made himself: a twin may show more than it does."""
    return bool(bundle.twin and bundle.permission) and viewer.may(bundle.permission)
