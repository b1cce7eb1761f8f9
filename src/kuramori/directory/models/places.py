"""Where people work: sites with their calendars, units as a tree, projects."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record

STANDING = Q(retired_at__isnull=True)


def name_in_page(ja: str, en: str) -> str:
    """Return the name in the language of the page, the other one where it is missing."""
    return (en or ja) if (get_language() or "ja").startswith("en") else (ja or en)


class Named(Record):
    """A thing with a code that the company gives and names in both languages."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)

    class Meta(Record.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the language of the page, the other one where it is missing."""
        return name_in_page(self.name_ja, self.name_en)


class Site(Named):
    """A place of work: its country and zone decide days, holidays and which law speaks."""

    country = models.CharField(_("country"), max_length=2, default="JP")
    subdivision = models.CharField(_("state or region"), max_length=10, blank=True)
    zone_name = models.CharField(_("time zone"), max_length=60, default="Asia/Tokyo")

    class Meta(Named.Meta):
        verbose_name = _("site")

    @property
    def zone(self) -> ZoneInfo:
        """Return the site's time zone."""
        return ZoneInfo(self.zone_name)


class Holiday(Record):
    """A day of the company's own calendar: off (foundation day) or a working day in spite of the calendar."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="own_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)
    is_working_day = models.BooleanField(_("people work on this day"), default=False)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], condition=STANDING, name="directory_holiday_site_day"),
            # not `nulls_distinct`: SQLite does not know it
            models.UniqueConstraint(
                fields=["day"], condition=STANDING & Q(site__isnull=True), name="directory_holiday_company_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(Named):
    """A part of the company. `path` holds the ids from the top down to it, so that a subtree is one range of an index.

    Each step of the path is an id without hyphens and a slash: "0192…/0193…/". Acts keep it true.
    """

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("belongs to"),
    )  # fmt: skip
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("site"),
    )  # fmt: skip
    head = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="heads",
        verbose_name=_("head"),
    )  # fmt: skip
    # The number an HR file names as head before its person has come in; the people's file then sets `head`.
    head_number = models.CharField(max_length=40, blank=True, editable=False)
    path = models.CharField(max_length=700, db_index=True, editable=False)

    class Meta(Named.Meta):
        verbose_name = _("unit")

    @staticmethod
    def path_under(parent: "Unit | None", unit_id: UUID) -> str:
        """Return the path of a unit below a parent."""
        return f"{parent.path if parent else ''}{unit_id.hex}/"

    @property
    def line_up(self) -> tuple[UUID, ...]:
        """Return the ids from the top unit down to this one."""
        return tuple(UUID(step) for step in self.path.split("/") if step)


class Project(Named):
    """Work that gathers people from several units for a time."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("owning unit"),
    )  # fmt: skip
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    leader = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="leads",
        verbose_name=_("leader"),
    )  # fmt: skip

    class Meta(Named.Meta):
        verbose_name = _("project")
