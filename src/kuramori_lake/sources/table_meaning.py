"""What the rows of a table mean by its mapping, column by column: each distinct word is understood once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock
from kuramori_lake.columns import Rows, kinds, per_word
from kuramori_lake.event import PARSED, Outcome, TimeBasis
from kuramori_lake.sources import dates
from kuramori_lake.sources.mapping import JOINED, Choice, Mapping, plain
from kuramori_lake.sources.parsed import Options

_INTEGERS: Final = frozenset({"size", "bytes", "count"})
_TEXT: Final = pa.large_string()

_PASSAGE: Final = ("actor_raw", "activity", "device", "reader")
_PASSAGES: Final = pa.schema([*((name, _TEXT) for name in _PASSAGE), ("moment", pa.int64())])

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Rows of a table: the trimmed cells of the columns that its mapping names, "" where a row has none."""

    columns: dict[str, pa.Array]
    keys: pa.Array
    rows: Rows
    offsets: Rows
    lengths: Rows

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)

    def column(self, name: str) -> pa.Array:
        """The cells of a column; "" everywhere if the table has no such column."""
        found = self.columns.get(name)
        return pa.repeat(pa.scalar("", _TEXT), len(self)) if found is None else found

    def filter(self, keep: Mask) -> "Cells":
        """Some of the rows."""
        return Cells(
            columns={name: column.filter(pa.array(keep)) for name, column in self.columns.items()},
            keys=self.keys.filter(pa.array(keep)),
            rows=self.rows[keep],
            offsets=self.offsets[keep],
            lengths=self.lengths[keep],
        )


def named(mapping: Mapping) -> frozenset[str]:
    """The columns of theirs that a mapping reads."""
    choices = (mapping.activity, mapping.outcome, mapping.destination)
    return frozenset((
        *mapping.time,
        *(column for choice in choices for column in choice.columns),
        *(column for column, _ in mapping.actor),
        *(column for columns in mapping.fields.values() for column in columns),
        *(column for column, _ in mapping.extract.values()),
        *((mapping.offset,) if mapping.offset else ()),
    ))  # fmt: skip


@dataclass
class Meaning:
    """Turns rows into events by a mapping. One for a file: passages are told apart over all its rows."""

    mapping: Mapping
    options: Options
    encoding: str
    _last: pa.Table = field(default_factory=_PASSAGES.empty_table)
    """The last passage of each actor, deed and place."""

    def read(self, cells: Cells) -> tuple[pa.Table, dict[int, str], int]:
        """The events; the reasons of rows that are not understood, by their place among `cells`; rows skipped."""
        theirs = _joined(cells, self.mapping.activity.columns)
        skipped = np.asarray(per_word(theirs, lambda word: plain(word) in self.mapping.ignore, pa.bool_()))
        activity = self._chosen(cells, self.mapping.activity)
        wrong = ~skipped & np.asarray(activity.is_null())
        reasons = {int(at): f"unknown activity {plain(theirs[int(at)].as_py())!r}" for at in np.flatnonzero(wrong)}
        original = _joined(cells, self.mapping.time, " ")
        said = _times(original)
        untimed = ~skipped & ~wrong & np.asarray(pc.struct_field(said, "wrong").is_valid())
        reasons |= {int(at): pc.struct_field(said, "wrong")[int(at)].as_py() for at in np.flatnonzero(untimed)}
        keep = ~(skipped | wrong | untimed)
        kept = pa.array(keep)
        events = self._events(cells.filter(keep), activity.filter(kept), original.filter(kept), said.filter(kept))
        return events, reasons, int(skipped.sum())

    def nothing(self) -> pa.Table:
        """The events of no row."""
        none = np.empty(0, dtype=np.int64)
        return self.read(Cells(columns={}, keys=pa.array([], pa.uint64()), rows=none, offsets=none, lengths=none))[0]

    def _events(self, cells: Cells, activity: pa.Array, original: pa.Array, said: pa.Array) -> pa.Table:
        mapping = self.mapping
        zone = ZoneInfo(mapping.zone) if mapping.zone else self.options.zone
        basis = TimeBasis.EXPLICIT if mapping.zone else self.options.basis
        local, offset = (pc.struct_field(said, name) for name in ("local", "offset"))
        moment = np.asarray(pc.subtract(local, pc.fill_null(offset, 0)))
        is_utc = np.asarray(offset.is_valid())
        actor, namespace = self._actor(cells)
        columns: dict[str, Any] = {
            "row_key": cells.keys,
            "time_utc": pa.array(np.where(is_utc, moment, clock.to_utc(moment, zone))).cast(pa.timestamp("us")),
            "original_text": original,
            "tz_basis": pc.if_else(pa.array(is_utc), str(TimeBasis.EXPLICIT), str(basis)),
            "actor_raw": actor,
            "actor_namespace": namespace,
            "confidence": pc.if_else(actor.is_valid(), str(mapping.confidence), pa.scalar(None, pa.string())),
            "activity": activity,
            "outcome": pc.fill_null(self._chosen(cells, mapping.outcome), str(Outcome.UNKNOWN)),
            "object_kind": pa.repeat(
                pa.scalar(mapping.object_kind and str(mapping.object_kind), pa.string()), len(cells)
            ),
            "destination_class": self._chosen(cells, mapping.destination),
            "raw_row": cells.rows,
            "raw_offset": cells.offsets,
            "raw_length": cells.lengths,
            "raw_encoding": pa.repeat(self.encoding, len(cells)),
        }
        if mapping.offset:
            columns["offset_s"] = per_word(cells.column(mapping.offset), dates.offset_of, pa.int32())
        columns |= self._fields(cells)
        if mapping.repeat_s:
            repeats = self._repeats(columns, moment)
            columns["flags"] = pc.if_else(pa.array(repeats), "repeat", pa.scalar(None, pa.string()))
        return pa.table({name: pa.array(found).cast(_type_of(name)) for name, found in columns.items()})

    def _chosen(self, cells: Cells, choice: Choice) -> pa.Array:
        """The word of ours for each row; null if there is none."""
        if not choice.columns:
            return pa.repeat(pa.scalar(choice.default, pa.string()), len(cells))
        return per_word(_joined(cells, choice.columns), lambda word: _word(choice, plain(word)), pa.string())

    def _actor(self, cells: Cells) -> tuple[pa.Array, pa.Array]:
        """The first name that a row has, and what kind of name it is."""
        actor, namespace = pa.nulls(len(cells), _TEXT), pa.nulls(len(cells), pa.string())
        for column, kind in self.mapping.actor:
            name = _filled(cells.column(column))
            fresh = pc.and_(actor.is_null(), name.is_valid())
            namespace = pc.if_else(fresh, str(kind), namespace)
            actor = pc.coalesce(actor, name)
        return actor, namespace

    def _fields(self, cells: Cells) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for name, columns in self.mapping.fields.items():
            found[name] = pc.coalesce(pa.nulls(len(cells), _TEXT), *(_filled(cells.column(one)) for one in columns))
        for name, (column, rule) in self.mapping.extract.items():
            taken = per_word(cells.column(column), _first_group(re.compile(rule)), _TEXT)
            found[name] = pc.coalesce(taken, found[name]) if name in found else taken
        for name in _INTEGERS & set(found):
            found[name] = per_word(found[name], _integer, pa.int64())
        return found

    def _repeats(self, columns: dict[str, Any], moment: clock.Micros) -> Mask:
        """The same deed of the same actor at the same place, so soon after the last that it is the same passage."""
        rows = np.flatnonzero(np.asarray(columns["actor_raw"].is_valid()))
        nothing = pa.nulls(len(moment), _TEXT)
        places = [columns.get(name, nothing).take(pa.array(rows)).cast(_TEXT) for name in _PASSAGE]
        found = pa.table([*places, pa.array(moment[rows])], _PASSAGES)
        passages = pa.concat_tables([self._last, found]).combine_chunks()
        kind, _ = kinds([pa.concat_arrays(passages[name].chunks) for name in _PASSAGE])
        order = np.argsort(kind, kind="stable")
        is_next = kind[order][1:] == kind[order][:-1]
        gap = np.diff(np.asarray(passages["moment"])[order])
        again = np.zeros(len(passages), dtype=bool)
        again[order[1:]] = is_next & (gap >= 0) & (gap <= self.mapping.repeat_s * 1_000_000)
        repeats = np.zeros(len(moment), dtype=bool)
        repeats[rows] = again[len(self._last) :]
        self._last = passages.take(pa.array(order[np.append(~is_next, True)[: len(order)]]))
        return repeats


