"""The register's tables: secrets, their places, and the dated rows of their scope of disclosure."""

from datetime import date
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.register.rules import Audience, Facts, Tier

NOBODY = UUID(int=0)  # stands where a row of the scope names its audience in another way
MARK = [MinValueValidator(1), MaxValueValidator(5)]


class Kind(models.TextChoices):
    """What sort of information it is: technical, commercial, operational (CLS-17)."""

    DRAWING = "drawing", _("drawing, design data")
    FORMULATION = "formulation", _("formulation, material")
    PROCESS = "process", _("process, manufacturing condition")
    TEST_DATA = "test_data", _("test and research data")
    SOURCE_CODE = "source_code", _("source code")
    CUSTOMER_LIST = "customer_list", _("customer list")
    PRICE = "price", _("price, cost")
    PLAN = "plan", _("plan, strategy")
    NEGOTIATION = "negotiation", _("negotiation, contract")
    PERSONNEL = "personnel", _("personnel information")
    SECURITY = "security", _("security setting")
    OTHER = "other", _("other")


class TierChoice(models.TextChoices):
    """The two tiers in words (CLS-04)."""

    A = Tier.A.value, _("A – held to the standard of a court")
    B = Tier.B.value, _("B – light")


class Medium(models.TextChoices):
    """What it is kept on."""

    ELECTRONIC = "electronic", _("electronic")
    PAPER = "paper", _("paper")
    BOTH = "both", _("electronic and paper")
    SAMPLE = "sample", _("sample, prototype, mould")
    KNOW_HOW = "know_how", _("know-how of persons")


class Origin(models.TextChoices):
    """Whether it is ours or was entrusted to us (PAR-03)."""

    OWN = "own", _("own")
    RECEIVED = "received", _("received from another party")


class PlaceKind(models.TextChoices):
    """Where a secret may be."""

    PATH = "path", _("folder on a server")
    SYSTEM = "system", _("system")
    CABINET = "cabinet", _("cabinet, safe")
    ZONE = "zone", _("zone, room")


class AudienceChoice(models.TextChoices):
    """Whom a row of the scope names, in words."""

    COMPANY = Audience.COMPANY.value, _("everybody in the company")
    UNIT = Audience.UNIT.value, _("unit")
    PROJECT = Audience.PROJECT.value, _("project")
    PERSON = Audience.PERSON.value, pgettext_lazy("audience", "person")
    PARTNER = Audience.PARTNER.value, _("partner")


