"""What every parser takes and yields. A parser is a pure function of bytes and options: no clock, no network."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from kuramori_lake.event import Namespace, TimeBasis

EXCERPT_BYTES: Final = 200


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the administrator says about one source instance."""

    zone: ZoneInfo
    """Zone of the log's clock: for logs that name none."""
    site_zone: ZoneInfo | None = None
    """Zone of the people's day: for the local hour of every event. None: the same as the log's clock."""
    basis: TimeBasis = TimeBasis.CONFIGURED
    """Whether `zone` was configured or merely assumed."""
    salt: bytes = b""
    """The lake's secret; keys every row digest."""
    namespace: Namespace = Namespace.AD
    """What kind of account names the log holds, where the log itself does not tell."""
    encoding: str = "utf-8"
    """Encoding of text logs that cannot tell it; `cp932` for old Japanese appliances, never `shift_jis`."""
    host: str | None = None
    """Name of the machine that wrote the log, where the log itself does not tell."""
    written: datetime | None = None
    """When the file was last written, UTC: a log whose lines have no year ends in the year before it."""
    domains: tuple[str, ...] = ()
    """The company's own mail domains, lower case; a mail to any other is told as going out."""
    loose: tuple["Loose", ...] = ()
    """Lines that earlier files of this source instance left unfinished."""


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A row that could not be understood: kept, counted and shown, never dropped silently."""

    row: int
    offset: int | None
    reason: str
    raw: bytes = b""
    """All bytes of the row, to see whom it names; only its `excerpt` is ever stored."""

    @property
    def excerpt(self) -> bytes:
        """The beginning of the row, of a size that can be shown."""
        return self.raw[:EXCERPT_BYTES]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The record numbers that one file covers, both ends included; times are microseconds since 1970, UTC."""

    channel: str
    computer: str
    first: int
    last: int
    since: int
    until: int
    since_text: str
    """Time of the first record as the log wrote it."""


@dataclass(frozen=True, kw_only=True)
class Loose:
    """A line that means nothing yet without lines of another file; kept until they come. Times: microseconds, UTC."""

    group: str
    """What belongs together, such as the lines of one mail."""
    line: bytes
    masked: bytes
    """What is kept in its place if a line of the group names a protected party: whose mail it is not, only which."""
    time: int
    since: int
    """Time of the first line of its file: puts the files in order, whatever order they came in."""
    row: int
    offset: int
    length: int
    told: bool = False
    """It is kept for what it says of others; its own event is stored or was given up."""
    batch_id: int | None = None
    """The batch it came in; None: the file being read."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One piece of a parsed file. Rows read = events + repeats + rejects + ignored."""

    events: pa.Table
    """Columns of `event.PARSED`; columns a parser has nothing for may be missing.

    One more is allowed, `offset_s`: seconds that the actor's own clock is ahead of UTC, null for the site's zone.
    """
    rejects: tuple[Reject, ...] = ()
    ignored: int = 0
    """Rows skipped by design, such as IPC$ or the bookkeeping of file handles."""
    derived: int = 0
    """The last `derived` rows of `events` were concluded (a gap in record numbers), not read."""
    stretches: tuple[Stretch, ...] = ()
    """Record numbers that the file covers, for logs that count their records."""
    loose: tuple[Loose, ...] | None = None
    """All that is unfinished now, old and new: takes the place of `Options.loose`. None: as it was."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of log that the lake understands."""

    name: str
    version: int
    parse: Callable[[bytes | memoryview, Options], Iterator[Reading]]
    numbered: bool = False
    """Rows carry the vendor's own event id: the same id twice is one event. Else two equal rows are two events."""
    joins: bool = False
    """One event may need lines of several files: see `Loose`."""


def digest(salt: bytes, content: bytes) -> int:
    """The keyed 64-bit digest that names a row: the first 8 bytes of SHA-256(salt + content).

    Keyed, because whoever can predict it could craft a harmless row that makes a later one look like a duplicate.
    """
    return int.from_bytes(hashlib.sha256(salt + content).digest()[:8], "big")


def digests(salt: bytes, rows: pa.Array) -> pa.Array:
    """`digest` of each of many rows (bytes), with the processor's own SHA-256, which DuckDB does not use."""
    sha256 = hashlib.sha256
    joined = b"".join([sha256(salt + row).digest() for row in rows.to_pylist()])
    return pa.array(np.frombuffer(joined, dtype=">u8")[::4].astype(np.uint64))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's search for cycles, while tens of thousands of records are made of which none is garbage yet.

    A quarter of the time of reading EVTX. Cycles made meanwhile are found afterwards.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def reject(row: int, offset: int | None, reason: str, raw: bytes) -> Reject:
    """A reject with a copy of its bytes."""
    return Reject(row=row, offset=offset, reason=reason, raw=bytes(raw))
