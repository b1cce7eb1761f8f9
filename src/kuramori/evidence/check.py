"""The full check: every body is hashed again, up to the signed heads, and all that stands beside it is compared.

A signed head alone finds nothing; this does. It reads by ranges of indexes, so its memory does not grow with the
ledger and acts go on meanwhile.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from kuramori.evidence.check_entry import Beside
from kuramori.evidence.check_rows import bodies_between, entries_without_place, rows_between
from kuramori.evidence.custody_check import CustodyCheck, CustodyReading
from kuramori.evidence.keys import verifier_keys
from kuramori.evidence.models import Checkpoint, Node
from kuramori.evidence.rules import note
from kuramori.evidence.rules.damage import Damage, Found, Placed, explain, mismatched
from kuramori.evidence.rules.tree import Frontier, StoredHash
from kuramori.evidence.tree_store import last_checkpoint, tree_size
from kuramori.evidence.witnessing.outside import Outside, held_heads
from kuramori.evidence.witnessing.sealed_files import check_files
from kuramori.kernel import guards
from kuramori.kernel.merkle import leaf_hash

RANGE = 2_048
MAX_FOUND = 1_000
MAY_WAIT = timedelta(minutes=1)
Report = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What the check found, worst first: `found` is empty when the ledger is sound; `root` (hex) is over `entries`.

    `outside` are the heads it was compared with that are held elsewhere, the longest first; empty: nobody could have
    noticed a history that was rewritten whole. `custody` says how far the files in custody were read back; None when
    that was left out.
    """

    entries: int
    root: str
    seconds: float
    found: tuple[Found, ...]
    outside: tuple[Outside, ...] = ()
    custody: CustodyReading | None = None

    @property
    def is_sound(self) -> bool:
        """Say whether nothing was found."""
        return not self.found

    @property
    def first_bad(self) -> int | None:
        """Return the lowest ledger index that is concerned, None when none is."""
        return min((each.index for each in self.found if each.index is not None), default=None)


def ledger_check(
    progress: Report = lambda _done, _total: None, *, beside: bool = True, all_custody: bool = False
) -> CheckReport:
    """Check the whole ledger as it stands now; `progress` is told how many entries of how many are done.

    Without `beside` only bodies are hashed and heads compared, in a quarter of the time: what stands beside an entry
    (its columns, subjects, disclosures) is left for the next full check. Of the files in custody a night's share is
    read, or with `all_custody` every one.
    """
    began = time.monotonic()
    custody = CustodyCheck(budget=None if all_custody else settings.CUSTODY_CHECK_BYTES) if beside else None
    heads, outside = held_heads()
    walk = _Walk(size=tree_size(), heads=heads, beside=Beside() if beside else None)
    walk.found += [Found(damage=Damage.GUARD_MISSING, detail=name) for name in guards.missing()]
    for first in range(0, walk.size, RANGE):
        walk.take(first, min(first + RANGE, walk.size))
        progress(min(first + RANGE, walk.size), walk.size)
    walk.close()
    walk.found += islice(_files(custody, lambda: progress(walk.size, walk.size)), MAX_FOUND)
    found = sorted(walk.found, key=lambda each: (each.index is None, each.index or 0))
    return CheckReport(
        entries=walk.size,
        root=walk.frontier.root().hex(),
        seconds=time.monotonic() - began,
        found=tuple(found),
        outside=tuple(outside),
        custody=custody.reading() if custody else None,
    )


def _files(custody: CustodyCheck | None, each_done: Callable[[], None]) -> Iterator[Found]:
    return chain(check_files(each_done), custody.found(each_done) if custody else ())


