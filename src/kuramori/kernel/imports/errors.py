"""What can go wrong in an import, always with the next step, and for cells with the exact place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from kuramori.kernel.imports.wording import Phrase


class Unreadable(ValueError):
    """A cell's value is not what its field expects. Raised by the parsers in `cells`, which do not know the place."""

    def __init__(self, message: Phrase, next_step: Phrase) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.next_step = next_step


class FileRefused(ValueError):
    """The whole file is not taken: unsafe to open, not a table, or the wrong sheet. Nothing was written."""

    def __init__(self, message: Phrase, next_step: Phrase) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, kw_only=True, slots=True)
class CellError:
    """One cell that keeps its row out: where it is, what stands in it, what is wrong, and what to do."""

    file: str
    sheet: str  # empty for text files
    row: int  # as the spreadsheet counts, from 1
    column: str  # letter as the spreadsheet shows it, "C"; empty when the whole row is meant
    header: str
    value: str
    message: Phrase
    next_step: Phrase

    @property
    def where(self) -> str:
        """Give the place the way people read it in a spreadsheet: `台帳!C12`."""
        cell = f"{self.column}{self.row}"
        return f"{self.sheet}!{cell}" if self.sheet else cell

    def to_json(self) -> dict[str, object]:
        """Give the stored form, from which `from_json` makes an equal error."""
        places: dict[str, object] = {name: getattr(self, name) for name in _PLACES}
        return places | {"message": self.message.to_json(), "next_step": self.next_step.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Rebuild an error; raises KeyError or TypeError when `stored` was not made by `to_json`."""
        places = {name: stored[name] for name in _PLACES}
        phrases = {name: Phrase.from_json(_members(stored[name])) for name in ("message", "next_step")}
        return cls(**places, **phrases)  # type: ignore[arg-type]


_PLACES = ("file", "sheet", "row", "column", "header", "value")


def _members(stored: object) -> Mapping[str, object]:
    if not isinstance(stored, Mapping):
        raise TypeError("a stored phrase is an object")
    return stored
