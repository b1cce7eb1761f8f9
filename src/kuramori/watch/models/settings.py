"""What is watched: log sources, accounts that are nobody's deed, approved flows, and the charter that permits it."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record
from kuramori.watch.rules.charters import Terms
from kuramori.watch.rules.sources import Share


class NamespaceChoice(models.TextChoices):
    """Which kind of name a source knows people by."""

    AD = "ad", _("domain account")
    BADGE = "badge", _("badge")
    DB = "db", _("database account")
    EMPLOYEE = "employee", _("employee number")
    LOCAL = "local", _("local account")
    MAIL = "mail", _("mail address")
    UPN = "upn", _("cloud sign-in name")


FOLDERS = 3
"""Parts of a path from which on it is a folder below a share: server, share, folder."""


class DestinationChoice(models.TextChoices):
    """Where something may go by an approved flow."""

    EXTERNAL_MAIL = "external_mail", _("mail to a partner's domain")
    CLOUD_SHARE = "cloud_share", _("share in the cloud")
    FOLDER = "folder", _("folder of an agreed handover")
    PRINTER = "printer", _("printer")
    REMOVABLE = "removable", _("registered medium")
    WEB = "web", _("web site")


def refuse_backwards(record: "ServiceAccount | ApprovedFlow | MonitoringCharter") -> None:
    """Raise ValidationError for days that end before they begin: such an entry would silently never hold."""
    if record.valid_from and record.valid_to and record.valid_to < record.valid_from:
        raise ValidationError({"valid_to": _("The last day lies before the first.")})


class LogSource(Record):
    """A system whose logs come in: how they are read, and how long it may be quiet."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind of log"), max_length=60)
    instance = models.CharField(_("server or system"), max_length=60)
    zone_name = models.CharField(_("time zone of the log"), max_length=60, default="Asia/Tokyo")
    encoding = models.CharField(_("encoding"), max_length=20, default="utf-8")
    namespace = models.CharField(
        _("names in the log are"), max_length=10, choices=NamespaceChoice, default=NamespaceChoice.AD
    )
    site = models.ForeignKey(
        "directory.Site",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        help_text=_("Its calendar says on which days silence means something."),
    )
    folder = models.CharField(
        _("folder watched"),
        max_length=500,
        blank=True,
        help_text=_("New files in it are taken in by themselves. Leave empty to hand files in."),
    )
    shares = models.JSONField(_("shares"), default=list, blank=True)
    silence_hours = models.PositiveSmallIntegerField(
        _("may be quiet for (hours)"),
        default=24,
        help_text=_("Counted on working days only; 0 when nothing is expected."),
    )
    note = models.TextField(_("note on the monitoring charter"), blank=True)

    class Meta:
        verbose_name = _("log source")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "instance"], condition=Q(retired_at__isnull=True), name="watch_source_instance"
            )
        ]
        indexes = [models.Index(fields=["kind", "-updated_at", "-id"], name="watch_source_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the log's clock."""
        return ZoneInfo(self.zone_name)

    @property
    def mapped(self) -> list[Share]:
        """Return the shares as pairs (as people write it, as the log writes it)."""
        return [(str(share), str(path)) for share, path in self.shares]


class ServiceAccount(Record):
    """An account whose events are no person's deed: backup, indexing, batch export. It is left out, with a reason."""

    namespace = models.CharField(_("kind of name"), max_length=10, choices=NamespaceChoice, default=NamespaceChoice.AD)
    raw = models.CharField(
        _("account"), max_length=200, help_text=_("As the log writes it; without a domain it matches in any.")
    )
    reason = models.CharField(_("what it does"), max_length=200)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("service account")
        indexes = [models.Index(fields=["namespace", "-updated_at", "-id"], name="watch_account_namespace")]

    def __str__(self) -> str:
        return self.raw

    def clean(self) -> None:
        refuse_backwards(self)


class ApprovedFlow(Record):
    """A way out that was approved: it lowers a score, in the open, and never hides an event.

    A folder is an agreed handover: one person puts files there, and reads below it, until a day (LEV-09).
    """

    destination = models.CharField(_("way"), max_length=20, choices=DestinationChoice)
    value = models.CharField(
        _("where to"),
        max_length=200,
        help_text=_("A domain, a serial number, an address, a folder: as the log writes it."),
    )
    reason = models.CharField(_("approved for"), max_length=200)
    person = models.ForeignKey(
        "directory.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("only for"),
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("approved flow")
        indexes = [models.Index(fields=["destination", "-updated_at", "-id"], name="watch_flow_destination")]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        refuse_backwards(self)
        if self.destination == DestinationChoice.FOLDER:
            self._clean_handover()

    def _clean_handover(self) -> None:
        """Bound a handover: a folder below a share, one person, a last day. Without them it would excuse everybody."""
        self.value = self.value.rstrip("\\/")
        if len([part for part in self.value.replace("\\", "/").split("/") if part]) < FOLDERS:
            raise ValidationError({"value": _("Give the whole path of a folder below a share.")})
        if self.person_id is None:
            raise ValidationError({"person": _("A handover is agreed for one person.")})
        if self.valid_to is None:
            raise ValidationError({"valid_to": _("A handover has a last day.")})


class MonitoringCharter(Record):
    """Why and how people of a site are watched, who answers for it, and since when they know (PPC Q&A 5-7)."""

    site = models.ForeignKey("directory.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    purpose = models.TextField(_("purpose"))
    responsible = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible person")
    )
    rules = models.TextField(
        _("rules"), help_text=_("Who may look, at what, when; how it is checked that the rules are kept.")
    )
    noticed_on = models.DateField(_("staff were told on"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    agreed_on = models.DateField(
        _("works agreement of"),
        null=True,
        blank=True,
        help_text=_("In Germany nothing is evaluated before the works council has agreed."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("logs are kept for (months)"), default=13, validators=[MinValueValidator(1)]
    )
    names_by_two = models.BooleanField(
        _("a name is shown only when two agree"),
        default=True,
        help_text=_("One asks, somebody else of the office decides. Always so where a works agreement is law."),
    )

    class Meta:
        verbose_name = _("monitoring charter")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="watch_charter_days"
            )
        ]
        indexes = [models.Index(fields=["site", "-updated_at", "-id"], name="watch_charter_site")]

    def __str__(self) -> str:
        return f"{self.site} {self.valid_from.isoformat()}"

    def clean(self) -> None:
        refuse_backwards(self)

    @property
    def terms(self) -> Terms:
        """Return what decides whether it holds on a day."""
        return Terms(
            country=self.site.country,
            noticed_on=self.noticed_on,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            agreed_on=self.agreed_on,
        )
