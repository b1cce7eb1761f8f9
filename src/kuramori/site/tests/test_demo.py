"""The demo company, small: built once from its files, it holds the story it tells, and is not built over."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine

from kuramori.directory.api import viewer_of, viewer_of_system
from kuramori.directory.models import Holiday, Identity, Person, Site
from kuramori.directory.tests.company import NOON
from kuramori.evidence.api import ledger_check
from kuramori.evidence.models import Bundle, EvidencePlan, Hold, Loss, Statement, WitnessState
from kuramori.kernel import jobs
from kuramori.kernel.ledger import entries_about, read
from kuramori.register.models import Secret
from kuramori.site import demo, demo_case
from kuramori.watch.models import Alert, Exclusion, LogSource, MonitoringCharter
from kuramori.watch.privacy.duties import exclusion_duties
from kuramori.watch.queries.sources import source_states
from kuramori_lake.simulator.cases import CASES, OTHERS
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db
SMALL = {"people": 40, "months": 2, "events": 6_000}
BUSY = 500
"""Lines in two months."""
Told = list[str]


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def shown() -> tuple[Callable[[str], Any], Told]:
    """A screen that keeps which steps it showed, and how far each one came."""
    told: Told = []

    @contextmanager
    def show(title: str) -> Iterator[Callable[..., None]]:
        ends: list[bool] = []
        yield lambda done, total=None, *_words: ends.append(done == total)
        told.append(f"{title}: {'whole' if not ends or ends[-1] else 'cut off'}")

    return show, told


def test_a_demo_is_built_once_from_its_files_and_holds_its_story(
    data: Path, shown: tuple[Callable[[str], Any], Told]
) -> None:
    show, told = shown
    (data / "secret-key").write_text("stays")
    (data / "half").mkdir()
    (data / "half" / "built").write_text("goes")
    with time_machine.travel(NOON, tick=False):
        story = demo.build(show, **SMALL)
        assert demo.build(show, **SMALL) == story == demo.story()

    assert [line.partition(":")[2] for line in told] == [" whole"] * 7, "built once, each step to its end"
    assert (data / "secret-key").read_text() == "stays"
    assert not (data / "half").exists()
    assert json.loads(demo.story_path().read_text()) == asdict(story)

    person, secret = Person.objects.get(pk=story.person), Secret.objects.get(number=story.secret)
    assert (person.number, str(secret.pk)) == (story.person_number, story.secret_id)
    assert Alert.objects.get(pk=story.alert).person_id == person.pk
    assert read(entries_about(secret.pk).order_by("seq")[:1])[0].why == demo.WHY

    sites = set(Site.objects.values_list("code", flat=True))
    charters = MonitoringCharter.objects.all()
    assert {charter.site.code for charter in charters} == sites, "nothing is watched without a charter"
    agreed = {charter.site.country for charter in charters if charter.agreed_on}
    assert agreed == {"DE"}, "the works council agreed where there is one"
    assert {source.site.code for source in LogSource.objects.all()} <= sites
    assert Identity.objects.filter(namespace="ad").exclude(ends_on=None).count() == 1, "one account was renamed"
    _some_are_left_out(person, NOON.date())
    _its_logs_speak(data)
    assert ledger_check().is_sound


def _some_are_left_out(suspect: Person, today: date) -> None:
    """Two whom a law protects. In so small a company one person holds both offices, and nobody else may agree.

    That the larger demo has one in force and one in an inbox is walked in `tests/browser/test_exclusions.py`.
    """
    first, second = Exclusion.objects.order_by("number")
    assert (first.ground, second.ground, first.asked_by) == ("council", "doctor", second.asked_by)
    assert [each.standing(today) for each in (first, second)] == ["waiting", "waiting"]
    assert first.valid_from == second.valid_from == today, "what lies behind was evaluated"
    assert suspect not in {first.person, second.person}
    assert first.person != second.person
    with time_machine.travel(NOON, tick=False):
        held = {person: exclusion_duties(viewer_of(person, NOON), today) for person in Person.objects.all()}
    assert not any(held.values()), "who asked decides nothing, and nobody else is asked"


def _its_logs_speak(data: Path) -> None:
    """Every source reports, on the day of the build and late in its evening; what is nobody's has been said whose."""
    truth = json.loads((data / "demo-files" / "truth.json").read_text("utf-8"))
    # In so small a company some days pass without a query or a mail to outside; in the real demo no working day does.
    busy = {told["name"] for told in truth["sources"] if told["lines"] >= BUSY}
    assert {"fs01", "badge-hmm"} <= busy
    with time_machine.travel(NOON, tick=False):
        for at in (NOON, NOON.replace(hour=14, minute=59)):  # the last minute of that day in Tokyo
            states = source_states(viewer_of_system(), at)
            assert {state.name for state in states} == {told["name"] for told in truth["sources"]}
            assert not busy & {state.name for state in states if state.is_silent}
    users = dict(Identity.objects.filter(namespace="db").values_list("value", "person__number"))
    assert users == truth["database_users"]
    assert users
    closed = set(Holiday.objects.values_list("site__code", "day"))
    expected = {(code, date.fromisoformat(day)) for code, days in truth["closing_days"].items() for day in days}
    assert closed == expected
    assert ("HMM", date(2026, 12, 30)) in closed, "nobody is silent over New Year, nor is a log"


