"""Whoever hands in a file about people sees nothing in it about himself, and its rows go in all the same (fault H3)."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from openpyxl import load_workbook

from kuramori.kernel.imports import queries, storage
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.cell import Broken, Row
from kuramori.kernel.imports.concerned import Concerned, Veil
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.tests.conftest import AKARI, APPROVAL, BOTAN, CHIHIRO, PERMISSION, VIEWS, guard
from kuramori.kernel.imports.tests.ledgers import workbook
from kuramori.kernel.imports.undo import plan_of, undo
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Job, SavedView
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting
from kuramori.kernel.tests.above import room_above

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = {AKARI.person_id: ("A-1", "akari@example.jp"), BOTAN.person_id: ("B-2",)}
ABOUT = replace(
    VIEWS,
    guard=None,
    concerned=Concerned(
        marks=lambda viewer: MARKS.get(viewer.person_id, ()),
        is_about=lambda record, viewer: getattr(record, "query", "") in MARKS.get(viewer.person_id, ()),
    ),
)
HEADER = ["名前", "条件"]
OFFICE = replace(CHIHIRO, permissions=frozenset({PERMISSION, APPROVAL}), company_wide=frozenset({PERMISSION}))


@pytest.fixture(autouse=True)
def about_people(_views_can_be_imported: None) -> Iterator[None]:
    with room_above(permissions={PERMISSION: (), APPROVAL: ()}, imports=(ABOUT,)):
        yield


@pytest.fixture
def desk(client, settings):
    mine = "kuramori.kernel.registers.tests.suite.Acting"
    settings.MIDDLEWARE = [mine if each == SIGN_IN else each for each in settings.MIDDLEWARE]
    settings.LANGUAGE_CODE = "en"
    Acting.viewer = AKARI
    yield client
    Acting.viewer = None


def handed_in(desk, path) -> ImportRun:
    desk.post(
        reverse("kernel:import-hand-in", args=["views"]), {"file": SimpleUploadedFile(path.name, path.read_bytes())}
    )
    return ImportRun.objects.order_by("-created_at").first()


def checked(desk, path) -> ImportRun:
    run = handed_in(desk, path)
    desk.post(reverse("kernel:import-columns", args=[run.pk]), {"column_0": "name", "column_1": "query"})
    assert run_waiting() == 1
    run.refresh_from_db()
    return run


def page(desk, name, run) -> str:
    """What the page says, without its forms' token, whose letters are drawn by lot and may hold any short word."""
    said = desk.get(reverse(f"kernel:import-{name}", args=[run.pk])).content.decode()
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", said)


def test_rows_about_the_viewer_are_counted_and_named_to_him_nowhere(desk, tmp_path):
    """Accepted or rejected, his rows are no rows of the file that he sees; the others' are all there."""
    run = checked(desk, workbook(tmp_path, [HEADER, ["w1", "B-2"], ["w2", "A-1"], ["", "A-1"], ["", "B-2"]]))
    assert (run.read, run.accepted, run.rejected) == (2, 1, 1)
    job = Job.objects.get()
    assert (job.result, job.done, job.total) == ({"read": 2, "accepted": 1, "rejected": 1}, 2, 2)
    shown = page(desk, "run", run) + page(desk, "columns", run)
    assert "w1" in shown
    assert not [word for word in ("w2", "A-1", "A4") if word in shown]
    book = load_workbook(io.BytesIO(desk.get(reverse("kernel:import-errors", args=[run.pk])).getvalue())).active
    assert [[cell.value for cell in row][:2] for row in book.iter_rows(min_row=2)] == [
        ["w1", "B-2"], [None, None], [None, None], [None, "B-2"],
    ]  # fmt: skip
    assert "a value is required" in book["C5"].value


def test_they_are_taken_in_all_the_same_and_no_undoing_of_his_reaches_them(desk, tmp_path):
    run = checked(desk, workbook(tmp_path, [HEADER, ["w1", "B-2"], ["w2", "A-1"]]))
    desk.post(reverse("kernel:import-take-in", args=[run.pk]), {"why": "月次"})
    run_waiting()
    run.refresh_from_db()
    assert (run.state, run.read) == (RunState.APPLIED, 1)
    assert set(SavedView.objects.values_list("name", flat=True)) == {"w1", "w2"}
    assert "1 records that the import added are retired" in page(desk, "undo", run)
    assert [str(record) for record in plan_of(run, AKARI).records] == ["w1"]
    assert [str(record) for record in plan_of(run, BOTAN).records] == ["w2"], "each is spared what is about himself"
    undo(run=run, viewer=AKARI, why="取り違え")
    assert set(SavedView.objects.standing().values_list("name", flat=True)) == {"w2"}


