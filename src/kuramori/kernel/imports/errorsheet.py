"""The user's own sheet back, with every cell that kept its row out coloured and explained, and a column of reasons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from kuramori.kernel.imports.cell import Broken, Cell, column_index
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import RowOutcome
from kuramori.kernel.imports.rows import Source
from kuramori.kernel.imports.writing import printable

_WRONG = PatternFill("solid", fgColor="FFF4C7C3")
_COMMENTS = 2_000  # spreadsheets grow slow with more; the colour and the column of reasons have no limit
_AUTHOR = "Kuramori"


def write_error_sheet(
    source: Source, outcomes: Iterable[RowOutcome], path: Path, *, hidden: Collection[int] = ()
) -> None:
    """Write the rows of the source as they stand, in the language that is active now. Nothing in it is a formula.

    Rows whose numbers are `hidden` stay empty: they are about whoever gets the sheet (fault H3).
    """
    errors: defaultdict[int, list[CellError]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.row is not None and outcome.errors:
            errors[outcome.row.number].extend(outcome.errors)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(source.table.sheet[:31] or _("Table"))
    sheet.freeze_panes = f"A{source.header.row + 1}"
    reasons = max((column.index for column in source.header.columns), default=0) + 1
    sheet.column_dimensions[get_column_letter(reasons + 1)].width = 60
    commented = 0
    last = 0
    for row in source.table.rows():
        for _empty in range(last + 1, row.number):
            sheet.append([])
        last = row.number
        if row.number in hidden:
            sheet.append([])
            continue
        found = errors.get(row.number, [])
        cells = [_written(sheet, cell) for cell in row.cells[:reasons]]
        cells += [_written(sheet, None) for _missing in range(reasons - len(cells))]
        for error in found:
            _mark(cells, error, with_comment=commented < _COMMENTS)
            commented += 1
        sheet.append([*cells, _reasons(sheet, found, is_header=row.number == source.header.row)])
    book.save(path)


def _written(sheet: object, cell: Cell) -> WriteOnlyCell:
    value = str(cell) if isinstance(cell, Broken) else cell
    written = WriteOnlyCell(sheet, value=printable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        written.data_type = "s"  # never a formula, whatever it begins with
    return written


def _mark(cells: list[WriteOnlyCell], error: CellError, *, with_comment: bool) -> None:
    index = column_index(error.column) if error.column else 0
    if 0 <= index < len(cells):
        cells[index].fill = _WRONG
        if with_comment and cells[index].comment is None:
            cells[index].comment = Comment(printable(f"{error.message}\n{error.next_step}"), _AUTHOR)


def _reasons(sheet: object, errors: Sequence[CellError], *, is_header: bool) -> WriteOnlyCell:
    text = "\n".join(f"{error.column}{error.row} {error.header}: {error.message} {error.next_step}" for error in errors)
    reason = _written(sheet, _("Why the row was not taken in") if is_header else printable(text) or None)
    if is_header:
        reason.font = Font(bold=True)
    return reason
