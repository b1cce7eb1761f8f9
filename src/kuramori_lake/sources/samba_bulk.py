"""Samba's log in bulk: one line of each kind is read by `samba_line`, and what it says holds for all of its kind.

A kind is the operation, its result and the fields that tell what was done (`_Form`); names, paths and times are
gathered as columns. Odd lines (cut, refused, with a bar in a name) are of no kind: the caller reads them one by one.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock
from kuramori_lake.columns import Fields, Rows, kinds, per_word
from kuramori_lake.sources.parsed import digests
from kuramori_lake.sources.samba_line import (
    CUT_AT,
    HOST,
    OPENS,
    READS,
    RENAMES,
    SIMPLE,
    WRITES,
    LineError,
    Opener,
    SambaLine,
    read_line,
)

_ACTOR, _IP, _CLIENT, _SHARE, _OPERATION, _RESULT, _OWN = range(1, 8)
"""Places of the fields; before them stand header and time, after them what the operation carries, at least one."""


@dataclass(frozen=True, kw_only=True)
class _Form:
    """What lines of some operations look like. More fields than `width` mean that a name holds a bar."""

    operations: frozenset[str]
    heeds: tuple[int, ...]
    """The fields that say what was done."""
    width: int | None
    path: int = _OWN
    target: int = -1


_NAMED: Final = (_OPERATION, _RESULT)
_FORMS: Final = (
    _Form(operations=frozenset(), heeds=(_RESULT,), width=None),  # all others: noise if their result is one
    _Form(operations=frozenset({"connect", "disconnect"}), heeds=(*_NAMED, _SHARE), width=8, path=_SHARE),
    _Form(operations=frozenset({"create_file"}), heeds=(*_NAMED, 7, 8, 9), width=11, path=10),
    _Form(operations=OPENS, heeds=(*_NAMED, 7), width=9, path=8),
    _Form(operations=RENAMES, heeds=_NAMED, width=9, target=8),
    _Form(operations=frozenset(SIMPLE) | WRITES | READS, heeds=_NAMED, width=8),
)
_FORM_OF: Final = {operation: number for number, form in enumerate(_FORMS) for operation in form.operations}
_CLOCK: Final = re.compile(rb"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_CLOCK_BYTES: Final = 19
_REPEATED: Final = pa.array(sorted(WRITES | READS))


def _clock(raw: bytes) -> int | None:
    """Microseconds of a local time as Samba writes it, None if it is none."""
    try:
        return clock.iso_micros(raw.decode().replace("/", "-")) if _CLOCK.fullmatch(raw) else None
    except ValueError:
        return None


def _host(head: str) -> str | None:
    found = HOST.search(head)
    return found[1] if found and ":" not in found[1] else None


def _said(line: str, opener: Opener) -> SambaLine | None:
    try:
        return read_line(line, opener)
    except LineError:
        return None


class Bulk:
    """The lines of one chunk that are of a kind; `odd` marks the others."""

    def __init__(self, lines: pa.Table, opener: Opener) -> None:
        """Sort lines (of `lines.decoded`) into kinds and read one of each."""
        self._lines, self._opener = lines, opener
        self._text = pc.ascii_rtrim(lines["line"].chunk(0), characters="\r\n")
        self._fields = Fields(self._text, "|")
        self._said: list[SambaLine | None] = []
        self._local = np.zeros(lines.num_rows, dtype=np.int64)
        self._kind, self._path, self._target = (np.full(lines.num_rows, -1) for _ in range(3))
        bad = np.asarray(lines["bad"])
        timed = self._timed(np.flatnonzero((self._fields.counts > _OWN) & ~bad))
        operations = self._fields.take(timed, _OPERATION)
        forms = np.asarray(per_word(operations, lambda word: _FORM_OF.get(word, 0), pa.int64()))
        for number, form in enumerate(_FORMS):
            self._read(timed[forms == number], form)
        is_heading = np.asarray(pc.starts_with(self._text, "[")) & (self._fields.counts == 1)
        self.odd = ~self._holds([one is not None for one in self._said]) & ~is_heading | bad

    def _holds(self, of_kind: list[bool]) -> npt.NDArray[np.bool_]:
        """What is true of each kind, for each line; false for lines of no kind (-1, the last of the list)."""
        return np.array([*of_kind, False])[self._kind]

    def _timed(self, rows: Rows) -> Rows:
        """The rows that have a time."""
        heads = self._fields.take(rows, 0).view(pa.large_binary())
        found = per_word(pc.binary_slice(heads, -_CLOCK_BYTES), _clock, pa.int64())
        self._local[rows] = found.fill_null(0)
        timed: Rows = rows[np.asarray(found.is_valid())]
        return timed

    def _read(self, rows: Rows, form: _Form) -> None:
        """Read the first line of each kind among rows of one form."""
        if form.width is not None:
            rows = rows[self._fields.counts[rows] == form.width]
        kind, first = kinds([self._fields.take(rows, number) for number in form.heeds])
        self._kind[rows] = kind + len(self._said)
        self._path[rows], self._target[rows] = form.path, form.target
        self._said += [_said(self._text[int(row)].as_py(), self._opener) for row in rows[first]]

    def _deeds(self) -> Rows:
        """The rows that tell a deed; of equal lines that say the same block-wise deed in one second the first only."""
        rows = np.flatnonzero(self._holds([one is not None and one.activity is not None for one in self._said]))
        repeats = np.asarray(pc.is_in(self._fields.take(rows, _OPERATION), _REPEATED))
        again = rows[repeats]
        _, first = kinds([self._text.take(pa.array(again))])
        return np.sort(np.concatenate((rows[~repeats], again[first])))

    def events(self, salt: bytes) -> tuple[pa.Table, clock.Micros]:
        """The deeds in the order of their lines, and their local times."""
        rows, fields = self._deeds(), self._fields
        places, kind = pa.array(rows), pa.array(self._kind[rows])
        heads = fields.take(rows, 0).view(pa.large_binary())
        cut = pc.greater_equal(self._lines["raw_length"].chunk(0).take(places), CUT_AT)
        columns = {
            "row_key": digests(salt, self._text.take(places).view(pa.large_binary())),
            "original_text": pc.binary_slice(heads, -_CLOCK_BYTES).view(pa.large_string()),
            "actor_raw": fields.take(rows, _ACTOR),
            "ip": fields.take(rows, _IP),
            "client": fields.take(rows, _CLIENT),
            "host": per_word(pc.binary_slice(heads, 0, -_CLOCK_BYTES).view(pa.large_string()), _host, pa.string()),
            "path": fields.take(rows, self._path[rows]),
            "destination_value": fields.take(rows, self._target[rows]),
            "flags": pc.if_else(cut, "cut", pa.scalar(None, pa.string())),
        }
        for name, part in (("activity", "activity"), ("outcome", "outcome"), ("object_kind", "kind")):
            columns[name] = pa.array([one and getattr(one, part) for one in self._said], pa.string()).take(kind)
        columns |= {name: self._lines[name].take(places) for name in ("raw_row", "raw_offset", "raw_length")}
        return pa.table(columns), self._local[rows]
