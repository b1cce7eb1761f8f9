"""A file on its way in: from the bytes that were handed in to the source that the kit reads."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext_noop as _

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.imports.cell import Row
from kuramori.kernel.imports.cells import key
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.headers import Header, Match, best_table, find_header, header_at, propose
from kuramori.kernel.imports.mapping import ID_FIELD, ImportKind
from kuramori.kernel.imports.models import ImportMapping, ImportRun
from kuramori.kernel.imports.reading import Table, choose, open_tables
from kuramori.kernel.imports.rows import Source
from kuramori.kernel.imports.storage import FILE, place
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms

SAMPLE = 20


def kinds() -> dict[str, ImportKind]:
    """Give everything that can be imported, by name, from all rooms."""
    return {kind.name: kind for room in rooms() for kind in room.imports}


def everything(by: Actor = SYSTEM) -> Viewer:
    """Give the viewer of the command line: whoever may run it on this machine holds the data folder anyway."""
    permissions = frozenset(str(each) for room in rooms() for each in room.permissions)
    return Viewer(actor=by, person_id=by.id, permissions=permissions, company_wide=permissions)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A table as the kit understands it, for a person to correct: which sheet, which header, which column is what."""

    sheets: tuple[str, ...]
    table: Table
    header: Header
    matches: Sequence[Match]
    sample: Sequence[Row]
    is_remembered: bool

    @property
    def source(self) -> Source:
        """Give the source as proposed."""
        return Source(table=self.table, header=self.header, fields=fields_of(self.matches))


def fields_of(matches: Sequence[Match]) -> dict[str, int]:
    """Give the chosen columns by field name."""
    return {match.field: match.column.index for match in matches if match.field}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person may set himself instead of leaving it to the kit: empty or 0 means find it."""

    sheet: str = ""
    header_row: int = 0
    encoding: str = ""


def understand(kind: ImportKind, path: Path, *, name: str, choice: Choice = Choice()) -> Proposal:
    """Read a file's beginning and propose its mapping: as last time for the same source, else by the words.

    Raises:
        FileRefused: the file is not taken, or has no such sheet or row.
    """
    tables = open_tables(path, name=name, encoding=choice.encoding or None)
    table = choose(tables, choice.sheet) if choice.sheet else best_table(tables, kind)
    header = _header(table, kind, choice.header_row)
    remembered = ImportMapping.objects.filter(import_kind=kind.name, fingerprint=header.fingerprint).first()
    sample = list(islice((row for row in table.rows() if row.number > header.row), SAMPLE))
    matches = propose(header, kind, sample, remembered.fields if remembered else {})
    return Proposal(
        sheets=tuple(each.sheet for each in tables), table=table, header=header, matches=matches, sample=sample,
        is_remembered=remembered is not None,
    )  # fmt: skip


def corrected(proposal: Proposal, kind: ImportKind, wanted: Mapping[str, str]) -> Source:
    """Apply what a person chose: field name → the column's header, or its letter; "" takes the field out.

    Raises:
        FileRefused: there is no such field or column.
    """
    fields = dict(proposal.source.fields)
    by_name = {key(column.title): column.index for column in proposal.header.columns}
    by_name |= {column.letter.casefold(): column.index for column in proposal.header.columns}
    known = {field.name for field in kind.fields} | {ID_FIELD}
    for name, column in wanted.items():
        fields.pop(name, None)
        if name not in known or (column and key(column) not in by_name):
            raise FileRefused(
                phrase(_("There is no field “%(field)s” or no column “%(column)s”."), field=name, column=column),
                phrase(_("Fields: %(fields)s."), fields=", ".join(sorted(known))),
            )
        if column:
            index = by_name[key(column)]
            fields = {each: at for each, at in fields.items() if at != index} | {name: index}
    return Source(table=proposal.table, header=proposal.header, fields=fields)


def source_of(run: ImportRun, kind: ImportKind) -> Source:
    """Open the stored file of a run the way it was understood; raises FileRefused when it is gone or not the same."""
    path = place(run.pk, FILE)
    if not path.exists() or _sha256(path) != run.sha256:
        raise FileRefused(
            phrase(_("The stored copy of %(file)s is gone or was changed."), file=run.file_name),
            phrase(_("Hand the file in again.")),
        )
    tables = open_tables(path, name=run.file_name, encoding=run.encoding or None)
    table = choose(tables, run.sheet) if run.sheet else tables[0]
    return Source(table=table, header=_header(table, kind, run.header_row), fields=run.columns)


def _header(table: Table, kind: ImportKind, row: int) -> Header:
    """Find the header, or take the row that was chosen; its upper line belongs to it only where it was found so."""
    if not row:
        return find_header(table, kind)
    found = find_header(table, kind)
    return found if found.row == row else header_at(table, row)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
