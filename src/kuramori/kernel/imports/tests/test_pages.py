"""The pages walk a file from hand to ledger and back, in both languages, and show it to nobody else."""

import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from kuramori.kernel.acts import act
from kuramori.kernel.imports import storage
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.tests.conftest import AKARI, BOTAN, CHIHIRO
from kuramori.kernel.imports.tests.ledgers import workbook
from kuramori.kernel.jobs import ask, run_waiting
from kuramori.kernel.models import Job, JobState, SavedView
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(client, settings):
    mine = "kuramori.kernel.registers.tests.suite.Acting"
    settings.MIDDLEWARE = [mine if each == SIGN_IN else each for each in settings.MIDDLEWARE]
    settings.LANGUAGE_CODE = "en"
    Acting.viewer = AKARI
    yield client
    Acting.viewer = None


def address(page, run=None):
    return reverse(f"kernel:import-{page}", args=[run.pk if run else "views"])


def hand_in(desk, path, name="台帳.xlsx"):
    response = desk.post(address("hand-in"), {"file": SimpleUploadedFile(name, path.read_bytes())})
    run = ImportRun.objects.order_by("-created_at").first()
    assert response.headers["Location"] == address("columns", run)
    return run


def check(desk, run):
    form = desk.get(address("columns", run)).context["form"]
    chosen = {name: field.initial for name, field in form.fields.items()}
    response = desk.post(address("columns", run), chosen)
    assert response.headers["Location"] == address("run", run)
    assert 'http-equiv="refresh"' in shown(desk, run)
    assert run_waiting() == 1
    run.refresh_from_db()


def shown(desk, run, page="run"):
    response = desk.get(address(page, run))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def path(tmp_path):
    return workbook(
        tmp_path, [["記録"], ["名前", "条件", "備考"], ["極秘", "level=4", ""], ["", "x", ""], ["秘", "", ""]]
    )


def test_a_file_walks_from_hand_to_ledger_and_back(desk, path):
    assert "Nothing has been handed in yet" in desk.get(address("hand-in")).content.decode()
    run = hand_in(desk, path)
    page = shown(desk, run, "columns")
    assert "level=4" in page
    assert "備考" in page
    check(desk, run)
    page = shown(desk, run)
    assert "A4" in page
    assert "a value is required" in page
    desk.post(address("take-in", run), {"why": "年次の更新"})
    assert run_waiting() == 1
    assert set(SavedView.objects.values_list("name", flat=True)) == {"極秘", "秘"}
    assert "Undo this import" in shown(desk, run)
    assert "2 records that the import added are retired" in shown(desk, run, "undo")
    desk.post(address("undo", run), {"why": "取り違え"})
    assert run_waiting() == 1
    assert not SavedView.objects.standing().exists()
    assert "2 records were set back" in shown(desk, run)
    assert "undone" in desk.get(address("hand-in")).content.decode()


def test_the_users_sheet_comes_back_with_its_errors(desk, path):
    run = hand_in(desk, path, name="R8 台帳.xlsx")
    check(desk, run)
    response = desk.get(address("errors", run))
    assert "attachment" in response.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    assert [cell.value for cell in sheet[2]] == ["名前", "条件", "備考", "Why the row was not taken in"]
    assert sheet["A4"].fill.fgColor.rgb == "FFF4C7C3"
    assert "a value is required" in sheet["A4"].comment.text
    assert "a value is required" in sheet["D4"].value
    assert sheet["B3"].value == "level=4"
    assert sheet["D3"].value is None


def test_an_error_sheet_can_be_corrected_and_handed_in_again(desk, path, tmp_path):
    run = hand_in(desk, path)
    check(desk, run)
    book = load_workbook(io.BytesIO(desk.get(address("errors", run)).getvalue()))
    book.active["A4"] = "足した名前"
    book.save(tmp_path / "again.xlsx")
    again = hand_in(desk, tmp_path / "again.xlsx")
    check(desk, again)
    assert (again.read, again.accepted, again.rejected) == (3, 3, 0)


