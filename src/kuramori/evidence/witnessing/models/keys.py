"""What happened to the keys that sign the ledger: changed, revoked, or left behind with a branch."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models.tree import LogKey
from kuramori.kernel.records import Record


class ChangeKind(models.TextChoices):
    """Why another key signs on."""

    ROTATE = "rotate", _("changed as planned")
    REVOKE = "revoke", _("revoked: it may be in other hands")
    FORK = "fork", _("a new branch was declared")


class KeyChange(Record):
    """From here on another key signs: heads by `old` count only up to `valid_to` entries.

    With a new branch the ledger's name changes too, and `outside` keeps the newest head of the branch that was lost,
    as somebody outside (`holder`) holds it: nobody can say later that it was hidden.
    """

    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    old = models.OneToOneField(LogKey, on_delete=models.PROTECT, related_name="change")
    new = models.OneToOneField(LogKey, on_delete=models.PROTECT, related_name="born_by")
    valid_to = models.BigIntegerField()
    outside = models.TextField(blank=True)
    holder = models.CharField(max_length=200, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("change of the signing key")

    def __str__(self) -> str:
        return self.new.origin
