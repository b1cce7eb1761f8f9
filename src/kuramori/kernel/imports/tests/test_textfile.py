"""Text in every encoding of a Japanese office arrives with every character."""

import pytest

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import Limits
from kuramori.kernel.imports.reading import choose, open_tables
from kuramori.kernel.imports.tests.ledgers import HEADER, ROW, parsed, table

NAMES = "髙橋①㈱ソ表予～"


def content(delimiter=",", name=NAMES):
    return "\r\n".join(delimiter.join(line) for line in (HEADER, ["A-1", name, *ROW[2:]])) + "\r\n"


def read(tmp_path, data, name="台帳.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_keeps_every_character(tmp_path, encoding, delimiter):
    row = parsed(read(tmp_path, content(delimiter).encode(encoding)))[0]
    assert (row.values["number"], row.values["title"], row.values["level"]) == ("A-1", NAMES, 4)


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp"])
def test_older_encodings_are_told_from_cp932(tmp_path, encoding):
    path = read(tmp_path, content(name="製造技術と検査の手順").encode(encoding))
    assert parsed(path)[0].values["title"] == "製造技術と検査の手順"
    assert table(path).encoding == encoding


def test_half_width_kana_stays_cp932(tmp_path):
    path = read(tmp_path, content(name="ｶﾅｶﾞﾀ ｽﾞﾒﾝ 金型の図面").encode("cp932"))
    assert table(path).encoding == "cp932"


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path):
    path = read(tmp_path, '管理番号,名称\n"A-1","二行\nの名称"\nA-2,次\n'.encode())
    assert [(row.number, row.values["title"]) for row in parsed(path)] == [(2, "二行\nの名称"), (3, "次")]


def test_a_quote_that_never_closes_names_its_line(tmp_path):
    with pytest.raises(FileRefused, match="breaks off at line"):
        parsed(read(tmp_path, '管理番号,名称\nA-1,"開いたまま\nA-2,次\n'.encode()))


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="is empty"):
        parsed(read(tmp_path, b""))


def test_bytes_in_no_encoding_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="no text encoding"):
        parsed(read(tmp_path, b"a,b\n\xff\xfe\xfd\x81\x00,\x8e\n" + "管理".encode("euc_jp") + "番".encode()))


def test_a_hundred_thousand_columns_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="100000 columns"):
        parsed(read(tmp_path, ",".join(["列"] * 100_000).encode()))


def test_nul_bytes_break_their_cell_only(tmp_path):
    rows = parsed(read(tmp_path, "管理番号,名称\nA-1,図\0面\nA-2,正しい\n".encode()))
    assert [bool(row.errors) for row in rows] == [True, False]
    assert rows[0].errors[0].where == "B2"
    assert "control characters" in str(rows[0].errors[0].message)


def test_zeros_are_not_text(tmp_path):
    with pytest.raises(FileRefused, match="neither a workbook nor text"):
        parsed(read(tmp_path, b"a\0\0\0\0\0\0b" * 100))


def test_a_text_file_has_no_sheets(tmp_path):
    with pytest.raises(FileRefused, match="has no sheets"):
        choose(open_tables(read(tmp_path, content().encode()), name="台帳.csv"), "Sheet1")


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = read(tmp_path, content().encode() * 30_000)
    with pytest.raises(FileRefused, match="a file may have 1 MB"):
        open_tables(path, name="台帳.csv", limits=Limits(file_bytes=1024 * 1024))