class Secret(Record):
    """One piece of confidential information that the company decided to protect (CLS-03)."""

    number = models.CharField(pgettext_lazy("secret", "number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.OTHER)
    level = models.ForeignKey(
        "governance.Level", on_delete=models.PROTECT, related_name="secrets", verbose_name=_("level")
    )
    tier = models.CharField(_("tier"), max_length=1, choices=TierChoice, default=TierChoice.B)
    keeper = models.ForeignKey(
        "directory.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("keeper")
    )
    unit = models.ForeignKey(
        "directory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible unit")
    )
    medium = models.CharField(_("medium"), max_length=12, choices=Medium, default=Medium.ELECTRONIC)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.OWN)
    received_from = models.CharField(_("received from"), max_length=200, blank=True)
    is_limited_provision_data = models.BooleanField(_("limited provision data"), default=False)
    managed_in = models.CharField(_("country of management"), max_length=2, default="JP")
    usefulness = models.TextField(_("usefulness"), blank=True)
    non_public = models.TextField(_("non-public nature"), blank=True)
    non_public_checked_on = models.DateField(_("non-public nature checked on"), null=True, blank=True)
    value_technical = models.PositiveSmallIntegerField(_("technical value"), null=True, blank=True, validators=MARK)
    value_economic = models.PositiveSmallIntegerField(_("economic value"), null=True, blank=True, validators=MARK)
    value_legal = models.PositiveSmallIntegerField(_("legal value"), null=True, blank=True, validators=MARK)
    valued_on = models.DateField(_("valued on"), null=True, blank=True)
    identified_on = models.DateField(_("registered on"))
    protect_until = models.DateField(_("protected until"), null=True, blank=True)
    retain_until = models.DateField(_("kept until"), null=True, blank=True)
    stocktaken_on = models.DateField(_("last stocktaking"), null=True, blank=True)
    next_stocktaking = models.DateField(_("next stocktaking"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("secret")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="register_secret_updated"),
            models.Index(fields=["level", "-updated_at", "-id"], name="register_secret_level"),
            models.Index(fields=["unit", "-updated_at", "-id"], name="register_secret_unit"),
            models.Index(fields=["keeper", "-updated_at", "-id"], name="register_secret_keeper"),
            models.Index(fields=["kind", "-updated_at", "-id"], name="register_secret_kind"),
            models.Index(fields=["next_stocktaking", "id"], name="register_secret_stocktaking"),
            models.Index(fields=["title", "id"], name="register_secret_title"),
            models.Index(
                fields=["-updated_at", "-id"],
                condition=models.Q(retired_at__isnull=False),
                name="register_secret_retired",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tier=TierChoice.B)
                | models.Q(keeper__isnull=False)
                | models.Q(retired_at__isnull=False),
                name="register_tier_a_has_keeper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def facts(self, *, has_place: bool, has_scope: bool) -> Facts:
        """Return what the rules look at; whether a place and an open row of the scope stand, the caller has read."""
        return Facts(
            tier=Tier(self.tier),
            has_keeper=self.keeper_id is not None,
            has_place=has_place,
            has_scope=has_scope,
            usefulness=self.usefulness,
            non_public=self.non_public,
            non_public_checked_on=self.non_public_checked_on,
            next_stocktaking=self.next_stocktaking,
            is_valued=self.valued_on is not None,
        )


class Place(Record):
    """Where a secret is, and since when; a path also links log events to it."""

    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, related_name="places")
    kind = models.CharField(_("kind of place"), max_length=8, choices=PlaceKind, default=PlaceKind.PATH)
    text = models.CharField(_("place"), max_length=500)
    pattern = models.CharField(max_length=500, blank=True, db_index=True, editable=False)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    def __str__(self) -> str:
        return self.text


class Scope(Record):
    """One row of the scope of disclosure: the only source of who may see a secret.

    `audience_id` is the unit's, project's or person's id; the nil UUID for the whole company and for partners, whose
    name stands in `partner`. `origin` says what made the row: the register itself, an import, or a grant.
    """

    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, related_name="scopes")
    audience = models.CharField(_("for"), max_length=8, choices=AudienceChoice)
    audience_id = models.UUIDField()
    partner = models.CharField(_("partner"), max_length=200, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    origin = models.CharField(max_length=40, default="register")

    class Meta:
        # Who may see what is asked on every page: the index holds all that the question looks at, so no row is read.
        indexes = [
            models.Index(
                fields=["audience_id", "secret", "retired_at", "valid_from", "valid_to", "audience"],
                name="register_scope_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(audience=AudienceChoice.COMPANY, audience_id=NOBODY, partner="")
                    | models.Q(audience=AudienceChoice.PARTNER, audience_id=NOBODY, partner__gt="")
                    | models.Q(audience__in=("unit", "project", "person"), partner="") & ~models.Q(audience_id=NOBODY)
                ),
                name="register_scope_names_its_audience",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()} {self.partner}".strip()

    @property
    def asked_for(self) -> tuple[str, str, str]:
        """Return whom the row names, as a file of the register asks for it: (audience, id, partner)."""
        return self.audience, str(self.audience_id), self.partner

    def is_open_on(self, day: date) -> bool:
        """Say whether the row opens the secret on that day: begun, not closed, its last day not passed."""
        has_ended = self.retired_at is not None or (self.valid_to is not None and self.valid_to < day)
        return self.valid_from <= day and not has_ended
