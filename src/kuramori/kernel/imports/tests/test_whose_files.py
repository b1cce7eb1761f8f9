"""A file that was handed in is its owner's: others find it only to approve it, or when they answer for all of them."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from django.http import Http404

from kuramori.kernel.imports import acts, queries
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.tests.conftest import AKARI, APPROVAL, BOTAN, CHIHIRO, PERMISSION, VIEWS
from kuramori.kernel.imports.tests.test_runs import checked_run, sheet, take_in
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.tests.above import room_above

pytestmark = pytest.mark.django_db
COLLEAGUE = replace(CHIHIRO, permissions=frozenset({PERMISSION}))
OFFICE = replace(CHIHIRO, permissions=frozenset({PERMISSION}), company_wide=frozenset({PERMISSION}))
Hand = Callable[..., ImportRun]


@pytest.fixture
def hand() -> Hand:
    def one(name: str = "台帳.csv", viewer: Viewer = AKARI) -> ImportRun:
        return acts.hand_in(kind=VIEWS, name=name, chunks=["名前,条件\n".encode()], viewer=viewer)

    return one


def sees(viewer: Viewer, run: ImportRun) -> bool:
    try:
        return queries.run_for(viewer, run.pk) == run
    except Http404:
        return False


def test_a_file_is_seen_by_its_owner_and_the_office_and_by_no_colleague(hand: Hand) -> None:
    run = hand()
    assert [sees(viewer, run) for viewer in (AKARI, OFFICE, COLLEAGUE, BOTAN, CHIHIRO)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_who_lost_the_right_to_import_loses_sight_of_the_own_files(hand: Hand) -> None:
    assert not sees(replace(AKARI, permissions=frozenset()), hand())


def test_a_stopped_file_is_seen_by_who_may_approve_it_and_only_then(hand: Hand, tmp_path) -> None:
    take_in(checked_run(sheet(tmp_path, *[[f"v{n}", "a"] for n in range(3)])))
    calm, stopped = hand(), checked_run(sheet(tmp_path, *[[f"v{n}", "b"] for n in range(3)]))
    assert (stopped.state, stopped.stop_permission) == (RunState.STOPPED, APPROVAL)
    assert (sees(BOTAN, stopped), sees(BOTAN, calm)) == (True, False)
    assert not sees(CHIHIRO, stopped)


def test_a_file_that_is_not_there_and_one_that_is_not_his_are_told_apart_by_nobody(hand: Hand) -> None:
    hand()
    for viewer in (AKARI, CHIHIRO):
        with pytest.raises(Http404):
            queries.run_for(viewer, uuid4())


def test_a_file_of_a_kind_that_no_room_declares_any_more_is_not_there(hand: Hand) -> None:
    run = hand()
    with room_above():
        assert not sees(AKARI, run)
    assert sees(AKARI, run)


def test_a_kind_is_given_to_who_may_import_it(hand: Hand) -> None:
    assert queries.kind_for(AKARI, "views") is VIEWS
    with pytest.raises(Http404):
        queries.kind_for(AKARI, "spaceships")
    with pytest.raises(Forbidden):
        queries.kind_for(CHIHIRO, "views")


def test_the_list_holds_the_own_files_and_for_the_office_everybody_s(hand: Hand) -> None:
    mine, theirs = hand("mine.csv"), hand("theirs.csv", viewer=COLLEAGUE)
    assert queries.recent_runs(AKARI, VIEWS) == [mine]
    assert queries.recent_runs(COLLEAGUE, VIEWS) == [theirs]
    assert queries.recent_runs(OFFICE, VIEWS) == [theirs, mine], "the newest first"


def test_the_list_ends_after_twenty(hand: Hand) -> None:
    made = [hand(f"{n:02}.csv") for n in range(22)]
    assert queries.recent_runs(AKARI, VIEWS) == made[:1:-1]


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 300 + ".csv", "台帳\n.csv", ""])
def test_the_name_a_file_came_with_is_kept_as_words_and_names_nothing(hand: Hand, name: str) -> None:
    run = hand(name)
    assert ImportRun.objects.get(pk=run.pk).file_name == name[-255:]
