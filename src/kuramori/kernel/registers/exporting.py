"""Exports: the filtered list as a file, handed out only after the ledger has noted it (fails closed).

The file is written to disk row by row first, so the act notes the true number of rows and the file's SHA-256, and a
file that turns up elsewhere can be traced to its export.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports.writing import MAX_SHEET_ROWS, Value, write_csv, write_xlsx
from kuramori.kernel.registers.cells import plain
from kuramori.kernel.registers.columns import Column
from kuramori.kernel.registers.listing import Listing, offered_columns

VERB = "kernel.register.export"
CHUNK = 2000
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def export(listing: Listing, form: str, *, why: str = "") -> IO[bytes]:
    """Write the list as `form` (a key of FORMATS) and note it in the ledger; returns the file, at its beginning.

    Columns are those named in the address, else all that may be exported; `id` comes first, for the way back in.
    Raises LedgerUnavailable when the act fails, and Refused when a workbook cannot hold the rows.
    """
    rows, words = listing.found()
    columns = _columns(listing)
    with ExitStack() as until_handed_out:
        file = until_handed_out.enter_context(tempfile.TemporaryFile())
        with act(VERB, by=listing.viewer.actor, why=why) as this:
            count = _write(listing, form, columns, listing.chosen(rows), file)
            file.seek(0)
            this.note("register", str(listing.register.title))
            this.note("filter", list(words.values()))
            this.note("columns", [column.name for column in columns])
            this.note("rows", count, in_clear=True)
            this.note("format", form, in_clear=True)
            this.note("sha256", hashlib.file_digest(file, "sha256").hexdigest(), in_clear=True)
        file.seek(0)
        until_handed_out.pop_all()
    return file


def _columns(listing: Listing) -> list[Column]:
    chosen = listing.columns if listing.query.getlist("column") else offered_columns(listing.register, listing.viewer)
    return [column for column in chosen if column.export]


def _write(listing: Listing, form: str, columns: Sequence[Column], rows: Any, file: IO[bytes]) -> int:
    values = _values(rows, columns, listing)
    header = ["id", *(str(column.label) for column in columns)]
    if form == "json":
        return _write_json(["id", *(column.name for column in columns)], values, file)
    if form == "csv":
        return write_csv(header, values, file)
    if rows.order_by().values("pk")[:MAX_SHEET_ROWS].count() == MAX_SHEET_ROWS:
        raise Refused(_("A workbook holds 1,048,575 rows; this list has more."), _("Choose CSV, or narrow the list."))
    return write_xlsx(header, values, file, title=str(listing.register.title))


def _values(rows: Any, columns: Sequence[Column], listing: Listing) -> Iterator[list[Value]]:
    readers: list[Callable[..., object]] = [column.of for column in columns]
    for record in rows.iterator(chunk_size=CHUNK):
        yield [record.pk, *(plain(read(record, listing.viewer), listing.viewer) for read in readers)]


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
