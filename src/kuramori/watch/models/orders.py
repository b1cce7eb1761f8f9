"""Monitoring orders, what each office said of them, and which lines the data team marked."""

from datetime import date, datetime
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.rules.orders import MOST_DAYS, Kind, Office
from kuramori.watch.rules.watching import Standing, State, standing_at


class OrderStateChoice(models.TextChoices):
    """Where an order stands, in words."""

    WAITING = Standing.WAITING.value, pgettext_lazy("order", "waits for approval")
    ACTIVE = Standing.ACTIVE.value, pgettext_lazy("watch list", "in force")
    ENDED = Standing.ENDED.value, pgettext_lazy("watch list", "ended")
    REFUSED = Standing.REFUSED.value, pgettext_lazy("request", "refused")
    WITHDRAWN = Standing.WITHDRAWN.value, pgettext_lazy("request", "withdrawn")
    LAPSED = Standing.LAPSED.value, pgettext_lazy("request", "lapsed")


class KindChoice(models.TextChoices):
    """What an order is about, in words."""

    PERSON = Kind.PERSON.value, pgettext_lazy("order", "a person")
    SECRET = Kind.SECRET.value, pgettext_lazy("order", "a secret")
    DOCUMENT = Kind.DOCUMENT.value, pgettext_lazy("order", "a document")
    DEVICE = Kind.DEVICE.value, pgettext_lazy("order", "a device")


class OrderOfficeChoice(models.TextChoices):
    """Who decides on orders, in words."""

    DATA = Office.DATA.value, _("data team")
    HR = Office.HR.value, _("HR")
    LEGAL = Office.LEGAL.value, _("legal or privacy")


class MonitoringOrder(Record):
    """Somebody or something is looked at across channels: whom, where, on which clause, until when, who asked.

    About a person (by name, or behind an alert), a secret, or a thing that logs call by a text. `sites` are the ids of
    the sites whose people may be seen in it, `charters` the ids of those that let it take effect. `number` is drawn at
    random: a gap would tell the person concerned that an order is kept from him. `ends_on` is local and included.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("what it is about"), max_length=10, choices=KindChoice)
    person = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    alert = models.ForeignKey(
        "watch.Alert", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("alert")
    )
    secret = models.ForeignKey(
        "register.Secret", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("secret")
    )
    thing = models.CharField(_("document or device"), max_length=500, blank=True)
    channels = models.JSONField(_("channels"), default=list)
    sites = models.JSONField(_("sites"), default=list)
    asked_by = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    reason = models.TextField(_("reason"))
    clause = models.CharField(_("clause of the charter"), max_length=200)
    milder = models.TextField(_("why nothing milder will do"))
    days = models.PositiveSmallIntegerField(
        _("for how many days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    waits_until = models.DateTimeField(_("waits until"))
    state = models.CharField(_("state"), max_length=10, choices=OrderStateChoice, default=OrderStateChoice.WAITING)
    charters = models.JSONField(_("charters"), default=list)
    active_at = models.DateTimeField(_("in force since"), null=True)
    starts_on = models.DateField(_("from"), null=True)
    ends_on = models.DateField(_("until"), null=True)
    ended_reason = models.TextField(_("why it was taken back"), blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    case = models.ForeignKey(
        "watch.Case", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept under")
    )

    class Meta(Record.Meta):
        verbose_name = _("monitoring order")
        indexes = [
            models.Index(fields=["state", "ends_on"], name="watch_order_state"),
            models.Index(fields=["person"], name="watch_order_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=MOST_DAYS), name="watch_order_days"),
            models.CheckConstraint(condition=~Q(person=F("asked_by")), name="watch_order_other"),
            models.CheckConstraint(
                condition=Q(kind=Kind.PERSON, person__isnull=False, secret=None, thing="")
                | Q(kind=Kind.SECRET, person=None, secret__isnull=False, thing="")
                | (Q(kind__in=(Kind.DOCUMENT, Kind.DEVICE), person=None, secret=None) & ~Q(thing="")),
                name="watch_order_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_named(self) -> bool:
        """Say whether who asked knows whom it is about."""
        return self.person_id is not None and self.alert_id is None

    @property
    def site_ids(self) -> frozenset[UUID]:
        """Return the sites whose people may be seen in it."""
        return frozenset(map(UUID, self.sites))

    def standing(self, at: datetime, today: date) -> Standing:
        """Return where it stands at a moment (aware) on a local day."""
        return standing_at(State(self.state), waits_until=self.waits_until, ends_on=self.ends_on, at=at, today=today)


class OrderApproval(Record):
    """What one office said of an order, and why."""

    order = models.ForeignKey(MonitoringOrder, on_delete=models.PROTECT, related_name="approvals")
    office = models.CharField(_("office"), max_length=10, choices=OrderOfficeChoice)
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    agrees = models.BooleanField(_("agrees"))
    reason = models.TextField(_("reason of the decision"))

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["order", "office"], name="watch_order_office"),
            models.UniqueConstraint(fields=["order", "by"], name="watch_order_decider"),
        ]

    def __str__(self) -> str:
        return str(self.order)


class OrderMark(Record):
    """A line of an order's timeline that matters: the number of its event, and nothing that stands in it.

    Kept under a case the lines are written there; erased, the number is taken out and the mark retired.
    """

    order = models.ForeignKey(MonitoringOrder, on_delete=models.PROTECT, related_name="marks")
    event = models.BigIntegerField(_("event"), null=True)
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("marked by"))

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["order", "event"], name="watch_order_mark")]

    def __str__(self) -> str:
        return str(self.order)
