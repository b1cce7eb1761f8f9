"""Files about people: whoever hands one in is shown nothing of what it says about himself (fault H3).

The rows about him are taken in as all others are, and left out of whatever he sees: the first rows, the counts, the
errors, his sheet with the errors marked, and what undoing would do. For him, they are not in the file.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from kuramori.kernel.imports.cell import Broken, Cell, Row
from kuramori.kernel.imports.cells import code
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record

DITTO = frozenset({"〃", "同上", "″"})  # "as above", written by hand in ledgers for a century


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """How a kind of file tells what is about a viewer.

    `marks` gives the words by which a file names him (number, mail address): a row is about him when one of its cells
    is one of them, whatever the case. `is_about` says it of a record that the import wrote.
    """

    marks: Callable[[Viewer], Collection[str]]
    is_about: Callable[[Record, Viewer], bool]


class Veil:
    """What one viewer is not shown of the files of a kind; nothing, where the kind is about nobody."""

    def __init__(self, concerned: Concerned | None, viewer: Viewer) -> None:
        self._concerned, self._viewer = concerned, viewer
        self._marks = {code(mark).casefold() for mark in concerned.marks(viewer) if mark} if concerned else set()

    def hides(self, cells: Iterable[Cell]) -> bool:
        """Say whether a row with these cells is about the viewer."""
        return bool(self._marks) and any(_word(cell) in self._marks for cell in cells)

    def uncovered(self, rows: Iterable[Row]) -> list[Row]:
        """Give the rows that are not about the viewer; one that says “as above” goes with the row above it."""
        shown, is_hidden = [], False
        for row in rows:
            is_hidden = self.hides(row.cells) or (is_hidden and any(_word(cell) in DITTO for cell in row.cells))
            shown += [] if is_hidden else [row]
        return shown

    def hides_record(self, record: Record) -> bool:
        """Say whether a record is about the viewer."""
        return self._concerned is not None and self._concerned.is_about(record, self._viewer)


def _word(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, Broken) else code(cell).casefold()
