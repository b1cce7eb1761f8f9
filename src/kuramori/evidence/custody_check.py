"""Custody's part of the nightly check: rows against the acts that took them in, files against the rows (EVD-11, I9).

All rows are compared each night. Of the files so many are read that a budget of bytes is spent, the least recently
read first: a round goes through custody in the order in which it was taken in, and each night goes on where the last
one stopped. Where that was is read from the ledger's entry, not from a table: whoever can write there could otherwise
have his file passed over for ever.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils.timezone import now

from kuramori.evidence.custody_store import pieces, place_of
from kuramori.evidence.models import CustodyItem, Hold
from kuramori.evidence.rules.damage import Damage, Found
from kuramori.kernel.ledger import changes_of, entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.records import as_json

MANY = 500
CHECKED = "evidence.check.run"
PURGED = "evidence.custody.purge"
TAKEN_IN = ("evidence.custody.import", "evidence.custody.snapshot")
SEALED = ("file", "sha256", "size")
Stretch = tuple[UUID, UUID, datetime]
"""From this item to that one, both included, by their ids, and when they were read."""


@dataclass(frozen=True, kw_only=True)
class CustodyReading:
    """How far the round through custody has come: what was read, of how much, and what is to be read next."""

    files: int = 0
    size: int = 0
    """Bytes read."""
    of_files: int = 0
    of_size: int = 0
    last: UUID | None = None
    """The item that was read last; the next night goes on behind it."""
    stretches: tuple[Stretch, ...] = ()
    oldest: datetime | None = None
    """When the file that comes next was last read, or taken in: no other has waited for longer. None: there is none."""

    def as_json(self) -> dict[str, Any]:
        """Return it for `CheckRun.custody`."""
        return {name: as_json(value) for name, value in vars(self).items()}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "CustodyReading":
        """Return what a check has kept; nothing was read before there was custody."""
        if not kept:
            return cls()
        last, oldest = kept["last"], kept["oldest"]
        return cls(
            **{name: kept[name] for name in ("files", "size", "of_files", "of_size")},
            last=UUID(last) if last else None,
            oldest=datetime.fromisoformat(oldest) if oldest else None,
            stretches=tuple((UUID(a), UUID(b), datetime.fromisoformat(at)) for a, b, at in kept["stretches"]),
        )


def last_reading() -> CustodyReading:
    """Return how far the last check came, as its entry in the ledger has it."""
    entry = Entry.objects.filter(verb=CHECKED).order_by("-seq").first()
    kept = [each.fields.get("custody") for each in changes_of(entry)] if entry else []
    return CustodyReading.of_json(next((each[1] for each in kept if each), {}))


class CustodyCheck:
    """One night's check: `found` yields what is wrong, `reading` says afterwards how far it came.

    `budget` in bytes; None reads everything. A file is never left in the middle, so one larger than that is still read.
    """

    def __init__(self, *, budget: int | None) -> None:
        self._budget, self._at = budget, now()
        self._before = last_reading()
        self._files = self._size = 0
        self._read: list[tuple[UUID, UUID]] = []

    def found(self, each_piece: Callable[[], None]) -> Iterator[Found]:
        """Yield what is wrong, each with file and record; `each_piece` is told of every megabyte."""
        for hold in Hold.objects.order_by("id").iterator(MANY):
            for entry in entries_about(hold.pk).filter(verb__in=TAKEN_IN):
                yield from _rows(entry)
        last = self._before.last
        standing = CustodyItem.objects.standing()
        for rows in (standing.filter(id__gt=last), standing.filter(id__lte=last)) if last else (standing,):
            before, first = len(self._read), None
            for item in _paged(rows):
                if self._budget is not None and self._size >= self._budget:
                    return
                first = first or item.pk
                self._read[before:] = [(first, item.pk)]
                self._files, self._size = self._files + 1, self._size + item.size
                yield from _file(item, each_piece)

    def reading(self) -> CustodyReading:
        """Return how far it came."""
        standing = CustodyItem.objects.standing()
        sums = standing.aggregate(files=Count("id"), size=Sum("size"))
        last = self._read[-1][1] if self._read else self._before.last
        new = [(first, end, self._at) for first, end in self._read]
        following = standing.filter(id__gt=last).order_by("id").first() if last else None
        following = following or standing.order_by("id").first()
        stretches = [*self._before.stretches, *new]
        oldest = _last_read(following, stretches) if following else None
        return CustodyReading(
            files=self._files,
            size=self._size,
            of_files=sums["files"],
            of_size=sums["size"] or 0,
            last=last,
            stretches=tuple(each for each in stretches if oldest is not None and each[2] >= oldest),
            oldest=oldest,
        )


def _paged(rows: QuerySet[CustodyItem]) -> Iterator[CustodyItem]:
    """Yield items by id, some hundred at a time: no cursor stays open while large files are read."""
    page = list(rows.order_by("id")[:MANY])
    while page:
        yield from page
        page = list(rows.filter(id__gt=page[-1].pk).order_by("id")[:MANY])


def _last_read(item: CustodyItem, stretches: Sequence[Stretch]) -> datetime:
    """Return when an item was last read; one that never was came in whole, and was read back then."""
    found = (at for first, end, at in reversed(stretches) if first <= item.pk <= end)
    return next(found, item.created_at)


def _rows(entry: Entry) -> Iterator[Found]:
    """Compare the rows of what one act has taken in with what it said; a row retired by no act hides a lost file."""
    added = (change for change in changes_of(entry) if change.on == CustodyItem.record_kind())
    while part := list(islice(added, MANY)):
        rows = CustodyItem.objects.in_bulk([change.id for change in part])
        for change in part:
            row = rows.get(change.id)
            said = {name: change.fields[name][1] for name in SEALED if name in change.fields}
            where = f"custody/{said.get('file', '')}, {change.id}"
            if row is None or said != {name: getattr(row, name) for name in SEALED}:
                yield Found(damage=Damage.FILE_UNSEALED, index=_index(entry), detail=where)
            elif row.retired_at is not None and not entries_about(row.pk).filter(verb=PURGED).exists():
                yield Found(damage=Damage.FILE_MISSING, index=_index(entry), detail=where)


def _file(item: CustodyItem, each_piece: Callable[[], None]) -> Iterator[Found]:
    """Read a file back and compare it with its row, which stands for its act: `_rows` has seen to that."""
    entry = entries_about(item.pk).filter(verb__in=TAKEN_IN).first()
    where = f"custody/{item.file}, {item.pk}"
    if entry is None:
        yield Found(damage=Damage.FILE_UNSEALED, detail=where)
    digest = hashlib.sha256()
    try:
        for piece in pieces(place_of(item.file)):
            digest.update(piece)
            each_piece()
    except FileNotFoundError:
        yield Found(damage=Damage.FILE_MISSING, index=_index(entry), detail=where)
    except OSError as error:
        yield Found(damage=Damage.FILE_DIFFERS, index=_index(entry), detail=f"{where}: {error.strerror}")
    else:
        if digest.hexdigest() != item.sha256:
            yield Found(damage=Damage.FILE_DIFFERS, index=_index(entry), detail=where)


def _index(entry: Entry | None) -> int | None:
    leaf = getattr(entry, "leaf", None)
    return leaf.index if leaf else None