_TIME: Final = pa.struct([("local", pa.int64()), ("offset", pa.int64()), ("wrong", pa.string())])


def _times(column: pa.Array) -> pa.Array:
    """What `_time` says of each row, worked out once a word; the form that most products write is read at one go."""
    coded = column.dictionary_encode()
    words = coded.dictionary
    local, known = dates.usual(words)
    odd = pa.array(~known)
    others = per_word(words.filter(odd), _time, _TIME)
    empty = pa.nulls(len(words), pa.int64()), pa.nulls(len(words), pa.string())
    columns = dict(zip(("local", "offset", "wrong"), (pa.array(local), *empty), strict=True))
    said = pa.StructArray.from_arrays(
        [pc.replace_with_mask(old, odd, pc.struct_field(others, name)) for name, old in columns.items()],
        names=list(columns),
    )
    return said.take(coded.indices)


def _time(text: str) -> dict[str, Any]:
    """What a time says: microseconds on the clock meant, and its offset if it names one; or why it says nothing."""
    try:
        local, offset = dates.parse(text)
    except dates.DateError as error:
        return {"local": None, "offset": None, "wrong": str(error)}
    return {"local": local, "offset": offset, "wrong": None}


def _joined(cells: Cells, columns: Sequence[str], between: str = JOINED) -> pa.Array:
    found = [cells.column(name) for name in columns] or [cells.column("")]
    return pc.binary_join_element_wise(*found, pa.scalar(between, _TEXT)) if len(found) > 1 else found[0]


def _filled(column: pa.Array) -> pa.Array:
    """The cells, null where they are empty."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, _TEXT), column)


def _word(choice: Choice, value: str) -> str | None:
    if value in choice.values:
        return choice.values[value]
    return next((ours for theirs, ours in choice.values.items() if value.startswith(theirs)), choice.default)


def _first_group(rule: re.Pattern[str]) -> Callable[[str], str | None]:
    def taken(text: str) -> str | None:
        found = rule.search(text)
        return found[1] if found else None

    return taken


def _type_of(name: str) -> pa.DataType:
    return pa.int32() if name == "offset_s" else PARSED.field(name).type


def _integer(text: str | None) -> int | None:
    """A number as people write it, `1,234` or `３`; None if it is none."""
    digits = plain(text or "").replace(",", "")
    return int(digits) if digits.isdecimal() else None
