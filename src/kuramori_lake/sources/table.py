"""Any CSV or TSV by a mapping: badge controllers, visitors' books, copiers, Japanese endpoint managers.

Encodings: UTF-8 with or without BOM, UTF-16 with BOM, CP932 (never `shift_jis`, which fails on ① and 髙). A row that is
not understood goes to quarantine alone. Two equal rows are two events; the digest is of the cells, so that the same
export in another encoding is known again.
"""

import csv
from collections.abc import Iterator
from functools import partial
from typing import Final

from kuramori_lake.sources.mapping import Mapping, load, plain, presets
from kuramori_lake.sources.parsed import Options, Reading, Source, reject
from kuramori_lake.sources.table_meaning import Meaning, named
from kuramori_lake.sources.table_rows import Body, lines

PREAMBLE_ROWS: Final = 50
_DELIMITERS: Final = ",\t;|"

__all__ = ["TableError", "presets", "table_source"]


class TableError(ValueError):
    """The file is no table of this kind; the message is the reason shown in quarantine."""


def encoding_of(data: bytes) -> str:
    """By its BOM, else UTF-8 if all of it is, else CP932."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if data[0] == 0xFF else "utf-16-be"  # noqa: PLR2004
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=text.count)


def _headings(text: str, delimiter: str) -> list[str]:
    """The cells of a line that may be the header; none of one that is no row at all."""
    try:
        return [plain(cell) for cell in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _body(content: bytes, encoding: str, mapping: Mapping, salt: bytes) -> Body:
    """What stands below the header: the first row that has the columns asked for, after a preamble. A BOM is no text.

    Raises:
        TableError: there is no such row.
    """
    start = 2 if encoding.startswith("utf-16") else 3 if content.startswith(b"\xef\xbb\xbf") else 0
    for line in lines(content, encoding, start):
        text = line.text or ""
        delimiter = _delimiter(text)
        cells = _headings(text, delimiter)
        if set(mapping.header) <= set(cells):
            places = {name: at for at, name in reversed(list(enumerate(cells))) if name in named(mapping)}
            return Body(
                content=content, start=line.offset + line.length, row=line.row, encoding=encoding,
                delimiter=delimiter, columns=places, salt=salt,
            )  # fmt: skip
        if line.row > PREAMBLE_ROWS:
            break
    raise TableError(f"no header row with {', '.join(mapping.header)}")


def parse(mapping: Mapping, data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one table. A file without the header is one reject, so that the counts still say that it came."""
    content = bytes(data)
    encoding = encoding_of(content)
    meaning = Meaning(mapping, options, encoding)
    try:
        body = _body(content, encoding, mapping, options.salt)
    except TableError as error:
        yield Reading(events=meaning.nothing(), rejects=(reject(1, 0, str(error), content),))
        return
    ignored = body.row
    for part in body.parts():
        events, reasons, skipped = meaning.read(part.cells)
        for at, reason in reasons.items():
            offset, length = int(part.cells.offsets[at]), int(part.cells.lengths[at])
            raw = content[offset : offset + length]
            part.rejects.append(reject(int(part.cells.rows[at]), offset, reason, raw))
        rejects = tuple(sorted(part.rejects, key=lambda one: one.row))
        yield Reading(events=events, rejects=rejects, ignored=ignored + part.blank + skipped)
        ignored = 0


def table_source(name: str) -> Source | None:
    """The parser for a preset, or for a mapping in a `.json` file; None if there is none.

    Raises:
        MappingError: the mapping file is wrong.
    """
    mapping = load(name)
    if mapping is None:
        return None
    return Source(name=f"table:{mapping.name}", version=mapping.version, parse=partial(parse, mapping))
