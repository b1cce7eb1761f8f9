"""A company's Excel register comes in whole, comes round by its own export, and goes back out by undo (SYS-15)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook

from kuramori.directory.api import Person
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.search import matching
from kuramori.register.acts import secret_retire
from kuramori.register.models import Place, Scope, Secret
from kuramori.register.queries import secrets_visible_to
from kuramori.register.registers import secrets
from kuramori.register.tests.conftest import Add
from kuramori_lake.simulator import simulate

HEADER = (
    "管理番号",
    "名称",
    "区分",
    "重要度",
    "管理責任者番号",
    "所管部署コード",
    "保管場所①",
    "開示範囲（個人）",
    "技術的価値",
)
ROW = ("S-1", "電解液の配合比", "秘", "A", "A-1", "1100", r"\\FS01\材料", "A-3", 5)
Take = Callable[..., ImportReport]


@pytest.fixture
def take(company: Company, levels: dict[str, Level], tmp_path: Path) -> Take:
    """Import rows (ROW with changes by column) as the register's office."""
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    company.give(company.daichi, Role.HR)

    def in_(*rows: Sequence[Any], header: Sequence[str] = HEADER, by: Person | None = None) -> ImportReport:
        book = Workbook()
        for row in (header, *rows):
            book.active.append(row)
        path = tmp_path / "台帳.xlsx"
        book.save(path)
        return import_file("secrets", path, viewer=company.viewer(by or company.daichi), why="移行")

    return in_


def with_(**changed: Any) -> tuple[Any, ...]:
    values = dict(zip(HEADER, ROW, strict=True)) | changed
    return tuple(values[name] for name in HEADER)


def errors(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, f"{error.message} {error.next_step}") for error in report.errors]


def test_the_simulated_company_s_register_comes_in_whole(company: Company, levels, tmp_path: Path) -> None:
    simulate(tmp_path, people=40, months=2, events=6000)
    for kind, name in (("sites", "sites"), ("units", "units"), ("people", "people"), ("projects", "projects")):
        assert import_file(kind, tmp_path / f"{name}.csv").rejected == 0
    checked = import_file("secrets", tmp_path / "register.xlsx", dry_run=True)
    assert (checked.rejected, Secret.objects.count()) == (0, 0)
    report = import_file("secrets", tmp_path / "register.xlsx")
    assert (report.rejected, report.accepted, Secret.objects.count()) == (0, report.read, report.read)
    story = Secret.objects.get(title__contains="蒼穹 大型一体ダイカスト金型")
    assert (story.level.name_ja, story.keeper.number, story.value_technical, story.value_legal) == (
        "極秘",
        "E0011",
        5,
        4,
    )
    assert story.places.count() == 2
    assert not Secret.objects.filter(value_technical=None).exists()
    again = import_file("secrets", tmp_path / "register.xlsx", dry_run=True)
    assert (again.added, again.edited, again.unchanged) == (0, 0, report.read)


