"""Making an evidence bundle, and handing it over."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from kuramori.evidence.models import Bundle
from kuramori.evidence.rules.bundle import SEAL_NOTE
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject, act


def bundle_export(
    *,
    id: UUID,  # noqa: A002  (the record's own member)
    kind: str,
    subject: Subject,
    starts_at: datetime | None,
    ends_at: datetime | None,
    entries: int,
    manifest_sha256: str,
    by: Actor,
    why: str,
) -> Bundle:
    """Seal a bundle: the act notes the digest of its manifest, so nothing can be taken out afterwards (EVD-08)."""
    bundle = Bundle(
        id=id,
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        name=subject.name,
        starts_at=starts_at,
        ends_at=ends_at,
        asked_by=by.id,
        entries=entries,
        manifest_sha256=manifest_sha256,
    )
    with act("evidence.bundle.export", by=by, why=why, subjects=[subject, bundle]) as this:
        bundle.save()
        this.note(SEAL_NOTE, manifest_sha256, in_clear=True)
    return bundle


def bundle_download(*, bundle: Bundle, path: Path, by: Actor) -> BinaryIO:
    """Hand the bundle's file over; reading is an act, and without its entry there is no file."""
    file = path.open("rb")
    try:
        with act("evidence.bundle.download", by=by, subjects=[bundle, _about(bundle)]):
            pass
    except BaseException:
        file.close()
        raise
    return file


def _about(bundle: Bundle) -> Subject:
    return Subject(bundle.subject_kind, bundle.subject_id, bundle.name)
