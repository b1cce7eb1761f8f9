"""The rows of one sheet, as a stream: values as saved, merged cells filled, broken cells kept as what they are."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.archive import blocks, parse
from kuramori.kernel.imports.cell import Broken, Cell, Row, column_index
from kuramori.kernel.imports.formats import from_serial
from kuramori.kernel.imports.gate import damaged
from kuramori.kernel.imports.textfile import too_long, too_wide
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.imports.workbook import Sheet, Workbook, unescape

_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_TAIL = 512  # a mergeCell element is shorter: what may be cut between two blocks
_MAX_MERGES = 100_000
_EXACT = 2**53  # whole numbers above it are not exact in a workbook
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged rectangle; rows from 1, columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


def rows(book: Workbook, sheet: Sheet) -> Iterator[Row]:
    """Give the rows that hold anything; empty formatted rows, of which Excel writes a million, pass without a trace.

    Raises:
        FileRefused: the sheet is damaged, or holds more rows or columns than a register has.
    """
    spread = _Spread(_merges(book, sheet))
    reader = _Cells(book)
    count = 0
    with _unpacked(book, sheet) as chunks:
        for _pause in parse(chunks, name=book.name, start=reader.start, end=reader.end, text=reader.text):
            for number, cells in reader.take():
                count += 1
                if count > book.limits.rows + 100:
                    raise too_long(book.name, book.limits)
                if max(cells) >= book.limits.columns:
                    raise too_wide(book.name, number, max(cells) + 1, book.limits)
                spread.fill(number, cells)
                yield Row(number, [cells.get(index) for index in range(max(cells) + 1)])


@contextmanager
def _unpacked(book: Workbook, sheet: Sheet) -> Iterator[Iterator[bytes]]:
    """Open the sheet's bytes, and close them however the walk ends."""
    with zipfile.ZipFile(book.path) as archive:
        chunks = blocks(archive, sheet.member, name=book.name, limits=book.limits)
        with closing(chunks):
            yield chunks


def _merges(book: Workbook, sheet: Sheet) -> list[Merge]:
    """Find the merged cells, which stand behind the rows: a first walk over the bytes, without parsing them."""
    found: list[Merge] = []
    last = b""
    with _unpacked(book, sheet) as chunks:
        for block in chunks:
            for match in _MERGE.finditer(last + block):
                left, top, right, bottom = (part.decode() for part in match.groups())
                found.append(Merge(int(top), column_index(left), int(bottom), column_index(right)))
            if len(found) > _MAX_MERGES:
                raise too_long(book.name, book.limits)
            cut = (last + block)[-_TAIL:]
            last = cut[cut.rfind(b"<") :] if b"<" in cut else b""
    return sorted(set(found), key=lambda merge: merge.top)


class _Spread:
    """Writes the value of a merged cell's corner into all its cells, as people read it."""

    def __init__(self, merges: list[Merge]) -> None:
        self.waiting = list(reversed(merges))
        self.open: list[tuple[Merge, Cell]] = []

    def fill(self, number: int, cells: dict[int, Cell]) -> None:
        self.open = [(merge, value) for merge, value in self.open if merge.bottom >= number]
        while self.waiting and self.waiting[-1].top <= number:
            merge = self.waiting.pop()
            if merge.top == number and merge.left in cells:
                self.open.append((merge, cells[merge.left]))
        for merge, value in self.open:
            for column in range(merge.left, min(merge.right, merge.left + 200) + 1):
                cells.setdefault(column, value)


class _Cells:
    """Handlers for `sheetData`: collects finished rows until somebody takes them."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.done: list[tuple[int, dict[int, Cell]]] = []
        self.cells: dict[int, Cell] = {}
        self.row = 0
        self.column = -1
        self.kind = "n"
        self.style = 0
        self.parts: list[str] = []
        self.wants_text = False
        self.has_value = False
        self.formula = False
        self.is_furigana = False

    def take(self) -> list[tuple[int, dict[int, Cell]]]:
        done, self.done = self.done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            reference = attributes.get("r")
            self.column = column_index(reference) if reference else self.column + 1
            self.kind = attributes.get("t", "n")
            self.style = int(attributes.get("s", 0))
            self.parts = []
            self.has_value = self.formula = False
        elif tag == "v" or (tag == "t" and not self.is_furigana):
            self.wants_text = self.has_value = True
        elif tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
            self.cells = {}
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.is_furigana = True

    def text(self, part: str) -> None:
        if self.wants_text:
            self.parts.append(part)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.wants_text = False
        elif tag == "c":
            value = self.value()
            if value is not None and value != "":
                self.cells[self.column] = value
        elif tag == "row" and self.cells:
            self.done.append((self.row, self.cells))
        elif tag == "rPh":
            self.is_furigana = False

    def value(self) -> Cell:
        text = "".join(self.parts)
        if self.formula and (not self.has_value or (not text and self.kind != "str")):
            return not_calculated()
        if not self.has_value:
            return None
        if self.kind in ("s", "inlineStr", "str"):
            return checked(self.shared(text) if self.kind == "s" else unescape(text), self.book.limits.cell_characters)
        if self.kind == "b":
            return text == "1"
        special = {"e": _error_value, "d": _iso}.get(self.kind)
        return special(text) if special else self.number(text)

    def shared(self, text: str) -> str:
        try:
            return self.book.texts[int(text)]
        except (ValueError, IndexError) as broken:
            raise damaged(self.book.name) from broken

    def number(self, text: str) -> Cell:
        try:
            value = float(text)
        except ValueError:
            return text
        if self.style in self.book.date_styles:
            return from_serial(value, epoch_1904=self.book.epoch_1904) or _impossible_date(text)
        if not value.is_integer() or abs(value) >= _EXACT:
            return value if isfinite(value) else text
        whole = int(value)
        width = self.book.padded_styles.get(self.style)
        return f"{whole:0{width}d}" if width and whole >= 0 else whole


def _iso(text: str) -> Cell:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-01") else datetime.fromisoformat(text)
    except ValueError:
        return _impossible_date(text)


def not_calculated() -> Broken:
    """Describe a formula without a saved result, as programs write that generate workbooks without Excel."""
    return Broken(
        "",
        phrase(_("The cell holds a formula whose result is not saved in the file.")),
        phrase(_("Open the file in your spreadsheet program, let it calculate, save it, and import it again.")),
    )


def _error_value(text: str) -> Broken:
    return Broken(
        text,
        phrase(_("The formula in this cell gives the error %(error)s."), error=text),
        phrase(_("Correct the formula, or type the value.")),
    )


def _impossible_date(text: str) -> Broken:
    return Broken(
        text,
        phrase(_("The cell is formatted as a date, but %(value)s is none."), value=text),
        phrase(_("Type the date again, for example 2026-04-01.")),
    )


def checked(text: str, limit: int) -> Cell:
    """Pass text on, or break it: control characters come from damage or attacks, and no cell holds a book."""
    if len(text) > limit:
        return Broken(
            text[:100],
            phrase(_("The cell holds %(count)s characters; %(limit)s are allowed."), count=len(text), limit=limit),
            phrase(_("Shorten the text, or keep it in a document.")),
        )
    if _CONTROL.search(text):
        return Broken(
            _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text),
            phrase(_("The cell contains control characters that cannot be seen.")),
            phrase(_("Type the text again.")),
        )
    return text
