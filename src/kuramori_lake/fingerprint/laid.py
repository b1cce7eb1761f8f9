"""Documents laid in a folder for each secret, and the index kept as they are: new ones in, changed and gone ones out.

    with Lake.open(folder) as lake:
        night = take(lake, Path("documents"), {"S-0001": secret_id}, now=time.time())

Killed at any moment, the next time ends in the same state: before a document goes into the index `laid_print` says
that it is there because of the folder, and it leaves that table after it has left the index. Documents that were
indexed by hand are not in it, and stay. Of a text nothing is kept; names of files stay in the lake's manifest.
"""

import fcntl
import hashlib
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from kuramori_lake.fingerprint.index import PrintIndex, Registered
from kuramori_lake.fingerprint.laying import FOR_NOW, Lying, Why, is_empty, lying
from kuramori_lake.fingerprint.matching import ALARM
from kuramori_lake.fingerprint.reading.limits import Reason
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.ingest import utc_text
from kuramori_lake.store import Lake

LOCK: Final = "laid.lock"


class FolderError(RuntimeError):
    """The folder is not there, or empty although documents of it are indexed: as if its share was not mounted."""


class Verdict(StrEnum):
    """What became of a file this time."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    """Its bytes are in the index for this secret already: as they were, renamed, or laid there twice."""
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Laid:
    """One file as it was last seen. An indexed one may have a reason too: parts of it could not be read."""

    folder: str
    path: str
    secret_id: str
    verdict: Verdict
    sha256: str = ""
    """Of what is indexed of it: of a file that cannot be read right now, what it was before; empty for nothing."""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Night:
    """What became of all files: files = indexed + unchanged + rejected. `removed`: documents that left the index."""

    files: int
    indexed: int
    unchanged: int
    rejected: int
    removed: int
    digest: str


Pair = tuple[str, str]
"""A secret's identifier and a file's SHA-256: what the index knows a document by."""


def take(
    lake: Lake,
    root: Path,
    secrets: Mapping[str, str],
    *,
    now: float,
    step: Callable[[int], None] = lambda _done: None,
) -> Night:
    """Bring the index to what lies in the folder.

    `secrets` names the secret of each folder (NFC, as macOS does not write it); `now` is seconds since 1970.

    Raises:
        FolderError: nothing was changed.
        PrintFileError: the index is damaged; what is new is in, what is gone is not out yet.
    """
    with _alone(lake):
        before = {(one.folder, one.path): one for one in laid_in(lake)}
        if not root.is_dir():
            raise FolderError(f"{root} is not there")
        if before and is_empty(root):
            raise FolderError(f"{root} is empty")
        intake = _Intake(lake, secrets, before)
        with Reader() as reader:
            intake.index.add(intake.documents(lying(root, now=now), reader, step))
        rows = intake.settled()
        _write(lake, rows)
        removed = _forget(lake, intake.index, _pairs(rows))
    counts = [sum(one.verdict is verdict for one in rows) for verdict in Verdict]
    return Night(
        files=len(rows), indexed=counts[0], unchanged=counts[1], rejected=counts[2], removed=removed,
        digest=digest_of(lake),
    )  # fmt: skip


@contextmanager
def _alone(lake: Lake) -> Iterator[None]:
    """Two who compare the folder with the index at once would undo each other's work; others may write meanwhile."""
    with (lake.root / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Intake:
    """Files on their way into the index, each with what becomes of it."""

    def __init__(self, lake: Lake, secrets: Mapping[str, str], before: Mapping[Pair, Laid]) -> None:
        self.index = PrintIndex(lake)
        self._lake = lake
        self._secrets = secrets
        self._before = before
        self._partly = {(one.secret_id, one.sha256): one.reason for one in before.values() if one.sha256}
        self._rows: list[Laid] = []
        self._fresh: set[Pair] = set()

    def documents(self, found: Iterator[Lying], reader: Reader, step: Callable[[int], None]) -> Iterator[Registered]:
        """Each file that is new to the index and gives some text."""
        for file in found:
            step(len(self._rows))
            secret_id = self._secrets.get(unicodedata.normalize("NFC", file.folder), "")
            why = Why.BESIDE if not file.folder else None if secret_id else Why.UNKNOWN_SECRET
            if (why := file.why or why) is not None:
                self._rows.append(self._refused(file, secret_id, why))
                continue
            row = Laid(
                folder=file.folder, path=file.path, secret_id=secret_id, verdict=Verdict.UNCHANGED,
                sha256=hashlib.sha256(file.data).hexdigest(),
            )  # fmt: skip
            yield from self._offered(row, file, reader)

    def _refused(self, file: Lying, secret_id: str, why: Why) -> Laid:
        """The row of a file that was not read; what was indexed of it stays if that says nothing of its words."""
        known = self._before.get((file.folder, file.path)) if why in FOR_NOW else None
        stays = known.sha256 if known and known.secret_id == secret_id else ""
        return Laid(
            folder=file.folder, path=file.path, secret_id=secret_id, verdict=Verdict.REJECTED, sha256=stays, reason=why
        )

    def _offered(self, row: Laid, file: Lying, reader: Reader) -> Iterator[Registered]:
        pair = (row.secret_id, row.sha256)
        if pair in self._fresh or _count(self._lake, pair) is not None:
            self._rows.append(replace(row, reason=self._partly.get(pair, "")))
            return
        found = reader.extract(file.path.rpartition("/")[2], file.data)
        reason = found.problems[0].reason.value if found.problems else ""
        if not found.parts:
            reason = reason or Reason.NO_TEXT.value
            self._rows.append(replace(row, verdict=Verdict.REJECTED, sha256="", reason=reason))
            return
        self._rows.append(replace(row, verdict=Verdict.INDEXED, reason=reason))
        self._partly[pair] = reason
        self._fresh.add(pair)
        with self._lake.manifest.transaction() as db:
            db.execute("INSERT OR IGNORE INTO laid_print VALUES (?, ?)", pair)
        texts = [part.text for part in found.parts]
        yield Registered(secret_id=row.secret_id, sha256=row.sha256, name=file.path, texts=texts)

    def settled(self) -> list[Laid]:
        """All rows, now that it is known which documents have prints enough to be recognised."""
        return [self._judged(row) for row in self._rows]

    def _judged(self, row: Laid) -> Laid:
        count = _count(self._lake, (row.secret_id, row.sha256))
        if row.verdict is Verdict.REJECTED or (count or 0) >= ALARM:
            return row
        # what has a few prints stays in the index: taken out, it would come in anew each night
        return replace(row, verdict=Verdict.REJECTED, sha256=row.sha256 if count else "", reason=Why.TOO_SHORT.value)


def _count(lake: Lake, pair: Pair) -> int | None:
    """How many prints a document has in the index, None when it is not there."""
    sql = "SELECT prints FROM print_document WHERE secret_id = ? AND sha256 = ?"
    row = lake.manifest.db.execute(sql, pair).fetchone()
    return None if row is None else int(row["prints"])


def _pairs(rows: list[Laid]) -> set[Pair]:
    return {(one.secret_id, one.sha256) for one in rows if one.sha256}


def _write(lake: Lake, rows: list[Laid]) -> None:
    """Write down what lies there in place of what lay there; names that are gone are overwritten."""
    seen = utc_text(datetime.now(UTC))
    lake.manifest.db.execute("PRAGMA secure_delete = ON")
    with lake.manifest.transaction() as db:
        db.execute("DELETE FROM laid_document")
        db.executemany(
            "INSERT OR REPLACE INTO laid_document VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((one.folder, one.path, one.secret_id, one.sha256, one.verdict, one.reason, seen) for one in rows),
        )
        _rename(db, {(one.secret_id, one.sha256): one.path for one in reversed(rows)})


def _rename(db: sqlite3.Connection, paths: Mapping[Pair, str]) -> None:
    """Let documents that the folder brought in be called as they are called there now."""
    told = db.execute("SELECT secret_id, sha256, name FROM print_document JOIN laid_print USING (secret_id, sha256)")
    named = {(row["secret_id"], row["sha256"]): row["name"] for row in told}
    other = [(path, *pair) for pair, path in paths.items() if named.get(pair, path) != path]
    db.executemany("UPDATE print_document SET name = ? WHERE secret_id = ? AND sha256 = ?", other)


def _forget(lake: Lake, index: PrintIndex, wanted: set[Pair]) -> int:
    """Take out of the index what no file of the folder holds any more; returns how many documents went."""
    held = {(row["secret_id"], row["sha256"]) for row in lake.manifest.db.execute("SELECT * FROM laid_print")}
    gone = sorted(held - wanted)
    removed = index.forget(gone) if gone else 0
    with lake.manifest.transaction() as db:
        db.executemany("DELETE FROM laid_print WHERE secret_id = ? AND sha256 = ?", gone)
    return removed


def laid_in(lake: Lake, *, secret_id: str | None = None, only_rejected: bool = False) -> list[Laid]:
    """The files as they were last seen, of one secret or of all (empty: of no secret), what was rejected first."""
    words = ["secret_id = ?"] * (secret_id is not None) + ["verdict = 'rejected'"] * only_rejected
    where = f" WHERE {' AND '.join(words)}" if words else ""
    sql = f"SELECT * FROM laid_document{where} ORDER BY verdict = 'rejected' DESC, folder, path"
    rows = lake.manifest.db.execute(sql, () if secret_id is None else (secret_id,))
    return [_laid(row) for row in rows]


def _laid(row: Any) -> Laid:
    return Laid(
        folder=row["folder"], path=row["path"], secret_id=row["secret_id"], verdict=Verdict(row["verdict"]),
        sha256=row["sha256"], reason=row["reason"],
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What one secret's folder holds: documents in the index, and files that are not."""

    name: str
    secret_id: str
    documents: int
    rejected: int


def folders_in(lake: Lake) -> list[Folder]:
    """The folders as they were last seen, those of unknown secrets with an empty `secret_id`; no file beside them."""
    rows = lake.manifest.db.execute(
        "SELECT folder, MAX(secret_id) AS secret_id, SUM(verdict != 'rejected') AS documents,"
        " SUM(verdict = 'rejected') AS rejected FROM laid_document WHERE folder != '' GROUP BY folder ORDER BY folder"
    )
    return [
        Folder(name=row["folder"], secret_id=row["secret_id"], documents=row["documents"], rejected=row["rejected"])
        for row in rows
    ]


def digest_of(lake: Lake) -> str:
    """SHA-256 over what the folder has brought into the index: a line `secret SHA-256` for each document, sorted.

    Without names: those of secret documents could be guessed from a digest.
    """
    rows = lake.manifest.db.execute("SELECT secret_id, sha256 FROM laid_print ORDER BY secret_id, sha256")
    return hashlib.sha256("".join(f"{row['secret_id']} {row['sha256']}\n" for row in rows).encode()).hexdigest()
