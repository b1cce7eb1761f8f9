"""Tables out: xlsx and CSV, row by row, so that a million rows need no more memory than ten.

No cell can become a formula (fault A12): workbook cells are typed as text; in CSV, where nothing is typed, text that a
spreadsheet would calculate gets a leading apostrophe, which `reading` takes off again, so that a round trip keeps it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import IO
from uuid import UUID
from xml.sax.saxutils import escape

from kuramori.kernel.imports.cell import letter
from kuramori.kernel.imports.guarding import guarded

Value = str | int | float | bool | Decimal | date | datetime | UUID | None
MAX_SHEET_ROWS = 1_048_576
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NUMBER_DIGITS = 15  # what a spreadsheet keeps of a number; longer ones are written as text
_BUFFER = 1024 * 1024
_AS_TEXT = ' s="4"'  # so that a cell typed into later stays text too


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Value]], stream: IO[bytes]) -> int:
    """Write UTF-8 with its mark, without which Excel takes it for CP932; gives the number of rows written.

    Times are written as they are: bring them into the reader's zone before.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([guarded(column) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([_written(value) if isinstance(value, str) else _plain(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _written(text: str) -> str:
    """A text without zero bytes: a file with many of them is taken for no text by us and by others."""
    return guarded(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Value]], stream: IO[bytes], *, title: str = "") -> int:
    """Write one sheet with a fixed header and a filter; gives the number of rows written.

    Days keep their type, times lose their zone (a workbook knows none: bring them into the reader's zone before).
    Raises ValueError beyond 1,048,576 rows, which no workbook holds; use CSV.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in _FRAME.items():
            archive.writestr(name, content)
        archive.writestr("xl/workbook.xml", _WORKBOOK % escape(_sheet_name(title), {'"': "&quot;"}))
        with (
            archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as raw,
            io.BufferedWriter(
                raw,
                _BUFFER,
            ) as sheet,
        ):
            return _write_sheet(columns, rows, sheet)


def _write_sheet(columns: Sequence[str], rows: Iterable[Sequence[Value]], sheet: IO[bytes]) -> int:
    letters = [letter(index) for index in range(max(1, len(columns)))]
    sheet.write((_SHEET_HEAD % len(letters)).encode())
    sheet.write(_row(1, letters, columns, style=' s="2"').encode())
    number = 1
    for number, row in enumerate(rows, start=2):
        if number > MAX_SHEET_ROWS:
            raise ValueError("a workbook holds 1,048,576 rows; write CSV instead")
        sheet.write(_row(number, letters, row).encode())
    sheet.write(f'</sheetData><autoFilter ref="A1:{letters[-1]}{number}"/></worksheet>'.encode())
    return number - 1


def _row(number: int, letters: Sequence[str], values: Sequence[Value], style: str = "") -> str:
    cells = "".join(
        _cell(f"{name}{number}", value, style) for name, value in zip(letters, values, strict=True) if value is not None
    )
    return f'<row r="{number}">{cells}</row>'


def _cell(reference: str, value: Value, style: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{reference}"{style} t="b"><v>{value:d}</v></c>'
    if isinstance(value, (int, float, Decimal)) and isfinite(value) and len(str(value).lstrip("-")) <= _NUMBER_DIGITS:
        return f'<c r="{reference}"{style}><v>{value}</v></c>'
    if isinstance(value, datetime):
        seconds = (value.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds()  # noqa: DTZ001
        return f'<c r="{reference}" s="3"><v>{seconds / 86_400:.10f}</v></c>'
    if isinstance(value, date):
        return f'<c r="{reference}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    text = f'<is><t xml:space="preserve">{_text(str(value))}</t></is>'
    return f'<c r="{reference}"{style or _AS_TEXT} t="inlineStr">{text}</c>'


def printable(text: str) -> str:
    """Replace what XML cannot hold, for text that goes into a workbook by another writer."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(text: str) -> str:
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return escape(_UNWRITABLE.sub(lambda sign: "\ufffd" if sign[0] > "\x1f" else f"_x{ord(sign[0]):04X}_", text))


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)


def _sheet_name(title: str) -> str:
    """Give a name that Excel takes: 31 characters, no brackets, colons or slashes, no apostrophe at the ends."""
    return _UNWRITABLE.sub("", re.sub(r"[\[\]:*?/\\]", " ", title)).strip("' ")[:31] or "Sheet1"


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FRAME = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" '
    'formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Yu Gothic"/></font>'
    '<font><b/><sz val="11"/><name val="Yu Gothic"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyFont="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
    '<xf numFmtId="49" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_WORKBOOK = (
    f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
_SHEET_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="%d" width="18" '
    'customWidth="1"/></cols><sheetData>'
)
