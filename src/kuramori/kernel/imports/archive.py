"""Reading XML out of a workbook's ZIP: streaming, without document types, and counting what really comes out."""

import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from xml.parsers import expat

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import Limits, bomb, damaged

_BLOCK = 64 * 1024
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class _Forbidden(Exception):
    """A document type or an entity: no spreadsheet program writes one, only attacks do."""


def blocks(archive: zipfile.ZipFile, member: str, *, name: str, limits: Limits) -> Generator[bytes, None, None]:
    """Give the unpacked bytes of `member` in blocks; close it when not walking to the end.

    Raises:
        FileRefused: the member unpacks to more than it claims or than is allowed, or its bytes are damaged.
    """
    claimed = min(archive.getinfo(member).file_size, limits.unpacked_bytes)
    seen = 0
    try:
        with archive.open(member) as stream:
            while block := stream.read(_BLOCK):
                seen += len(block)
                if seen > claimed:
                    raise bomb(name)
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as broken:
        raise damaged(name) from broken


def parse(chunks: Iterator[bytes], *, name: str, start: Start, end: End, text: Text) -> Iterator[None]:
    """Drive the handlers over the XML in `chunks`, pausing after each block so that the caller can hand on what it has.

    Names come without their namespace, for strict and transitional workbooks and any prefix alike.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _forbid
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except FileRefused:
        raise
    except (expat.ExpatError, _Forbidden, ValueError) as broken:  # ValueError: a number in an attribute is none
        raise damaged(name) from broken


def _forbid(*_declaration: object) -> None:
    raise _Forbidden
