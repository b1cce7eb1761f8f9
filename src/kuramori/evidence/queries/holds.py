"""Who may know of what has to be kept."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.directory.api import people_visible_to
from kuramori.evidence.keeping import holds_on
from kuramori.evidence.models import HeldSubject, Hold, SeparationHold
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.acts import Refused
from kuramori.kernel.keeping import Purge, refuse_if_kept
from kuramori.kernel.permissions import Viewer


def holds_visible_to(viewer: Viewer) -> QuerySet[Hold]:
    """Return the holds the viewer may know of: with the permission, and of none that concerns himself."""
    if not viewer.may(Permission.HOLD_VIEW):
        return Hold.objects.none()
    own = HeldSubject.objects.filter(subject_id=viewer.person_id) if viewer.person_id else HeldSubject.objects.none()
    rows: QuerySet[Hold] = Hold.objects.select_related("placed_by").exclude(pk__in=own.values("hold_id"))
    return rows


def separations_visible_to(viewer: Viewer) -> QuerySet[SeparationHold]:
    """Return whose data are kept after separation, for those who may know of holds."""
    if not viewer.may(Permission.SEPARATION_VIEW):
        return SeparationHold.objects.none()
    rows: QuerySet[SeparationHold] = SeparationHold.objects.select_related("person")
    return rows.filter(person__in=people_visible_to(viewer))


def refuse_if_held(viewer: Viewer, subjects: Iterable[UUID], at: datetime | None = None) -> None:
    """Raise Refused when a purge must wait, now unless a moment is given.

    It names the matters to who may know of them; to others it says only that this has to be kept.
    """
    purge = Purge(subjects=frozenset(subjects))
    known = holds_on(purge, at or now()).filter(pk__in=holds_visible_to(viewer).values("pk"))
    if known:
        raise Refused(
            _("This is preserved for: %(matters)s.") % {"matters": ", ".join(map(str, known))},
            _("It can be made away with once the preservation is released."),
        )
    refuse_if_kept(purge, at)
