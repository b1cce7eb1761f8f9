"""What a row of a register does to a secret, column by column: entered anew, changed, left as it is, undone."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from kuramori.directory.acts.units import project_add, project_join
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.report import ImportReport
from kuramori.register.models import NOBODY, Scope, Secret
from kuramori.register.tests.conftest import Add
from kuramori.register.tests.test_import import HEADER, ROW, errors, take, with_

__all__ = ["take"]
Take = Callable[..., ImportReport]


def also(column: str, cell: object, row: Sequence[Any] = ROW) -> dict[str, Any]:
    """Return the row with one further column."""
    return {"header": (*HEADER, column), "row": (*row, cell)}


def take_with(take: Take, column: str, cell: object, row: Sequence[Any] = ROW) -> ImportReport:
    more = also(column, cell, row)
    return take(more["row"], header=more["header"])


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("種別", "図面", "kind", "drawing"),
        ("媒体", "紙", "medium", "paper"),
        ("取得区分", "受領", "origin", "received"),
        ("受領元", "架空化学", "received_from", "架空化学"),
        ("登録日", "2024-04-01", "identified_on", date(2024, 4, 1)),
        ("次回棚卸日", "2027-03-31", "next_stocktaking", date(2027, 3, 31)),
        ("前回棚卸日", "2026-05-10", "stocktaken_on", date(2026, 5, 10)),
        ("保護期限", "2030-03-31", "protect_until", date(2030, 3, 31)),
        ("保存年限", "10年", "retain_until", date(2036, 11, 20)),
        ("経済的価値", 4, "value_economic", 4),
        ("有用性", "寿命が2倍", "usefulness", "寿命が2倍"),
        ("非公知性", "社外秘", "non_public", "社外秘"),
        ("非公知性確認日", "2026-10-01", "non_public_checked_on", date(2026, 10, 1)),
        ("備考", "移行", "note", "移行"),
    ],
)
def test_each_column_fills_its_field(take: Take, column: str, cell: object, field: str, value: object) -> None:
    report = take_with(take, column, cell)
    assert (report.accepted, errors(report)) == (1, [])
    assert getattr(Secret.objects.get(), field) == value


@pytest.mark.parametrize("column", ["種別", "媒体", "取得区分"])
def test_an_empty_cell_of_a_choice_leaves_the_usual_value(take: Take, column: str) -> None:
    assert take_with(take, column, "").accepted == 1
    secret = Secret.objects.get()
    assert (secret.kind, secret.medium, secret.origin) == ("other", "electronic", "own")


def test_the_next_stocktaking_follows_from_the_last_one_when_the_file_does_not_say(take: Take) -> None:
    take_with(take, "前回棚卸日", "2026-05-10")
    assert Secret.objects.get().next_stocktaking == date(2027, 5, 10)


def test_a_secret_is_valued_when_all_three_marks_are_given(take: Take) -> None:
    take(ROW)
    assert Secret.objects.get().valued_on is None
    take((*with_(管理番号="S-2"), 4, 3), header=(*HEADER, "経済的価値", "法的価値"))
    assert Secret.objects.get(number="S-2").valued_on == TODAY


def test_each_scope_column_opens_to_whom_it_names(take: Take, company: Company) -> None:
    project = project_add(code="P-1", name_ja="電池", name_en="Cell", by=SYSTEM)
    project_join(project=project, person=company.daichi, starts_on=TODAY, by=SYSTEM)
    header = (*HEADER, "開示部署", "開示案件", "社外開示先")
    report = take((*ROW, "営業部", "P-1", "架空化学、例示商事"), header=header)
    assert errors(report) == []
    assert {(row.audience, row.audience_id, row.partner) for row in Scope.objects.all()} == {
        ("unit", company.materials.pk, ""),
        ("unit", company.sales.pk, ""),
        ("project", project.pk, ""),
        ("person", company.chihiro.pk, ""),
        ("partner", NOBODY, "架空化学"),
        ("partner", NOBODY, "例示商事"),
    }


@pytest.mark.parametrize(("column", "cell"), [("開示部署", "存在しない部"), ("開示案件", "P-9")])
def test_an_audience_that_is_not_in_the_directory_keeps_the_row_out(take: Take, column: str, cell: str) -> None:
    report = take_with(take, column, cell)
    assert (report.accepted, [at for _row, at, _says in errors(report)]) == (0, ["J"])
    assert cell in errors(report)[0][2]


@pytest.mark.parametrize("named", ["1100", "材料課", "Unit 1100"])
def test_a_unit_is_named_by_code_or_by_either_name(take: Take, company: Company, named: str) -> None:
    take(with_(所管部署コード=named))
    assert Secret.objects.get().unit == company.materials


@pytest.mark.parametrize("named", ["秘", "Secret", "secret"])
def test_a_level_is_named_by_either_name_or_its_code(take: Take, levels: dict[str, Level], named: str) -> None:
    take(with_(区分=named))
    assert Secret.objects.get().level == levels["secret"]


def test_up_to_three_places_are_kept_each_once(take: Take) -> None:
    header = (*HEADER, "保管場所②", "保管場所③")
    take((*ROW, "書庫3", "書庫3"), header=header)
    assert sorted(place.kind for place in Secret.objects.get().places.all()) == ["cabinet", "path"]


@pytest.mark.parametrize("missing", ["管理番号", "名称", "区分", "所管部署コード"])
def test_what_makes_a_secret_may_not_be_empty(take: Take, missing: str) -> None:
    report = take(with_(**{missing: ""}))
    assert (report.accepted, len(report.errors)) == (0, 1)


def test_a_file_without_place_and_scope_columns_leaves_both_as_they_are(take: Take, add: Add) -> None:
    secret = add(number="S-1")
    report = take(("S-1", "改題", "秘", "1100"), header=("管理番号", "名称", "区分", "所管部署コード"))
    assert (report.edited, errors(report)) == (1, [])
    assert secret.places.get().valid_to is None
    assert secret.scopes.count() == 1


def test_a_file_that_says_what_stands_already_changes_nothing(take: Take) -> None:
    take(ROW)
    report = take(ROW)
    assert (report.added, report.edited, report.unchanged) == (0, 0, 1)


@pytest.mark.parametrize(("changed", "column"), [({"管理責任者番号": ""}, "E"), ({"保管場所①": ""}, "G")])
def test_a_secret_of_tier_a_does_not_lose_its_keeper_or_its_last_place_by_a_file(
    take: Take, changed: dict[str, Any], column: str
) -> None:
    take(ROW)
    report = take(with_(**changed))
    assert [at for _row, at, _says in errors(report)] == [column]
    assert Secret.objects.get().keeper is not None


def test_by_its_id_a_secret_cannot_take_another_s_number(take: Take) -> None:
    take(ROW, with_(管理番号="S-2"))
    first = Secret.objects.get(number="S-1")
    report = take((str(first.pk), *with_(管理番号="S-2")), header=("id", *HEADER))
    assert [at for _row, at, _says in errors(report)] == ["B"]
    assert Secret.objects.get(pk=first.pk).number == "S-1"
