"""The events of an evidence bundle: for a secret or a person the rows of sealed segments, with what proves them."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from kuramori.directory.api import Person, people_visible_to
from kuramori.evidence.api import BundleSource, EventExtract, FileSource, Order, SealedFile, row_ranges, rows_path
from kuramori.kernel.acts import Subject
from kuramori.kernel.imports.guarding import guarded
from kuramori.kernel.merkle import root_of
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.lake import folder, lake
from kuramori.watch.segment_rows import COLUMNS, leaves, row_numbers, rows_of, segment_uuid
from kuramori_lake.health import live, usable
from kuramori_lake.store import Lake

_WANTED = """
CREATE TEMP TABLE wanted AS SELECT event_id FROM joined_events
WHERE {column} = $id AND ($starts IS NULL OR time_utc >= $starts) AND ($ends IS NULL OR time_utc < $ends)
"""
_AMONG = "event_id IN (SELECT event_id FROM wanted)"
_HOLDING = f"SELECT DISTINCT filename FROM read_parquet(?, filename = true) WHERE {_AMONG}"


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """A segment whose seal is in the ledger."""

    path: str
    file: Path
    entry_id: UUID
    name: str


def collect(order: Order, viewer: Viewer) -> Iterator[EventExtract]:
    """Yield the rows about the order's secret or person in its period, segment by segment; nothing out of sight.

    A segment that is damaged, or that no act has sealed yet, is left out: it could not be proved.
    """
    column = _column(order.subject, viewer)
    if column is None or not folder().exists():
        return
    with lake() as found, found.connect() as db:
        asked = {"id": str(order.subject.id), "starts": _naive(order.starts_at), "ends": _naive(order.ends_at)}
        db.execute(_WANTED.format(column=column), asked)
        sealed = _sealed(found, order.made_at)
        if not sealed:
            return
        holding = {row[0] for row in db.execute(_HOLDING, [[str(one.file) for one in sealed]]).fetchall()}
        for one in sealed:
            if str(one.file) in holding:
                yield _extract(db, one)


def _column(subject: Subject, viewer: Viewer) -> str | None:
    """Return which column of the lake names the subject, None for one that the viewer may not see."""
    if subject.kind == Secret.record_kind() and secrets_visible_to(viewer).filter(pk=subject.id).exists():
        return "secret_id"
    if subject.kind == Person.record_kind() and people_visible_to(viewer).filter(pk=subject.id).exists():
        return "person_id"
    return None


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _sealed(found: Lake, made_at: datetime) -> list[_Sealed]:
    """Return the segments that were sealed before the bundle was asked for, so that their seals are in its ledger."""
    good, _damaged = usable(found.root, found.manifest, live(found.manifest))
    acts = [row["sealed_act"] for row in good if row["sealed_act"]]
    known = {str(pk) for pk in Entry.objects.filter(id__in=acts, at__lte=made_at).values_list("id", flat=True)}
    return [
        _Sealed(
            path=row["path"],
            file=found.root / row["path"],
            entry_id=UUID(row["sealed_act"]),
            name=row["source"] if row["source"] == "*" else f"{row['source']} {row['instance']}",
        )
        for row in good
        if row["sealed_act"] in known
    ]


def _extract(db: Any, sealed: _Sealed) -> EventExtract:
    """Prove the rows of a segment that are wanted; their text is read when it is written, some thousand at a time."""
    rows, (first, last) = row_numbers(db, sealed.file, _AMONG)
    hashed = [leaf for part in leaves(db, sealed.file) for leaf in part]
    name = "" if sealed.name == "*" else f" {sealed.name}"
    return EventExtract(
        segment=segment_uuid(sealed.path),
        entry_id=sealed.entry_id,
        csv=_csv(db, sealed.file),
        ranges=row_ranges(rows),
        path=rows_path(hashed, rows),
        root=root_of([hashed[0], *(hashed[number] for number in rows)]),
        title_ja=f"ログ{name} {len(rows):,}件",
        title_en=f"Log{name}, {len(rows):,} rows",
        first_at=_aware(first),
        last_at=_aware(last),
    )


def _csv(db: Any, file: Path) -> Iterator[bytes]:
    """Write header and rows as RFC 4180 CSV in UTF-8; no cell can become a formula (fault A12)."""
    yield _lines([COLUMNS])
    for rows in rows_of(db, file, _AMONG):
        yield _lines(rows)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([guarded(field) for field in row] for row in rows)
    return text.getvalue().encode()


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text)


BUNDLE_EVENTS = BundleSource(collect=collect)


def sealed_segments() -> Iterator[SealedFile]:
    """Yield every live segment that an act has sealed, for the nightly check."""
    with lake() as found:
        for row in (row for row in live(found.manifest) if row["sealed_act"]):
            path, entry = found.root / row["path"], UUID(row["sealed_act"])
            yield SealedFile(path=path, sha256=row["sha256"], entry_id=entry)


SEALED_SEGMENTS = FileSource(files=lambda: sealed_segments() if folder().exists() else ())
