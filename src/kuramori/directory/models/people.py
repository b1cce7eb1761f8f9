"""People: one human, the names systems know them by, how they are engaged, and where they are assigned."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.directory.models.places import Project, Site, Unit
from kuramori.directory.models.versions import Dated, Version, VersionQuerySet
from kuramori.directory.rules.engagements import EngagementKind
from kuramori.kernel.records import Record

KIND_WORDS = {
    EngagementKind.ADVISER: _("adviser"),
    EngagementKind.CONTRACT: _("contract employee"),
    EngagementKind.CONTRACTOR: _("contractor"),
    EngagementKind.DISPATCHED: _("dispatched worker"),
    EngagementKind.FORMER: _("former member with remaining duties"),
    EngagementKind.INTERN: _("intern"),
    EngagementKind.OFFICER: _("officer"),
    EngagementKind.PART_TIME: _("part-time employee"),
    EngagementKind.REGULAR: _("regular employee"),
    EngagementKind.SECONDED_IN: _("seconded to us"),
    EngagementKind.SECONDED_OUT: _("seconded to another company"),
    EngagementKind.TRANSFERRED: _("transferred to another company"),
}


class Source(models.TextChoices):
    """Where a fact came from; a feed ends only what a feed brought."""

    FEED = "feed", _("HR feed")
    HAND = "hand", _("entered by hand")


class Person(Record):
    """One human being, whatever the contracts."""

    number = models.CharField(_("employee number"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    kana = models.CharField(_("kana"), max_length=100, blank=True)
    romaji = models.CharField(_("name in Latin letters"), max_length=100, blank=True)
    mail = models.EmailField(_("e-mail"), blank=True, db_index=True)
    account_name = models.CharField(_("account"), max_length=100, blank=True, db_index=True)
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.HAND, editable=False)
    # The list of 100,000 people asks these two; acts keep them. `left_on` is set only when the day has passed.
    joined_on = models.DateField(null=True, editable=False)
    left_on = models.DateField(null=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["kana", "id"], name="directory_person_kana"),
            models.Index(fields=["left_on", "joined_on"], name="directory_person_here"),
            *(models.Index(Lower(name), name=f"directory_{name}_key") for name in ("mail", "account_name")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """Return the name in the letters of the page's language."""
        return self.romaji if self.romaji and (get_language() or "ja").startswith("en") else self.name

    @property
    def found_by(self) -> tuple[str, ...]:
        """Return the words by which search finds the person."""
        return (self.number, self.name, self.kana, self.romaji, self.mail, self.account_name)


class Identity(Dated):
    """A name under which a system ("ad", "mail", "badge" …) knows the person; dated, because names are reused."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    namespace = models.CharField(_("system"), max_length=40)
    value = models.CharField(_("known there as"), max_length=200)
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.HAND, editable=False)

    class Meta(Dated.Meta):
        verbose_name = _("identity")
        indexes = [models.Index(fields=["namespace", "value"], name="directory_identity_value")]

    def __str__(self) -> str:
        return f"{self.namespace}:{self.value}"


class EngagementQuerySet(VersionQuerySet):
    """Engagements hold from their start to their actual end, else to the planned one."""

    def on(self, day: date) -> Self:
        """Keep the engagements that run on that day."""
        return self.between(day, day)

    def between(self, first: date, last: date) -> Self:
        """Keep the engagements that run on any day from first to last."""
        ending = self.alias(last_day=Coalesce("end_actual", "end_planned"))
        return ending.filter(Q(last_day__isnull=True) | Q(last_day__gte=first), start__lte=last)


class Engagement(Version):
    """One tie between a person and the company, from start to end; leaving is written here and seen by few."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="engagements")
    engagement_kind = models.CharField(_("kind of engagement"), max_length=12, choices=list(KIND_WORDS.items()))
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    host_company = models.CharField(_("works at"), max_length=200, blank=True)
    start = models.DateField(_("joined on"))
    end_planned = models.DateField(_("planned last day"), null=True, blank=True)
    end_actual = models.DateField(_("last day"), null=True, blank=True)
    notice_received_on = models.DateField(_("notice received on"), null=True, blank=True)
    last_working_day = models.DateField(_("last working day"), null=True, blank=True)
    sponsor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="sponsors", verbose_name=_("sponsor"),
    )  # fmt: skip
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.HAND, editable=False)

    objects = EngagementQuerySet.as_manager()  # type: ignore[misc]  # richer than Version's

    class Meta(Version.Meta):
        verbose_name = _("engagement")
        constraints = [
            *Version.Meta.constraints,
            models.CheckConstraint(
                condition=Q(end_actual__isnull=True) | Q(end_actual__gte=F("start")), name="directory_engagement_days"
            ),
        ]
        indexes = [
            models.Index(fields=[f"end_{end}"], name=f"directory_engagement_{end}") for end in ("planned", "actual")
        ]

    def __str__(self) -> str:
        return str(self.get_engagement_kind_display())


class Assignment(Dated):
    """Where somebody works under an engagement: one main assignment and any number beside it (兼務)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    engagement_line = models.UUIDField(editable=False, db_index=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("unit"))
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("site"),
    )  # fmt: skip
    position = models.CharField(_("position"), max_length=100, blank=True)
    job_role = models.CharField(_("kind of work"), max_length=100, blank=True)
    is_main = models.BooleanField(_("main assignment"), default=True)
    boss = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="leads_as_boss", verbose_name=_("boss"),
    )  # fmt: skip
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.HAND, editable=False)

    class Meta(Dated.Meta):
        verbose_name = _("assignment")
        indexes = [
            models.Index(fields=["person", "recorded_to", "is_main"], name="directory_assignment_person"),
            models.Index(fields=["unit", "recorded_to"], name="directory_assignment_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.position}".strip()


class ProjectMember(Dated):
    """Somebody's time in a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members", verbose_name=_("project"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="projects", verbose_name=_("person"))
    part = models.CharField(_("part"), max_length=100, blank=True)
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.HAND, editable=False)

    class Meta(Dated.Meta):
        verbose_name = _("project member")

    def __str__(self) -> str:
        return str(self.project)