def test_a_file_about_people_is_there_for_nobody_but_who_handed_it_in(desk, tmp_path):
    """Nobody has left out for him what the check did not know to be about him, and no file is missing to him alone."""
    run = handed_in(desk, workbook(tmp_path, [HEADER, ["w1", "B-2"]]))
    assert queries.run_for(AKARI, run.pk) == run
    assert queries.recent_runs(AKARI, ABOUT) == [run]
    for viewer in (OFFICE, replace(BOTAN, permissions=frozenset({PERMISSION, APPROVAL}))):
        with pytest.raises(Http404):
            queries.run_for(viewer, run.pk)
        assert queries.recent_runs(viewer, ABOUT) == []


def test_a_file_about_nobody_else_seems_empty_and_changes_nothing(desk, tmp_path):
    run = checked(desk, workbook(tmp_path, [HEADER, ["w1", "A-1"], ["w2", "akari@example.jp"]]))
    assert (run.read, run.accepted, run.rejected) == (0, 0, 0)
    assert reverse("kernel:import-take-in", args=[run.pk]) not in page(desk, "run", run)


def test_the_command_line_keeps_the_same_silence(tmp_path):
    path = workbook(tmp_path, [HEADER, ["", "A-1"], ["", "B-2"]])
    report = import_file("views", path, viewer=AKARI, dry_run=True, error_sheet=tmp_path / "errors.xlsx")
    assert (report.read, report.rejected, [error.where for error in report.errors]) == (1, 1, ["台帳!A3"])
    assert load_workbook(tmp_path / "errors.xlsx").active["B2"].value is None
    assert import_file("views", path, dry_run=True).read == 2, "the system is nobody"


# how a row is known


def veil(viewer: Viewer = AKARI) -> Veil:
    return Veil(ABOUT.concerned, viewer)


@pytest.mark.parametrize("cell", ["A-1", " a-1 ", "Ａ－１", "A\u20111", "AKARI@example.jp", "A-\u200b1"])
def test_a_name_is_the_same_however_it_is_typed(cell: str):
    assert veil().hides(["x", None, cell])


@pytest.mark.parametrize("cell", ["A-10", "xA-1", "A-1 と B-2", 1, 1.0, True, None, ""])
def test_another_word_is_somebody_else(cell: object):
    assert not veil().hides([cell])


def test_a_broken_cell_names_nobody_and_neither_does_an_empty_mark():
    assert not veil().hides([Broken("A-1", phrase("x"), phrase("y"))])
    nobody = Veil(Concerned(marks=lambda _viewer: ["", ""], is_about=lambda _record, _viewer: False), AKARI)
    assert not nobody.hides(["", None])


def test_as_above_goes_with_the_row_above():
    rows = [
        Row(2, ["w", "B-2"]),
        Row(3, ["x", "〃"]),
        Row(4, ["y", "A-1"]),
        Row(5, ["z", "同上"]),
        Row(6, ["v", "B-2"]),
    ]
    assert [row.number for row in veil().uncovered(rows)] == [2, 3, 6]
    assert veil(CHIHIRO).uncovered(rows) == rows


def test_where_a_kind_is_about_nobody_everything_is_shown():
    open_to_all = Veil(None, AKARI)
    assert not open_to_all.hides(["A-1"])
    assert not open_to_all.hides_record(SavedView(query="A-1"))


def test_a_kind_about_people_cannot_wait_for_somebody_elses_approval():
    with pytest.raises(ValueError, match="nobody could approve"):
        replace(ABOUT, guard=guard)


def test_nothing_is_left_in_the_folder_that_he_could_open(desk, tmp_path):
    """The kept report is read by pages alone; it holds no row of his either."""
    run = checked(desk, workbook(tmp_path, [HEADER, ["w1", "B-2"], ["w2", "A-1"]]))
    kept = storage.place(run.pk, storage.REPORT).read_text(encoding="utf-8")
    assert "w1" in kept
    assert "w2" not in kept
