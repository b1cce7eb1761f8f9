"""Saved views: a list as somebody set it up, kept under a name for himself or for everybody who may open the list."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.models import SavedView
from kuramori.kernel.permissions import Viewer

LONGEST = 2000


def saved_views(viewer: Viewer, register: str) -> QuerySet[SavedView]:
    """Return his own views and the shared ones of a register, by name."""
    mine = Q(person_id=viewer.person_id) | Q(is_shared=True)
    return SavedView.objects.filter(mine, register=register, retired_at__isnull=True).order_by("name", "pk")


def save_view(
    viewer: Viewer, *, register: str, name: str, query: Iterable[tuple[str, str]], is_shared: bool
) -> SavedView:
    """Keep a list under a name; one of his own with the same name is replaced."""
    address = urlencode(list(query))
    if viewer.person_id is None or len(address) > LONGEST:
        raise Refused(_("This list cannot be kept as a view."), _("Take some filters away and try again."))
    own = SavedView.objects.filter(person_id=viewer.person_id, register=register, retired_at__isnull=True)
    view = own.filter(name=name).first() or SavedView(person_id=viewer.person_id, register=register, name=name)
    view.query, view.is_shared = address, is_shared
    with act("kernel.view.share" if is_shared else "kernel.view.save", by=viewer.actor, subjects=[view]):
        view.save()
    return view


def retire_view(viewer: Viewer, pk: UUID) -> SavedView | None:
    """Take one of his own views away; None when it is not his."""
    if viewer.person_id is None:
        return None
    view = SavedView.objects.filter(pk=pk, person_id=viewer.person_id, retired_at__isnull=True).first()
    if view is not None:
        with act("kernel.view.retire", by=viewer.actor, subjects=[view]):
            view.retire()
    return view
