"""What a room declares to be importable, and what passes between kit and room; the package's docstring tells how."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol, Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_noop as _

from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.cells import text
from kuramori.kernel.imports.concerned import Concerned
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.wording import Phrase, phrase
from kuramori.kernel.permissions import Viewer

Label = str | Promise

Parse = Callable[[RawValue], object]  # raises errors.Unreadable; gets what the file holds, never an empty cell
ID_FIELD = "id"


@dataclass(frozen=True, kw_only=True)
class ImportField:
    """One thing a column can hold.

    `aliases` are header words in any language ("社員番号", "Employee No."); width, case, spaces and brackets do not
    matter. `parse` turns the cell into the value (see `cells`). A `unique` value given twice rejects both rows, each
    naming the other. `required` means: the column must be mapped, and no cell of it may be empty. `parse_anew` is asked
    for the parser at the beginning of every file, instead of `parse`, where people change the choices (levels, kinds).
    """

    name: str
    label: Label
    parse: Parse = text
    aliases: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    help: Label = ""
    parse_anew: Callable[[], Parse] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Where a field's value was read: the column's letter and header as they stand in the file."""

    letter: str
    header: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedRow:
    """One row of the file with its values, or with the errors that keep it out."""

    file: str
    sheet: str
    number: int  # as the spreadsheet counts, from 1
    columns: Mapping[str, Column]  # by field name; one mapping shared by all rows of a file
    raw: Mapping[str, RawValue]  # by field name, as read
    values: Mapping[
        str, Any
    ]  # by field name, parsed; absent when the column is not mapped, None when the cell is empty
    record_id: UUID | None = None
    errors: tuple[CellError, ...] = ()

    def error(self, field_name: str, message: Phrase, next_step: Phrase) -> CellError:
        """Describe what is wrong with this row's cell for `field_name`; "" means the row as a whole."""
        column = self.columns.get(field_name, Column(letter="", header=""))
        value = self.raw.get(field_name)
        return CellError(
            file=self.file, sheet=self.sheet, row=self.number, column=column.letter, header=column.header,
            value="" if value is None else str(value), message=message, next_step=next_step,
        )  # fmt: skip

    def unknown_id(self) -> CellError:
        """Describe an id that is not there, or not for this viewer: the two look the same on purpose."""
        return self.error(
            ID_FIELD,
            phrase(_("There is no record with the id %(id)s."), id=self.record_id),
            phrase(_("Export the list again, or empty this cell to add the row as a new record.")),
        )


class Action(StrEnum):
    """What a row does to the system."""

    ADD = "add"
    EDIT = "edit"
    END = "end"
    UNCHANGED = "unchanged"
    REJECT = "reject"


CHANGING = frozenset({Action.ADD, Action.EDIT, Action.END})


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field before and after, as text for people; the ledger keeps the exact values."""

    label: Label
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOutcome:
    """What the room decided for one row, or (`row=None`) for something the file says by silence.

    `record` and `values` belong to the room: whatever `resolve` prepares for `apply`. `values` takes part in the
    comparison of dry run and act, so it holds plain values (text, numbers, dates, UUIDs, lists of them).
    """

    row: ParsedRow | None
    action: Action
    name: str = ""  # for the preview: "A-17 金型図面"
    record: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[FieldChange, ...] = ()
    errors: tuple[CellError, ...] = ()
    warnings: tuple[CellError, ...] = ()  # the row is taken, but somebody should look

    @classmethod
    def rejected(cls, row: ParsedRow, *errors: CellError) -> Self:
        """Refuse a row for `errors`, together with those found while reading it."""
        return cls(row=row, action=Action.REJECT, errors=(*row.errors, *errors))


def parts(outcomes: Iterable[RowOutcome], action: Action, size: int) -> Iterator[list[RowOutcome]]:
    """Yield the outcomes with one action, some at a time: how `apply` writes a large file in bulk and little memory."""
    chosen = (outcome for outcome in outcomes if outcome.action is action)
    while part := list(islice(chosen, size)):
        yield part


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A file that may be right but must not pass unseen: somebody else who holds `permission` approves it first."""

    message: Phrase
    next_step: Phrase
    permission: str


class Resolve(Protocol):
    """Decide for every row; reads only."""

    def __call__(self, rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Iterable[RowOutcome]: ...


class Apply(Protocol):
    """Write the outcomes; called inside the act. They may be walked more than once."""

    def __call__(self, outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None: ...


class Guard(Protocol):
    """Judge the result as a whole; None lets it pass."""

    def __call__(self, outcomes: Collection[RowOutcome], *, viewer: Viewer) -> Stop | None: ...


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """Something that can be imported: declared in a room's `room.py`, drawn and run by the kit.

    A kind whose files are about people says how by `concerned`: nobody sees what is about himself, and a file belongs
    to whoever handed it in alone. Therefore nobody else could approve one, and such a kind has no guard.
    """

    name: str  # word of the command line and the URL: "people", "secrets"
    title: Label
    why: Label  # what this import is for, shown on the empty page
    fields: tuple[ImportField, ...]
    permission: str
    verb: str  # of the one act: "register.secret.import"
    resolve: Resolve
    apply: Apply
    guard: Guard | None = None
    concerned: Concerned | None = None

    def __post_init__(self) -> None:
        """Refuse a kind whose stopped files nobody could see."""
        if self.guard and self.concerned:
            message = f"{self.name}: files about people are seen by who handed them in, so nobody could approve one"
            raise ValueError(message)

    def field(self, name: str) -> ImportField:
        """Give the field called `name`; raises KeyError when there is none."""
        return {each.name: each for each in self.fields}[name]
