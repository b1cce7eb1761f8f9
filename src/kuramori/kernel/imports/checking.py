"""The dry run: everything a file would do, found without doing it. The act repeats it before it writes."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kuramori.kernel.canonical import canonical
from kuramori.kernel.imports.concerned import Veil
from kuramori.kernel.imports.mapping import CHANGING, Action, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.reading import Table
from kuramori.kernel.imports.report import ImportReport, Tally
from kuramori.kernel.imports.rows import Source, read_rows
from kuramori.kernel.packed import Packed
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import as_json

_CONTRACT = "resolve must give one outcome per row, in the order of the rows"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found: the report for people, the outcomes for the act, and the rows that are about the viewer."""

    report: ImportReport
    outcomes: Collection[RowOutcome]
    hidden: frozenset[int] = frozenset()

    @property
    def changes(self) -> "Changing":
        """Give the outcomes that change something."""
        return Changing(self.outcomes)


@dataclass(frozen=True)
class Changing:
    """Those outcomes that change something, unpacked anew at each walk: a large file's never stand side by side."""

    outcomes: Collection[RowOutcome]

    def __iter__(self) -> Iterator[RowOutcome]:
        return (outcome for outcome in self.outcomes if outcome.action in CHANGING)


def check(
    kind: ImportKind, source: Source, *, viewer: Viewer, today: date, step: Callable[[int], None] = lambda _done: None
) -> Checked:
    """Read the whole table and decide for every row; `step` is told the rows done, and may stop it by raising.

    Raises:
        FileRefused: the file cannot be read to its end, or lacks a required column.
    """
    return decide(kind, source.table, read_rows(kind, source, step=step), viewer=viewer, today=today)


def decide(kind: ImportKind, table: Table, rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Checked:
    """Ask the room what each row does now; `today` is the viewer's day. The report leaves out what is about him."""
    outcomes: Packed[RowOutcome] = Packed()
    veil, hidden = Veil(kind.concerned, viewer), set()
    tally, digest = Tally(), hashlib.sha256()
    for outcome in _settled(rows, kind.resolve(rows, viewer=viewer, today=today)):
        outcomes.append(outcome)
        if outcome.row is not None and veil.hides(outcome.row.raw.values()):
            hidden.add(outcome.row.number)
        else:
            tally.add(outcome)
        digest.update(_line(outcome))
    stop = kind.guard(outcomes, viewer=viewer) if kind.guard else None
    report = tally.report(kind.name, table, digest=digest.hexdigest(), stop=stop)
    return Checked(report=report, outcomes=outcomes, hidden=frozenset(hidden))


def _settled(rows: Iterable[ParsedRow], outcomes: Iterable[RowOutcome]) -> Iterator[RowOutcome]:
    """Hold `resolve` to its contract: an outcome per row in order, and no unreadable row gets through."""
    expected = iter(rows)
    for outcome in outcomes:
        if outcome.row is None:
            yield outcome
            continue
        row = next(expected, None)
        if row is None or outcome.row.number != row.number:
            raise TypeError(_CONTRACT)
        yield RowOutcome.rejected(row) if row.errors and outcome.action is not Action.REJECT else outcome
    if next(expected, None) is not None:
        raise TypeError(_CONTRACT)


def _line(outcome: RowOutcome) -> bytes:
    """Give what an outcome adds to the digest, by which the act knows that the world is still the one checked."""
    if outcome.action not in CHANGING:
        return b""
    number = outcome.row.number if outcome.row else 0
    values = {name: as_json(value) for name, value in outcome.values.items()}
    before = [[str(each.before), str(each.after)] for each in outcome.changes]
    return canonical([number, outcome.action.value, outcome.name, values, before]) + b"\n"
