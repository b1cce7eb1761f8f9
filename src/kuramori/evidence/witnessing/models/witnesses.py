"""Who holds our heads outside this server, and whose heads we hold."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.evidence.witnessing.rules.witness import WitnessKind, is_silent
from kuramori.kernel.records import Record


class KindChoice(models.TextChoices):
    """`WitnessKind` in words."""

    SERVER = WitnessKind.SERVER, _("second server")
    FOLDER = WitnessKind.FOLDER, _("folder (USB drive, share)")
    MAIL = WitnessKind.MAIL, _("mail to the auditor")
    PRINT = WitnessKind.PRINT, _("printed page")


class Witness(Record):
    """One place outside that holds heads of this ledger; `place` is its address, folder or mail address."""

    kind = models.CharField(_("kind of witness"), max_length=10, choices=KindChoice.choices)
    name = models.CharField(pgettext_lazy("witness", "name"), max_length=100, unique=True)
    place = models.CharField(_("address, folder or mail address"), max_length=500, blank=True)
    key = models.CharField(_("key of the witness"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("witness")

    def __str__(self) -> str:
        return self.name


class WitnessState(models.Model):
    """How a witness was last reached, and what it then held: drawn from looking at it, proven by the note itself.

    `seen_at` is when it last answered, `held_at` when it last took a head (both UTC); `against` tells of a head that
    this ledger does not continue (`heads.Against`), null when there is none.
    """

    witness = models.OneToOneField(Witness, on_delete=models.PROTECT, primary_key=True, related_name="state")
    note = models.TextField(blank=True)
    size = models.BigIntegerField(null=True)
    held_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    against = models.JSONField(null=True)

    def __str__(self) -> str:
        return str(self.witness_id)

    def is_silent(self, at: datetime) -> bool:
        """Say whether nothing was heard of the witness for too long."""
        return is_silent(self.witness.kind, self.seen_at or self.witness.created_at, at)


def state_of(witness: Witness) -> WitnessState:
    """Return how a witness was last reached; one that was never looked at has an empty state."""
    found: WitnessState | None = getattr(witness, "state", None)
    return found or WitnessState(witness=witness)


class WitnessedLog(Record):
    """The ledger of another installation whose heads we hold: its name, and the key that signs them."""

    origin = models.CharField(_("name of the other ledger"), max_length=200, unique=True)
    key = models.CharField(_("key of the other ledger"), max_length=300)

    class Meta(Record.Meta):
        verbose_name = _("ledger witnessed here")

    def __str__(self) -> str:
        return self.origin


class WitnessedHead(models.Model):
    """A head of another's ledger that we have cosigned; it was found to continue the one before."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(WitnessedLog, on_delete=models.PROTECT, related_name="heads")
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="evidence_witnessed_size")]

    def __str__(self) -> str:
        return str(self.size)
