"""A cell as it was read, before anybody asked what it should mean."""

from dataclasses import dataclass
from datetime import date, datetime, time

from kuramori.kernel.imports.wording import Phrase

RawValue = str | int | float | bool | date | datetime | time | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no usable value: a formula never calculated, an error like #REF!, a control character."""

    shown: str
    message: Phrase
    next_step: Phrase

    def __str__(self) -> str:
        return self.shown


Cell = RawValue | Broken


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet: its number as the spreadsheet shows it, and its cells from column A without gaps."""

    number: int
    cells: list[Cell]


def letter(index: int) -> str:
    """Give the column's name for an index from 0: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(reference: str) -> int:
    """Give the index from 0 of a reference such as `AB12`; -1 when it starts with no letter."""
    index = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        index = index * 26 + ord(sign) - 64
    return index - 1


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell says nothing: empty, or only spaces of any width."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
