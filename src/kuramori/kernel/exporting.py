"""Exports: a list as a file, handed out only after the ledger has noted it (fails closed).

The file is written to disk row by row before the act, which would hold up all others meanwhile. So the act notes the
true number of rows and the file's SHA-256, and a file that turns up elsewhere can be traced to its export.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.cells import plain
from kuramori.kernel.columns import Column
from kuramori.kernel.imports.writing import MAX_SHEET_ROWS, Value, write_csv, write_xlsx
from kuramori.kernel.permissions import Viewer

VERB = "kernel.register.export"
CHUNK = 2000
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def export(
    viewer: Viewer,
    *,
    title: str,
    columns: Sequence[Column],
    rows: QuerySet[Any],
    narrowed_by: Sequence[str],
    form: str,
    why: str = "",
) -> IO[bytes]:
    """Write rows as `form` (a key of FORMATS) and note it in the ledger; returns the file, at its beginning.

    `rows` are in order and hold only what the viewer may see; `id` comes first, for the way back in.
    Raises LedgerUnavailable when the act fails, and Refused when a workbook cannot hold the rows.
    """
    if form == "xlsx" and rows.order_by().values("pk")[:MAX_SHEET_ROWS].count() == MAX_SHEET_ROWS:
        raise Refused(_("A workbook holds 1,048,575 rows; this list has more."), _("Choose CSV, or narrow the list."))
    with ExitStack() as until_handed_out:
        file = until_handed_out.enter_context(tempfile.TemporaryFile())
        count = _write(form, title, columns, _values(viewer, columns, rows), file)
        file.seek(0)
        with act(VERB, by=viewer.actor, why=why) as this:
            this.note("register", title)
            this.note("filter", narrowed_by)
            this.note("columns", [column.name for column in columns])
            this.note("rows", count, in_clear=True)
            this.note("format", form, in_clear=True)
            this.note("sha256", hashlib.file_digest(file, "sha256").hexdigest(), in_clear=True)
        file.seek(0)
        until_handed_out.pop_all()
    return file


def _write(form: str, title: str, columns: Sequence[Column], values: Iterable[Sequence[Value]], file: IO[bytes]) -> int:
    if form == "json":
        return _write_json(["id", *(column.name for column in columns)], values, file)
    header = ["id", *(str(column.label) for column in columns)]
    return write_csv(header, values, file) if form == "csv" else write_xlsx(header, values, file, title=title)


def _values(viewer: Viewer, columns: Sequence[Column], rows: QuerySet[Any]) -> Iterator[list[Value]]:
    for record in rows.iterator(chunk_size=CHUNK):
        yield [record.pk, *(plain(column.of(record, viewer), viewer) for column in columns)]


def _write_json(names: Sequence[str], rows: Iterable[Sequence[Value]], file: IO[bytes]) -> int:
    """Write an array of objects, one a line."""
    count = 0
    file.write(b"[")
    for row in rows:
        file.write(b",\n" if count else b"\n")
        file.write(orjson.dumps(dict(zip(names, row, strict=True)), default=str))
        count += 1
    file.write(b"\n]\n")
    return count
