"""One file of any kind: what it is by its first bytes, never by its name; a file that is two kinds is read as both."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kuramori_lake.fingerprint.reading.archive import Archive
from kuramori_lake.fingerprint.reading.limits import (
    LIMITS,
    Budget,
    Extracted,
    Limits,
    Part,
    Problem,
    Reason,
    RefusalError,
)
from kuramori_lake.fingerprint.reading.mail import is_mail, read_mail
from kuramori_lake.fingerprint.reading.office import is_embedded, is_office, read_cells, read_office
from kuramori_lake.fingerprint.reading.pdf import read_pdf
from kuramori_lake.fingerprint.reading.plain import is_page, text_of, without_tags

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_PACKED: Final[Mapping[bytes, Callable[[io.BytesIO], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_CLOSED: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF\x00\x00\x00\x00", b"{\\rtf")
_END_OF_ZIP: Final = b"PK\x05\x06"
_TAIL: Final = 65_557  # the last record of a zip archive with the longest comment
_PIECE: Final = 1 << 16

Found = Part | Problem | dict[str, str]


def read(name: str, data: bytes, limits: Limits = LIMITS) -> Extracted:
    """The text of one file. Never raises for what a file holds; meant to run in the child process."""
    reading = _Reading(Budget(limits=limits))
    found: list[Found] = []
    try:
        found.extend(reading.file(name, data, 0))
    except RefusalError as refusal:
        found.append(Problem(name=name, reason=refusal.reason))
    except MemoryError:
        found.append(Problem(name=name, reason=Reason.TOO_LARGE))
    return Extracted(
        parts=tuple(one for one in found if isinstance(one, Part)),
        problems=tuple(one for one in found if isinstance(one, Problem)),
        mail=next((one for one in found if isinstance(one, dict)), {}),
    )


class _Reading:
    """One file and everything inside it, under one budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def file(self, name: str, data: bytes, depth: int) -> Iterator[Found]:
        self._budget.enter(depth)
        is_pdf = b"%PDF-" in data[:1024]
        is_zip = data.startswith(b"PK\x03\x04") or (is_pdf and _END_OF_ZIP in data[-_TAIL:])
        if is_pdf:
            yield from self._within(read_pdf(name, data, self._budget), depth)
        if is_zip:
            yield from self._zip(name, data, depth)
        if not is_pdf and not is_zip and data:
            yield from self._other(name, data, depth)

    def _within(self, found: Iterator[Found | tuple[str, bytes]], depth: int) -> Iterator[Found]:
        """What a reader gives; the files inside are read too, and fail alone."""
        for one in found:
            if isinstance(one, tuple):
                yield from self._member(*one, depth + 1)
            elif isinstance(one, dict) and depth:
                continue  # the head of a mail inside a mail
            else:
                yield one

    def _member(self, name: str, data: bytes, depth: int) -> Iterator[Found]:
        try:
            yield from self.file(name, data, depth)
        except RefusalError as refusal:
            yield Problem(name=name, reason=refusal.reason)
            if refusal.reason is Reason.TOO_MANY:
                raise

    def _zip(self, name: str, data: bytes, depth: int) -> Iterator[Found]:
        archive = Archive(data, self._budget)
        office = is_office(archive)
        if office:
            yield from read_office(name, data, archive, self._budget)
        for member in archive.members:
            if office and not is_embedded(member.filename):
                continue
            where = f"{name}/{member.filename}"
            try:
                inner = archive.read(member)
            except RefusalError as refusal:
                yield Problem(name=where, reason=refusal.reason)
                continue
            yield from self._member(where, inner, depth + 1)

    def _other(self, name: str, data: bytes, depth: int) -> Iterator[Found]:
        if data.startswith(_OLE):
            yield from self._ole(name, data)
        elif (packed := next((one for one in _PACKED if data.startswith(one)), None)) is not None:
            yield from self._member(name, self._unpacked(packed, data), depth + 1)
        elif data.startswith(_CLOSED):
            raise RefusalError(Reason.UNSUPPORTED)
        elif is_mail(data):
            yield from self._within(read_mail(name, data), depth)
        else:
            text = text_of(data)
            text = without_tags(text) if is_page(text) else text
            self._budget.speak(len(text))
            if text.strip():
                yield Part(name=name, text=text)

    def _ole(self, name: str, data: bytes) -> Iterator[Found]:
        """Office files before 2007: spreadsheets are read, others not; locked ones of today look the same."""
        if _LOCKED in data:
            raise RefusalError(Reason.ENCRYPTED)
        if "Workbook".encode("utf-16-le") not in data:
            raise RefusalError(Reason.UNSUPPORTED)
        yield from read_cells(name, data, self._budget)

    def _unpacked(self, kind: bytes, data: bytes) -> bytes:
        limits, found, size = self._budget.limits, [], 0
        try:
            with _PACKED[kind](io.BytesIO(data)) as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > max(len(data) * limits.ratio, limits.free_bytes):
                        raise RefusalError(Reason.TOO_LARGE)
                    self._budget.unpack(len(piece))
                    found.append(piece)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise RefusalError(Reason.DAMAGED) from error
        return b"".join(found)
