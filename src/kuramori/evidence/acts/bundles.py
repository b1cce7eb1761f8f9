"""Making an evidence bundle, and handing it over."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from kuramori.evidence.models import Bundle
from kuramori.evidence.rules.bundle import FINISH_NOTE, SEAL_NOTE
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject, act


def bundle_export(
    *,
    order: Mapping[str, Any],
    subject: Subject,
    starts_at: datetime | None,
    ends_at: datetime | None,
    entries: int,
    manifest_sha256: str,
    twin: str,
    withheld: Mapping[str, int],
    by: Actor,
    why: str,
) -> Bundle:
    """Seal a bundle: the act notes the digest of its manifest, so nothing can be taken out afterwards (EVD-08).

    `order` is kept without names and reasons, which the entry commits to on its own.
    """
    bundle = Bundle(
        id=UUID(order["id"]),
        kind=order["kind"],
        subject_kind=subject.kind,
        subject_id=subject.id,
        name=subject.name,
        starts_at=starts_at,
        ends_at=ends_at,
        asked_by=by.id,
        entries=entries,
        manifest_sha256=manifest_sha256,
        variant=order["variant"],
        order={name: value for name, value in order.items() if name not in ("subject", "why")},
        twin=twin,
        withheld=dict(withheld),
    )
    with act("evidence.bundle.export", by=by, why=why, subjects=[subject, bundle]) as this:
        bundle.save()
        this.note(SEAL_NOTE, manifest_sha256, in_clear=True)
    return bundle


def bundle_finish(*, bundle: Bundle, tag_manifest_sha256: str, by: Actor) -> Bundle:
    """Keep the digest of the tag manifest of a bag that stands: it covers every byte handed over (fault L10)."""
    with act("evidence.bundle.finish", by=by, subjects=[bundle, _about(bundle)]) as this:
        bundle.tag_manifest_sha256 = tag_manifest_sha256
        bundle.save()
        this.note(FINISH_NOTE, tag_manifest_sha256, in_clear=True)
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
