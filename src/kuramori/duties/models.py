"""The tables of duties: what has to be done, each turn of it, what it asks of each person, and to whom it went up."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.api import ROLE_WORDS
from kuramori.duties.rules.following import Reminding
from kuramori.duties.rules.rhythm import Every, OnHoliday, Rhythm
from kuramori.kernel.ids import uuid7
from kuramori.kernel.records import Record, RecordQuerySet


class EveryChoice(models.TextChoices):
    """What a rhythm counts in, in words."""

    ONCE = Every.ONCE.value, _("once")
    BUSINESS_DAYS = Every.BUSINESS_DAYS.value, _("business days")
    WEEKS = Every.WEEKS.value, _("weeks")
    MONTHS = Every.MONTHS.value, _("months")


class HolidayChoice(models.TextChoices):
    """What happens when the day falls on a day off, in words."""

    BEFORE = OnHoliday.BEFORE.value, _("the business day before")
    AFTER = OnHoliday.AFTER.value, _("the business day after")
    STAY = OnHoliday.STAY.value, _("that day all the same")


class Audience(models.TextChoices):
    """Whom a duty asks; each of them has to do it himself."""

    EVERYBODY = "everybody", _("everybody who works here")
    PERSON = "person", _("one person")
    ROLE = "role", _("who holds a role")
    UNIT = "unit", _("who works in a unit or below it")
    KIND = "kind", _("whom the kind of duty names")


class State(models.TextChoices):
    """How far somebody has come with a task, in words."""

    OPEN = "open", pgettext_lazy("task", "open")
    DONE = "done", pgettext_lazy("task", "done")
    EXEMPT = "exempt", _("exempted")
    DROPPED = "dropped", _("fell away")


class Duty(Record):
    """What has to be done, by whom, in which rhythm, and what counts as done.

    `kind` is the name of a kind that a room offers, which then knows by its own acts who has done it; empty for a duty
    that an office wrote by hand, done by a statement. `outside` are the words for mails and calendars.
    """

    number = models.CharField(pgettext_lazy("duty", "number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("what has to be done"), max_length=200)
    outside = models.CharField(
        _("words for mails and calendars"), max_length=100, blank=True,
        help_text=_("These leave the company's walls: name no secret, project or partner. Empty: “duty”."),
    )  # fmt: skip
    done_when = models.TextField(_("what counts as done"), blank=True)
    kind = models.CharField(_("kind of duty"), max_length=60, blank=True)
    needs_record = models.BooleanField(
        _("a record has to be named as proof"), default=False,
        help_text=_("Who reports it done then gives the address of a page here: a file, a review, a secret."),
    )  # fmt: skip
    audience = models.CharField(_("who"), max_length=9, choices=Audience, default=Audience.EVERYBODY)
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=24, blank=True, choices=list(ROLE_WORDS.items()))
    unit = models.ForeignKey(
        "directory.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    every = models.CharField(_("rhythm counted in"), max_length=13, choices=EveryChoice, default=EveryChoice.ONCE)
    step = models.PositiveSmallIntegerField(_("every how many"), default=1)
    first_on = models.DateField(_("due for the first time on"))
    at_month_end = models.BooleanField(_("on the last day of the month"), default=False)
    on_holiday = models.CharField(
        _("if that is a day off"), max_length=6, choices=HolidayChoice, default=HolidayChoice.BEFORE
    )
    lead_days = models.PositiveSmallIntegerField(_("days given for it"), default=14)
    site = models.ForeignKey(
        "directory.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("calendar of the site"),
        help_text=_("For people without a site of their own, and for a rhythm of business days."),
    )  # fmt: skip
    remind_before = models.PositiveSmallIntegerField(_("remind so many days before"), default=3)
    remind_again = models.PositiveSmallIntegerField(
        _("when late, remind every so many days"), default=7, help_text=_("0: not again.")
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("goes up the line after so many business days"), default=5, help_text=_("0: never.")
    )

    class Meta(Record.Meta):
        verbose_name = _("duty")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience=Audience.PERSON, person__isnull=False, role="", unit__isnull=True)
                | Q(audience=Audience.ROLE, person__isnull=True, role__gt="", unit__isnull=True)
                | Q(audience=Audience.UNIT, person__isnull=True, role="", unit__isnull=False)
                | Q(audience=Audience.KIND, person__isnull=True, role="", unit__isnull=True, kind__gt="")
                | Q(audience=Audience.EVERYBODY, person__isnull=True, role="", unit__isnull=True),
                name="duties_duty_audience",
            ),
            models.CheckConstraint(condition=Q(step__gte=1), name="duties_duty_step"),
        ]
        indexes = [models.Index(fields=["-updated_at", "id"], name="duties_duty_changed")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def rhythm(self) -> Rhythm:
        """Return when it is due, as the rules reckon."""
        return Rhythm(
            every=Every(self.every), first=self.first_on, step=self.step, at_month_end=self.at_month_end,
            on_holiday=OnHoliday(self.on_holiday), lead=self.lead_days,
        )  # fmt: skip

    @property
    def reminding(self) -> Reminding:
        """Return when it reminds."""
        return Reminding(before=self.remind_before, again=self.remind_again)

    @property
    def plain_words(self) -> str:
        """Return the words that may leave the company's walls."""
        return self.outside or str(_("duty"))


