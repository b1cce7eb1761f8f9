"""Which row names the columns, and which column is which field.

Japanese ledgers begin with a title, a date and a stamp box, name columns over two lines, and merge cells. So the header
is not the first row but the row, with the one above it, whose words the import knows best.
"""

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from kuramori.kernel.imports.cell import Cell, Row, is_blank, letter
from kuramori.kernel.imports.cells import key, short_key, text
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.mapping import ID_FIELD, ImportKind
from kuramori.kernel.imports.reading import Table
from kuramori.kernel.imports.wording import phrase

_SEARCHED_ROWS = 60
_SURE = 0.9
_ALIKE = 0.8
_ID_KEYS = frozenset({"id", "kuramoriid"})


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A column as the file names it; `words` are its lines from top to bottom."""

    index: int
    words: tuple[str, ...]

    @property
    def letter(self) -> str:
        """Give the column's letter."""
        return letter(self.index)

    @property
    def title(self) -> str:
        """Give the header as one line."""
        return " / ".join(" ".join(word.split()) for word in self.words)


@dataclass(frozen=True, slots=True)
class Header:
    """The row above the data, and its columns that have a name."""

    row: int
    columns: tuple[HeaderCell, ...]

    @property
    def fingerprint(self) -> str:
        """Give what stays equal when the same source sends its next file: the names and their order (SHA-256)."""
        names = "\x1f".join(key(column.title) for column in self.columns)
        return hashlib.sha256(names.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Match:
    """A proposed field for a column, and how sure the proposal is, from 0 to 1."""

    column: HeaderCell
    field: str  # empty: the column is not taken
    confidence: float


class Vocabulary:
    """All words by which a kind knows its fields, in comparable form."""

    def __init__(self, kind: ImportKind) -> None:
        self.words: dict[str, str] = {}
        for field in kind.fields:
            for word in (field.name, *_in_both_languages(field.label), *field.aliases):
                self.words.setdefault(key(word), field.name)

    def sure(self, words: Sequence[str]) -> tuple[str, float]:
        """Find the field that a header names outright: by all its lines, by the last, or without its brackets."""
        joined = "".join(words)
        for form, confidence in ((key(joined), 1.0), (key(words[-1]), 0.97), (short_key(joined), 0.93)):
            if field := self.words.get(form):
                return field, confidence
        field = self.words.get(short_key(words[-1]), "")
        return field, _SURE if field else 0.0

    def likely(self, words: Sequence[str]) -> tuple[str, float]:
        """Find the field that a header resembles: one word within the other, or few letters apart."""
        form = short_key("".join(words))
        best, confidence = "", 0.0
        for word, field in self.words.items():
            shorter, longer = sorted((word, form), key=len)
            if len(shorter) > 1 and shorter in longer:
                found = 0.4 + 0.4 * len(shorter) / len(longer)
            else:
                ratio = difflib.SequenceMatcher(None, word, form).ratio()
                found = ratio * 0.7 if ratio >= _ALIKE else 0.0
            if found > confidence:
                best, confidence = field, found
        return best, round(confidence, 2)


def find_header(table: Table, kind: ImportKind) -> Header:
    """Find the header within the first 60 rows; raises FileRefused when the sheet has no row that could be one."""
    rows = list(islice(table.rows(), _SEARCHED_ROWS))
    vocabulary = Vocabulary(kind)
    best: Header | None = None
    score = (0, 0, 0)
    for place, row in enumerate(rows):
        above = rows[place - 1] if place and rows[place - 1].number == row.number - 1 else None
        for header in (_compose(row, None), *([_compose(row, above)] if above else ())):
            found = {vocabulary.sure(column.words)[0] for column in header.columns} - {""}
            titles = {column.title for column in header.columns}
            rank = (len(found), len(titles) - len(header.columns), -sum(len(each.words) > 1 for each in header.columns))
            if found and (best is None or rank > score):
                best, score = header, rank
    if best is not None:
        return best
    named = [row for row in rows[:20] if sum(isinstance(cell, str) and not is_blank(cell) for cell in row.cells) > 1]
    if not named:
        raise FileRefused(
            phrase(_("No row with column names was found in %(file)s %(sheet)s."), file=table.file, sheet=table.sheet),
            phrase(_("Put the names of the columns in one row above the data.")),
        )
    return _compose(max(named, key=lambda row: len({cell for cell in row.cells if not is_blank(cell)})), None)


def header_at(table: Table, row_number: int) -> Header:
    """Take the row that a person pointed at; raises FileRefused when there is nothing in it."""
    for row in islice(table.rows(), _SEARCHED_ROWS):
        if row.number == row_number:
            return _compose(row, None)
    raise FileRefused(
        phrase(_("Row %(row)s of %(file)s is empty."), row=row_number, file=table.file),
        phrase(_("Choose the row that names the columns.")),
    )


def propose(header: Header, kind: ImportKind, sample: Sequence[Row], remembered: Mapping[str, str]) -> list[Match]:
    """Propose a field for each column, each field once: what was chosen before for this source, then the surest.

    `remembered` holds field names by `key` of the column's title, from the last import of the same source.
    """
    vocabulary = Vocabulary(kind)
    known = {field.name for field in kind.fields} | {ID_FIELD, ""}
    candidates: list[tuple[float, HeaderCell, str]] = []
    for column in header.columns:
        chosen = remembered.get(key(column.title))
        if chosen in known and chosen is not None:
            candidates.append((2.0, column, chosen))
        elif key(column.title) in _ID_KEYS and _all_ids(sample, column.index):
            candidates.append((1.0, column, ID_FIELD))
        else:
            field, confidence = vocabulary.sure(column.words)
            if not field:
                field, confidence = vocabulary.likely(column.words)
            candidates.append((confidence, column, field))
    taken: dict[str, int] = {}
    for _confidence, column, field in sorted(candidates, key=lambda each: -each[0]):
        taken.setdefault(field, column.index)
    return [
        Match(column, field, min(confidence, 1.0)) if field and taken[field] == column.index else Match(column, "", 0.0)
        for confidence, column, field in candidates
    ]


def best_table(tables: Sequence[Table], kind: ImportKind) -> Table:
    """Choose the sheet whose header this kind knows best; the first one when none is known."""
    vocabulary = Vocabulary(kind)

    def known(table: Table) -> int:
        try:
            header = find_header(table, kind)
        except FileRefused:
            return -1
        return len({vocabulary.sure(column.words)[0] for column in header.columns} - {""})

    return tables[0] if len(tables) == 1 else max(tables, key=known)


def _compose(row: Row, above: Row | None) -> Header:
    columns: list[HeaderCell] = []
    for index, (own, upper) in enumerate(zip_longest(row.cells, above.cells if above else ())):
        words = tuple(
            dict.fromkeys(
                text(cell) for cell in (upper, own) if isinstance(cell, (str, int)) and _names_something(cell)
            )
        )
        if words and (_names_something(own) or above is None):
            columns.append(HeaderCell(index, words))
    return Header(row.number, tuple(columns))


def _names_something(cell: Cell) -> bool:
    return isinstance(cell, (str, int)) and not isinstance(cell, bool) and not is_blank(cell)


def _all_ids(sample: Iterable[Row], index: int) -> bool:
    found = [row.cells[index] for row in sample if index < len(row.cells) and not is_blank(row.cells[index])]
    dashed = len("01980000-0000-7000-8000-000000000000")
    return all(isinstance(cell, str) and len(cell) == dashed and cell.count("-") == 4 for cell in found)  # noqa: PLR2004


def _in_both_languages(label: object) -> tuple[str, str]:
    names = []
    for language in ("en", "ja"):
        with override(language):
            names.append(str(label))
    return names[0], names[1]
