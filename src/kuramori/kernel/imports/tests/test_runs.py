"""A file goes in as one act or not at all, is checked before, and can be undone after."""

from dataclasses import replace
from datetime import date

import pytest

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports import acts, jobs, storage
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.models import ImportMapping, ImportRun, RunState
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.runs import corrected, source_of, understand
from kuramori.kernel.imports.tests.conftest import AKARI, BOTAN, CHIHIRO, PEOPLE, VIEWS
from kuramori.kernel.imports.tests.ledgers import workbook
from kuramori.kernel.imports.undo import plan_of, undo
from kuramori.kernel.imports.writing import write_xlsx
from kuramori.kernel.jobs import ask, run_waiting
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.permissions import Forbidden

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 1)
HEADER = ["名前", "条件"]


def sheet(tmp_path, *rows, header=HEADER):
    return workbook(tmp_path, [header, *rows])


def names():
    return set(SavedView.objects.standing().values_list("name", flat=True))


def checked_run(path, viewer=AKARI):
    run = acts.hand_in(kind=VIEWS, name=path.name, chunks=[path.read_bytes()], viewer=viewer)
    source = understand(VIEWS, storage.place(run.pk), name=path.name).source
    acts.set_columns(run=run, source=source, viewer=viewer)
    acts.keep_check(run=run, checked=check(VIEWS, source, viewer=viewer, today=TODAY), viewer=viewer)
    return run


def take_in(run, viewer=AKARI):
    report = acts.take_in(run=run, viewer=viewer, why="年次の更新", today=TODAY)
    run.refresh_from_db()
    return report


def test_a_dry_run_writes_nothing_at_all(tmp_path):
    report = import_file("views", sheet(tmp_path, ["極秘", "level=4"]), dry_run=True)
    assert (report.read, report.accepted, report.added, report.applied) == (1, 1, 1, False)
    assert not Entry.objects.exists()
    assert not ImportRun.objects.exists()
    assert list((tmp_path / "data").iterdir()) == []


def test_a_file_that_changes_nothing_is_no_act(tmp_path):
    path = sheet(tmp_path, ["極秘", "a"])
    import_file("views", path)
    entries = Entry.objects.count()
    report = import_file("views", path)
    assert (report.unchanged, report.applied) == (1, False)
    assert Entry.objects.count() == entries
    run = checked_run(path)
    with pytest.raises(Refused, match="would change nothing"):
        take_in(run)


def test_a_file_is_one_act_whose_entry_holds_every_record(tmp_path):
    report = import_file("views", sheet(tmp_path, *[[f"v{n}", ""] for n in range(50)]), viewer=AKARI, why="初回")
    assert report.applied
    entry = read(Entry.objects.filter(verb=VIEWS.verb))[0]
    assert entry.entry.id == report.entry
    assert entry.why == "初回"
    assert entry.notes["counts"] == {"read": 50, "accepted": 50, "rejected": 0}
    assert entry.change_count == 51  # and the run itself
    assert len(names()) == 50


def test_rejected_rows_stay_out_and_counts_add_up(tmp_path):
    path = sheet(tmp_path, ["極秘", ""], ["", "x"], ["二重", "1"], ["二重", "2"])
    errors = tmp_path / "errors.xlsx"
    report = import_file("views", path, error_sheet=errors)
    assert (report.read, report.accepted, report.rejected) == (4, 1, 3)
    assert names() == {"極秘"}
    assert [problem.count for problem in report.problems] == [2, 1]
    assert errors.exists()
    assert "4 rows, 1 accepted, 3 rejected" in str(report)
    assert "台帳!A3 名前: The cell is empty" in str(report)
    shown = report.to_json()
    assert shown["errors"][0]["where"] == "台帳!A3"
    assert shown["read"] == shown["accepted"] + shown["rejected"]


def test_the_stored_copy_is_gone_when_the_file_is_in(tmp_path):
    import_file("views", sheet(tmp_path, ["極秘", ""]))
    assert storage.kept() == set()