def test_a_row_becomes_a_secret_with_its_place_scope_day_and_words(take: Take, company: Company) -> None:
    assert take(ROW).accepted == 1
    secret = Secret.objects.get()
    assert (secret.level.code, secret.tier, secret.keeper, secret.unit) == (
        "secret",
        "a",
        company.akari,
        company.materials,
    )
    assert secret.next_stocktaking.isoformat() == "2027-11-20"
    assert Place.objects.get().pattern == "//fs01/材料"
    assert {(row.audience, row.audience_id, row.origin) for row in Scope.objects.all()} == {
        ("unit", company.materials.pk, "import"),
        ("person", company.chihiro.pk, "import"),
    }
    assert matching(secrets_visible_to(company.viewer(company.chihiro)), "配合").get() == secret
    assert Entry.objects.filter(verb="register.secret.import").count() == 1


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"区分": "極密"}, "C", "極秘"),
        ({"所管部署コード": "9999"}, "F", "9999"),
        ({"管理責任者番号": "Z-9"}, "E", "Z-9"),
        ({"開示範囲（個人）": "A-3、Z-9"}, "H", "Z-9"),
        ({"技術的価値": 6}, "I", "6"),
        ({"管理責任者番号": ""}, "E", "重要度 A"),
        ({"保管場所①": ""}, "G", "重要度 A"),
        ({"重要度": "C"}, "D", "C"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column_and_its_row_stays_out(
    take: Take, changed: dict[str, Any], column: str, words: str
) -> None:
    report = take(ROW, with_(管理番号="S-2", **changed))
    assert (report.accepted, report.rejected) == (1, 1)
    (row, at, says), *more = errors(report)
    assert (row, at, more) == (3, column, [])
    assert words in says


def test_a_number_given_twice_keeps_both_rows_out_each_naming_the_other(take: Take) -> None:
    report = take(ROW, with_(名称="別件"), with_(管理番号="S-2"))
    assert (report.accepted, [row for row, _column, _says in errors(report)]) == (1, [2, 3])


def test_a_keeper_may_be_named_by_a_name_that_only_one_person_bears(take: Take, company: Company) -> None:
    assert take(with_(管理責任者番号="佐倉 灯里")).accepted == 1
    assert Secret.objects.get().keeper == company.akari
    company.person("A-9", "佐倉 灯里", "サクラ アカリ", "Akari Sakura2", company.sales)
    assert errors(take(with_(管理番号="S-2", 管理責任者番号="佐倉 灯里")))[0][1] == "E"


def test_a_known_number_changes_that_secret_by_one_act(take: Take, add: Add) -> None:
    secret = add(number="S-1")
    before = entries_about(secret.pk).count()
    assert take(with_(名称="改題")).edited == 1
    assert Secret.objects.get().title == "改題"
    assert entries_about(secret.pk).count() == before + 1


def test_who_sees_all_but_keeps_one_unit_s_register_changes_no_other_s(take: Take, company: Company, add: Add) -> None:
    add("顧客名簿", number="S-1", unit=company.sales, keeper=company.chihiro)
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.materials)
    company.give(company.botan, Role.AUDITOR)
    company.give(company.botan, Role.HR)
    report = take(with_(名称="改題"), by=company.botan)
    assert [(row, column) for row, column, _says in errors(report)] == [(2, "A")]
    assert Secret.objects.get().title == "顧客名簿"


def test_a_number_of_a_secret_out_of_sight_is_only_said_to_be_taken(take: Take, company: Company, add: Add) -> None:
    add("顧客名簿", number="S-1", unit=company.sales, keeper=company.chihiro)
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.materials)
    report = take(with_(名称="別件"), by=company.botan)
    assert [(row, column) for row, column, _says in errors(report)] == [(2, "A")]
    assert "顧客名簿" not in str(errors(report))


def test_a_file_changes_what_it_says_and_widens_but_never_narrows_the_scope(take: Take, company: Company) -> None:
    take(ROW)
    take(with_(**{"保管場所①": "書庫3", "開示範囲（個人）": "A-4"}))
    assert {(place.text, place.valid_to is None) for place in Place.objects.all()} == {
        (r"\\FS01\材料", False),
        ("書庫3", True),
    }
    assert {row.audience_id for row in Scope.objects.filter(audience="person", retired_at=None)} == {
        company.chihiro.pk,
        company.daichi.pk,
    }


def test_the_register_s_own_columns_come_round_by_id(take: Take) -> None:
    take(ROW)
    secret = Secret.objects.get()
    report = take((str(secret.pk), *with_(管理番号="S-9")), header=("id", *HEADER))
    assert (report.edited, Secret.objects.get().number) == (1, "S-9")
    unknown = take(("01980000-0000-7000-8000-000000000000", *ROW), header=("id", *HEADER))
    assert [column for _row, column, _says in errors(unknown)] == ["A"]


def test_undo_takes_what_the_file_added_out_of_the_register(take: Take, company: Company) -> None:
    take(ROW)
    plan = undo(run=ImportRun.objects.get(), viewer=company.viewer(company.daichi), why="誤ったファイル")
    assert not plan.conflicts
    assert Secret.objects.get().retired_at is not None
    assert not secrets_visible_to(company.viewer(company.chihiro)).filter(retired_at=None).exists()


def test_the_register_s_own_export_comes_back_and_changes_nothing(
    take: Take, company: Company, signed_in: Callable[[str], Client], tmp_path: Path
) -> None:
    take(ROW, with_(管理番号="S-2", 重要度="B", 管理責任者番号=""))
    every = "&".join(f"column={column.name}" for column in secrets.columns)
    answer = signed_in("daichi").post(f"{secrets.url('export')}?{every}", {"format": "xlsx", "why": "点検"})
    path = tmp_path / "export.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    report = import_file("secrets", path, viewer=company.viewer(company.daichi), dry_run=True)
    assert (errors(report), report.edited, report.unchanged) == ([], 0, 2)


