"""What the import kit remembers: how a source's columns were understood, and every file that was handed in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record


class ImportMapping(Record):
    """How the columns of one source were understood last time; the source is known by its header's fingerprint."""

    import_kind = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    fields = models.JSONField(default=dict)  # comparable form of the column's title → field name, "" for not taken

    class Meta:
        app_label = "kernel"
        verbose_name = _("column mapping")
        constraints = [models.UniqueConstraint(fields=["import_kind", "fingerprint"], name="kernel_mapping_once")]

    def __str__(self) -> str:
        return f"{self.import_kind} {self.fingerprint[:12]}"


class RunState(models.TextChoices):
    """Where a file stands on its way in."""

    HANDED_IN = "handed_in", _("handed in")
    CHECKED = "checked", _("checked")
    STOPPED = "stopped", _("waiting for approval")
    APPROVED = "approved", _("approved")
    APPLIED = "applied", _("taken in")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


class ImportRun(Record):
    """One file handed in: its bytes' digest, how it was read, what it would do or did. The file itself is kept apart.

    `read` = `accepted` + `rejected`, always; the other counts say what the accepted rows do. `digest` is what a check
    found (SHA-256 over all changes): the act repeats the check and goes on only when it finds the same.
    """

    import_kind = models.CharField(max_length=60)
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.HANDED_IN)
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=dict)  # field name → column index from 0
    read = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    stop_permission = models.CharField(max_length=100, blank=True)
    person_id = models.UUIDField(null=True, db_index=True)
    approved_by = models.UUIDField(null=True)

    class Meta:
        app_label = "kernel"
        verbose_name = _("import")
        indexes = [models.Index(fields=["import_kind", "-created_at"], name="kernel_import_recent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read=models.F("accepted") + models.F("rejected")), name="kernel_import_adds_up"
            )
        ]

    def __str__(self) -> str:
        return self.file_name
