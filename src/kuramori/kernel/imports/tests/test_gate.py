"""A file that would harm is refused before it is unpacked, with a reason that tells the user what to do."""

import struct
import zipfile

import pytest

from kuramori.kernel.imports.cell import Broken
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import Limits, recognise
from kuramori.kernel.imports.reading import open_tables
from kuramori.kernel.imports.tests.ledgers import HEADER, ROW, bomb, rezip, table, workbook

MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def refused(path, limits=None):
    with pytest.raises(FileRefused) as refusal:
        for each in open_tables(path, name=path.name, limits=limits or Limits()):
            list(each.rows())
    assert str(refusal.value.next_step)
    return str(refusal.value.message)


@pytest.fixture
def book(tmp_path):
    return workbook(tmp_path, [HEADER, ROW])


def test_a_macro_file_is_refused_whatever_it_is_called(book):
    assert "macros" in refused(rezip(book, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))


def test_a_macro_workbook_without_macros_yet_is_refused_too(book):
    with zipfile.ZipFile(book) as archive:
        types = archive.read("[Content_Types].xml").decode()
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert "macros" in refused(rezip(book, {"[Content_Types].xml": types.replace(plain, MACRO_TYPE).encode()}))


def test_a_42_zip_renamed_xlsx_is_refused_unopened(tmp_path):
    path = tmp_path / "台帳.xlsx"
    path.write_bytes(bomb(depth=3))
    assert "ZIP archive and not an Excel workbook" in refused(path)


def test_a_workbook_that_hides_archives_is_refused(book):
    assert "would unpack to far more" in refused(rezip(book, {"xl/lib.zip": bomb(depth=1)}))


def test_embedded_workbooks_are_left_alone(book):
    rezip(book, {"xl/embeddings/Microsoft_Excel_Worksheet.xlsx": b"PK"})
    assert len(list(table(book).rows())) == 2


def test_a_sheet_of_a_billion_spaces_is_refused(book):
    rezip(book, {"xl/worksheets/sheet1.xml": b" " * 5_000_000})
    assert "would unpack to far more" in refused(book)


def test_sizes_in_the_directory_are_claims(book):
    """A member that unpacks to more than it says is stopped while it is read."""
    rezip(book, {"xl/worksheets/sheet1.xml": b"<worksheet>" + b"<a/>" * 500_000})
    content = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        true_size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = struct.pack("<L", 1000)
    assert struct.pack("<L", true_size) in content
    book.write_bytes(bytes(content).replace(struct.pack("<L", true_size), lie))
    assert refused(book)


def test_members_that_share_their_bytes_are_refused(book):
    """The bomb without nesting: many entries of the directory point at one body."""
    with zipfile.ZipFile(book) as archive:
        members = archive.infolist()
        big = max(members, key=lambda each: each.compress_size)
        twin = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
        for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
            setattr(twin, name, getattr(big, name))
    with zipfile.ZipFile(book, "a") as archive:
        archive.filelist.append(twin)
        archive._didModify = True
    assert "would unpack to far more" in refused(book)


def test_too_many_members_are_refused_before_they_are_listed(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_100):
            archive.writestr(f"xl/{number}.xml", b"")
    assert "would unpack to far more" in refused(path)


def test_an_encrypted_workbook_asks_for_one_without_password(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000 + "EncryptedPackage".encode("utf-16-le"))
    assert "protected by a password" in refused(path)


def test_an_old_workbook_is_named(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000 + "Workbook".encode("utf-16-le"))
    assert "old Office format" in refused(path)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"%PDF-1.7", "PDF"), (b"MZ\x90\0", "program"), (b"\x7fELF", "program"), (b"\x1f\x8b\x08", "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x89PNG\r\n", "picture"), (b"<html><table>", "web page"),
        (b"\xef\xbb\xbf<?xml ?>", "web page"), (b"PK\x03\x04" + b"x" * 50, "damaged"),
    ],
)  # fmt: skip
def test_other_files_are_named_for_what_they_are(tmp_path, head, reason):
    path = tmp_path / "台帳.xlsx"
    path.write_bytes(head)
    with pytest.raises(FileRefused, match=reason):
        recognise(path, name="台帳.xlsx")


def test_a_workbook_cut_short_is_damaged(book):
    book.write_bytes(book.read_bytes()[:-300])
    assert "damaged" in refused(book)


@pytest.mark.parametrize("at", range(60, 900, 40))
def test_a_flipped_byte_is_never_an_error_page(book, at):
    content = bytearray(book.read_bytes())
    content[at] ^= 0xFF
    book.write_bytes(bytes(content))
    try:
        for each in open_tables(book, name="a.xlsx"):
            list(each.rows())
    except FileRefused as refusal:
        assert str(refusal.next_step)  # noqa: PT017 - reading may also succeed: not every byte matters


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_are_refused(book, part):
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/hosts">]>'
        b"<worksheet><sheetData><row><c><v>&b;&x;</v></c></row></sheetData></worksheet>"
    )
    assert "damaged" in refused(rezip(book, {part: laughs}))


def test_rows_and_columns_have_an_end(book, tmp_path):
    assert "more than 1 rows" in refused(workbook(tmp_path, [ROW] * 200), Limits(rows=1))
    assert "2 are allowed" in refused(book, Limits(columns=2))


def test_a_cell_with_a_whole_book_is_broken_alone(book):
    first = next(iter(open_tables(book, name="a.xlsx", limits=Limits(cell_characters=3))[0].rows()))
    assert [isinstance(cell, Broken) for cell in first.cells] == [True, False, False, False, True]
