"""Which backups there are, until when each is kept, and which of them hold what was erased since (fault L13)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kuramori.evidence.keeping import company_day
from kuramori.kernel.acts import Subject
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry

WRITE, DESTROY = "evidence.backup.write", "evidence.backup.destroy"
SHA256, BEGAN, KEEP, FILE = "sha256", "began_at", "keep_until", "file"
BACKUPS = Subject("evidence.backups", UUID("6d1f0c52-3c39-5a0e-9a2e-0b6c5f4d7e31"))
"""What every act about a backup is about: by it they are found among millions of entries, by a verb they are not."""


@dataclass(frozen=True, kw_only=True)
class KnownBackup:
    """A backup as the ledger knows it: `began_at` in UTC, `destroyed_at` once somebody said that it is gone."""

    sha256: str
    file: str
    began_at: datetime
    keep_until: date
    destroyed_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Say whether what was erased at this moment is still in it."""
        return self.began_at < moment and self.destroyed_at is None

    def is_overdue(self, moment: datetime) -> bool:
        """Say whether it should be gone by then: its last day is over in the company's zone."""
        return self.destroyed_at is None and self.keep_until < company_day(moment)


def known_backups() -> list[KnownBackup]:
    """Return every backup that was written, oldest first."""
    told = read(Entry.objects.filter(subjects__subject_id=BACKUPS.id).order_by("seq"))
    gone = {each.notes[SHA256]: each.at for each in told if each.verb == DESTROY}
    return [
        KnownBackup(
            sha256=each.notes[SHA256],
            file=each.notes.get(FILE, ""),
            began_at=datetime.fromisoformat(each.notes[BEGAN]),
            keep_until=date.fromisoformat(each.notes[KEEP]),
            destroyed_at=gone.get(each.notes[SHA256]),
        )
        for each in told
        if each.verb == WRITE
    ]