def test_formulas_in_the_users_sheet_do_not_come_alive(desk, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名前,条件\n,=1+1\n,'=2+2\n", encoding="cp932")
    run = hand_in(desk, path, name="a.csv")
    check(desk, run)
    sheet = load_workbook(io.BytesIO(desk.get(address("errors", run)).getvalue())).active
    assert [cell.data_type for row in sheet.iter_rows(max_col=2) for cell in row].count("f") == 0
    assert sheet["B2"].value == "=1+1"


def test_a_file_that_is_not_taken_is_answered_on_the_form(desk, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"%PDF-1.7")
    response = desk.post(address("hand-in"), {"file": SimpleUploadedFile("見積.xlsx", b"%PDF-1.7")})
    assert response.status_code == 400
    assert "見積.xlsx is a PDF document" in response.content.decode()
    assert storage.kept() == set()


def test_columns_are_refused_when_chosen_twice_or_missing(desk, path):
    run = hand_in(desk, path)
    twice = desk.post(address("columns", run), {"column_0": "query", "column_1": "query"}).content.decode()
    assert "“Query” is chosen for more than one column" in twice
    assert "No column is chosen for: Name" in twice


def test_another_row_can_be_named_the_header(desk, path):
    run = hand_in(desk, path)
    assert desk.get(address("columns", run) + "?header_row=1").context["proposal"].header.row == 1
    missing = desk.get(address("columns", run) + "?sheet=x")
    assert missing.status_code == 409
    assert "no sheet" in missing.content.decode()


def test_a_stopped_file_is_approved_by_somebody_else(desk, tmp_path):
    with act("kernel.view.save", by=AKARI.actor):
        for number in range(3):
            SavedView(name=f"v{number}", register="r", person_id=AKARI.person_id).save()
    run = hand_in(desk, workbook(tmp_path, [["名前", "条件"], *[[f"v{n}", "b"] for n in range(3)]]))
    check(desk, run)
    page = shown(desk, run)
    assert "3 views would change." in page
    assert "Let the file pass" not in page
    Acting.viewer = BOTAN
    assert "Let the file pass" in shown(desk, run)
    desk.post(address("approve", run), {"why": "組織変更"})
    run.refresh_from_db()
    assert run.state == RunState.APPROVED
    assert desk.post(address("take-in", run), {"why": "x"}).status_code == 403


@pytest.mark.parametrize("page", ["run", "columns", "undo", "errors"])
def test_somebody_elses_file_is_not_there(desk, path, page):
    run = hand_in(desk, path)
    Acting.viewer = replace(AKARI, person_id=CHIHIRO.person_id)
    assert desk.get(address(page, run)).status_code == 404
    Acting.viewer = CHIHIRO
    assert desk.get(address(page, run)).status_code == 404
    assert desk.get(address("hand-in")).status_code == 403


def test_the_empty_workbook_maps_itself(desk):
    content = desk.get(address("template")).getvalue()
    assert [cell.value for cell in load_workbook(io.BytesIO(content)).active[1]] == ["Name", "Query"]


def test_stopping_a_waiting_step_and_putting_the_file_away(desk, path):
    run = hand_in(desk, path)
    desk.post(address("columns", run), {"column_0": "name", "column_1": "query"})
    desk.post(address("stop", run))
    assert Job.objects.get().state == JobState.CANCELLED
    desk.post(address("discard", run))
    assert storage.kept() == set()
    assert desk.get(address("columns", run)).status_code == 409


def test_a_step_that_was_refused_says_so(desk, path):
    run = hand_in(desk, path)
    check(desk, run)
    storage.place(run.pk).write_bytes(b"changed")
    desk.post(address("take-in", run), {"why": "x"})
    run_waiting()
    assert "was changed" in shown(desk, run)


def test_the_daily_sweep_forgets_what_nobody_came_back_for(desk, path, time_machine_at):
    run = hand_in(desk, path)
    ask("kernel.import.sweep", viewer=None)
    run_waiting()
    assert storage.kept() == {run.pk}
    time_machine_at(days=8)
    ask("kernel.import.sweep", viewer=None)
    run_waiting()
    assert storage.kept() == set()


def test_everything_is_there_in_japanese(desk, path, settings):
    settings.LANGUAGE_CODE = "ja"
    run = hand_in(desk, path)
    check(desk, run)
    pages = [shown(desk, run), shown(desk, run, "columns"), desk.get(address("hand-in")).content.decode()]
    assert "取り込" in pages[0]
    for page in pages:
        for english in ("Rejected", "Accepted", "Take the file in", "Check the file", "Hand a file in", "Choose"):
            assert english not in page
