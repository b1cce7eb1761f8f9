"""Prints on disk: sorted digests and their documents, those that are boilerplate, and a bitmap that tells most misses.

Written aside, synced, renamed; only then may the manifest name them. Read through memory maps, shared by all processes.
Layout, little-endian: magic, digests, common, rows, bits (as an exponent); then digests `u64`, common digests `u64`,
for each digest how many documents have it `u8`, documents of each digest in turn `u32`, bitmap `u8[2^bits / 8]`.
"""

import shutil
import struct
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from kuramori_lake.fingerprint.winnowing import Digests
from kuramori_lake.segments import TEMPORARY, folder_made, sha256_of, sync

Documents = npt.NDArray[np.uint32]
Rows = tuple[Digests, Documents]

COMMON: Final = np.uint32(0xFFFFFFFF)
"""In place of documents: the print was in too many of them and tells nothing; remembered, so that it stays so."""
MANY: Final = 20
"""A print in more documents than this is boilerplate: letterheads, clauses, forms."""

_HEAD: Final = struct.Struct("<8s4Q")
_MAGIC: Final = b"KURAPRT1"
_SPARSE: Final = 16  # bits of the map for each print: one miss in sixteen has to be searched for
_BITS: Final = range(10, 41)
SLICES: Final = 64
_SLICE_SHIFT: Final = 58


class PrintFileError(RuntimeError):
    """A file of prints is missing or not what the manifest says; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A finished file."""

    path: Path
    sha256: str
    rows: int


@dataclass(frozen=True)
class PrintFile:
    """A file of prints, mapped."""

    digests: Digests
    common: Digests
    counts: npt.NDArray[np.uint8]
    documents: Documents
    _bitmap: npt.NDArray[np.uint8]
    _shift: np.uint64
    _first: npt.NDArray[np.int64]
    """Where the documents of each digest begin, and the end."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file.

        Raises:
            FileNotFoundError: it is gone.
            PrintFileError: it is cut or no such file.
        """
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
        magic, own, common, rows, bits = _HEAD.unpack(head) if len(head) == _HEAD.size else (b"", 0, 0, 0, 0)
        sizes = list(accumulate([_HEAD.size, own * 8, common * 8, own, rows * 4]))
        if magic != _MAGIC or bits not in _BITS or path.stat().st_size != sizes[-1] + (1 << bits) // 8:
            raise PrintFileError(f"{path} is damaged")
        mapped = np.memmap(path, np.uint8, "r").view(np.ndarray)
        parts = [mapped[first:last] for first, last in pairwise([*sizes, len(mapped)])]
        counts = parts[2]
        first = np.zeros(own + 1, dtype=np.int64)
        np.cumsum(counts, out=first[1:])
        if first[-1] != rows:
            raise PrintFileError(f"{path} is damaged")
        return cls(
            digests=parts[0].view("<u8"),
            common=parts[1].view("<u8"),
            counts=counts,
            documents=np.frombuffer(parts[3], "<u4"),
            _bitmap=parts[4],
            _shift=np.uint64(64 - bits),
            _first=first,
        )

    def slice(self, number: int) -> Rows:
        """All rows whose digest's highest bits are a number: one of `SLICES` parts of the file, in order."""
        low, high = number << _SLICE_SHIFT, (number + 1) << _SLICE_SHIFT
        begin, common_begin = (int(np.searchsorted(some, np.uint64(low))) for some in (self.digests, self.common))
        end, common_end = len(self.digests), len(self.common)
        if number + 1 < SLICES:
            end, common_end = (int(np.searchsorted(some, np.uint64(high))) for some in (self.digests, self.common))
        common = self.common[common_begin:common_end]
        return (
            np.concatenate((np.repeat(self.digests[begin:end], self.counts[begin:end]), common)),
            np.concatenate(
                (self.documents[self._first[begin] : self._first[end]], np.full(len(common), COMMON, np.uint32))
            ),
        )

    def maybe(self, digests: Digests) -> npt.NDArray[np.int64]:
        """Numbers of the digests that may be in the file; most of those that are not are left out."""
        slot = digests >> self._shift
        marks = self._bitmap[(slot >> np.uint64(3)).astype(np.int64)] >> slot.astype(np.uint8) % np.uint8(8)
        return np.flatnonzero(marks & np.uint8(1))

    def find(self, digests: Digests) -> tuple[npt.NDArray[np.int64], Documents]:
        """Each (number of the asked digest, document) that is in the file; digests in ascending order are faster."""
        if not len(self.digests):
            return np.empty(0, np.int64), np.empty(0, np.uint32)
        at = np.minimum(np.searchsorted(self.digests, digests), len(self.digests) - 1)
        held = np.flatnonzero(self.digests[at] == digests)
        first, counts = self._first[at[held]], self.counts[at[held]].astype(np.int64)
        rows = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
        return np.repeat(held, counts), self.documents[rows]

    def calls_common(self, digests: Digests) -> npt.NDArray[np.bool_]:
        """Which digests the file knows as boilerplate."""
        if not len(self.common):
            return np.zeros(len(digests), dtype=bool)
        at = np.minimum(np.searchsorted(self.common, digests), len(self.common) - 1)
        return np.asarray(self.common[at] == digests)


