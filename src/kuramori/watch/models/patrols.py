"""What patrols look for, the posts they found and what was decided on them, and what surveys told in counts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.rules.patrols import LEAST, HitState, Kind, Term


class TermKindChoice(models.TextChoices):
    """What a term is, in words."""

    COMPANY = Kind.COMPANY.value, _("name of the company")
    IMPROPER = Kind.IMPROPER.value, _("improper word")
    TOPIC = Kind.TOPIC.value, _("topic of surveys")


class HitStateChoice(models.TextChoices):
    """Where a post stands, in words."""

    NEW = HitState.NEW.value, pgettext_lazy("post", "new")
    NOT_OURS = HitState.NOT_OURS.value, pgettext_lazy("post", "not ours")
    HARMLESS = HitState.HARMLESS.value, pgettext_lazy("post", "harmless")
    INQUIRY = HitState.INQUIRY.value, pgettext_lazy("post", "to inquiry")
    DISCIPLINE = HitState.DISCIPLINE.value, pgettext_lazy("post", "to discipline")


class PatrolTerm(Record):
    """A word that a patrol looks for, with its spellings; each change of them is a new version."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=TermKindChoice)
    word = models.CharField(_("word"), max_length=60)
    spellings = models.JSONField(_("other spellings"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta(Record.Meta):
        verbose_name = _("patrol term")
        indexes = [models.Index(fields=["kind", "-updated_at", "-id"], name="watch_term_kind")]

    def __str__(self) -> str:
        return self.word

    @property
    def term(self) -> Term:
        """Return the term as matching needs it."""
        return Term(
            number=self.number,
            version=self.version,
            kind=Kind(self.kind),
            word=self.word,
            spellings=tuple(self.spellings),
        )


class PatrolHit(Record):
    """A public post that holds a name of the company and an improper word.

    What it says, who wrote it and where lies in its capture alone, a file with its own salt: erased, its SHA-256 says
    nothing any more. `mark` is a keyed digest of its address, so that the same post is not taken in twice. `terms` are
    {number, version, word}. `number` is drawn at random: a gap would tell the person concerned that one is kept back.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    mark = models.CharField(max_length=64)
    platform = models.CharField(_("platform"), max_length=60)
    posted_at = models.DateTimeField(_("posted at"))
    terms = models.JSONField(_("words found"), default=list)
    sha256 = models.CharField(_("SHA-256 of the capture"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=HitStateChoice, default=HitStateChoice.NEW)
    concerned = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person concerned")
    )
    erase_on = models.DateField(_("erased from"), null=True)
    erased_at = models.DateTimeField(_("erased at"), null=True)

    class Meta(Record.Meta):
        verbose_name = _("post found")
        indexes = [
            models.Index(fields=["state", "-posted_at", "-id"], name="watch_hit_state"),
            models.Index(fields=["erase_on"], name="watch_hit_erase"),
            models.Index(fields=["concerned"], name="watch_hit_concerned"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mark"], condition=Q(retired_at__isnull=True), name="watch_hit_once")
        ]

    def __str__(self) -> str:
        return self.number


class PatrolVerdict(Record):
    """A decision on a post: where it came from and went, why, and who decided."""

    hit = models.ForeignKey(PatrolHit, on_delete=models.PROTECT, related_name="verdicts")
    before = models.CharField(_("before"), max_length=10, choices=HitStateChoice)
    state = models.CharField(_("state"), max_length=10, choices=HitStateChoice)
    reason = models.TextField(_("reason of the decision"))
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))

    class Meta(Record.Meta):
        verbose_name = _("decision on a post")

    def __str__(self) -> str:
        return f"{self.hit} {self.get_state_display()}"


class PatrolFile(Record):
    """A screenshot, saved page or PDF of a post; the file lies beside the capture under `sha256` of its bytes."""

    hit = models.ForeignKey(PatrolHit, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(_("kind"), max_length=4)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta(Record.Meta):
        verbose_name = _("file of a post")
        constraints = [models.UniqueConstraint(fields=["hit", "sha256"], name="watch_hit_file_once")]

    def __str__(self) -> str:
        return f"{self.hit} {self.kind.upper()}"


class SurveyCount(Record):
    """How many anonymous answers of a unit speak of a topic: five at least, or nothing is kept. No text, no person."""

    survey = models.CharField(_("survey"), max_length=100)
    asked_on = models.DateField(_("asked on"))
    unit = models.ForeignKey(
        "directory.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    topic = models.CharField(_("topic"), max_length=60)
    answers = models.PositiveIntegerField(pgettext_lazy("survey", "answers"))
    found = models.PositiveIntegerField(_("of which speak of it"))

    class Meta(Record.Meta):
        verbose_name = _("survey finding")
        indexes = [models.Index(fields=["survey", "asked_on"], name="watch_survey_day")]
        constraints = [
            models.CheckConstraint(condition=Q(found__gte=LEAST, answers__gte=models.F("found")), name="watch_survey_k")
        ]

    def __str__(self) -> str:
        return f"{self.survey}: {self.topic}"
