"""The tables of requests: what is asked, who may decide, what each said, who stands in for whom, what is mailed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.approvals.rules.routing import Office
from kuramori.approvals.rules.standing import State, Verdict
from kuramori.kernel.ids import uuid7
from kuramori.kernel.records import Record

NUMBER = 20


class StateChoice(models.TextChoices):
    """Where a request stands, in words."""

    WAITING = State.WAITING.value, _("waits for a decision")
    APPROVED = State.APPROVED.value, _("approved")
    REFUSED = State.REFUSED.value, pgettext_lazy("request", "refused")
    WITHDRAWN = State.WITHDRAWN.value, _("withdrawn")
    EXPIRED = State.EXPIRED.value, _("expired without a decision")


class VerdictChoice(models.TextChoices):
    """What a decider says, in words."""

    APPROVE = Verdict.APPROVE.value, _("Approve")
    REFUSE = Verdict.REFUSE.value, _("Refuse")


class OfficeChoice(models.TextChoices):
    """By what somebody may decide, in words."""

    BOSS = Office.BOSS.value, _("the boss")
    KEEPER = Office.KEEPER.value, _("the keeper")
    UNIT_HEAD = Office.UNIT_HEAD.value, _("the head of the unit")
    COMMITTEE = Office.COMMITTEE.value, _("the committee")
    NAMED = Office.NAMED.value, _("people named for it")
    LEGAL = Office.LEGAL.value, _("the legal department")
    INFORMATION_MANAGER = Office.INFORMATION_MANAGER.value, _("the information manager")
    EXECUTIVE = Office.EXECUTIVE.value, _("an executive")


class Request(Record):
    """What somebody asks leave for, exactly, and where it stands.

    `detail` is what was asked for, `content` what deciders were shown when it was asked, `digest` the SHA-256 over all
    of it. `place` counts how often it was passed on; `concerned` is whom it is for besides who asks.
    """

    number = models.CharField(pgettext_lazy("request", "number"), max_length=NUMBER, unique=True)
    kind = models.CharField(_("what is asked"), max_length=60)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True, blank=True, db_index=True)
    detail = models.JSONField(_("details"), default=dict)
    content = models.JSONField(_("what deciders were shown"), default=list)
    digest = models.CharField(_("digest of what was asked"), max_length=64)
    why = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    concerned = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for")
    )
    state = models.CharField(_("state"), max_length=10, choices=StateChoice, default=StateChoice.WAITING)
    office = models.CharField(_("decided by"), max_length=20, choices=OfficeChoice, blank=True)
    place = models.PositiveSmallIntegerField(_("times passed on"), default=0)
    needs = models.PositiveSmallIntegerField(_("approvals needed"), default=1)
    expires_at = models.DateTimeField(_("waits until"))
    escalates_at = models.DateTimeField(_("goes further up at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("request")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="approvals_request_asked"),
            models.Index(fields=["state", "-created_at", "-id"], name="approvals_request_state"),
            models.Index(fields=["kind", "-created_at", "-id"], name="approvals_request_kind"),
            models.Index(fields=["asked_by", "-created_at", "-id"], name="approvals_request_asker"),
            models.Index(fields=["state", "expires_at"], name="approvals_request_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("escalates_at")), name="approvals_request_times"),
            models.CheckConstraint(
                condition=Q(state=State.WAITING, decided_at=None) | ~Q(state=State.WAITING) & ~Q(decided_at=None),
                name="approvals_request_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Seat(Record):
    """Somebody before whom a request lies; retired when it lies there no more."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    office = models.CharField(_("decided by"), max_length=20, choices=OfficeChoice)

    class Meta(Record.Meta):
        verbose_name = _("decider of a request")
        indexes = [models.Index(fields=["person", "retired_at", "request"], name="approvals_seat_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "person"], condition=Q(retired_at__isnull=True), name="approvals_seat_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_office_display())


class Vote(Record):
    """What one decider said, of which content, by which right; `asked_by` stands here for the constraint alone."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    on_behalf_of = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("as deputy of")
    )
    asked_by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(_("times passed on"), default=0)
    verdict = models.CharField(_("decision"), max_length=7, choices=VerdictChoice)
    reason = models.TextField(_("reason of the decision"), blank=True)
    digest = models.CharField(_("digest of what was shown"), max_length=64)

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("request", "decision")
        indexes = [models.Index(fields=["person", "request"], name="approvals_vote_person")]
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="approvals_vote_once"),
            models.UniqueConstraint(
                fields=["request", "on_behalf_of"],
                condition=Q(on_behalf_of__isnull=False),
                name="approvals_vote_once_for",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("asked_by")) & (Q(on_behalf_of=None) | ~Q(on_behalf_of=F("asked_by"))),
                name="approvals_vote_not_by_asker",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | ~Q(on_behalf_of=F("person")), name="approvals_vote_for_another"
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.APPROVE) | ~Q(reason=""), name="approvals_refusal_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())


class Deputy(Record):
    """Who decides in somebody's place while he is away; both days included. A deputy does not pass it on."""

    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("who is away")
    )
    deputy = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("deputy"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    named_by = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta(Record.Meta):
        verbose_name = _("deputy")
        indexes = [
            models.Index(fields=["deputy", "retired_at", "ends_on"], name="approvals_deputy_of"),
            models.Index(fields=["person", "retired_at", "ends_on"], name="approvals_deputy_for"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="approvals_deputy_days"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="approvals_deputy_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.deputy}"


class Occasion(models.TextChoices):
    """What somebody is written about."""

    TO_DECIDE = "to_decide", _("a request waits for your decision")
    DECIDED = "decided", _("your request was decided")
    EXPIRED = "expired", _("your request expired")
    PASSED_ON = "passed_on", _("your request was passed on")


class Delivery(models.TextChoices):
    """How far a notice has come."""

    WAITING = "waiting", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent")


class Notice(models.Model):
    """One thing to be written to somebody, queued in the transaction of the act that it tells of.

    Not a Record: that a mail waits, was tried and went out is the state of a delivery; what it tells of is in the
    ledger. `letter` is the id of the mail that took it along: a mail whose fate is unknown is sent again under the
    same Message-ID, so that mail systems show it once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="notices")
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=10, choices=Occasion)
    queued_at = models.DateTimeField()
    delivery = models.CharField(max_length=7, choices=Delivery, default=Delivery.WAITING)
    letter = models.UUIDField(null=True, db_index=True)
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("notice")
        indexes: ClassVar = [models.Index(fields=["delivery", "queued_at"], name="approvals_notice_queue")]

    def __str__(self) -> str:
        return f"{self.occasion} {self.request_id}"
