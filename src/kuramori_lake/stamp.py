"""From what a parser yields to the rows that are stored: ids, keys and the local clock, column by column."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock
from kuramori_lake.columns import per_word
from kuramori_lake.event import EVENT, actor_key

Keys = npt.NDArray[np.uint64]

ORDINAL_BITS: Final = 32
SKEW_TOLERATED_S: Final = 60
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What is the same for all rows of one batch."""

    batch_id: int
    source: str
    instance: str
    parser_version: int
    received_utc: datetime
    zone: ZoneInfo
    """Zone of the log's clock."""
    site_zone: ZoneInfo | None = None
    """Zone of the local hour; None: the same."""

    @property
    def local_zone(self) -> ZoneInfo:
        """The zone by which it was day or night where people were."""
        return self.site_zone or self.zone


@dataclass(kw_only=True)
class Occurrences:
    """How often each row was seen before in this file: two equal rows in one file are two events."""

    _keys: Keys = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    _counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def rank(self, keys: Keys) -> npt.NDArray[np.int64]:
        """0 for a first occurrence in the file, 1 for the second, and so on; remembers the keys."""
        order = np.argsort(keys, kind="stable")
        unique, start, counts = np.unique(keys[order], return_index=True, return_counts=True)
        ranks = np.empty(len(keys), dtype=np.int64)
        ranks[order] = np.arange(len(keys)) - np.repeat(start, counts) + np.repeat(self._before(unique), counts)
        merged, where = np.unique(np.concatenate((self._keys, unique)), return_inverse=True)
        total = np.zeros(len(merged), dtype=np.int64)
        np.add.at(total, where, np.concatenate((self._counts, counts)))
        self._keys, self._counts = merged, total
        return ranks

    def _before(self, unique: Keys) -> npt.NDArray[np.int64]:
        if not len(self._keys):
            return np.zeros(len(unique), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, unique), len(self._keys) - 1)
        return np.where(self._keys[at] == unique, self._counts[at], 0)


def nth_key(keys: Keys, ranks: npt.NDArray[np.int64]) -> Keys:
    """The key of the n-th equal row: the row's own for the first, well mixed with the number for later ones."""
    mixed = (keys ^ (ranks.astype(np.uint64) * _GOLDEN)) * _MIX
    mixed ^= mixed >> np.uint64(31)
    return np.where(ranks == 0, keys, mixed)


def _local(parsed: pa.Table, utc: clock.Micros, zone: ZoneInfo) -> clock.Micros:
    """The clock where the actor was: by the row's own offset if it has one, else by the zone of the site."""
    local = clock.to_local(utc, zone)
    if "offset_s" not in parsed.column_names:
        return local
    offset = parsed["offset_s"]
    own = utc + np.asarray(pc.fill_null(offset, 0)).astype(np.int64) * 1_000_000
    return np.where(np.asarray(offset.is_null()), local, own)


def local_days(parsed: pa.Table, zone: ZoneInfo) -> npt.NDArray[np.int32]:
    """Days since 1970 on the clock where each row's actor was, as `stamped` writes them into `local_date`."""
    utc = np.asarray(parsed["time_utc"].cast(pa.timestamp("us")).cast(pa.int64()))
    return clock.hour_and_day(_local(parsed, utc, zone))[1]


def stamped(parsed: pa.Table, keys: Keys, stamp: Stamp, *, first_ordinal: int) -> pa.Table:
    """Rows of `event.EVENT` out of rows of `event.PARSED`; columns that the parser left out become null."""
    count = parsed.num_rows
    utc = np.asarray(parsed["time_utc"].cast(pa.timestamp("us")).cast(pa.int64()))
    hour, day = clock.hour_and_day(_local(parsed, utc, stamp.local_zone))
    ahead = (utc - clock.micros(stamp.received_utc)) // 1_000_000
    columns = {name: parsed[name] for name in parsed.column_names if name not in {"row_key", "offset_s"}}
    columns |= {
        "event_id": pa.array(np.arange(first_ordinal, first_ordinal + count) + (stamp.batch_id << ORDINAL_BITS)),
        "dedupe_key": pa.array(keys),
        "source": pa.repeat(stamp.source, count),
        "instance": pa.repeat(stamp.instance, count),
        "parser_version": pa.repeat(stamp.parser_version, count),
        "batch_id": pa.repeat(stamp.batch_id, count),
        "received_utc": pa.repeat(pa.scalar(stamp.received_utc, pa.timestamp("us")), count),
        "skew_s": pa.array(np.minimum(ahead, 2**31 - 1), mask=ahead <= SKEW_TOLERATED_S),
        "actor_key": per_word(parsed["actor_raw"].cast(pa.string()), actor_key, pa.string())
        if "actor_raw" in columns
        else pa.repeat("", count),
        "local_hour": pa.array(hour),
        "local_date": pa.array(day).cast(pa.date32()),
        "is_night": pa.array(clock.is_night(hour)),
    }
    return pa.table({f.name: columns.get(f.name, pa.nulls(count, f.type)) for f in EVENT}).cast(EVENT)
