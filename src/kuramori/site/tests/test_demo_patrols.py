"""The demo company's patrol: three of five posts are on the board, and a survey tells of nobody (DET-09)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.imports.api import import_file
from kuramori.site.demo_patrols import ANSWERS, POSTS, SURVEY, set_up_patrols
from kuramori.watch.models import PatrolHit, PatrolTerm, SurveyCount
from kuramori.watch.patrols.captures import read_capture

TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Any:
    settings.DATA = tmp_path
    Company().unit("1000-0", "別の部署")
    with time_machine.travel(NOON, tick=False):
        set_up_patrols(tmp_path, TODAY, "デモ")
        yield tmp_path


def test_three_posts_wait_to_be_looked_at_and_the_two_others_left_nothing() -> None:
    told = {read.text for hit in PatrolHit.objects.all() if (read := read_capture(hit.pk))}
    assert told == {POSTS[0][2], POSTS[1][2], POSTS[4][2]}
    assert set(PatrolHit.objects.values_list("state", flat=True)) == {"new"}
    assert {kind for (kind,) in PatrolTerm.objects.values_list("kind")} == {"company", "improper", "topic"}


def test_the_posts_are_of_the_last_days_and_their_accounts_are_made_up() -> None:
    days = sorted((TODAY - hit.posted_at.date()).days for hit in PatrolHit.objects.all())
    assert days == [1, 2, 5]
    authors = {read.author for hit in PatrolHit.objects.all() if (read := read_capture(hit.pk))}
    assert authors == {"名無し", "@example_a", "example_d"}


def test_the_survey_is_counted_and_holds_no_answer() -> None:
    (count,) = SurveyCount.objects.select_related("unit")
    assert (count.survey, count.topic, count.found, count.answers) == (SURVEY, "離席", 7, len(ANSWERS))
    assert count.unit.code == "1000"


def test_the_same_files_again_change_nothing(folder: Path) -> None:
    for kind, name in (("patrol-posts", "posts.jsonl"), ("survey-answers", "survey.csv")):
        report = import_file(kind, folder / name, why="もう一度")
        assert (report.added, report.rejected, report.applied) == (0, 0, False)
