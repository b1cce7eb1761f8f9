"""A file of HR in the tests: rows as the import kit hands them over, checked and applied in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from kuramori.directory.tests.company import TODAY
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.imports.mapping import CHANGING, Action, Column, ImportKind, ParsedRow, RowOutcome, Stop
from kuramori.kernel.imports.wording import phrase


def rows_of(kind: ImportKind, *cells: Mapping[str, object]) -> list[ParsedRow]:
    """Parse cells, given by field name, the way the kit does."""
    names = [each.name for each in kind.fields]
    columns = {name: Column(letter=chr(65 + i), header=name) for i, name in enumerate(names)}
    return [_row(kind, number, row, columns) for number, row in enumerate(cells, 2)]


def _row(kind: ImportKind, number: int, raw: Mapping[str, object], columns: Mapping[str, Column]) -> ParsedRow:
    values = {n: kind.field(n).parse(v) if v not in (None, "") else None for n, v in raw.items()}
    row = ParsedRow(file="file.csv", sheet="", number=number, columns=columns, raw=raw, values=values)
    missing = [f.name for f in kind.fields if f.required and not values.get(f.name)]
    return replace(row, errors=tuple(row.error(name, phrase("missing"), phrase("enter")) for name in missing))


def take_in(
    kind: ImportKind, cells: Sequence[Mapping[str, object]], *, today: date = TODAY
) -> tuple[list[RowOutcome], Stop | None]:
    """Resolve and apply a file; what is stopped is not applied."""
    viewer = viewer_of_system()
    outcomes = list(kind.resolve(rows_of(kind, *cells), viewer=viewer, today=today))
    stop = kind.guard(outcomes, viewer=viewer) if kind.guard else None
    changing = [each for each in outcomes if each.action in CHANGING]
    if changing and not stop:
        with act(kind.verb, by=SYSTEM):
            kind.apply(changing, by=SYSTEM, why="")
    return outcomes, stop


def actions(outcomes: Sequence[RowOutcome]) -> list[Action]:
    return [each.action for each in outcomes]


def reasons(outcome: RowOutcome) -> str:
    return " ".join(str(error.message) for error in outcome.errors)
