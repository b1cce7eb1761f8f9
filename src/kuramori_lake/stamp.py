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
        ordered = keys[order]
        start = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(keys)])
        unique, counts = ordered[start], np.diff(start, append=len(keys))
        ranks = np.empty(len(keys), dtype=np.int64)
        ranks[order] = np.arange(len(keys)) - np.repeat(start, counts) + np.repeat(self._before(unique, counts), counts)
        return ranks

    def _before(self, unique: Keys, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How often the keys (each once, in order) were seen before; they are remembered, which sorts nothing again."""
        at = np.searchsorted(self._keys, unique)
        known = np.zeros(len(unique), dtype=bool)
        inside = at < len(self._keys)
        known[inside] = self._keys[at[inside]] == unique[inside]
        before = np.zeros(len(unique), dtype=np.int64)
        before[known] = self._counts[at[known]]
        self._counts[at[known]] += counts[known]
        self._keys = np.insert(self._keys, at[~known], unique[~known])
        self._counts = np.insert(self._counts, at[~known], counts[~known])
        return before


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
