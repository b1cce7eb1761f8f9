"""What search services export, one JSON object a line, comes in like any other table."""

import json

import pytest

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import Limits
from kuramori.kernel.imports.reading import open_tables
from kuramori.kernel.imports.tests.ledgers import parsed, table


def written(tmp_path, *lines, encoding="utf-8", name="posts.jsonl"):
    path = tmp_path / name
    told = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_bytes("\n".join(told).encode(encoding))
    return path


def rows(path, **options):
    return [(row.number, row.cells) for row in open_tables(path, name=path.name, **options)[0].rows()]


def test_names_stand_in_row_0_and_every_line_keeps_its_number(tmp_path):
    path = written(tmp_path, {"url": "u1", "text": "一"}, "", {"url": "u2", "text": "二"})
    assert rows(path) == [(0, ["url", "text"]), (1, ["u1", "一"]), (3, ["u2", "二"])]
    assert rows(path) == rows(path), "each walk reads the file anew"


def test_it_is_a_table_of_the_register_as_a_csv_is(tmp_path):
    first, second = parsed(written(tmp_path, {"管理番号": "A-1", "名称": "図面"}, {"管理番号": "A-2", "名称": ""}))
    assert (first.number, first.values["number"], first.values["title"]) == (1, "A-1", "図面")
    assert (second.number, second.errors[0].where) == (2, "B2")


def test_a_member_that_comes_late_is_a_column_too(tmp_path):
    path = written(tmp_path, *[{"a": "1"}] * 60, {"a": "2", "b": "late"})
    assert rows(path)[0] == (0, ["a", "b"])
    assert rows(path)[-1] == (61, ["2", "late"])
    assert rows(path)[1] == (1, ["1", None])


def test_objects_within_objects_get_dotted_names_and_lists_one_cell(tmp_path):
    path = written(tmp_path, {"author": {"name": "x", "id": {"n": 7}}, "tags": ["甲", "乙"], "more": [1, {"k": 2}]})
    names, cells = (row[1] for row in rows(path))
    assert dict(zip(names, cells, strict=True)) == {
        "author.name": "x", "author.id.n": "7", "tags": "甲\n乙", "more": '["1", {"k": "2"}]',
    }  # fmt: skip


def test_numbers_keep_their_digits_and_nothing_is_calculated(tmp_path):
    long = '{"id": 1859998887776665554, "x": 1.10, "no": null, "yes": true, "t": "\'=1+1", "nan": NaN, "empty": {}}'
    names, cells = (row[1] for row in rows(written(tmp_path, long)))
    told = dict(zip(names, cells, strict=True))
    assert told == {"id": "1859998887776665554", "x": "1.10", "no": None, "yes": "true", "t": "'=1+1", "nan": "NaN",
                    "empty": "{}"}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_are_found_as_for_tables(tmp_path, encoding):
    path = written(tmp_path, {"text": "社外秘の図面を撮影した話"}, encoding=encoding)
    assert rows(path)[1] == (1, ["社外秘の図面を撮影した話"])


@pytest.mark.parametrize(
    "line", ['{"url": ', "[1, 2]", '"text"', "url,text", '{"a": 1} {"b": 2}', "{" + '"a":{' * 9999]
)
def test_a_line_that_is_no_object_is_named_and_nothing_is_taken(tmp_path, line):
    with pytest.raises(FileRefused, match=r"3") as refused:
        rows(written(tmp_path, {"url": "u1"}, {"url": "u2"}, line))
    assert "posts.jsonl" in str(refused.value)


def test_deep_nesting_ends_in_text(tmp_path):
    deep = value = {}
    for _level in range(12):
        value["a"] = {}
        value = value["a"]
    value["b"] = 1
    (names, cells) = (row[1] for row in rows(written(tmp_path, deep)))
    assert names == [".".join("a" * 8)]
    assert cells[0].endswith('{"b": "1"}}}}}')


def test_limits_hold_for_lines_and_members(tmp_path):
    with pytest.raises(FileRefused, match="2"):
        rows(written(tmp_path, *[{"a": 1}] * 3), limits=Limits(rows=2))
    with pytest.raises(FileRefused, match="2"):
        rows(written(tmp_path, {"a": 1, "b": 1, "c": 1}), limits=Limits(columns=2))


def test_bytes_outside_the_encoding_are_refused(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b'{"a": "' + "あ".encode() + b'"}\n')
    with pytest.raises(FileRefused):
        rows(path, encoding="iso2022_jp")


def test_a_table_whose_header_begins_with_a_brace_stays_a_table(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("{管理番号},名称\nA-1,図面\n", encoding="utf-8")
    assert rows(path) == [(1, ["{管理番号}", "名称"]), (2, ["A-1", "図面"])]
    assert table(path).sheet == ""
