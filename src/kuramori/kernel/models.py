"""The ledger's tables, and the few records the kernel keeps for all rooms."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.ids import uuid7
from kuramori.kernel.imports.models import ImportMapping, ImportRun
from kuramori.kernel.records import Record

# The import kit keeps its records beside its code; Django finds them here.
__all__ = [
    "Disclosure", "Entry", "EntrySubject", "ImportMapping", "ImportRun", "Job", "JobState", "ListedChange", "OpenAct",
    "SavedView", "Unsequenced",
]  # fmt: skip


class Entry(models.Model):
    """One act in the ledger. Only ever appended: Python and the database refuse the rest (EVD-08).

    `seq` is the order in which this database wrote the rows, never shown outside; the index in the tree is given
    later by the sequencer of `evidence`. `body` is the committed canonical JSON whose SHA-256 is the leaf.
    """

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=100)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, db_index=True)
    body = models.BinaryField()

    class Meta:
        verbose_name = _("ledger entry")

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"


class EntrySubject(models.Model):
    """What an entry is about, one indexed row each: histories and bundles ask this table."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="subjects")
    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "-entry"], name="kernel_subject_entries")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Disclosure(models.Model):
    """What opens the commitments of an entry: kept beside it, so that it can be withheld or erased alone.

    `erased_at` is when the law took some of it, or of the entry's long list, away (see `erasure`).
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="disclosure")
    members = models.JSONField()
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.entry_id)


class ListedChange(models.Model):
    """One change of an act too large for its entry; the entry commits to the Merkle root over all of them."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="listed")
    place = models.PositiveIntegerField()
    record_id = models.UUIDField()
    body = models.BinaryField()
    members = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "place"], name="kernel_listed_place")]
        indexes = [models.Index(fields=["record_id", "entry"], name="kernel_listed_record")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.place}"


class Unsequenced(models.Model):
    """An entry that waits for its index in the tree; written with it, taken away by the sequencer."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="unsequenced")

    def __str__(self) -> str:
        return str(self.entry_id)


class OpenAct(models.Model):
    """The mark of the open act on SQLite; its own transaction alone sees the row (see `guards`)."""

    touched = models.BigIntegerField(default=0)
    erases = models.BooleanField(null=True)  # nullable: SQLite adds such a column without rebuilding the table

    def __str__(self) -> str:
        return str(self.touched)


class SearchText(models.Model):
    """What a record is found by, as bigrams (see `search`); derived, and rebuilt at will, so not a Record."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=60)
    grams = models.TextField()

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class SavedView(Record):
    """A list as somebody set it up, kept under a name; shared with everybody who may open the list, or his own."""

    register = models.CharField(max_length=60, db_index=True)
    name = models.CharField(pgettext_lazy("list view", "name"), max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    person_id = models.UUIDField(db_index=True)
    is_shared = models.BooleanField(_("shared"), default=False)

    def __str__(self) -> str:
        return self.name


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Job(models.Model):
    """Long work that runs outside the request, can be left, watched, cancelled, and resumed after a crash.

    Not a Record: its progress changes each second and proves nothing; what the job does, it does by acts.
    `cursor` is where it goes on after a restart; a RUNNING job whose `beat_at` is old has lost its worker.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    asked_by = models.UUIDField(null=True, db_index=True)
    asked_by_name = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="kernel_job_queue")]

    def __str__(self) -> str:
        return self.title or self.kind