def settled(digests: Digests, documents: Documents) -> Rows:
    """Rows in order of digest, each pair once, and prints of too many documents down to one row that says so."""
    order = np.argsort(digests, kind="stable")
    digests, documents = digests[order], documents[order]
    fresh = np.ones(len(digests), dtype=bool)
    fresh[1:] = (digests[1:] != digests[:-1]) | (documents[1:] != documents[:-1])
    digests, documents = digests[fresh], documents[fresh]
    if not len(digests):
        return digests, documents
    starts = np.flatnonzero(np.concatenate(([True], digests[1:] != digests[:-1])))
    common = (np.diff(starts, append=len(digests)) > MANY) | (np.maximum.reduceat(documents, starts) == COMMON)
    if not common.any():
        return digests, documents
    keep = np.repeat(~common, np.diff(starts, append=len(digests)))
    keep[starts[common]] = True
    documents[starts[common]] = COMMON
    return digests[keep], documents[keep]


def merged(files: Sequence[PrintFile], gone: Documents) -> Iterator[Rows]:
    """Rows of several files as of one, without those of removed documents, slice by slice to keep memory flat."""
    for number in range(SLICES):
        pieces = [file.slice(number) for file in files]
        digests = np.concatenate([piece[0] for piece in pieces])
        documents = np.concatenate([piece[1] for piece in pieces])
        stay = ~np.isin(documents, gone)
        yield settled(digests[stay], documents[stay])


def write(folder: Path, slices: Iterable[Rows]) -> Written | None:
    """Write slices of rows, in order of digest, as one file; None if there are no rows.

    Raises:
        OSError: the disk is full; nothing is left.
    """
    folder_made(folder)
    stem = uuid.uuid4().hex
    paths = [folder / f"{stem}-{part}{TEMPORARY}" for part in ("digests", "common", "counts", "documents")]
    try:
        sizes = _write_rows(paths, slices)
        if not sizes.own + sizes.common:
            return None
        main = paths[0]
        _put_together(paths, sizes)
        sync(main)
        digest = sha256_of(main)
        final = folder / f"{digest[:24]}-{stem[:8]}.prints"
        main.rename(final)
        sync(folder)
        return Written(path=final, sha256=digest, rows=sizes.rows + sizes.common)
    finally:
        for left in paths:
            left.unlink(missing_ok=True)


@dataclass(kw_only=True)
class _Sizes:
    own: int = 0
    common: int = 0
    rows: int = 0


def _write_rows(paths: Sequence[Path], slices: Iterable[Rows]) -> _Sizes:
    """Each kind of column into a file of its own."""
    sizes = _Sizes()
    with ExitStack() as stack:
        main, other, counts, owners = (stack.enter_context(path.open("wb")) for path in paths)
        main.write(bytes(_HEAD.size))
        for digests, documents in slices:
            tells = documents != COMMON
            own, each = np.unique(digests[tells], return_counts=True)
            common = digests[~tells]
            main.write(own.astype("<u8").tobytes())
            other.write(common.astype("<u8").tobytes())
            counts.write(each.astype(np.uint8).tobytes())
            owners.write(documents[tells].astype("<u4").tobytes())
            sizes.own += len(own)
            sizes.common += len(common)
            sizes.rows += int(tells.sum())
    return sizes


def _put_together(paths: Sequence[Path], sizes: _Sizes) -> None:
    """Head, the other columns and the bitmap into the first file."""
    main, *aside = paths
    bits = max((sizes.own * _SPARSE - 1).bit_length(), _BITS.start)
    with main.open("r+b") as file:
        file.write(_HEAD.pack(_MAGIC, sizes.own, sizes.common, sizes.rows, bits))
        file.seek(0, 2)
        for path in aside:
            with path.open("rb") as part:
                shutil.copyfileobj(part, file)
        file.flush()
        digests = np.memmap(main, "<u8", "r", _HEAD.size, (sizes.own,)) if sizes.own else np.empty(0, np.uint64)
        file.write(_bitmap(digests, bits).tobytes())


def _bitmap(digests: Digests, bits: int) -> npt.NDArray[np.uint8]:
    found = np.zeros((1 << bits) // 8, dtype=np.uint8)
    if not len(digests):
        return found
    slot = digests >> np.uint64(64 - bits)
    places = (slot >> np.uint64(3)).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    marks = np.uint8(1) << (slot & np.uint64(7)).astype(np.uint8)
    found[places[starts]] = np.bitwise_or.reduceat(marks, starts)
    return found
