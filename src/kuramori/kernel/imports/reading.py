"""Any table file as rows of cells with their exact places, whichever format it came in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports import sheet, textfile
from kuramori.kernel.imports.cell import Row
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import LIMITS, Form, Limits, recognise
from kuramori.kernel.imports.guarding import unguarded
from kuramori.kernel.imports.jsonlines import JsonLines
from kuramori.kernel.imports.sheet import checked
from kuramori.kernel.imports.textfile import TextFile, open_text
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.imports.workbook import Sheet, Workbook, open_workbook


@dataclass(frozen=True, kw_only=True)
class Table:
    """One sheet of a workbook, or a whole text file. Nothing is kept in memory: each `rows()` reads the file anew."""

    file: str
    sheet: str  # empty for text files
    encoding: str  # empty for workbooks
    source: TextFile | tuple[Workbook, Sheet]

    def rows(self) -> Iterator[Row]:
        """Give the rows that hold anything, in the order of the file; raises FileRefused when it cannot be read on."""
        if isinstance(self.source, TextFile):
            return _text_rows(self.source)
        return sheet.rows(*self.source)


def open_tables(path: Path, *, name: str, encoding: str | None = None, limits: Limits = LIMITS) -> tuple[Table, ...]:
    """Open every sheet that people see, in the order of the tabs; `name` is the user's own file name, for messages.

    Raises:
        FileRefused: the file is unsafe, damaged, or no table.
    """
    if recognise(path, name=name, limits=limits) is Form.TEXT:
        text = open_text(path, name=name, encoding=encoding, limits=limits)
        if text.is_json:
            text = JsonLines(path=path, name=name, encoding=text.encoding, delimiter="", limits=limits)
        return (Table(file=name, sheet="", encoding=text.encoding, source=text),)
    book = open_workbook(path, name=name, limits=limits)
    visible = [each for each in book.sheets if each.is_visible] or list(book.sheets)
    return tuple(Table(file=name, sheet=each.title, encoding="", source=(book, each)) for each in visible)


def choose(tables: tuple[Table, ...], sheet_name: str) -> Table:
    """Give the sheet called `sheet_name`; raises FileRefused, listing the sheets there are."""
    for table in tables:
        if table.sheet == sheet_name:
            return table
    if not tables[0].sheet:
        raise FileRefused(
            phrase(_("%(file)s is a text file and has no sheets."), file=tables[0].file),
            phrase(_("Leave the sheet's name empty.")),
        )
    raise FileRefused(
        phrase(_("%(file)s has no sheet “%(sheet)s”."), file=tables[0].file, sheet=sheet_name),
        phrase(_("Choose one of its sheets: %(sheets)s."), sheets=", ".join(table.sheet for table in tables)),
    )


def _text_rows(source: textfile.TextFile) -> Iterator[Row]:
    plain = unguarded if source.is_guarded else str
    for number, cells in source.rows():
        if any(cells):
            yield Row(number, [checked(plain(text), source.limits.cell_characters) if text else None for text in cells])
