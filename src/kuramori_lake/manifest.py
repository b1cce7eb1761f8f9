"""The manifest: one SQLite file that alone says which batches were received and which segments exist.

WAL with synchronous=FULL: what `transaction()` committed survives a power cut (with the file system's help).
A Parquet file that the manifest does not name does not exist for any reader.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FORMAT: Final = 1

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS lake (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL, instance TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    name TEXT NOT NULL, bytes INTEGER NOT NULL, kept_path TEXT,
    received_utc TEXT NOT NULL, parser_version INTEGER NOT NULL, tz TEXT,
    rows INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
    rejected INTEGER NOT NULL, ignored INTEGER NOT NULL, derived INTEGER NOT NULL,
    gaps INTEGER NOT NULL, cleared INTEGER NOT NULL, site_tz TEXT,
    CHECK (rows = accepted + duplicate + rejected + ignored),
    UNIQUE (source, instance, sha256)
);
CREATE TABLE IF NOT EXISTS segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL, seen_mtime_ns INTEGER NOT NULL, rows INTEGER NOT NULL,
    batch_id INTEGER REFERENCES batch (id), source TEXT NOT NULL, instance TEXT NOT NULL,
    first_utc TEXT NOT NULL, last_utc TEXT NOT NULL,
    month TEXT, bucket INTEGER, replaces TEXT NOT NULL DEFAULT '[]',
    created_utc TEXT NOT NULL, sealed_act TEXT, sealed_utc TEXT, retired_utc TEXT
);
CREATE INDEX IF NOT EXISTS segment_live ON segment (retired_utc, month, bucket);
CREATE TABLE IF NOT EXISTS quarantine (
    batch_id INTEGER NOT NULL REFERENCES batch (id), row INTEGER NOT NULL, offset INTEGER,
    reason TEXT NOT NULL, excerpt BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS quarantine_batch ON quarantine (batch_id);
CREATE TABLE IF NOT EXISTS stretch (
    batch_id INTEGER NOT NULL REFERENCES batch (id), source TEXT NOT NULL, instance TEXT NOT NULL,
    channel TEXT NOT NULL, computer TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL CHECK (last >= first),
    since INTEGER NOT NULL, until INTEGER NOT NULL, since_text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stretch_source ON stretch (source, instance);
CREATE TABLE IF NOT EXISTS loose (
    source TEXT NOT NULL, instance TEXT NOT NULL, "group" TEXT NOT NULL, line BLOB NOT NULL, time INTEGER NOT NULL,
    since INTEGER NOT NULL, row INTEGER NOT NULL, "offset" INTEGER NOT NULL, length INTEGER NOT NULL,
    told INTEGER NOT NULL, batch_id INTEGER NOT NULL REFERENCES batch (id)
);
CREATE INDEX IF NOT EXISTS loose_source ON loose (source, instance);
CREATE TABLE IF NOT EXISTS print_document (
    id INTEGER PRIMARY KEY AUTOINCREMENT, secret_id TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), name TEXT NOT NULL,
    characters INTEGER NOT NULL, prints INTEGER NOT NULL, added_utc TEXT NOT NULL,
    UNIQUE (secret_id, sha256)
);
CREATE TABLE IF NOT EXISTS print_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), rows INTEGER NOT NULL,
    created_utc TEXT NOT NULL, retired_utc TEXT
);
CREATE TABLE IF NOT EXISTS laid_document (
    folder TEXT NOT NULL, path TEXT NOT NULL, secret_id TEXT NOT NULL, sha256 TEXT NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL, seen_utc TEXT NOT NULL, PRIMARY KEY (folder, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS laid_print (
    secret_id TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (secret_id, sha256)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content_match (
    key TEXT NOT NULL, secret_id TEXT NOT NULL, document TEXT NOT NULL,
    hits INTEGER NOT NULL, score REAL NOT NULL, found_utc TEXT NOT NULL,
    PRIMARY KEY (key, secret_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS actor (
    namespace TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (namespace, key)
) WITHOUT ROWID;
"""


class LakeFormatError(RuntimeError):
    """The folder holds a lake of another format; the message names both."""


class Manifest:
    """Connection to one lake's manifest. Not shared between threads: open one per thread."""

    def __init__(self, path: Path) -> None:
        """Open or create.

        Raises:
            LakeFormatError: the manifest was written by another format of the lake.
        """
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        with self.transaction():
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    self.db.execute(statement)
            self._add_site_zone()
            self.db.execute("INSERT OR IGNORE INTO lake VALUES ('format', ?)", (FORMAT,))
            self.db.execute("INSERT OR IGNORE INTO lake VALUES ('salt', ?)", (secrets.token_bytes(16),))
        found = self.value("format")
        if found != FORMAT:
            self.close()
            raise LakeFormatError(f"{path} has lake format {found!r}, this program reads {FORMAT}")

    def _add_site_zone(self) -> None:
        """Lakes made before clock and site had zones of their own had one zone for both."""
        if all(column["name"] != "site_tz" for column in self.db.execute("PRAGMA table_info(batch)")):
            self.db.execute("ALTER TABLE batch ADD COLUMN site_tz TEXT")
            self.db.execute("UPDATE batch SET site_tz = tz")

    def value(self, key: str) -> object:
        """A value of the lake's own settings, None if unset."""
        row = self.db.execute("SELECT value FROM lake WHERE key = ?", (key,)).fetchone()
        return row["value"] if row else None

    @property
    def salt(self) -> bytes:
        """Secret of this lake that keys row digests, so that nobody can forge a row taken for a duplicate."""
        value = self.value("salt")
        if not isinstance(value, bytes):
            raise LakeFormatError("the manifest has lost its salt; restore it from a backup")
        return value

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; on return the change is on the disk."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            if self.db.in_transaction:  # SQLite itself rolls back on a full disk
                self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Release the file."""
        self.db.close()
