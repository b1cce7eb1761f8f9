"""A large file is taken in a few hundred rows at a time, and nobody can tell: same rows, same errors, same undo."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kuramori.kernel import packed
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.mapping import Action, RowOutcome
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.rows import Source
from kuramori.kernel.imports.runs import understand
from kuramori.kernel.imports.tests.conftest import AKARI, VIEWS, resolve
from kuramori.kernel.imports.tests.ledgers import workbook
from kuramori.kernel.imports.tests.test_runs import names, sheet
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.ledger import changes_of
from kuramori.kernel.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 1)
ROWS = [[f"v{number:02}", f"a={number}"] for number in range(40)]


@pytest.fixture(autouse=True)
def _blocks_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "BLOCK", 4)


def source(path: Path) -> Source:
    return understand(VIEWS, path, name=path.name).source


def test_every_row_of_every_block_comes_in_as_one_act_and_goes_out_by_one_undo(tmp_path: Path) -> None:
    import_file("views", sheet(tmp_path, ["v07", "old"], ["v39", "old"]), viewer=AKARI)
    report = import_file("views", sheet(tmp_path, *ROWS), viewer=AKARI)
    assert (report.read, report.added, report.edited, report.applied) == (40, 38, 2, True)
    assert len(report.preview) == 20
    assert names() == {name for name, _query in ROWS}
    told = [change for change in changes_of(Entry.objects.get(id=report.entry)) if change.on == "kernel.savedview"]
    assert sorted(change.fields["query"] for change in told if change.op == "edit") == [("old", "a=39"), ("old", "a=7")]
    plan = undo(run=ImportRun.objects.get(pk=report.run), viewer=AKARI, why="取り違え")
    assert (len(plan.records), plan.conflicts) == (40, ())
    assert names() == {"v07", "v39"}


def test_one_row_that_fails_stays_out_alone_with_its_place(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[21][0] = ""
    report = import_file("views", sheet(tmp_path, *rows), viewer=AKARI, error_sheet=tmp_path / "errors.xlsx")
    assert (report.read, report.accepted, report.rejected) == (40, 39, 1)
    assert [(error.row, error.column) for error in report.errors] == [(23, "A")]
    assert names() == {name for name, _query in ROWS} - {"v21"}
    assert (tmp_path / "errors.xlsx").exists()


def test_doubles_find_each_other_across_blocks_and_each_names_the_others(tmp_path: Path) -> None:
    unique = replace(VIEWS, fields=tuple(replace(each, unique=each.name == "name") for each in VIEWS.fields))
    rows = [list(row) for row in ROWS]
    rows[30][0] = rows[39][0] = rows[2][0]
    checked = check(unique, source(sheet(tmp_path, *rows)), viewer=AKARI, today=TODAY)
    said = {error.row: str(error.message) for error in checked.report.errors}
    assert {row: message.rpartition("row ")[2] for row, message in said.items()} == {
        4: "32, 41.", 32: "4, 41.", 41: "4, 32.",
    }  # fmt: skip
    assert checked.report.accepted == 37


def test_the_same_file_gives_the_same_digest_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet(tmp_path, *ROWS)
    first = check(VIEWS, source(path), viewer=AKARI, today=TODAY)
    monkeypatch.setattr(packed, "BLOCK", 1000)
    second = check(VIEWS, source(path), viewer=AKARI, today=TODAY)
    assert first.report == second.report
    assert list(first.outcomes) == list(second.outcomes)


def test_what_changes_something_can_be_walked_as_often_as_a_room_likes(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[5][0] = ""
    changes = check(VIEWS, source(sheet(tmp_path, *rows)), viewer=AKARI, today=TODAY).changes
    walks = [[outcome.name for outcome in changes] for _walk in range(2)]
    assert walks[0] == walks[1] == [name for name, _query in ROWS if name != "v05"]


@pytest.mark.parametrize("wrong", ["one too few", "one too many", "another order"])
def test_a_room_that_does_not_answer_row_by_row_is_caught(tmp_path: Path, wrong: str) -> None:
    def careless(rows, *, viewer, today):
        outcomes = resolve(list(rows), viewer=viewer, today=today)
        if wrong == "one too few":
            return outcomes[:-1]
        return [*outcomes, outcomes[-1]] if wrong == "one too many" else outcomes[::-1]

    with pytest.raises(TypeError, match="one outcome per row, in the order of the rows"):
        check(replace(VIEWS, resolve=careless), source(sheet(tmp_path, *ROWS)), viewer=AKARI, today=TODAY)


def test_an_unreadable_row_stays_rejected_whatever_the_room_says(tmp_path: Path) -> None:
    def trusting(rows, *, viewer, today):
        return (RowOutcome(row=replace(row, errors=()), action=Action.ADD, name="?") for row in rows)

    path = workbook(tmp_path, [["名前", "条件"], ["", "a"], ["b", "c"]])
    checked = check(replace(VIEWS, resolve=trusting), source(path), viewer=AKARI, today=TODAY)
    assert [outcome.action for outcome in checked.outcomes] == [Action.REJECT, Action.ADD]
    assert [error.row for error in checked.report.errors] == [2]


def test_of_very_many_errors_the_first_are_told_and_all_are_counted(tmp_path: Path) -> None:
    rows = [["", "a=1"] for _row in range(210)]
    report = check(VIEWS, source(sheet(tmp_path, *rows)), viewer=AKARI, today=TODAY).report
    assert (report.rejected, len(report.errors)) == (210, 200)
    assert [(problem.count, problem.first) for problem in report.problems] == [(210, report.errors[0].where)]
