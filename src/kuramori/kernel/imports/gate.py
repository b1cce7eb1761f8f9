"""May this file be opened at all? Decided from its first bytes and its table of contents, before anything is unpacked.

Guards against archives that unpack without end (42.zip, overlapping members), macros, encrypted and foreign formats.
What a member really unpacks to is counted again while it is read (`archive.open_member`): sizes in a table of contents
are claims.
"""

import struct
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.wording import Phrase, phrase

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a file may cost. The defaults take a register of 200,000 rows; a laptop survives all of them at once."""

    file_bytes: int = 50 * MIB
    members: int = 2_000
    directory_bytes: int = MIB
    unpacked_bytes: int = 1024 * MIB
    shared_bytes: int = 256 * MIB  # of the parts kept in memory: shared texts, styles
    ratio: int = 250  # spreadsheets of equal rows reach about 100; deflate itself ends at 1,032
    rows: int = 200_000
    columns: int = 2_000
    cell_characters: int = 32_767  # Excel's own


LIMITS = Limits()


class Form(StrEnum):
    """What the bytes are, whatever the file's name says."""

    WORKBOOK = "workbook"
    TEXT = "text"


SAVE_AS_XLSX = _("Open it in your spreadsheet program, save it as an Excel workbook (.xlsx) and choose that file.")
_FOREIGN = (
    (b"%PDF", _("%(file)s is a PDF document, not a table.")),
    (b"\x1f\x8b", _("%(file)s is a compressed file (gzip), not a table.")),
    (b"7z\xbc\xaf\x27\x1c", _("%(file)s is a compressed file (7-Zip), not a table.")),
    (b"Rar!", _("%(file)s is a compressed file (RAR), not a table.")),
    (b"MZ", _("%(file)s is a program, not a table.")),
    (b"\x7fELF", _("%(file)s is a program, not a table.")),
    (b"\x89PNG", _("%(file)s is a picture, not a table.")),
    (b"\xff\xd8\xff", _("%(file)s is a picture, not a table.")),
)


def recognise(path: Path, *, name: str, limits: Limits = LIMITS) -> Form:
    """Say what `path` is, or raise FileRefused with the reason; `name` is the user's own file name, for messages."""
    size = path.stat().st_size
    if size == 0:
        raise _refusal(_("%(file)s is empty."), _("Choose a file that has at least a row of column names."), file=name)
    if size > limits.file_bytes:
        raise FileRefused(
            phrase(
                _("%(file)s has %(size)s MB; a file may have %(limit)s MB."),
                file=name, size=size // MIB, limit=limits.file_bytes // MIB,
            ),
            phrase(_("Split it into several files.")),
        )  # fmt: skip
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"PK"):
        _check_archive(path, name, limits)
        return Form.WORKBOOK
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _old_office(path, name)
    for magic, reason in _FOREIGN:
        if head.startswith(magic):
            raise _refusal(reason, _("Choose an Excel workbook (.xlsx), a CSV or a TSV file."), file=name)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() in (b"<html", b"<!doc", b"<?xml", b"<tabl"):
        raise _refusal(_("%(file)s is a web page or an XML file that is named like a table."), SAVE_AS_XLSX, file=name)
    return Form.TEXT


def _refusal(message: str, next_step: str, **values: object) -> FileRefused:
    return FileRefused(phrase(message, **values), Phrase(next_step))


def _check_archive(path: Path, name: str, limits: Limits) -> None:
    """Refuse an archive that is not a plain workbook or that would cost too much to read."""
    _check_directory(path, name, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as broken:
        raise damaged(name) from broken
    names = {each.filename for each in members}
    _check_kind(names, name)
    if any(each.flag_bits & 0x1 for each in members):
        raise _encrypted(name)
    _check_cost(members, name, limits, path.stat().st_size)


def _check_directory(path: Path, name: str, limits: Limits) -> None:
    """Read the end record ourselves: zipfile builds an object per entry before anybody can count them."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise damaged(name)
    entries, directory_bytes = struct.unpack_from("<HL", tail, at + 10)
    if b"PK\x06\x07" in tail[max(0, at - 20) : at] or entries > limits.members:
        raise bomb(name)
    if directory_bytes > limits.directory_bytes:
        raise bomb(name)


def _check_kind(names: set[str], name: str) -> None:
    if any(PurePosixPath(each).name.lower() == "vbaproject.bin" for each in names):
        raise macro_file(name)
    if "xl/workbook.bin" in names:
        raise _refusal(_("%(file)s is a binary workbook (.xlsb)."), SAVE_AS_XLSX, file=name)
    if "mimetype" in names and "content.xml" in names:
        raise _refusal(_("%(file)s is an OpenDocument file."), SAVE_AS_XLSX, file=name)
    if "[Content_Types].xml" not in names or not any(each.startswith("xl/") for each in names):
        raise _refusal(
            _("%(file)s is a ZIP archive and not an Excel workbook."),
            _("Unpack it and choose the workbook inside."),
            file=name,
        )
    nested = (".zip", ".7z", ".rar", ".gz", ".xz", ".bz2", ".xlsx", ".xlsm")
    if any(each.lower().endswith(nested) and not each.startswith("xl/embeddings/") for each in names):
        raise bomb(name)


def _check_cost(members: list[zipfile.ZipInfo], name: str, limits: Limits, file_bytes: int) -> None:
    if sum(each.file_size for each in members) > limits.unpacked_bytes:
        raise bomb(name)
    if sum(each.compress_size for each in members) > file_bytes:
        raise bomb(name)  # members that share bytes: a bomb without nesting
    ends = 0
    for each in sorted(members, key=lambda member: member.header_offset):
        if each.header_offset < ends:
            raise bomb(name)
        ends = each.header_offset + each.compress_size
        if each.file_size > MIB and each.file_size > limits.ratio * max(1, each.compress_size):
            raise bomb(name)


def _old_office(path: Path, name: str) -> FileRefused:
    """Tell an encrypted workbook from an .xls: both are OLE compound files, named streams say which (MS-OFFCRYPTO)."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _encrypted(name)
    return _refusal(_("%(file)s is in the old Office format (.xls)."), SAVE_AS_XLSX, file=name)


def _encrypted(name: str) -> FileRefused:
    return _refusal(
        _("%(file)s is protected by a password."),
        _("Remove the password in your spreadsheet program, import the file, and delete the unprotected copy."),
        file=name,
    )


def macro_file(name: str) -> FileRefused:
    """Refuse a workbook with macros: whoever reopens a kept copy would run them."""
    return _refusal(_("%(file)s contains macros (programs), which are never taken in."), SAVE_AS_XLSX, file=name)


def damaged(name: str) -> FileRefused:
    """Refuse a file whose bytes are not what its format promises."""
    return _refusal(
        _("%(file)s is damaged or was cut off on its way."),
        _("Check that it opens in your spreadsheet program, and copy it again."),
        file=name,
    )


def bomb(name: str) -> FileRefused:
    """Refuse an archive that would cost too much; found in its contents table or while reading."""
    return _refusal(
        _("%(file)s would unpack to far more than a workbook holds, as harmful archives do; it was not opened."),
        SAVE_AS_XLSX,
        file=name,
    )