def test_a_demo_of_a_whole_year_has_cases_over_every_way_and_a_short_one_only_the_story() -> None:
    """What detection finds of them and what it misses stands in docs/en/walk.md, by name."""
    known = {case.id: case for case in (*CASES, *OTHERS)}
    ways = {way for name in demo.CASES for way in known[name].channels}
    assert ways == {"removable", "files", "db", "print", "web", "mail", "none"}
    assert [name for name in demo.CASES if not known[name].detectable] == ["CASE-02"], "one that no log can show"
    assert demo.MONTHS >= demo.HALF_A_YEAR > SMALL["months"]
    for language in ("en", "ja"):
        page = (Path(__file__).parents[4] / "docs" / language / "walk.md").read_text("utf-8")
        assert all(name in page for name in demo.CASES if name.startswith("CASE")), language


def test_the_story_ends_in_a_sealed_bundle_that_a_stranger_verifies(
    data: Path, shown: tuple[Callable[[str], Any], Told], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """EVD-01, EVD-05, EVD-07, EVD-08, LEV-10: preserved, planned, stated, reckoned, witnessed, bundled."""
    with time_machine.travel(NOON, tick=False):
        story = demo.build(shown[0], **SMALL)
    subjects = {UUID(story.person), UUID(story.secret_id)}
    hold = Hold.objects.get()
    assert {held.subject_id for held in hold.subjects.all()} == subjects
    assert hold.items.exists()
    assert {each.element for each in Statement.objects.all()} == {"secrecy_management", "recognition", "usefulness"}
    assert all(each.subject_id in subjects and each.said_on < date(2026, 11, 24) for each in Statement.objects.all())
    assert Loss.objects.filter(subject_id=story.secret_id, currency="JPY").count() == 3
    assert EvidencePlan.objects.get(subject_id=story.secret_id).proofs
    state = WitnessState.objects.get()
    assert (bool(state.size), state.failure, "同じ計算機" in state.witness.name) == (True, "", True)
    bundle = Bundle.objects.get(pk=story.bundle)
    assert (bundle.variant, bundle.tag_manifest_sha256 != "") == ("court", True)
    folder = tmp_path_factory.mktemp("fetched")
    with zipfile.ZipFile(data / "bundles" / f"{bundle.pk}.zip") as packed:
        packed.extractall(folder)
    first = json.loads((folder / str(bundle.pk) / "data/exhibits/0001.json").read_text("utf-8"))
    assert (first["label"]["ja"], first["author"]) == ("甲第1号証", "蒼嶺精機株式会社"), "the company is the author"
    report = verify(folder / str(bundle.pk))
    assert report["exit"] == 0, report


def test_a_demo_whose_long_work_fails_is_a_defect_and_says_so(data: Path) -> None:
    jobs.ask("evidence.snapshot", viewer=None, hold=str(UUID(int=1)))
    with pytest.raises(RuntimeError, match="ended otherwise"):
        demo_case._work()


def test_without_a_demo_there_is_no_story(data: Path) -> None:
    assert demo.story() is None


def test_a_demo_whose_files_do_not_all_come_in_is_a_defect_and_says_which(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("拠点コード,拠点名,国,時間帯\nTYO,東京,XX,Mars/Olympus\n")
    with pytest.raises(RuntimeError, match=r"sites\.csv"):
        demo._take("sites", file)
    assert not Site.objects.exists()
