"""Which day it is where somebody works, and whether people work there on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.directory.api import Site, calendars_of, sites, viewer_of_system
from kuramori.duties.rules.rhythm import Works

WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, kw_only=True)
class Places:
    """The sites with their calendars, read once for a whole round. What has no site follows the company's zone."""

    sites: Mapping[UUID, Site]
    calendars: Mapping[UUID, Works]

    def works(self, site: UUID | None) -> Works:
        """Return which days are business days at a site; without one, all but the weekend."""
        return self.calendars.get(site, _weekday) if site else _weekday

    def zone(self, site: UUID | None) -> ZoneInfo:
        """Return the time zone of a site; without one, the company's."""
        found = self.sites.get(site) if site else None
        return found.zone if found else ZoneInfo(settings.COMPANY_ZONE)

    def today(self, site: UUID | None, at: datetime) -> date:
        """Return which day it is at a site."""
        return at.astimezone(self.zone(site)).date()


def places() -> Places:
    """Read all sites and their calendars, in two queries."""
    viewer = viewer_of_system()
    found = sites(viewer)
    calendars = calendars_of(viewer, found)
    return Places(
        sites={site.pk: site for site in found},
        calendars={pk: calendar.is_business_day for pk, calendar in calendars.items()},
    )


def _weekday(day: date) -> bool:
    return day.weekday() not in WEEKEND
