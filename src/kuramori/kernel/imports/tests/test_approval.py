"""A stopped file passes only by a second person, for exactly what the check found, and only once."""

from dataclasses import replace
from datetime import date

import pytest

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports import acts, storage
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.runs import source_of, understand
from kuramori.kernel.imports.tests.conftest import AKARI, BOTAN, CHIHIRO, VIEWS
from kuramori.kernel.imports.tests.test_runs import checked_run, names, sheet, take_in
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import SavedView
from kuramori.kernel.permissions import Forbidden

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 1)


@pytest.fixture
def stopped(tmp_path) -> ImportRun:
    """A file that edits three views at once, which is one too many for the guard."""
    import_file("views", sheet(tmp_path, *[[f"v{number}", "a"] for number in range(3)]))
    run = checked_run(sheet(tmp_path, *[[f"v{number}", "b"] for number in range(3)]))
    assert run.state == RunState.STOPPED
    return run


def test_the_approval_names_the_digest_of_what_was_approved(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="組織変更")
    entry = read(entries_about(stopped.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.actor_name) == ("kernel.import.approve", "組織変更", "牧野 牡丹")
    assert entry.notes["digest"] == stopped.digest


def test_who_approved_may_not_take_the_file_in_without_the_right_to_import(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="")
    with pytest.raises(Forbidden):
        take_in(stopped, viewer=BOTAN)
    assert take_in(stopped).edited == 3


@pytest.mark.parametrize(("viewer", "refusal"), [(AKARI, Refused), (CHIHIRO, Forbidden)])
def test_neither_who_handed_it_in_nor_a_stranger_approves(stopped, viewer, refusal):
    with pytest.raises(refusal):
        acts.approve(run=stopped, viewer=viewer, why="")
    assert ImportRun.objects.get(pk=stopped.pk).state == RunState.STOPPED


def test_a_viewer_who_is_no_person_does_not_approve(stopped):
    with pytest.raises(Refused, match="cannot approve"):
        acts.approve(run=stopped, viewer=replace(BOTAN, person_id=None), why="")


def test_it_is_approved_once(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="")
    with pytest.raises(Refused, match="already dealt with"):
        acts.approve(run=stopped, viewer=BOTAN, why="")


def test_a_file_that_was_not_stopped_needs_no_approval(tmp_path):
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    with pytest.raises((Refused, Forbidden)):
        acts.approve(run=run, viewer=BOTAN, why="")
    take_in(run)
    assert names() == {"極秘"}


def test_checking_again_asks_for_a_new_approval(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="")
    checked = check(VIEWS, source_of(stopped, VIEWS), viewer=AKARI, today=TODAY)
    acts.keep_check(run=stopped, checked=checked, viewer=AKARI)
    with pytest.raises(Refused, match="waits for approval"):
        take_in(stopped)


def test_other_columns_need_a_new_check_and_a_new_approval(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="")
    source = understand(VIEWS, storage.place(stopped.pk), name=stopped.file_name).source
    acts.set_columns(run=stopped, source=source, viewer=AKARI)
    assert (stopped.state, stopped.digest, stopped.approved_by) == (RunState.HANDED_IN, "", None)
    with pytest.raises(Refused, match="has not been checked"):
        take_in(stopped)


def test_what_changed_after_the_approval_is_not_covered_by_it(stopped):
    acts.approve(run=stopped, viewer=BOTAN, why="")
    view = SavedView.objects.get(name="v0")
    with act("kernel.view.save", by=BOTAN.actor):
        view.query = "c"
        view.save()
    with pytest.raises(Refused, match="data changed since"):
        take_in(stopped)
    assert SavedView.objects.get(name="v1").query == "a"


def test_a_stopped_file_may_be_put_away(stopped):
    acts.discard(run=stopped, viewer=AKARI)
    assert stopped.state == RunState.DISCARDED
    with pytest.raises(Refused, match="already dealt with"):
        acts.approve(run=stopped, viewer=BOTAN, why="")
