"""The tab “In custody” on a hold's page, and what waits to be received."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.evidence.models import CustodyItem, Hold
from kuramori.evidence.queries.custody import items_offered_to, items_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.kernel.wording import moment


def custody_panel(hold: Hold, viewer: Viewer) -> str:
    """Draw the items of a hold, oldest first, with the ways to add more."""
    rows = [item_row(each, viewer) for each in items_visible_to(viewer).filter(hold=hold)]
    may_add = viewer.may(Permission.CUSTODY_ADD) and hold.retired_at is None
    return render_to_string("evidence/parts/custody_items.html", {"rows": rows, "hold": hold, "may_add": may_add})


def item_row(item: CustodyItem, viewer: Viewer) -> dict[str, Any]:
    """Return an item as the lists show it."""
    return {"item": item, "taken_at": moment(item.created_at, viewer), "is_same": item.sha256 == item.source_sha256}


def custody_duties(viewer: Viewer, _today: date) -> list[Duty]:
    """Return what was handed over to the viewer and waits for his receipt."""
    return [
        Duty(
            title=_("Receive into your custody: %(item)s") % {"item": item},
            url=reverse("evidence:custody", args=[item.pk]),
            kind=_("chain of custody"),
        )
        for item in items_offered_to(viewer)
    ]
