"""The index of registered documents: prints on disk, named by the lake's manifest, a document exactly once.

    with Lake.open(folder) as lake:
        index = PrintIndex(lake)
        index.add([Registered(secret_id="A-17", sha256=…, name="配合.docx", texts=[…])])
        index.check(["本日の件…"])

A flush names its documents and its file in one transaction of the manifest: killed before it, nothing of it is there;
after it, the same documents are known. One process writes at a time, any number check.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from kuramori_lake import compaction
from kuramori_lake.fingerprint import print_files
from kuramori_lake.fingerprint.matching import ALARM, Document, Match, matches, stretches
from kuramori_lake.fingerprint.print_files import Documents, PrintFile, PrintFileError, Written
from kuramori_lake.fingerprint.winnowing import Digests, Key, prints
from kuramori_lake.ingest import utc_text
from kuramori_lake.segments import sha256_of, sweep
from kuramori_lake.store import Lake

FOLDER: Final = "prints"
_FLUSH: Final = 4_000_000
"""Prints that are gathered before they are written: some 100 MB of memory."""
_THREADS: Final = 2
_BATCH: Final = 1 << 17
"""Characters that are fingerprinted or checked together: short texts one by one would cost several times as much."""
_FILES: Final = 2
"""More files than this are merged, small ones with small ones."""
_TRIES: Final = 3
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A document to index: whose it is, the digest of the file's bytes, and its texts."""

    secret_id: str
    sha256: str
    name: str
    texts: Sequence[str]

    @property
    def characters(self) -> int:
        """How long its texts are together."""
        return sum(map(len, self.texts))


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of the documents: given = added + known + empty."""

    added: int = 0
    known: int = 0
    empty: int = 0
    """Without text enough for a single print."""
    weak: int = 0
    """Of the added: with fewer prints than an alarm needs, so that they are never found."""
    prints: int = 0


@dataclass(kw_only=True)
class _Waiting:
    """Documents whose prints are not written yet."""

    documents: list[Registered] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    digests: list[Digests] = field(default_factory=list)
    numbers: list[Documents] = field(default_factory=list)
    size: int = 0


class PrintIndex:
    """The prints of one lake."""

    def __init__(self, lake: Lake) -> None:
        """Open nothing yet."""
        self._lake = lake
        self.folder = lake.root / FOLDER
        self._key = Key.of(lake.manifest.salt)
        self._open: dict[str, PrintFile] = {}

    def has_documents(self) -> bool:
        """Whether there is anything to compare with."""
        return self._lake.manifest.db.execute("SELECT 1 FROM print_document LIMIT 1").fetchone() is not None

    def knows(self, secret_id: str, sha256: str) -> bool:
        """Whether this very file is indexed for this secret."""
        sql = "SELECT 1 FROM print_document WHERE secret_id = ? AND sha256 = ?"
        return self._lake.manifest.db.execute(sql, (secret_id, sha256)).fetchone() is not None

    def add(self, documents: Iterable[Registered]) -> Added:
        """Index documents; those known already stay as they are.

        Raises:
            OSError, sqlite3.OperationalError: the disk is full or failing; what was flushed before is in.
        """
        done, waiting = Added(), _Waiting()
        for batch in _together(documents, lambda one: one.characters):
            fresh = [one for one in batch if not self.knows(one.secret_id, one.sha256)]
            done = replace(done, known=done.known + len(batch) - len(fresh))
            self._gather(waiting, fresh)
            if waiting.size >= _FLUSH:
                done, waiting = self._flushed(done, waiting), _Waiting()
        return self._flushed(done, waiting)

    def _gather(self, waiting: _Waiting, fresh: Sequence[Registered]) -> None:
        texts = [(number, text) for number, one in enumerate(fresh) for text in one.texts]
        digests, which = prints([text for _, text in texts], self._key)
        owners = np.array([number for number, _ in texts], np.uint32)[which]
        waiting.numbers.append(owners + np.uint32(len(waiting.documents)))
        waiting.digests.append(digests)
        waiting.documents += fresh
        waiting.size += len(digests)

    def _flushed(self, done: Added, waiting: _Waiting) -> Added:
        """Write what waits: a file, its documents and its counts, all or nothing."""
        if not waiting.documents:
            with self._lake.writing():
                self._sweep()  # what a killed addition left goes, though the last of it was known already
            return done
        with self._lake.writing():
            self._sweep()
            first = self._next_number()
            digests, numbers, counts, known = self._new(waiting)
            written = print_files.write(self.folder, [print_files.settled(digests, numbers + np.uint32(first))])
            fresh = [number for number, count in enumerate(counts) if count and number not in known]
            with self._lake.manifest.transaction() as db:
                if written is not None:
                    _name(db, self._lake.root, written)
                db.executemany(
                    "INSERT INTO print_document VALUES (?, ?, ?, ?, ?, ?, ?)",
                    ((first + at, *_row(waiting.documents[at], counts[at])) for at in fresh),
                )
            self._merge_due()
        return Added(
            added=done.added + len(fresh),
            known=done.known + len(known),
            empty=done.empty + sum(not count for number, count in enumerate(counts) if number not in known),
            weak=done.weak + sum(counts[number] < ALARM for number in fresh),
            prints=done.prints + sum(counts[number] for number in fresh),
        )

    def _new(self, waiting: _Waiting) -> tuple[Digests, Documents, list[int], set[int]]:
        """What waits without documents that came twice or that another process indexed meanwhile."""
        seen: set[tuple[str, str]] = set()
        known: set[int] = set()
        for number, one in enumerate(waiting.documents):
            identity = (one.secret_id, one.sha256)
            if identity in seen or self.knows(*identity):
                known.add(number)
            seen.add(identity)
        digests, numbers = np.concatenate(waiting.digests), np.concatenate(waiting.numbers)
        if known:
            stay = ~np.isin(numbers, np.array(sorted(known), np.uint32))
            digests, numbers = digests[stay], numbers[stay]
        counts = np.bincount(numbers, minlength=len(waiting.documents)).tolist()
        return digests, numbers, counts, known

    def _next_number(self) -> int:
        row = self._lake.manifest.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'print_document'").fetchone()
        return int(row["seq"]) + 1 if row else 1

    def check(self, texts: Sequence[str]) -> list[list[Match]]:
        """For each text the stretches that are in registered documents, strongest first.

        Raises:
            PrintFileError: a file of the index is damaged or gone; prints it held would be missed.
        """
        files = self.files()
        batches = list(_together(texts, len))
        with ThreadPoolExecutor(_THREADS) as threads:
            each = list(threads.map(lambda batch: stretches(batch, self._key, files), batches))
        documents = self._documents({one.document for found in each for one in found})
        return [
            found for batch, some in zip(batches, each, strict=True) for found in matches(len(batch), some, documents)
        ]

    def files(self) -> list[PrintFile]:
        """The live files, mapped; a merge by another process between asking and opening is followed."""
        for _ in range(_TRIES):
            paths = [row["path"] for row in self._live()]
            try:
                self._open = {path: self._open.get(path) or PrintFile.open(self._lake.root / path) for path in paths}
            except FileNotFoundError:
                continue
            return list(self._open.values())
        raise PrintFileError(f"{self.folder} lacks files that the manifest names")

    def _live(self) -> list[Any]:
        return self._lake.manifest.db.execute(
            "SELECT * FROM print_file WHERE retired_utc IS NULL ORDER BY rows"
        ).fetchall()

    def _documents(self, numbers: set[int]) -> dict[int, Document]:
        """Those of the numbers that are documents still."""
        asked = json.dumps(sorted(numbers))
        sql = "SELECT * FROM print_document WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._lake.manifest.db.execute(sql, (asked,))
        return {
            row["id"]: Document(
                secret_id=row["secret_id"], sha256=row["sha256"], name=row["name"], prints=row["prints"]
            )
            for row in rows
        }

    def remove(self, secret_id: str, sha256s: Sequence[str] | None = None) -> int:
        """Forget documents of a secret, all or those named, and rewrite the files so that no print of them is left.

        Names are overwritten too; prints that were boilerplate stay as long as there are documents. Returns how many
        documents went.
        """
        if sha256s is None:
            return self._without("secret_id = ?", (secret_id,))
        return self.forget([(secret_id, sha256) for sha256 in sha256s])

    def forget(self, documents: Sequence[tuple[str, str]]) -> int:
        """Forget documents named by secret and SHA-256, of any number of secrets, with one rewriting of the files."""
        which = "(secret_id, sha256) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
        return self._without(which, (json.dumps(documents),))

    def _without(self, which: str, words: tuple[str, ...]) -> int:
        with self._lake.writing():
            self._sweep()
            self._lake.manifest.db.execute("PRAGMA secure_delete = ON")
            with self._lake.manifest.transaction() as db:
                gone = db.execute(f"DELETE FROM print_document WHERE {which}", words).rowcount
            if gone:
                self._merge(self._live(), keep_old=False)
        return gone

    def _merge_due(self) -> None:
        """Merge small files, each at most as large as those before it together, so that rows move few times."""
        rows = self._live()
        if len(rows) <= _FILES:
            return
        chosen = rows[:2]
        for row in rows[2:]:
            if row["rows"] > sum(one["rows"] for one in chosen):
                break
            chosen.append(row)
        self._merge(chosen, keep_old=True)

    def _merge(self, rows: Sequence[Any], *, keep_old: bool) -> None:
        """Bring files into one; old ones stay a while for readers and backups unless they hold what must go."""
        root, manifest = self._lake.root, self._lake.manifest
        files = [PrintFile.open(root / row["path"]) for row in rows]
        written = print_files.write(self.folder, print_files.merged(files, self._gone(files)))
        with manifest.transaction() as db:
            if written is not None:
                _name(db, root, written)
            db.executemany(
                "UPDATE print_file SET retired_utc = ? WHERE id = ?",
                [(utc_text(datetime.now(UTC)), row["id"]) for row in rows],
            )
        if not keep_old:
            with manifest.transaction() as db:
                db.execute("DELETE FROM print_file WHERE retired_utc IS NOT NULL")
            self._sweep()

    def _gone(self, files: Sequence[PrintFile]) -> Documents:
        """Numbers in files that are no documents any more."""
        held = np.unique(np.concatenate([*(np.unique(file.documents) for file in files), [print_files.COMMON]]))
        there = self._lake.manifest.db.execute("SELECT id FROM print_document")
        living = np.fromiter((row["id"] for row in there), np.uint32)
        return np.setdiff1d(held, np.append(living, print_files.COMMON) if len(living) else living)

    def _sweep(self) -> None:
        """Remove files that a killed writer left, and merged ones that no reader needs any more."""
        before = utc_text(datetime.now(UTC) - compaction.GRACE)
        with self._lake.manifest.transaction() as db:
            db.execute("DELETE FROM print_file WHERE retired_utc < ?", (before,))
        if self.folder.exists():
            named = self._lake.manifest.db.execute("SELECT path FROM print_file")
            sweep(self.folder, {self._lake.root / row["path"] for row in named})

    def damaged(self) -> list[str]:
        """Paths of files whose digest is not the one written down, or that are gone."""
        return [row["path"] for row in self._live() if not _is_whole(self._lake.root / row["path"], row["sha256"])]


def _is_whole(path: Path, sha256: str) -> bool:
    return path.exists() and sha256_of(path) == sha256


def _row(document: Registered, count: int) -> tuple[object, ...]:
    now = utc_text(datetime.now(UTC))
    return document.secret_id, document.sha256, document.name, document.characters, count, now


def _name(db: Any, root: Path, written: Written) -> None:
    db.execute(
        "INSERT INTO print_file (path, sha256, rows, created_utc) VALUES (?, ?, ?, ?)",
        (str(written.path.relative_to(root)), written.sha256, written.rows, utc_text(datetime.now(UTC))),
    )


def _together(things: Iterable[_Thing], size: Callable[[_Thing], int]) -> Iterator[list[_Thing]]:
    """Things in lists of some `_BATCH` characters."""
    batch: list[_Thing] = []
    total = 0
    for one in things:
        batch.append(one)
        total += size(one)
        if total >= _BATCH:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
