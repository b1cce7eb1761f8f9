"""The mapping is proposed from the words of the header, remembered per source, and never takes one field twice."""

import uuid

import pytest

from kuramori.kernel.imports.cell import Row
from kuramori.kernel.imports.cells import key
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.headers import Header, HeaderCell, find_header, header_at, propose
from kuramori.kernel.imports.tests.ledgers import HEADER, KIND, ROW, parsed, table, workbook


def proposal(*titles, sample=(), remembered=None):
    header = Header(1, tuple(HeaderCell(index, (title,)) for index, title in enumerate(titles)))
    return [match.field for match in propose(header, KIND, sample, remembered or {})]


@pytest.mark.parametrize(
    "title",
    [
        "管理番号",
        "【管理番号】",
        "管理番号（必須）",
        "管 理 番 号",
        "管理番号※",
        "Number",
        "NUMBER",
        "ｎｕｍｂｅｒ",
        "number",
    ],
)
def test_a_field_is_known_by_its_words(title):
    assert proposal(title) == ["number"]


def test_a_resembling_header_is_proposed_with_less_confidence():
    header = Header(1, (HeaderCell(0, ("秘密区分名",)), HeaderCell(1, ("備考",))))
    matches = propose(header, KIND, [], {})
    assert [match.field for match in matches] == ["level", ""]
    assert 0.4 < matches[0].confidence < 0.9


def test_a_field_is_taken_once_by_the_surest_column():
    assert proposal("名称（旧）", "名称") == ["", "title"]


def test_what_was_chosen_before_wins():
    assert proposal("管理番号", "名称", remembered={key("名称"): "", key("管理番号"): "title"}) == ["title", ""]


def test_a_forgotten_field_of_an_older_mapping_is_not_proposed():
    assert proposal("管理番号", remembered={key("管理番号"): "gone"}) == ["number"]


def test_an_id_column_is_ours_only_when_it_holds_our_ids():
    ours, theirs = [Row(2, [str(uuid.uuid4()), "x"])], [Row(2, ["00123", "x"])]
    assert proposal("id", sample=ours) == ["id"]
    assert proposal("ID", sample=theirs) == [""]


def test_the_fingerprint_is_of_the_source_and_not_of_its_data():
    first = Header(1, (HeaderCell(0, ("管理番号",)), HeaderCell(1, ("名称",))))
    again = Header(7, (HeaderCell(0, ("管理 番号",)), HeaderCell(1, ("【名称】",))))
    other = Header(1, (HeaderCell(0, ("名称",)), HeaderCell(1, ("管理番号",))))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_person_may_point_at_the_header(tmp_path):
    path = workbook(tmp_path, [["a", "b"], HEADER, ROW])
    assert header_at(table(path), 1).columns[0].title == "a"
    with pytest.raises(FileRefused, match="is empty"):
        header_at(table(path), 9)


def test_a_sheet_without_any_words_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="No row with column names"):
        find_header(table(workbook(tmp_path, [[1, 2], [3, 4]])), KIND)


def test_a_required_field_without_a_column_is_named(tmp_path):
    with pytest.raises(FileRefused, match="no column for: Title"):
        parsed(workbook(tmp_path, [["管理番号", "区分"], ["A-1", "極秘"]]))


def test_each_failure_has_its_place_value_and_next_step(tmp_path):
    rows = [["台帳"], HEADER, ["A-1", "図面", "極秘密", "26/4/1", "約10"], ["", "名だけ", None, None, None]]
    bad, empty = parsed(workbook(tmp_path, rows))
    assert [(error.where, error.header, error.value) for error in bad.errors] == [
        ("台帳!C3", "区分", "極秘密"), ("台帳!D3", "登録日", "26/4/1"), ("台帳!E3", "保存年数", "約10"),
    ]  # fmt: skip
    assert str(bad.errors[0].next_step) == "Did you mean “極秘”?"
    assert [error.where for error in empty.errors] == ["台帳!A4"]
    assert all(type(error).from_json(error.to_json()) == error for error in (*bad.errors, *empty.errors))


def test_a_number_given_twice_rejects_both_rows_and_names_them(tmp_path):
    rows = parsed(workbook(tmp_path, [HEADER, ROW, ["B-1", "別"], ["Ａ-17", "もう一つ"]]))
    assert [bool(row.errors) for row in rows] == [True, False, True]
    assert str(rows[0].errors[0].message) == "A-17 stands more than once in this file: also in row 4."
    assert str(rows[2].errors[0].message) == "Ａ-17 stands more than once in this file: also in row 2."
