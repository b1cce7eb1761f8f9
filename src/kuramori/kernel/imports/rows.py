"""From cells to values: every row of a table parsed for its kind, every failure with its place."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.cell import Broken, Cell, Row, is_blank
from kuramori.kernel.imports.cells import key, record_id
from kuramori.kernel.imports.concerned import DITTO
from kuramori.kernel.imports.errors import CellError, FileRefused, Unreadable
from kuramori.kernel.imports.gate import LIMITS
from kuramori.kernel.imports.headers import Header
from kuramori.kernel.imports.mapping import ID_FIELD, Column, ImportField, ImportKind, Parse, ParsedRow
from kuramori.kernel.imports.reading import Table
from kuramori.kernel.imports.textfile import too_long
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.packed import Packed

_NAMED_ROWS = 5
_STEP = 250


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table with its header and the columns chosen for its fields: field name → column index from 0."""

    table: Table
    header: Header
    fields: Mapping[str, int]


def read_rows(
    kind: ImportKind, source: Source, *, step: Callable[[int], None] = lambda _done: None
) -> Packed[ParsedRow]:
    """Parse the whole table, in the order of the file; `step` is told now and then how many rows are done.

    Raises:
        FileRefused: a required field has no column, or the file cannot be read to its end.
    """
    _check_required(kind, source)
    rows: Packed[ParsedRow] = Packed()
    doubles = _Doubles((ID_FIELD, *(field.name for field in kind.fields if field.unique)))
    for row in _parsed(kind, source):
        doubles.see(row)
        rows.append(row)
        if len(rows) % _STEP == 0:
            step(len(rows))
        if len(rows) > LIMITS.rows:
            raise too_long(source.table.file, LIMITS)
    return Packed(map(doubles.rejected, rows)) if doubles.are_there else rows


def _parsed(kind: ImportKind, source: Source) -> Iterator[ParsedRow]:
    titles = {column.index: column for column in source.header.columns}
    columns = {
        name: Column(letter=titles[index].letter, header=titles[index].title) for name, index in source.fields.items()
    }
    parsers = {field.name: _Parser.of(field) for field in kind.fields if field.name in source.fields}
    if ID_FIELD in source.fields:
        parsers[ID_FIELD] = _Parser(parse=record_id, required=False)
    above: dict[str, Cell] = {}
    for row in source.table.rows():
        if row.number <= source.header.row or _repeats_header(row, source.header):
            continue
        cells = {name: _cell(row, index, above.get(name)) for name, index in source.fields.items()}
        if all(is_blank(cell) for cell in cells.values()):
            continue
        above = cells
        yield _parse_row(cells, parsers, columns, source.table, row.number)


@dataclass(frozen=True, kw_only=True)
class _Parser:
    parse: Parse
    required: bool

    @classmethod
    def of(cls, field: ImportField) -> "_Parser":
        return cls(parse=field.parse_anew() if field.parse_anew else field.parse, required=field.required)


def _parse_row(
    cells: dict[str, Cell], parsers: dict[str, _Parser], columns: dict[str, Column], table: Table, number: int
) -> ParsedRow:
    values: dict[str, Any] = {}
    failures: list[tuple[str, Unreadable]] = []
    for name, parser in parsers.items():
        try:
            values[name] = _value(cells[name], parser)
        except Unreadable as failure:
            failures.append((name, failure))
    raw = {name: cell.shown if isinstance(cell, Broken) else cell for name, cell in cells.items()}
    row = ParsedRow(
        file=table.file, sheet=table.sheet, number=number, columns=columns, raw=raw,
        record_id=values.pop(ID_FIELD, None), values=values,
    )  # fmt: skip
    if not failures:
        return row
    return replace(row, errors=tuple(row.error(name, each.message, each.next_step) for name, each in failures))


def _value(cell: Cell, parser: _Parser) -> object:
    if isinstance(cell, Broken):
        raise Unreadable(cell.message, cell.next_step)
    if not is_blank(cell):
        return parser.parse(cell)
    if parser.required:
        raise Unreadable(phrase(_("The cell is empty, but a value is required.")), phrase(_("Fill in the cell.")))
    return None


def _cell(row: Row, index: int, above: Cell) -> Cell:
    cell = row.cells[index] if index < len(row.cells) else None
    return above if isinstance(cell, str) and cell.strip() in DITTO else cell


def _repeats_header(row: Row, header: Header) -> bool:
    """Recognise the header printed again on each page of a long ledger."""
    words = [(column.words[-1], row.cells[column.index]) for column in header.columns if column.index < len(row.cells)]
    return len(words) > 1 and all(isinstance(cell, str) and key(cell) == key(word) for word, cell in words)


def _check_required(kind: ImportKind, source: Source) -> None:
    missing = [field for field in kind.fields if field.required and field.name not in source.fields]
    # a file that only edits existing records, found by id, need not repeat everything
    if missing and ID_FIELD not in source.fields:
        raise FileRefused(
            phrase(
                _("%(file)s has no column for: %(fields)s."),
                file=source.table.file,
                fields=", ".join(str(field.label) for field in missing),
            ),
            phrase(_("Choose the columns on the mapping page, or add them to the file.")),
        )


class _Doubles:
    """Rejects all rows that share a unique value, each naming the others: nobody knows which is right."""

    def __init__(self, names: Iterable[str]) -> None:
        self.first: dict[str, dict[object, int]] = {name: {} for name in names}
        self.all: defaultdict[tuple[str, object], list[int]] = defaultdict(list)

    @property
    def are_there(self) -> bool:
        return bool(self.all)

    def see(self, row: ParsedRow) -> None:
        """Remember where each unique value stands."""
        for name, places in self.first.items():
            value = _unique_value(row, name)
            if value is None:
                continue
            first = places.setdefault(value, row.number)
            if first != row.number:
                numbers = self.all[name, value]
                numbers += [row.number] if numbers else [first, row.number]

    def rejected(self, row: ParsedRow) -> ParsedRow:
        """Give the row with what is wrong with it, now that all rows were seen."""
        errors = list(row.errors)
        for name in self.first:
            same = self.all.get((name, _unique_value(row, name)), ())
            if same:
                errors.append(_double(row, name, [str(number) for number in same if number != row.number]))
        return replace(row, errors=tuple(errors))


def _unique_value(row: ParsedRow, name: str) -> object:
    return row.record_id if name == ID_FIELD else row.values.get(name)


def _double(row: ParsedRow, name: str, others: list[str]) -> CellError:
    shown = ", ".join(others[:_NAMED_ROWS]) + ("…" if len(others) > _NAMED_ROWS else "")
    return row.error(
        name,
        phrase(
            _("%(value)s stands more than once in this file: also in row %(rows)s."), value=row.raw[name], rows=shown
        ),
        phrase(_("Keep one of the rows, or give each its own value.")),
    )