def test_an_error_while_writing_leaves_nothing(tmp_path):
    path = sheet(tmp_path, ["よい", ""], ["長すぎる", "x" * 40])
    broken = VIEWS.apply

    def failing(outcomes, *, by, why):
        broken(outcomes, by=by, why=why)
        raise RuntimeError("the disk is gone")

    run = checked_run(path)
    object.__setattr__(VIEWS, "apply", failing)
    try:
        with pytest.raises(RuntimeError):
            take_in(run)
    finally:
        object.__setattr__(VIEWS, "apply", broken)
    assert names() == set()
    assert ImportRun.objects.get().state == RunState.CHECKED
    assert not Entry.objects.filter(verb=VIEWS.verb).exists()
    take_in(run)
    assert names() == {"よい", "長すぎる"}


def test_taking_in_twice_does_it_once(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    first, second = take_in(run), take_in(run)
    assert first.entry == second.entry
    assert Entry.objects.filter(verb=VIEWS.verb).count() == 1


def test_a_second_worker_with_an_old_copy_of_the_run_is_refused(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    stale = ImportRun.objects.get(pk=run.pk)
    take_in(run)
    with pytest.raises(Refused, match="already dealt with"):
        acts.take_in(run=stale, viewer=AKARI, why="", today=TODAY)
    assert SavedView.objects.count() == 1


def test_cancelling_at_the_last_moment_leaves_nothing(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))

    def cancel(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acts.take_in(run=run, viewer=AKARI, why="", today=TODAY, step=cancel)
    assert names() == set()


def test_what_was_checked_is_what_is_done(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", "a"]))
    view = SavedView(name="極秘", register="r", person_id=AKARI.person_id)
    with act("kernel.view.save", by=AKARI.actor):
        view.save()
    with pytest.raises(Refused, match="data changed since"):
        take_in(run)


def test_a_file_changed_on_disk_is_refused(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", "a"]))
    storage.place(run.pk).write_bytes(sheet(tmp_path, ["別", "b"]).read_bytes())
    with pytest.raises(FileRefused, match="gone or was changed"):
        source_of(run, VIEWS)


def test_the_mapping_is_remembered_for_the_source(tmp_path):
    header = ["何か", "それ以外"]
    path = sheet(tmp_path, ["極秘", "a"], header=header)
    with pytest.raises(FileRefused, match="no column for: Name"):
        import_file("views", path)
    import_file("views", path, mapping={"name": "何か", "query": "B"})
    again = understand(VIEWS, sheet(tmp_path, ["秘", "b"], header=header), name="次.xlsx")
    assert again.is_remembered
    assert again.source.fields == {"name": 0, "query": 1}
    assert ImportMapping.objects.count() == 1


def test_a_mapping_to_nowhere_is_refused(tmp_path):
    proposal = understand(VIEWS, sheet(tmp_path, ["極秘", "a"]), name="a.xlsx")
    with pytest.raises(FileRefused, match="no column “Z”"):
        corrected(proposal, VIEWS, {"name": "Z"})
    assert corrected(proposal, VIEWS, {"query": ""}).fields == {"name": 0}


def test_a_round_trip_by_id_edits_instead_of_adding(tmp_path):
    import_file("views", sheet(tmp_path, ["極秘", "a"], ["秘", "b"]))
    views = list(SavedView.objects.order_by("name"))
    path = tmp_path / "export.xlsx"
    with path.open("wb") as stream:
        write_xlsx(
            ["id", "名前", "条件"], [[views[0].pk, "新しい名前", "a"], [views[1].pk, views[1].name, "b"]], stream
        )
    report = import_file("views", path)
    assert (report.edited, report.unchanged, report.added) == (1, 1, 0)
    assert SavedView.objects.get(pk=views[0].pk).name == "新しい名前"


def test_an_unknown_id_is_rejected_with_its_place(tmp_path):
    path = sheet(tmp_path, ["01980000-0000-7000-8000-000000000000", "極秘"], header=["id", "名前"])
    report = import_file("views", path)
    assert [error.where for error in report.errors] == ["台帳!A2"]
    assert "no record with the id" in str(report.errors[0].message)


def test_a_stopped_file_waits_for_somebody_else(tmp_path):
    import_file("views", sheet(tmp_path, *[[f"v{n}", "a"] for n in range(3)]))
    path = sheet(tmp_path, *[[f"v{n}", "b"] for n in range(3)])
    assert not import_file("views", path, viewer=AKARI).applied
    run = ImportRun.objects.get(state=RunState.STOPPED)
    with pytest.raises(Refused, match="waits for approval"):
        take_in(run)
    with pytest.raises(Refused, match="cannot approve"):
        acts.approve(run=run, viewer=AKARI, why="")
    with pytest.raises(Forbidden):
        acts.approve(run=run, viewer=CHIHIRO, why="")
    acts.approve(run=run, viewer=BOTAN, why="組織変更")
    assert take_in(run).edited == 3


def test_nobody_imports_without_the_permission(tmp_path):
    with pytest.raises(Forbidden):
        import_file("views", sheet(tmp_path, ["極秘", ""]), viewer=CHIHIRO)


def test_undoing_retires_what_was_added_and_restores_what_was_edited(tmp_path):
    import_file("views", sheet(tmp_path, ["古い", "前"]))
    run = checked_run(sheet(tmp_path, ["古い", "後"], ["新しい", ""]))
    take_in(run)
    plan = undo(run=run, viewer=AKARI, why="取り違え")
    assert (len(plan.records), len(plan.retire), plan.conflicts) == (2, 1, ())
    assert names() == {"古い"}
    assert SavedView.objects.get(name="古い").query == "前"
    run.refresh_from_db()
    assert run.state == RunState.UNDONE
    with pytest.raises(Refused, match="not in force"):
        undo(run=run, viewer=AKARI, why="")


def test_undoing_leaves_what_somebody_changed_since_and_names_it(tmp_path):
    run = checked_run(sheet(tmp_path, *[[f"v{n:02}", ""] for n in range(40)]))
    take_in(run)
    changed = SavedView.objects.get(name="v07")
    changed.query = "手直し"
    with act("kernel.view.save", by=BOTAN.actor):
        changed.save()
    plan = plan_of(run, AKARI)
    assert [(conflict.name, conflict.fields) for conflict in plan.conflicts] == [("v07", ("query",))]
    undo(run=run, viewer=AKARI, why="取り違え")
    assert names() == {"v07"}


def test_putting_a_file_away_deletes_the_copy(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    acts.discard(run=run, viewer=AKARI)
    assert storage.kept() == set()
    with pytest.raises(Refused, match="already dealt with"):
        acts.discard(run=run, viewer=AKARI)


def test_a_report_is_kept_as_it_was(tmp_path):
    run = checked_run(sheet(tmp_path, ["", "x"], ["極秘", "a"]))
    report = ImportReport.load(storage.place(run.pk, storage.REPORT))
    report.save(tmp_path / "again.json")
    assert ImportReport.load(tmp_path / "again.json") == report
    assert report.run == run.pk


def test_an_upload_that_grows_too_large_leaves_nothing(tmp_path):
    with pytest.raises(FileRefused, match="larger than"):
        acts.hand_in(kind=VIEWS, name="a.csv", chunks=(b"x" * 2**20 for _ in range(60)), viewer=AKARI)
    assert storage.kept() == set()
    assert not ImportRun.objects.exists()


def test_the_users_file_name_names_no_file_of_ours(tmp_path):
    run = acts.hand_in(kind=VIEWS, name="../../../etc/cron.d/x", chunks=[b"a"], viewer=AKARI)
    assert [path.name for path in (tmp_path / "data" / "uploads").iterdir()] == [f"{run.pk}.in"]
    assert (storage.place(run.pk).stat().st_mode & 0o777) == 0o600


def test_a_right_that_was_taken_away_meanwhile_counts(tmp_path, monkeypatch):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    job = jobs.ask_for(jobs.TAKE_IN, run, AKARI, why="年次の更新")
    assert "permissions" not in str(job.arguments)
    monkeypatch.setitem(PEOPLE, AKARI.person_id, replace(AKARI, permissions=frozenset()))
    run_waiting()
    job.refresh_from_db()
    assert (job.state, names()) == ("failed", set())
    assert "does not hold the permission any more" in job.error


def test_a_job_that_nobody_asked_for_takes_nothing_in(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    job = ask(jobs.TAKE_IN, viewer=None, run=str(run.pk), why="")
    run_waiting()
    job.refresh_from_db()
    assert (job.state, names()) == ("failed", set())


@pytest.mark.parametrize("step", [jobs.CHECK, jobs.TAKE_IN])
def test_a_job_whose_file_is_gone_says_what_to_do(tmp_path, step):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    storage.forget(run.pk)
    job = jobs.ask_for(step, run, AKARI)
    run_waiting()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "is gone or was changed. Hand the file in again." in job.error