@dataclass(kw_only=True)
class _Walk:
    """The walk from index 0: the tree as recomputed so far, and what was found."""

    size: int
    heads: Mapping[int, bytes]
    frontier: Frontier = field(default_factory=Frontier)
    found: list[Found] = field(default_factory=list)
    good: Frontier = field(default_factory=Frontier)
    since_good: list[Placed] = field(default_factory=list)
    is_broken: bool = False
    beside: Beside | None

    def take(self, first: int, end: int) -> None:
        """Check the entries with index in [first, end)."""
        rows = rows_between(first, end) if self.beside else bodies_between(first, end)
        placed, differing = [], []
        for index in range(first, end):
            row = rows.get(index)
            if row is None or row.body is None:
                self._add(Found(damage=Damage.DELETED, index=index))
            if row is None:
                self.is_broken = True
                continue
            placed.append(Placed(row.seq, row.hash))
            if row.body is None:
                continue
            actual = leaf_hash(row.body)
            if actual != row.hash:
                differing.append((index, row.hash, actual))
        for each in mismatched(differing):
            self._add(each)
        if self.beside:
            damaged = {index for index, _stored, _actual in differing}
            whole = [row for row in rows.values() if row.body is not None and row.index not in damaged]
            for each in self.beside.compare(whole):
                self._add(each)
        if not self.is_broken:
            self._grow(placed)

    def _grow(self, placed: list[Placed]) -> None:
        """Grow the tree head by head, and compare roots and nodes on the way."""
        start = self.frontier.size
        end = start + len(placed)
        heads = list(_heads_within(start, end, self.heads))
        for size, root, signed in [*heads, (end, None, None)]:
            part = placed[self.frontier.size - start : size - start]
            self.frontier, nodes = self.frontier.grown(leaf.hash for leaf in part)
            self.since_good += part
            self._compare_nodes(nodes)
            if root is not None:
                self._compare_root(size, root, signed, placed[size - start :])

    def _compare_root(self, size: int, root: bytes, signed: str | None, after: list[Placed]) -> None:
        if self.frontier.root() == root:
            self.good, self.since_good = self.frontier, []
        elif signed is not None and not _is_signed(signed, size, root):
            self._add(Found(damage=Damage.HEAD_FORGED, index=size - 1, detail=str(size)))
        else:
            if not any(each.index is not None and each.index < size for each in self.found):
                self._add(explain(self.good, self.since_good, after, root))
            self.is_broken = True

    def _compare_nodes(self, nodes: list[StoredHash]) -> None:
        for level in {node.level for node in nodes}:
            wanted = {node.index: node.hash for node in nodes if node.level == level}
            rows = Node.objects.filter(level=level, index__in=wanted).values_list("index", "hash")
            stored = {index: bytes(each) for index, each in rows}
            for index, expected in wanted.items():
                if stored.get(index) != expected:
                    self._add(Found(damage=Damage.NODE_DIFFERS, index=index << 8 * level, detail=f"{level}/{index}"))

    def close(self) -> None:
        """Compare what lies beyond the tree: heads over more entries than there are, entries without a place."""
        for each in self.beside.close() if self.beside else ():
            self._add(each)
        head = last_checkpoint()
        if head is not None and not _is_signed(head.note, head.size, bytes(head.root)):
            self._add(Found(damage=Damage.HEAD_FORGED, index=head.size - 1, detail=str(head.size)))
        if 0 in self.heads:
            self._add(Found(damage=Damage.HEAD_FORGED))
        signed = max([head.size if head is not None else 0, *self.heads])
        if signed > self.size:
            self._add(Found(damage=Damage.TRUNCATED, index=self.size, detail=str(signed - self.size)))
        for seq, waits, at, index in entries_without_place(MAX_FOUND):
            if not waits:
                self._add(Found(damage=Damage.INSERTED, index=self.size if index is None else index, detail=str(seq)))
            elif at < now() - MAY_WAIT:
                self._add(Found(damage=Damage.WAITING, detail=str(seq)))

    def _add(self, found: Found) -> None:
        if len(self.found) < MAX_FOUND:
            self.found.append(found)


def _heads_within(start: int, end: int, held: Mapping[int, bytes]) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield (size, root, signed note or None) of stored and held heads over start < size <= end entries."""
    stored = Checkpoint.objects.filter(size__gt=start, size__lte=end).values_list("size", "root", "note")
    heads: list[tuple[int, bytes, Any]] = [(size, bytes(root), text) for size, root, text in stored]
    heads += [(size, root, None) for size, root in held.items() if start < size <= end]
    yield from sorted(heads, key=lambda head: head[0])


def _is_signed(text: str, size: int, root: bytes) -> bool:
    try:
        head = note.Checkpoint.parse(note.open_note(text, verifier_keys()))
    except note.NoteError:
        return False
    return (head.size, head.root) == (size, root)