class Turn(Record):
    """One time that a duty is due: its planned day, before any site's days off move it."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="turns", verbose_name=_("duty"))
    planned_on = models.DateField(_("planned day"))

    class Meta(Record.Meta):
        verbose_name = _("turn of a duty")
        constraints = [models.UniqueConstraint(fields=["duty", "planned_on"], name="duties_turn_once")]

    def __str__(self) -> str:
        return f"{self.duty.number} {self.planned_on}"


class TaskQuerySet(RecordQuerySet):
    """Reads tasks by where they stand."""

    def open(self) -> "TaskQuerySet":
        """Keep what is still to be done: a duty taken out of use asks for nothing any more."""
        return self.filter(state=State.OPEN, duty__retired_at__isnull=True)


class Task(Record):
    """What one turn of a duty asks of one person.

    `proof` is the id of the ledger's entry that shows it done, `named_kind` and `named_id` the record that a
    statement names. `level` counts how often it went up the line, `escalated_on` is when it last did.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("duty"))
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("turn of a duty"))
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("who is asked")
    )
    opened_on = models.DateField(_("open since"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    words = models.TextField(_("statement or reason"), blank=True)
    proof = models.UUIDField(_("entry of the ledger that proves it"), null=True, blank=True)
    named_kind = models.CharField(_("kind of the record named as proof"), max_length=60, blank=True)
    named_id = models.UUIDField(_("record named as proof"), null=True, blank=True)
    level = models.PositiveSmallIntegerField(_("times gone up the line"), default=0)
    escalated_on = models.DateField(_("last gone up on"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # richer than Record's

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("duty", "task")
        constraints = [
            models.UniqueConstraint(fields=["turn", "person"], name="duties_task_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("opened_on")), name="duties_task_days"),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, ended_at__isnull=True) | ~Q(state=State.OPEN) & Q(ended_at__isnull=False),
                name="duties_task_ended",
            ),
            models.CheckConstraint(condition=~Q(state=State.EXEMPT) | ~Q(words=""), name="duties_task_exempt_why"),
        ]
        indexes = [
            models.Index(fields=["person", "state", "due_on", "id"], name="duties_task_person"),
            models.Index(fields=["state", "due_on", "id"], name="duties_task_state"),
            models.Index(fields=["due_on", "id"], name="duties_task_due"),
            models.Index(fields=["duty", "state", "due_on", "id"], name="duties_task_duty"),
        ]

    def __str__(self) -> str:
        return f"{self.duty.number} {self.due_on}"


class Escalation(Record):
    """A late task that went up the line: to whom, and for whom if he stands in."""

    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="escalations", verbose_name=pgettext_lazy("duty", "task")
    )
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("who is told")
    )
    on_behalf_of = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("as deputy of")
    )
    level = models.PositiveSmallIntegerField(_("times gone up the line"))
    told_on = models.DateField(_("day"))

    class Meta(Record.Meta):
        verbose_name = _("escalation")
        indexes = [models.Index(fields=["person", "told_on", "task"], name="duties_escalation_person")]
        constraints = [models.UniqueConstraint(fields=["task", "level"], name="duties_escalation_once")]

    def __str__(self) -> str:
        return str(self.level)


class Delivery(models.TextChoices):
    """How far a letter has come."""

    WAITING = "waiting", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent")


class Letter(models.Model):
    """The one mail of a day to somebody, with all that is due from him; what it says is written when it is sent.

    Not a Record: that a mail waits, was tried and went out is the state of a delivery. Its id is in the Message-ID, so
    that one whose fate is unknown goes again as the same mail. `day` is the day where the person works, `until` its
    midnight there: afterwards the next day's letter says what this one would have said.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    until = models.DateTimeField()
    delivery = models.CharField(max_length=7, choices=Delivery, default=Delivery.WAITING)
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("letter")
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "day"], name="duties_letter_once_a_day")]
        indexes: ClassVar = [models.Index(fields=["delivery", "day"], name="duties_letter_queue")]

    def __str__(self) -> str:
        return f"{self.day} {self.delivery}"


class WrittenDay(models.Model):
    """Up to which day a site's people have been looked through for reminders: what fell on days since is made up for.

    Not a Record: the place where the next look goes on. No site stands for people without one.
    """

    site = models.OneToOneField("directory.Site", on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField()

    class Meta:
        verbose_name = _("day looked through for reminders")

    def __str__(self) -> str:
        return str(self.day)


class Feed(Record):
    """A calendar address that somebody keeps: of his own tasks, or of a unit's. Only the token's digest is kept."""

    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("who keeps it")
    )
    unit = models.ForeignKey(
        "directory.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("unit")
    )
    token_sha256 = models.CharField(_("digest of the token"), max_length=64, unique=True)

    class Meta(Record.Meta):
        verbose_name = _("calendar address")
        indexes = [models.Index(fields=["person", "retired_at"], name="duties_feed_person")]

    def __str__(self) -> str:
        return str(self.unit) if self.unit else str(_("my own"))
