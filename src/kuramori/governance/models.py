"""The level scheme in force and its handling matrix, as data."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuramori.governance.rules import Action, Ruling
from kuramori.kernel.permissions import Role
from kuramori.kernel.records import Record


class Colour(models.TextChoices):
    """The colours a level's seal may have; shape and word tell levels apart without them."""

    RED = "red", _("red")
    VERMILION = "vermilion", _("vermilion")
    AMBER = "amber", _("amber")
    GREEN = "green", _("green")
    INDIGO = "indigo", _("indigo")
    GREY = "grey", _("grey")


class ActionChoice(models.TextChoices):
    """The actions of the matrix, in words."""

    VIEW = Action.VIEW.value, _("view")
    PRINT = Action.PRINT.value, _("print")
    DOWNLOAD = Action.DOWNLOAD.value, _("download")
    COPY = Action.COPY.value, _("copy")
    TAKE_OUT = Action.TAKE_OUT.value, _("take out")
    SEND = Action.SEND.value, _("send")
    STORE = Action.STORE.value, _("store")
    DISPOSE = Action.DISPOSE.value, _("dispose")


class RulingChoice(models.TextChoices):
    """The rulings of the matrix, in words."""

    FREE = Ruling.FREE.value, _("free")
    NOTIFY = Ruling.NOTIFY.value, _("notify")
    APPROVAL = Ruling.APPROVAL.value, _("by approval")
    FORBIDDEN = Ruling.FORBIDDEN.value, _("forbidden")


class ApproverChoice(models.TextChoices):
    """Who may be named as approver in a cell."""

    KEEPER = Role.KEEPER.value, _("the keeper")
    UNIT_HEAD = Role.UNIT_HEAD.value, _("the head of the unit")
    INFORMATION_MANAGER = Role.INFORMATION_MANAGER.value, _("the information manager")
    EXECUTIVE = Role.EXECUTIVE.value, _("an executive")
    LEGAL = Role.LEGAL.value, _("the legal department")


class Level(Record):
    """One level of the scheme (極秘, 秘 …); the higher `rank`, the stricter."""

    code = models.SlugField(_("code"), max_length=20)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("The higher the number, the stricter the level."))
    name_ja = models.CharField(_("name in Japanese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    mark_ja = models.CharField(_("mark in Japanese"), max_length=80, blank=True)
    mark_en = models.CharField(_("mark in English"), max_length=80, blank=True)
    meaning_ja = models.TextField(_("meaning in Japanese"), blank=True)
    meaning_en = models.TextField(_("meaning in English"), blank=True)
    colour = models.CharField(_("colour"), max_length=12, choices=Colour, default=Colour.INDIGO)
    needs_marking = models.BooleanField(_("must be marked"), default=True)
    stocktaking_months = models.PositiveSmallIntegerField(
        _("stocktaking interval"), default=12, help_text=_("In months; 0 means no stocktaking.")
    )

    class Meta:
        ordering = ["-rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(retired_at__isnull=True), name="governance_level_code"
            ),
            models.UniqueConstraint(
                fields=["rank"], condition=models.Q(retired_at__isnull=True), name="governance_level_rank"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if get_language() == "ja" else self.name_en

    @property
    def tone(self) -> int:
        """Return how strong the level's seal is drawn, 0 to 5, by its rank (10 is open, 40 the highest as shipped)."""
        return min(5, max(0, round((self.rank - 10) / 6)))

    @property
    def mark(self) -> str:
        """Return the words that a document of this level carries, in the reader's language."""
        return self.mark_ja if get_language() == "ja" else self.mark_en

    @property
    def meaning(self) -> str:
        """Return what belongs in this level, in the reader's language."""
        return self.meaning_ja if get_language() == "ja" else self.meaning_en


class HandlingCell(Record):
    """One cell of the matrix: what a level says to an action. A cell that is absent is free."""

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="cells")
    action = models.CharField(_("action"), max_length=10, choices=ActionChoice)
    ruling = models.CharField(_("ruling"), max_length=10, choices=RulingChoice, default=RulingChoice.FREE)
    approver = models.CharField(_("approver"), max_length=30, choices=ApproverChoice, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "action"], name="governance_cell"),
            models.CheckConstraint(
                condition=models.Q(ruling=RulingChoice.APPROVAL, approver__gt="")
                | (~models.Q(ruling=RulingChoice.APPROVAL) & models.Q(approver="")),
                name="governance_cell_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} / {self.get_action_display()}"


class LevelDefinition(Record):
    """What a level means in one unit, with that unit's own examples (CLS-02)."""

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="definitions")
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("meaning in this unit"))
    examples = models.TextField(_("examples"), blank=True, help_text=_("One on each line."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["level", "unit"],
                condition=models.Q(retired_at__isnull=True),
                name="governance_level_definition",
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} / {self.unit}"
