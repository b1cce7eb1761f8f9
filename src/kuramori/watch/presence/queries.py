"""Zones and permits, for those who keep or read the settings."""

from django.db.models import QuerySet

from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import EntryPermit, SecurityZone
from kuramori.watch.rules.permissions import Permission


def zones_visible_to(viewer: Viewer) -> QuerySet[SecurityZone]:
    """Return the zones."""
    found = SecurityZone.objects.select_related("site")
    return found if viewer.may(Permission.ZONE_VIEW) else found.none()


def permits_visible_to(viewer: Viewer) -> QuerySet[EntryPermit]:
    """Return the permits to enter zones."""
    found = EntryPermit.objects.select_related("zone__site", "person", "escort")
    return found if viewer.may(Permission.PERMIT_VIEW) else found.none()