def test_a_file_opens_again_what_had_ended(take: Take, company: Company, add: Add) -> None:
    secret = add(number="S-1")
    with act("register.scope.open", by=SYSTEM, subjects=[secret]):
        row = Scope(secret=secret, audience="person", audience_id=company.chihiro.pk, valid_from=date(2026, 1, 1))
        row.valid_to = TODAY - timedelta(days=1)
        row.save()
    assert take(ROW).edited == 1
    assert secret in secrets_visible_to(company.viewer(company.chihiro))
    assert take(ROW).unchanged == 1, "an open row is not opened twice"


def test_a_place_that_a_file_brings_later_is_there_from_that_day_on(take: Take, add: Add) -> None:
    secret = add(number="S-1", identified_on=date(2020, 4, 1), places=[{"kind": "cabinet", "text": "書庫3"}])
    take(ROW)
    assert secret.places.get(valid_to=None).valid_from == TODAY
    take(with_(管理番号="S-2"))
    assert Secret.objects.get(number="S-2").places.get().valid_from == TODAY


def test_a_file_does_not_change_what_was_taken_out_of_the_register(
    take: Take,
    add: Add,
) -> None:
    secret = add(number="S-1")
    secret_retire(secret=secret, by=SYSTEM, why="公表")
    report = take(with_(名称="改題"), with_(管理番号="S-2"))
    assert [(row, column) for row, column, _says in errors(report)] == [(2, "A")]
    assert (Secret.objects.get(number="S-1").title, report.accepted) == ("電解液の配合比", 1)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"管理番号": "S" * 41}, "A"),
        ({"名称": "名" * 201}, "B"),
        ({"保管場所①": "棚" * 501}, "G"),
    ],
)
def test_a_text_that_does_not_fit_is_named_at_its_cell_with_both_lengths(
    take: Take,
    changed: dict[str, str],
    column: str,
) -> None:
    report = take(ROW, with_(**({"管理番号": "S-2"} | changed)))
    ((row, at, says),) = errors(report)
    assert (row, at, report.accepted) == (3, column, 1)
    length = len(next(iter(changed.values())))
    assert str(length) in says
    assert str(length - 1) in says


def test_a_retention_for_ever_is_kept_to_the_end_of_the_calendar(take: Take) -> None:
    report = take((*ROW, "9999年"), header=(*HEADER, "保存年限"))
    assert errors(report) == []
    assert Secret.objects.get().retain_until == date.max


def test_a_long_register_is_written_some_rows_at_a_time_and_still_one_act_one_undo(
    take: Take, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuramori.register.import_apply.BATCH", 2)
    monkeypatch.setattr("kuramori.register.imports.CHUNK", 2)
    take(with_(管理番号="S-0", 名称="旧い表題"), with_(管理番号="S-4"))
    told = ({"管理番号": f"S-{n}", "名称": f"第{n}版", "保管場所①": rf"\\FS01\{n}"} for n in range(5))
    rows = [with_(**each) for each in told]
    report = take(*rows, with_(管理番号="S-9", 区分="極密"))
    assert (report.added, report.edited, report.rejected) == (3, 2, 1)
    assert dict(Secret.objects.values_list("number", "title")) == {f"S-{n}": f"第{n}版" for n in range(5)}
    assert set(Place.objects.filter(valid_to=None).values_list("secret__number", "text")) == {
        (f"S-{number}", rf"\\FS01\{number}") for number in range(5)
    }
    assert Scope.objects.count() == 2 * 5, "its own unit and 遠山 千尋 for each"
    assert Entry.objects.filter(verb="register.secret.import").count() == 2
    seen = secrets_visible_to(company.viewer(company.chihiro))
    assert matching(seen, "第0版").get().number == "S-0"
    assert not matching(seen, "旧い表題").exists()
    undo(run=ImportRun.objects.get(pk=report.run), viewer=company.viewer(company.daichi), why="取り違え")
    assert dict(Secret.objects.standing().values_list("number", "title")) == {"S-0": "旧い表題", "S-4": ROW[1]}
