"""What somebody clicks while the file is being taken in waits for its turn, and then meets the file as it stands."""

from collections.abc import Callable

import pytest

from kuramori.kernel.acts import LedgerUnavailable, Refused
from kuramori.kernel.imports import acts, storage
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.runs import source_of
from kuramori.kernel.imports.tests.conftest import AKARI, BOTAN, VIEWS
from kuramori.kernel.imports.tests.test_approval import TODAY, stopped  # noqa: F401  (a fixture)
from kuramori.kernel.imports.tests.test_runs import checked_run, names, sheet, take_in
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import SavedView
from kuramori.kernel.tests.moments import no_entry_can_be_written

pytestmark = pytest.mark.django_db(transaction=True)


def put_away(run: ImportRun) -> None:
    acts.discard(run=run, viewer=AKARI)


def read_anew(run: ImportRun) -> None:
    source = source_of(ImportRun.objects.get(pk=run.pk), VIEWS)
    acts.set_columns(run=run, source=source, viewer=AKARI)


def check_again(run: ImportRun) -> None:
    checked = check(VIEWS, source_of(run, VIEWS), viewer=AKARI, today=TODAY)
    acts.keep_check(run=run, checked=checked, viewer=AKARI)


@pytest.mark.parametrize("click", [put_away, read_anew, check_again])
def test_a_click_on_an_old_page_does_not_undo_that_the_file_was_taken_in(
    tmp_path, click: Callable[[ImportRun], None]
) -> None:
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    old = ImportRun.objects.get(pk=run.pk)
    done = take_in(run)
    entries = entries_about(run.pk).count()
    with pytest.raises(Refused, match="already dealt with"):
        click(old)
    assert ImportRun.objects.get().state == RunState.APPLIED
    assert entries_about(run.pk).count() == entries
    assert ImportReport.load(storage.place(run.pk, storage.REPORT)).entry == done.entry, "its result is still shown"
    undo(run=ImportRun.objects.get(), viewer=AKARI, why="取り違え")
    assert names() == set()


def test_two_who_approve_at_once_approve_once(stopped: ImportRun) -> None:  # noqa: F811
    old = ImportRun.objects.get(pk=stopped.pk)
    acts.approve(run=stopped, viewer=BOTAN, why="")
    with pytest.raises(Refused, match="already dealt with"):
        acts.approve(run=old, viewer=BOTAN, why="")
    assert entries_about(stopped.pk).filter(verb="kernel.import.approve").count() == 1


def test_a_file_that_was_put_away_is_not_taken_in_by_a_job_that_waited(tmp_path) -> None:
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    old = ImportRun.objects.get(pk=run.pk)
    acts.discard(run=run, viewer=AKARI)
    with pytest.raises(FileRefused, match="gone or was changed"):
        acts.take_in(run=old, viewer=AKARI, why="", today=TODAY)
    assert not SavedView.objects.exists()


def test_a_file_whose_hand_in_fails_leaves_no_copy_behind() -> None:
    with no_entry_can_be_written(), pytest.raises(LedgerUnavailable, match="full"):
        acts.hand_in(kind=VIEWS, name="x.csv", chunks=[b"a,b"], viewer=AKARI)
    assert (storage.kept(), ImportRun.objects.count()) == (set(), 0)


def test_a_result_that_is_no_longer_kept_says_where_it_can_still_be_read(tmp_path) -> None:
    run = checked_run(sheet(tmp_path, ["極秘", ""]))
    take_in(run)
    storage.place(run.pk, storage.REPORT).unlink()
    with pytest.raises(Refused, match="no longer kept") as refusal:
        take_in(run)
    assert "history" in str(refusal.value.next_step)
    assert SavedView.objects.count() == 1, "it is not taken in a second time"
