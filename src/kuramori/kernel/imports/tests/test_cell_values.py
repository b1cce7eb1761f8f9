"""What a workbook's cell holds becomes what people read in it, or is named as broken; nothing is guessed."""

import zipfile
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from kuramori.kernel.imports import cells
from kuramori.kernel.imports.cell import Broken
from kuramori.kernel.imports.checking import decide
from kuramori.kernel.imports.errors import CellError, FileRefused, Unreadable
from kuramori.kernel.imports.errorsheet import write_error_sheet
from kuramori.kernel.imports.formats import from_serial, is_date, padding
from kuramori.kernel.imports.mapping import Action, RowOutcome, Stop
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.runs import understand
from kuramori.kernel.imports.tests.conftest import AKARI, VIEWS
from kuramori.kernel.imports.tests.ledgers import HEADER, KIND, ROW, parsed, rezip, table, workbook
from kuramori.kernel.imports.textfile import detect_encoding, open_text
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.imports.workbook import _resolve

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TODAY = date(2026, 4, 1)
ACTUAL_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def sheet_of(path: Path, cell: str, *, strings: str = "") -> Path:
    """A workbook whose only cell is written as raw XML, by hand or by another program."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    return rezip(
        path,
        {"xl/worksheets/sheet1.xml": xml.encode()} | ({"xl/sharedStrings.xml": strings.encode()} if strings else {}),
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path, [["x"]])


def only(path: Path) -> object:
    (row,) = table(path).rows()
    return row.cells[0]


# serial numbers


@pytest.mark.parametrize(
    ("serial", "meant"),
    [
        (0.5, time(12, 0)),
        (1 / 86_400, time(0, 0, 1)),
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (60, None),
        (61, date(1900, 3, 1)),
        (46_113, date(2026, 4, 1)),
        (46_113.75, datetime(2026, 4, 1, 18, 0)),  # noqa: DTZ001  (a spreadsheet knows no zone)
        (2_958_465, date(9999, 12, 31)),
        (2_958_466, None),
        (2_958_465.999_999_9, None),
        (0, None),
        (-1, None),
    ],
)
def test_a_serial_number_is_a_day_a_time_both_or_none(serial: float, meant: object) -> None:
    assert from_serial(serial, epoch_1904=False) == meant


@pytest.mark.parametrize(
    ("serial", "meant"), [(0, date(1904, 1, 1)), (60, date(1904, 3, 1)), (44_651, date(2026, 4, 1)), (2_958_465, None)]
)
def test_a_macintosh_counts_from_1904_and_ends_with_the_calendar(serial: int, meant: object) -> None:
    assert from_serial(serial, epoch_1904=True) == meant


@pytest.mark.parametrize(
    ("code", "shows_a_day"),
    [
        ("yyyy/m/d", True), ('[$-411]ggge"年"m"月"d"日"', True), ("[h]:mm", True), ("General", False),
        ("0.00E+00", False), ('0"days"', False), ("#,##0;[Red]-#,##0", False), ("0;d", False),
    ],
)  # fmt: skip
def test_a_format_shows_a_day_by_its_first_part_and_not_by_letters_in_quotes(code: str, shows_a_day: bool) -> None:
    assert is_date(164, code) is shows_a_day


def test_a_built_in_format_is_known_by_its_number_and_zeros_pad() -> None:
    assert [is_date(number, None) for number in (0, 14, 27, 36, 37, 58, 59)] == [
        False, True, True, True, False, True, False,
    ]  # fmt: skip
    assert [padding(code) for code in ("00000", "0", "00-00", None)] == [5, 0, 0, 0]


# cells as programs write them


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="d"><v>2026-04-01</v></c>', date(2026, 4, 1)),
        ('<c r="A1" t="d"><v>2026-04-01T09:30:00</v></c>', datetime(2026, 4, 1, 9, 30)),  # noqa: DTZ001
        ('<c r="A1"><v>12</v></c>', 12),
        ('<c r="A1"><v>12.5</v></c>', 12.5),
        ('<c r="A1"><v>1E400</v></c>', "1E400"),
        ('<c r="A1"><v>zwölf</v></c>', "zwölf"),
        ('<c r="A1" t="inlineStr"><is><t>金型</t></is></c>', "金型"),
        ('<c r="A1" t="str"><f>A2</f><v>計算済み</v></c>', "計算済み"),
        ('<c r="A1" t="str"><v>a_x000D_b</v></c>', "a\rb"),
    ],
)
def test_a_cell_is_read_as_its_type_says(book: Path, cell: str, meant: object) -> None:
    assert only(sheet_of(book, cell)) == meant


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('<c r="A1" t="e"><v>#REF!</v></c>', "gives the error #REF!"),
        ('<c r="A1" t="d"><v>2026-02-30</v></c>', "is none"),
        ('<c r="A1"><f>SUM(A2)</f></c>', "not saved in the file"),
        ('<c r="A1"><f>SUM(A2)</f><v></v></c>', "not saved in the file"),
    ],
)
def test_a_cell_that_cannot_be_read_is_broken_and_says_what_to_do(book: Path, cell: str, reason: str) -> None:
    found = only(sheet_of(book, cell))
    assert isinstance(found, Broken)
    assert reason in str(found.message)
    assert str(found.next_step)


@pytest.mark.parametrize("place", ["9", "x", "-2"])
def test_a_text_that_the_workbook_does_not_hold_is_a_damaged_file(book: Path, place: str) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>'
    with pytest.raises(FileRefused, match="damaged"):
        only(sheet_of(book, f'<c r="A1" t="s"><v>{place}</v></c>', strings=strings))


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "_rels/.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_without_one_of_its_parts_is_damaged(book: Path, part: str) -> None:
    with pytest.raises(FileRefused, match="damaged"):
        table(rezip(book, {part: None}))


@pytest.mark.parametrize("styles", [b'<styleSheet><cellXfs><xf numFmtId="x"/></cellXfs></styleSheet>', b"<styleSheet"])
def test_a_workbook_whose_styles_are_none_is_damaged(book: Path, styles: bytes) -> None:
    with pytest.raises(FileRefused, match="damaged"):
        table(rezip(book, {"xl/styles.xml": styles}))


@pytest.mark.parametrize(
    ("members", "named"),
    [
        (("xl/workbook.bin", "[Content_Types].xml"), ".xlsb"),
        (("mimetype", "content.xml"), "OpenDocument"),
        (("notes.txt",), "not an Excel workbook"),
    ],
)
def test_other_archives_are_named_with_the_way_out(tmp_path: Path, members: tuple[str, ...], named: str) -> None:
    path = tmp_path / "台帳.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    with pytest.raises(FileRefused, match=named) as refusal:
        table(path)
    assert str(refusal.value.next_step)


@pytest.mark.parametrize(
    ("folder", "target", "member"),
    [
        ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl", "/xl/styles.xml", "xl/styles.xml"),
        ("xl/worksheets", "../sharedStrings.xml", "xl/sharedStrings.xml"),
        ("xl", "./a.xml", "xl/a.xml"),
        ("", "a.xml", "a.xml"),
        ("xl", "../../../etc/passwd", "etc/passwd"),
    ],
)
def test_a_relation_names_a_member_and_never_leaves_the_package(folder: str, target: str, member: str) -> None:
    assert _resolve(folder, target) == member


# values


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "TRUE"), (False, "FALSE"), (1e21, "1000000000000000000000"), (0.1, "0.1"), (12, "12"),
        (date(2026, 4, 1), "2026-04-01"), (datetime(2026, 4, 1, 9, 0), "2026-04-01 09:00:00"),  # noqa: DTZ001
        (time(9, 30), "09:30:00"), (" ㈱髙\r\n①　", "㈱髙\n①"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_written_as_people_write_it(value: object, written: str) -> None:
    assert cells.text(value) == written


@pytest.mark.parametrize("value", [True, date(2026, 4, 1), time(9, 30)])
def test_a_day_or_a_truth_is_no_number(value: object) -> None:
    with pytest.raises(Unreadable, match="not a number"):
        cells.number(value)


@pytest.mark.parametrize(("value", "meant"), [("１２", 12), (3.0, 3), ("△1,000", -1000)])
def test_a_whole_number_may_be_written_in_any_way(value: object, meant: int) -> None:
    assert cells.whole(value) == meant


def test_an_id_is_the_one_our_export_wrote_or_none() -> None:
    assert cells.record_id(str(ACTUAL_ID)) == cells.record_id(f" {ACTUAL_ID} ".upper()) == ACTUAL_ID
    for wrong in ("17", "A-17", str(ACTUAL_ID)[:-1], 3):
        with pytest.raises(Unreadable, match="not an id") as refusal:
            cells.record_id(wrong)
        assert "new record" in str(refusal.value.next_step)


@pytest.mark.parametrize("written", ["A‐17", "Ａ−１７", "A–17", " A-17\u200b", "\ufeffA-17"])
def test_a_mark_that_looks_the_same_is_the_same(written: str) -> None:
    assert cells.code(written) == "A-17"


def test_short_keys_leave_out_what_stands_in_brackets() -> None:
    assert cells.short_key("社員番号（必須）") == cells.short_key("社員番号 [Required]") == cells.key("社員番号")


# what the kit tells people and keeps


def test_a_room_that_loses_a_row_is_a_fault_of_ours(tmp_path: Path) -> None:
    rows = parsed(workbook(tmp_path, [HEADER, ROW, ["A-18", *ROW[1:]]]))
    with pytest.raises(TypeError, match="one outcome per row"):
        decide(KIND, table(tmp_path / "台帳.xlsx"), rows, viewer=AKARI, today=TODAY)


def test_a_row_with_an_unreadable_cell_does_not_get_through_whatever_the_room_says(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, ["A-17", "金型図面", "ひみつ", "いつか", "多い"]])
    (row,) = parsed(path)
    lenient = replace(
        KIND, resolve=lambda rows, **_more: [RowOutcome(row=r, action=Action.ADD, name="x") for r in rows]
    )
    checked = decide(lenient, table(path), [row], viewer=AKARI, today=TODAY)
    assert (checked.report.rejected, list(checked.changes)) == (1, [])
    (outcome,) = checked.outcomes
    assert {error.column for error in outcome.errors} == {"C", "D", "E"}


def report(count: int, **more: object) -> ImportReport:
    errors = tuple(
        CellError(file="a.csv", sheet="", row=n, column="C", header="区分", value="x", message=phrase("Wrong."),
                  next_step=phrase("Correct it."))
        for n in range(2, count + 2)
    )  # fmt: skip
    counts = dict.fromkeys(("added", "edited", "ended", "unchanged", "accepted"), 0)
    words = {"kind": "views", "file": "a.csv", "sheet": "", "digest": ""}
    return ImportReport(**words, **counts, read=count, rejected=count, errors=errors, **more)


def test_a_report_tells_each_error_with_its_place_and_next_step_and_no_more_than_one_reads() -> None:
    assert "C2 区分: Wrong. Correct it." in str(report(1))
    assert "Nothing was changed." in str(report(1))
    assert len(str(report(50)).splitlines()) == 22
    stopped = str(report(1, stop=Stop(message=phrase("Too many."), next_step=phrase("Ask."), permission="x:y:z")))
    assert "Too many. Ask." in stopped


def test_an_error_is_stored_and_comes_back_as_it_was() -> None:
    (error,) = report(1).errors
    assert CellError.from_json(error.to_json()) == error
    for broken in ({}, {**error.to_json(), "message": "just words"}):
        with pytest.raises((KeyError, TypeError)):
            CellError.from_json(broken)


def test_the_users_sheet_keeps_its_empty_rows_so_that_places_still_agree(tmp_path: Path, db: None) -> None:
    book = Workbook()
    for number, row in {1: ["名前", "条件"], 2: ["極秘", "x"], 6: ["秘", "y", "余白"]}.items():
        for column, value in enumerate(row, start=1):
            book.active.cell(number, column, value)
    book.save(tmp_path / "a.xlsx")
    source = understand(VIEWS, tmp_path / "a.xlsx", name="a.xlsx").source
    write_error_sheet(source, [], tmp_path / "errors.xlsx")
    back = load_workbook(tmp_path / "errors.xlsx").active
    assert [back.cell(number, 1).value for number in range(1, 7)] == ["名前", "極秘", None, None, None, "秘"]
    assert back.freeze_panes == "A2"


@pytest.mark.parametrize("content", ["", "a,b\n"])
def test_a_text_of_plain_letters_is_utf_8(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    assert detect_encoding(tmp_path / "a.csv", name="a.csv") == "utf-8-sig"


def test_an_encoding_that_was_chosen_by_hand_is_taken_at_its_word(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("名前,条件\n髙橋,①\n".encode("cp932"))
    assert open_text(tmp_path / "a.csv", name="a.csv", encoding="cp932").delimiter == ","
    (wrong,) = [open_text(tmp_path / "a.csv", name="a.csv", encoding="utf-8")]
    with pytest.raises(FileRefused):
        list(wrong.rows())
