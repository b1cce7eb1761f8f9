"""The dry run: everything a file would do, found without doing it. The act repeats it before it writes."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kuramori.kernel.canonical import canonical
from kuramori.kernel.imports.mapping import CHANGING, Action, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.reading import Table
from kuramori.kernel.imports.report import ImportReport, report_of
from kuramori.kernel.imports.rows import Source, read_rows
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import as_json


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found: the report for people, the outcomes for the act."""

    report: ImportReport
    outcomes: Sequence[RowOutcome]

    @property
    def changes(self) -> list[RowOutcome]:
        """Give the outcomes that change something."""
        return [outcome for outcome in self.outcomes if outcome.action in CHANGING]


def check(
    kind: ImportKind, source: Source, *, viewer: Viewer, today: date, step: Callable[[int], None] = lambda _done: None
) -> Checked:
    """Read the whole table and decide for every row; `step` is told the rows done, and may stop it by raising.

    Raises:
        FileRefused: the file cannot be read to its end, or lacks a required column.
    """
    return decide(kind, source.table, read_rows(kind, source, step=step), viewer=viewer, today=today)


def decide(kind: ImportKind, table: Table, rows: Sequence[ParsedRow], *, viewer: Viewer, today: date) -> Checked:
    """Ask the room what each row does now; `today` is the viewer's day."""
    outcomes = list(_settled(rows, kind.resolve(rows, viewer=viewer, today=today)))
    stop = kind.guard(outcomes, viewer=viewer) if kind.guard else None
    return Checked(report=report_of(kind.name, table, outcomes, digest=_digest(outcomes), stop=stop), outcomes=outcomes)


def _settled(rows: Sequence[ParsedRow], outcomes: Sequence[RowOutcome]) -> Iterator[RowOutcome]:
    """Hold `resolve` to its contract: an outcome per row in order, and no unreadable row gets through."""
    of_rows = [outcome for outcome in outcomes if outcome.row is not None]
    if len(of_rows) != len(rows) or any(one.row is not row for one, row in zip(of_rows, rows, strict=True)):
        raise TypeError("resolve must give one outcome per row, in the order of the rows")
    for outcome in outcomes:
        row = outcome.row
        if row is not None and row.errors and outcome.action is not Action.REJECT:
            yield RowOutcome.rejected(row)
        else:
            yield outcome


def _digest(outcomes: Sequence[RowOutcome]) -> str:
    """Give one SHA-256 for all changes, by which the act knows that the world is still the one that was checked."""
    digest = hashlib.sha256()
    for outcome in outcomes:
        if outcome.action in CHANGING:
            number = outcome.row.number if outcome.row else 0
            values = {name: as_json(value) for name, value in outcome.values.items()}
            before = [[str(each.before), str(each.after)] for each in outcome.changes]
            digest.update(canonical([number, outcome.action.value, outcome.name, values, before]) + b"\n")
    return digest.hexdigest()
