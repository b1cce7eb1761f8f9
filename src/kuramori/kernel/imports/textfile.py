"""CSV and TSV in whatever encoding a Japanese office produces, as rows of text.

CP932 and never `shift_jis`: only CP932 knows ①, ㈱ and 髙 (NEC and IBM extensions), which Windows writes.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import LIMITS, Limits
from kuramori.kernel.imports.wording import phrase

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", "\t", ";", "|")
ENCODINGS = ("utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be", "euc_jp", "iso2022_jp")
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 50
_BEGINS_AS_JSON = re.compile(r'\s*\{\s*"')


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A readable text table. `rows` may be walked again and again; each walk reads the file anew, a block at a time."""

    path: Path
    name: str
    encoding: str
    delimiter: str
    limits: Limits = LIMITS
    is_guarded: ClassVar[bool] = True
    """Whether spreadsheets put apostrophes before what they would calculate."""

    @property
    def is_json(self) -> bool:
        """Say whether it begins as JSON Lines do: no header of a table begins with a brace and a quotation mark."""
        with self.path.open(encoding=self.encoding, errors="replace") as stream:
            return _BEGINS_AS_JSON.match(stream.read(_SAMPLE_BYTES)) is not None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give (row number from 1, cells); a quoted line break stays within its row, as a spreadsheet counts.

        Raises:
            FileRefused: a quote never closes, a row or cell is too large, or bytes are not in the encoding.
        """
        csv.field_size_limit(self.limits.cell_characters * 4)
        with self.path.open(encoding=self.encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=self.delimiter, strict=True)
            try:
                for number, cells in enumerate(reader, start=1):
                    if len(cells) > self.limits.columns:
                        raise too_wide(self.name, number, len(cells), self.limits)
                    if number > self.limits.rows + _SAMPLE_ROWS:
                        raise too_long(self.name, self.limits)
                    yield number, cells
            except csv.Error as broken:
                raise _bad_line(self.name, reader.line_num) from broken
            except UnicodeError as broken:
                raise unknown_encoding(self.name) from broken


def open_text(path: Path, *, name: str, encoding: str | None = None, limits: Limits = LIMITS) -> TextFile:
    """Find the encoding and the delimiter of `path`; raises FileRefused when it is not text in any encoding we know."""
    encoding = encoding or detect_encoding(path, name=name)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        sample = stream.read(_SAMPLE_BYTES)
    if sample.count("\0") * 10 > len(sample):
        raise _not_text(name)
    return TextFile(path=path, name=name, encoding=encoding, delimiter=detect_delimiter(sample), limits=limits)


def detect_encoding(path: Path, *, name: str) -> str:
    """Name the codec that reads all of `path`: by its mark, else UTF-8, else the Japanese codec that fits best."""
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE_BYTES)
    for mark, marked in _BOMS:
        if head.startswith(mark):
            return marked
    if unmarked := _utf16_without_mark(head):
        return unmarked
    if b"\x1b$B" in head or b"\x1b$@" in head:
        return "iso2022_jp"
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    fitting = [codec for codec in ("cp932", "euc_jp") if _decodes(path, codec)]
    if not fitting:
        raise unknown_encoding(name)
    return max(fitting, key=lambda codec: _looks_japanese(head.decode(codec, errors="ignore")))


def detect_delimiter(sample: str) -> str:
    """Choose the delimiter that cuts most rows of the sample into one same number of cells, more than one."""
    lines = sample.splitlines(keepends=True)
    return max(_DELIMITERS, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(cells) for cells in islice(csv.reader(lines, delimiter=delimiter), _SAMPLE_ROWS))
    except csv.Error:
        return (0, 0)
    widths.pop(0, None)
    widths.pop(1, None)
    if not widths:
        return (0, 0)
    width, rows = widths.most_common(1)[0]
    return (rows, width)


def _utf16_without_mark(head: bytes) -> str | None:
    """Recognise unmarked UTF-16 by the zero bytes of its line ends and commas, which are all on one side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 20 and even == 0:
        return "utf-16-le"
    if even > len(head) // 20 and odd == 0:
        return "utf-16-be"
    return None


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as stream:
        try:
            while block := stream.read(1024 * 1024):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_japanese(text: str) -> float:
    """Score a decoding: kana and kanji speak for it; half-width katakana is what EUC-JP looks like in CP932."""
    if not text:
        return 0.0
    kana = sum("\u3040" <= each <= "\u30ff" or "\u4e00" <= each <= "\u9fff" for each in text)
    debris = sum("\uff61" <= each <= "\uff9f" or "\u0080" <= each <= "\u00a0" for each in text)
    return (kana - 2 * debris) / len(text)


def too_wide(name: str, row: int, columns: int, limits: Limits) -> FileRefused:
    """Refuse a row that has more columns than any register."""
    return FileRefused(
        phrase(
            _("Row %(row)s of %(file)s has %(columns)s columns; %(limit)s are allowed."),
            row=row, file=name, columns=columns, limit=limits.columns,
        ),
        phrase(_("Check that the file is a table with one record per row, and delete unused columns.")),
    )  # fmt: skip


def too_long(name: str, limits: Limits) -> FileRefused:
    """Refuse a file with more rows than one act may change."""
    return FileRefused(
        phrase(_("%(file)s has more than %(limit)s rows."), file=name, limit=limits.rows),
        phrase(_("Split it into several files.")),
    )


def _bad_line(name: str, line: int) -> FileRefused:
    return FileRefused(
        phrase(
            _("The text of %(file)s breaks off at line %(line)s: a quotation mark does not close."),
            file=name,
            line=line,
        ),
        phrase(_("Correct the quotation marks before this line, or save the table as an Excel workbook (.xlsx).")),
    )


def unknown_encoding(name: str) -> FileRefused:
    """Refuse a file whose bytes are no text."""
    return FileRefused(
        phrase(
            _("%(file)s is in no text encoding that we know (UTF-8, CP932, UTF-16, EUC-JP, ISO-2022-JP)."), file=name
        ),
        phrase(_("Save it as CSV UTF-8 or as an Excel workbook (.xlsx).")),
    )


def _not_text(name: str) -> FileRefused:
    return FileRefused(
        phrase(_("%(file)s is neither a workbook nor text."), file=name),
        phrase(_("Choose an Excel workbook (.xlsx), a CSV or a TSV file.")),
    )
