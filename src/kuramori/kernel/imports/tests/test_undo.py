"""Undoing an import: what nobody touched since goes back; what somebody touched stays, and is named."""

from dataclasses import replace
from datetime import date

import pytest

from kuramori.kernel import guards
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports import jobs, storage
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.tests.conftest import AKARI, BOTAN, CHIHIRO, PEOPLE
from kuramori.kernel.imports.tests.test_runs import checked_run, names, sheet, take_in
from kuramori.kernel.imports.undo import plan_of, undo
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import EntrySubject, SavedView
from kuramori.kernel.permissions import Forbidden

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 1)


@pytest.fixture
def run(tmp_path) -> ImportRun:
    """An import that edited one view and added another."""
    import_file("views", sheet(tmp_path, ["古い", "前"]))
    made = checked_run(sheet(tmp_path, ["古い", "後"], ["新しい", ""]))
    take_in(made)
    return made


def change(name: str, **values: object) -> SavedView:
    view = SavedView.objects.get(name=name)
    with act("kernel.view.save", by=BOTAN.actor):
        for field, value in values.items():
            setattr(view, field, value)
        view.save()
    return view


def test_a_field_that_the_import_did_not_touch_may_have_changed(run):
    change("古い", is_shared=True)
    assert plan_of(run, AKARI).conflicts == ()
    undo(run=run, viewer=AKARI, why="取り違え")
    view = SavedView.objects.get(name="古い")
    assert (view.query, view.is_shared) == ("前", True)


def test_an_edit_that_somebody_edited_again_is_left_and_its_field_named(run):
    change("古い", query="手直し")
    plan = undo(run=run, viewer=AKARI, why="取り違え")
    assert [(left.name, left.fields) for left in plan.conflicts] == [("古い", ("query",))]
    assert SavedView.objects.get(name="古い").query == "手直し"
    assert names() == {"古い"}, "what nobody touched was undone all the same"


def test_what_somebody_set_back_by_hand_already_is_no_loss(run):
    change("古い", query="前")
    undo(run=run, viewer=AKARI, why="取り違え")
    assert SavedView.objects.get(name="古い").query == "前"


def test_what_was_added_and_retired_since_stays_retired(run):
    view = SavedView.objects.get(name="新しい")
    with act("kernel.view.retire", by=BOTAN.actor):
        view.retire()
    retired_at = view.retired_at
    plan = undo(run=run, viewer=AKARI, why="取り違え")
    assert [left.name for left in plan.conflicts] == ["新しい"]
    assert SavedView.objects.get(name="新しい").retired_at == retired_at


def test_looking_at_what_it_would_do_changes_nothing(run):
    plan_of(run, AKARI)
    assert SavedView.objects.get(name="古い").query == "後"
    assert names() == {"古い", "新しい"}


def test_the_entry_says_how_many_went_back_and_which_stayed(run):
    change("古い", query="手直し")
    undo(run=run, viewer=AKARI, why="取り違え")
    entry = read(entries_about(run.pk)[:1])[0]
    assert (entry.verb, entry.why) == ("kernel.import.undo", "取り違え")
    assert (entry.notes["undone"], entry.notes["left"]) == (1, ["古い"])


def test_it_is_undone_once(run):
    undo(run=run, viewer=AKARI, why="")
    with pytest.raises(Refused, match="not in force"):
        undo(run=run, viewer=AKARI, why="")
    run.refresh_from_db()
    assert run.state == RunState.UNDONE


def test_what_was_never_taken_in_cannot_be_undone(tmp_path):
    with pytest.raises(Refused, match="not in force"):
        plan_of(checked_run(sheet(tmp_path, ["極秘", ""])), AKARI)


def test_nobody_undoes_without_the_permission(run):
    with pytest.raises(Forbidden):
        undo(run=run, viewer=CHIHIRO, why="")
    assert names() == {"古い", "新しい"}


def test_an_import_whose_entry_is_gone_is_left_alone_and_says_whom_to_ask(run):
    guards.lift()
    EntrySubject.objects.filter(subject_id=run.pk).delete()
    guards.install()
    with pytest.raises(Refused, match="cannot be read") as refused:
        plan_of(run, AKARI)
    assert "system administrator" in refused.value.next_step


def test_as_a_job_it_keeps_the_names_of_what_stayed_out_of_the_job(run):
    change("古い", query="手直し")
    job = jobs.ask_for(jobs.UNDO, run, AKARI, why="取り違え")
    run_waiting()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"undone": 1, "left": 1})
    assert "古い" in storage.place(run.pk, storage.UNDONE).read_text()


def test_as_a_job_it_is_not_done_for_who_lost_the_right_meanwhile(run, monkeypatch):
    job = jobs.ask_for(jobs.UNDO, run, AKARI, why="")
    monkeypatch.setitem(PEOPLE, AKARI.person_id, replace(AKARI, permissions=frozenset()))
    run_waiting()
    job.refresh_from_db()
    assert job.state == "failed"
    assert names() == {"古い", "新しい"}
