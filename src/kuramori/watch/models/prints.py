"""What each comparison of the folder of documents with the index did, and what each secret's folder holds."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record


class DocumentRun(Record):
    """One comparison: files = indexed + unchanged + rejected; `digest` is over all that is in the index since.

    Names of files are not here: they stay in the lake's manifest, where they are overwritten once they are gone.
    """

    files = models.PositiveIntegerField(_("files"))
    indexed = models.PositiveIntegerField(_("newly indexed"))
    unchanged = models.PositiveIntegerField(_("unchanged"))
    rejected = models.PositiveIntegerField(_("files rejected"))
    removed = models.PositiveIntegerField(_("taken out of the index"))
    digest = models.CharField(_("SHA-256 of the index"), max_length=64)

    class Meta(Record.Meta):
        verbose_name = _("comparison of documents")
        constraints = [
            models.CheckConstraint(
                condition=Q(files=F("indexed") + F("unchanged") + F("rejected")), name="watch_documents_add_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} UTC"


class DocumentFolder(Record):
    """What lies in the folder of one secret: files that are in the index, and files that are not."""

    secret = models.ForeignKey("register.Secret", on_delete=models.PROTECT, related_name="+", verbose_name=_("secret"))
    documents = models.PositiveIntegerField(_("documents indexed"))
    rejected = models.PositiveIntegerField(_("files rejected"))

    class Meta(Record.Meta):
        verbose_name = _("documents of a secret")
        constraints = [
            models.UniqueConstraint(
                fields=["secret"], condition=Q(retired_at__isnull=True), name="watch_documents_once"
            )
        ]

    def __str__(self) -> str:
        return self.secret.number
