"""Reviews: what was frozen to be looked at, what was decided on each line, and who signed over exactly what."""

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record


class ReviewKind(models.TextChoices):
    """What a review looks at, in words."""

    HOLIDAY = "holiday", _("rest days of a site")
    UNIT = "unit", _("a department's own logs")
    SAMPLE = "sample", _("sample of those who handle secrets")
    MEDIA = "media", _("removable media")


class Answer(models.TextChoices):
    """What a reviewer says of a line."""

    OPEN = "open", pgettext_lazy("review", "not yet decided")
    ORDINARY = "ordinary", _("in the ordinary course")
    EXPLAINED = "explained", _("explained")
    ASK = "ask", _("has to be asked")
    CONCERN = "concern", _("gives concern")


class Review(Record):
    """One review: of which days and which part of the company, by which office, until when.

    `key` makes it exist once; `reviewer` is the one person asked, none when it is the office's. A sample keeps the
    seed it was drawn by and the digest of who could be drawn (DET-13).
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    key = models.CharField(max_length=120, unique=True, editable=False)
    kind = models.CharField(_("review of"), max_length=10, choices=ReviewKind)
    site = models.ForeignKey(
        "directory.Site", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )
    unit = models.ForeignKey(
        "directory.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    reviewer = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer")
    )
    office = models.CharField(_("office"), max_length=40)
    since = models.DateField(_("days from"))
    until = models.DateField(_("days to"))
    due_at = models.DateTimeField(_("to be signed by"))
    escalated_at = models.DateTimeField(_("passed on at"), null=True)
    committee_at = models.DateTimeField(_("put before the committee at"), null=True)
    committee_reason = models.TextField(_("why the committee"), blank=True)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    population = models.CharField(_("digest of those who could be drawn"), max_length=64, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("review")
        indexes = [
            models.Index(fields=["-until", "-id"], name="watch_review_until"),
            models.Index(fields=["kind", "-until", "-id"], name="watch_review_kind"),
            models.Index(fields=["reviewer", "-until"], name="watch_review_reviewer"),
        ]

    def __str__(self) -> str:
        return self.number


class ReviewSheet(Record):
    """What a review shows, frozen: the first sheet, then addenda for data that came late. Never changed once made.

    `content` is canonical JSON with the coverage in front; `signed_at` is when every line was signed for by somebody
    whom it does not concern.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="sheets")
    ordinal = models.PositiveSmallIntegerField(_("sheet"))
    content = models.TextField()
    digest = models.CharField(_("digest"), max_length=64)
    signed_at = models.DateTimeField(_("signed at"), null=True)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["review", "ordinal"], name="watch_sheet_once")]
        indexes = [models.Index(fields=["signed_at"], name="watch_sheet_signed")]

    def __str__(self) -> str:
        return f"{self.review}/{self.ordinal}"

    @cached_property
    def told(self) -> dict[str, Any]:
        """Return the content as plain data."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class ReviewItem(Record):
    """A line of a sheet: one person's numbers, which stay, and what was decided on it. The name is shown nowhere."""

    sheet = models.ForeignKey(ReviewSheet, on_delete=models.PROTECT, related_name="items")
    rank = models.PositiveSmallIntegerField()
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    verdict = models.CharField(_("verdict"), max_length=10, choices=Answer, default=Answer.OPEN)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    judged_by = models.ForeignKey("directory.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["sheet", "rank"], name="watch_item_rank")]
        indexes = [models.Index(fields=["person"], name="watch_item_person")]

    def __str__(self) -> str:
        return str(self.sheet)

    @cached_property
    def told(self) -> dict[str, Any]:
        """Return the numbers as plain data."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class ReviewSignature(Record):
    """Somebody signed what he was shown: `digest` is of that, verdicts and notes included."""

    sheet = models.ForeignKey(ReviewSheet, on_delete=models.PROTECT, related_name="signatures")
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("digest"), max_length=64)
    lines = models.PositiveSmallIntegerField(_("lines"))
    statement = models.TextField(_("statement"), blank=True)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["sheet", "by"], name="watch_signature_once")]

    def __str__(self) -> str:
        return str(self.sheet)
