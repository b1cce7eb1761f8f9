"""Office documents: docx, pptx, xlsx and OpenDocument, with headers, footers, notes, comments and deleted words.

Cells of a spreadsheet are read by calamine; everything else by a walk over the XML parts of the zip archive.
"""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from kuramori_lake.fingerprint.reading.archive import Archive
from kuramori_lake.fingerprint.reading.limits import Budget, Part, Problem, Reason, RefusalError
from kuramori_lake.fingerprint.reading.markup import words_of

_OOXML: Final = "[Content_Types].xml"
_WORDS: Final = re.compile(
    r"(?:word|ppt|xl)/(?!(?:_rels|theme|media|fonts|slideLayouts|worksheets/_rels|customXml)/)"
    r"(?!(?:styles|settings|fontTable|webSettings|numbering|stylesWithEffects|presProps|viewProps|tableStyles|calcChain"
    r"|sharedStrings|workbook)\.xml)(?!worksheets/)[\w/.-]+\.xml|docProps/core\.xml",
    re.IGNORECASE,
)
_EMBEDDED: Final = re.compile(r"(?:word|ppt|xl)/embeddings/.+|Object[^/]*/.+\.(?:docx|xlsx|pptx)", re.IGNORECASE)
_OPEN_DOCUMENT: Final = re.compile(r"(?:Object[^/]*/)?(?:content|styles|meta)\.xml")
_BOOKS: Final = frozenset({"xl/workbook.xml", "xl/workbook.bin"})


def is_office(archive: Archive) -> bool:
    """Whether an archive is an office document."""
    return _OOXML in archive.names or {"mimetype", "content.xml"} <= archive.names


def is_embedded(name: str) -> bool:
    """Whether a member is a document inside the document."""
    return _EMBEDDED.fullmatch(name) is not None


def read_office(name: str, data: bytes, archive: Archive, budget: Budget) -> Iterator[Part | Problem]:
    """The text of a document, a part for each member that has some; damaged members fail alone."""
    open_document = _OOXML not in archive.names
    if archive.names & _BOOKS:
        yield from read_cells(name, data, budget)
    for member in archive.members:
        if not (_OPEN_DOCUMENT if open_document else _WORDS).fullmatch(member.filename):
            continue
        where = f"{name}/{member.filename}"
        try:
            text = words_of(archive.pieces(member), budget, everything=open_document or "docProps" in where)
        except RefusalError as refusal:
            yield Problem(name=where, reason=refusal.reason)
            continue
        if text:
            yield Part(name=where, text=text)


def read_cells(name: str, data: bytes, budget: Budget) -> Iterator[Part | Problem]:
    """The cells of a spreadsheet (xlsx, xlsb, xls, ods), a part for each sheet."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            text = "\n".join(_row(row) for row in book.get_sheet_by_name(sheet).to_python())
            budget.speak(len(text))
            if text.strip():
                yield Part(name=f"{name}/{sheet}", text=text)
    except RefusalError as refusal:
        yield Problem(name=name, reason=refusal.reason)
    except (CalamineError, OSError, ValueError) as error:
        reason = Reason.ENCRYPTED if "password" in str(error).lower() else Reason.DAMAGED
        yield Problem(name=name, reason=reason)


def _row(cells: Sequence[object]) -> str:
    return "\t".join(_cell(cell) for cell in cells)


def _cell(cell: object) -> str:
    """A number without the point that only floating point gave it."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
