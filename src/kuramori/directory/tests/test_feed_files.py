"""HR's file as it really comes: encodings, headers, bad cells told one by one in both languages, doubles, circles."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override
from openpyxl import Workbook

from kuramori.directory.models import Assignment, Engagement, Person, Unit
from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.models import Entry

HEADER = ("社員番号", "氏名", "メール", "所属コード", "雇用区分", "入社日", "退職予定日", "上司社員番号", "拠点")
GOOD = ("E1", "髙橋 一郎", "t1@example.jp", "1100", "正社員", "2021/04/01", "", "", "")
ENGLISH = {
    "Employee No": "E7", "Name": "John Smith", "Email": "js@example.com", "Department code": "1100",
    "Employment type": "permanent", "Hire date": "2021-04-01",
}  # fmt: skip


def changed(**cells: str) -> tuple[str, ...]:
    """The good row with some cells changed, by header."""
    return tuple(cells.get(name, value) for name, value in zip(HEADER, GOOD, strict=True))


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(
        *rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8-sig", comma: str = ","
    ) -> Path:
        path = tmp_path / "hr.csv"
        text = "".join(comma.join(row) + "\r\n" for row in [header, *rows])
        path.write_bytes(text.encode(encoding))
        return path

    return write


def check(path: Path) -> ImportReport:
    """What a dry run says."""
    return import_file("people", path, dry_run=True)


def told(report: ImportReport, language: str) -> list[tuple[str, str, str]]:
    """Where, what and what next, of every error."""
    with override(language):
        errors = json.loads(json.dumps(report.to_json()))["errors"]
        return [(each["where"], each["message"], each["next_step"]) for each in errors]


@pytest.mark.parametrize(
    ("encoding", "comma"),
    [("utf-8", ","), ("utf-8-sig", ","), ("cp932", ","), ("utf-16", "\t"), ("utf-8-sig", "\t"), ("utf-8", ";")],
)
def test_it_may_come_in_any_encoding_that_hr_systems_write(
    company: Company, file: Callable[..., Path], encoding: str, comma: str
) -> None:
    report = import_file("people", file(GOOD, encoding=encoding, comma=comma))
    assert (report.added, report.rejected, report.applied) == (1, 0, True)
    assert Person.objects.get(number="E1").name == "髙橋 一郎"


def test_letters_that_only_windows_has_come_through(company: Company, file: Callable[..., Path]) -> None:
    import_file("people", file(changed(氏名="﨑山 ①郎"), encoding="cp932"))
    assert Person.objects.get(number="E1").name == "﨑山 ①郎"


def test_english_headers_are_understood(company: Company, file: Callable[..., Path]) -> None:
    report = import_file("people", file(tuple(ENGLISH.values()), header=tuple(ENGLISH)))
    assert report.added == 1
    assert Engagement.objects.known().get(person__number="E7").start == date(2021, 4, 1)


@pytest.mark.parametrize(
    "day", ["2021/04/01", "2021-04-01", "２０２１年４月１日", "令和3年4月1日", "R3.4.1", "20210401"]
)
def test_days_may_be_written_in_all_the_ways_of_the_trade(
    company: Company, file: Callable[..., Path], day: str
) -> None:
    import_file("people", file(changed(入社日=day)))
    assert Person.objects.get(number="E1").joined_on == date(2021, 4, 1)


def test_a_workbook_with_a_preamble_is_read_like_a_csv(company: Company, tmp_path: Path) -> None:
    book = Workbook()
    for row in (["人事データ 2026年11月"], [], HEADER, GOOD):
        book.active.append(list(row))
    book.save(tmp_path / "hr.xlsx")
    assert import_file("people", tmp_path / "hr.xlsx").added == 1


BAD_CELLS = {
    "no unit": (changed(所属コード="9999"), "D2", "There is no unit “9999”", "「9999」"),
    "unit empty": (changed(所属コード=""), "D2", "The row says no unit", "所属"),
    "no site": (changed(拠点="火星"), "I2", "There is no site “火星”", "「火星」"),
    "boss unknown": (changed(上司社員番号="X9"), "H2", "Nobody has the employee number X9", "X9"),
    "day that is none": (changed(入社日="2021/02/30"), "F2", "", ""),
    "day missing": (changed(入社日=""), "F2", "The cell is empty", "空"),
    "kind unknown": (changed(雇用区分="宇宙人"), "E2", "", ""),
    "number missing": (changed(社員番号=""), "A2", "The cell is empty", "空"),
    "name missing": (changed(氏名=""), "B2", "The cell is empty", "空"),
    "own boss": (changed(上司社員番号="E1"), "H2", "Bosses go round in a circle: E1 (2) → E1 (2)", "E1 (2)"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_cell_is_named_with_the_next_step_in_both_languages(
    company: Company, file: Callable[..., Path], case: str
) -> None:
    row, where, english, japanese = BAD_CELLS[case]
    report = check(file(row, changed(社員番号="E2", メール="t2@example.jp")))
    assert (report.read, report.accepted, report.rejected) == (2, 1, 1)
    [(place, message_en, step_en)] = told(report, "en")
    [(_place, message_ja, step_ja)] = told(report, "ja")
    assert place.endswith(where)
    assert english in message_en
    assert japanese in message_ja
    assert message_en != message_ja
    assert step_en != step_ja
    assert step_en


def test_every_error_of_a_row_is_told_not_only_the_first(company: Company, file: Callable[..., Path]) -> None:
    report = check(file(changed(所属コード="9999", 拠点="火星", 上司社員番号="X9", 入社日="未定")))
    assert {place[-2:] for place, _message, _step in told(report, "en")} == {"D2", "I2", "H2", "F2"}


def test_a_double_number_keeps_both_rows_out_and_each_names_the_other(
    company: Company, file: Callable[..., Path]
) -> None:
    report = check(file(GOOD, changed(メール="x@example.jp"), changed(社員番号="E3", メール="t3@example.jp")))
    assert (report.accepted, report.rejected) == (1, 2)
    first, second = told(report, "en")
    assert "3" in first[1]
    assert "2" in second[1]


@pytest.mark.parametrize("column", ["メール"])
def test_an_address_of_two_people_keeps_both_out(company: Company, file: Callable[..., Path], column: str) -> None:
    report = check(file(GOOD, changed(社員番号="E2")))
    assert report.rejected == 2
    assert all("C" in place for place, _message, _step in told(report, "en"))


def test_two_circles_are_told_apart_with_all_their_members(company: Company, file: Callable[..., Path]) -> None:
    bosses = {"E1": "E2", "E2": "E1", "E3": "E4", "E4": "E5", "E5": "E3", "E6": "E1"}
    rows = [changed(社員番号=n, メール=f"{n}@example.jp", 上司社員番号=boss) for n, boss in bosses.items()]
    report = check(file(*rows))
    assert (report.accepted, report.rejected) == (1, 5), "who only hangs on a circle is taken"
    said = {message for _place, message, _step in told(report, "en")}
    assert said == {
        "Bosses go round in a circle: E1 (2) → E2 (3) → E1 (2) (row numbers in brackets).",
        "Bosses go round in a circle: E3 (4) → E4 (5) → E5 (6) → E3 (4) (row numbers in brackets).",
    }


def test_a_boss_who_comes_with_the_same_file_is_known(company: Company, file: Callable[..., Path]) -> None:
    import_file("people", file(changed(上司社員番号="E2"), changed(社員番号="E2", メール="t2@example.jp")))
    assert Assignment.objects.known().get(person__number="E1").boss.number == "E2"


def test_a_name_two_units_share_finds_neither(company: Company, file: Callable[..., Path]) -> None:
    twins = [company.unit("7001", "同名課", company.top), company.unit("7002", "同名課", company.top)]
    header = ("社員番号", "氏名", "所属", "入社日")
    report = check(file(("E1", "甲", "同名課", "2021/04/01"), header=header))
    assert report.rejected == 1
    assert check(file(("E1", "甲", "材料課", "2021/04/01"), header=header)).accepted == 1
    assert len({unit.name_ja for unit in twins}) == 1


def test_a_file_without_a_column_that_is_needed_is_not_taken_at_all(
    company: Company, file: Callable[..., Path]
) -> None:
    with pytest.raises(FileRefused) as refusal, override("en"):
        check(file(("甲", "1100"), header=("氏名", "所属コード")))
    with override("en"):
        assert "employee number" in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x89PNG\r\n", b"\x00" * 64], ids=["empty", "pdf", "png", "0"])
def test_what_is_no_table_is_refused(company: Company, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hr.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        check(path)


def test_a_dry_run_writes_nothing(company: Company, file: Callable[..., Path]) -> None:
    before = Entry.objects.count(), Person.objects.count(), Unit.objects.count()
    assert check(file(GOOD)).added == 1
    assert (Entry.objects.count(), Person.objects.count(), Unit.objects.count()) == before


def test_good_rows_go_in_beside_bad_ones_and_the_counts_add_up(company: Company, file: Callable[..., Path]) -> None:
    rows = [changed(社員番号=f"E{n}", メール=f"t{n}@example.jp") for n in range(1, 8)]
    rows += [changed(社員番号="E8", メール="t8@example.jp", 所属コード="9999")]
    report = import_file("people", file(*rows))
    assert (report.read, report.accepted, report.rejected, report.added) == (8, 7, 1, 7)
    assert Person.objects.filter(number__startswith="E").count() == 7
    assert not Person.objects.filter(number="E8").exists()


def test_an_import_is_one_entry_with_its_counts(company: Company, file: Callable[..., Path]) -> None:
    report = import_file("people", file(GOOD, changed(社員番号="E2", メール="t2@example.jp")), why="11月分")
    entry = Entry.objects.get(verb="directory.person.import")
    assert entry.id == report.entry
    body = json.loads(bytes(entry.body))
    assert body["notes"]["counts"]["open"] == {"read": 2, "accepted": 2, "rejected": 0}
    assert "髙橋" not in bytes(entry.body).decode()


def test_full_width_digits_spaces_and_case_do_not_make_another_person(
    company: Company, file: Callable[..., Path]
) -> None:
    import_file("people", file(GOOD))
    report = check(file(changed(社員番号="Ｅ１", メール=" t1@example.jp ")))
    assert (report.added, report.rejected) == (0, 0)
    assert Person.objects.filter(number="E1", joined_on__lte=TODAY).count() == 1
