"""A night that builds on earlier nights says exactly what a run from nothing says, whatever has changed since."""

import json
import shutil
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kuramori_lake.context import Context, Identity, PersonDays, Site
from kuramori_lake.detect.rollup import RollUp
from kuramori_lake.event import Namespace
from kuramori_lake.rank import Settings, rank, tables
from kuramori_lake.rank.kept import Kept
from kuramori_lake.rank.tests.works import DAYS, PEOPLE, Works
from kuramori_lake.store import Lake

EVENING, TONIGHT, NEXT = DAYS[34], DAYS[35], DAYS[36]
SATURDAY = EVENING + timedelta(days=1)
SETTINGS = Settings(per_day=4)


def told(works: Works, since: date, until: date) -> Works:
    """The part of the rows that was received when the days from `since` to `until` were over."""
    part = Works()
    part.rows = [row for row in works.rows if f"{since:%Y/%m/%d}" <= row["time"][:10] <= f"{until:%Y/%m/%d}"]
    return part


def planted() -> Works:
    """Ordinary days, a story on each of the last three of them, and one that will come late."""
    works = Works().ordinary(DAYS[:37])
    works.copies("p03", EVENING, 60, device="disk").prints("p04", TONIGHT, 900)
    return works.mails("p05", NEXT, 40, domain="rival.example").did("p06", NEXT, 2, "logon", client="PC-p07")


def staff(moved: date | None = None, holidays=()) -> Context:
    """Two units of ten on one site; from `moved` on, p00 to p08 work in the other one."""
    since = date(2026, 1, 1)
    places = []
    for n, who in enumerate(PEOPLE):
        unit, last = f"unit{n // 10}", (moved - timedelta(days=1)) if moved and n < 9 else None
        place = PersonDays(person_id=who, unit=unit, site="plant", role="clerk", since=since, until=last)
        places += [place, replace(place, unit="unit1", since=moved, until=None)] if last else [place]
    named = [Identity(namespace=Namespace.AD, raw=who, person_id=who, since=since) for who in PEOPLE]
    return Context(identities=named, people=places, sites=[Site(site="plant", zone="Asia/Tokyo", holidays=holidays)])


def night(lake, day, since=None, settings=SETTINGS):
    return list(rank(lake, since=since or day, until=day, settings=settings))


def from_nothing(lake, day, since=None, settings=SETTINGS):
    shutil.rmtree(lake.root / "ranked")
    return night(lake, day, since, settings)


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """A lake of the evening before, ranked; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("kept")
    with Lake.open(folder / "lake") as opened:
        told(planted(), DAYS[0], EVENING).into(opened, folder)
        opened.context.write(staff())
        assert night(opened, EVENING)[0].person == "p03"
        return opened.root


@pytest.fixture
def lake(evening, tmp_path):
    shutil.copytree(evening, tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture
def worked_out():
    """The first day that each run has worked out anew: what a function of ours gave, as a profiler is told it."""
    seen, code, before = [], Kept.holds_before.__code__, sys.getprofile()
    sys.setprofile(
        lambda frame, event, given: seen.append(given) if (event, frame.f_code) == ("return", code) else None
    )
    yield seen
    sys.setprofile(before)


def test_new_day_alone_is_worked_out_and_says_what_a_run_from_nothing_says(lake, tmp_path, worked_out, monkeypatch):
    told(planted(), TONIGHT, NEXT).into(lake, tmp_path)
    tonight, tomorrow = night(lake, TONIGHT), night(lake, NEXT)
    assert worked_out == [SATURDAY, NEXT]
    assert (tonight[0].person, {one.person for one in tomorrow} >= {"p05", "p06"}) == ("p04", True)
    assert night(lake, NEXT) == tomorrow, "nothing new: read from what is kept"
    assert worked_out[-1] == NEXT + timedelta(days=1)
    monkeypatch.setattr(tables, "FEW_DAYS", 0)  # moving windows instead of each day's own
    assert from_nothing(lake, NEXT) == tomorrow
    assert night(lake, TONIGHT) == tonight, "an earlier night is asked for again"


def test_late_rows_open_their_own_day_and_those_after(lake, tmp_path, worked_out):
    late = told(planted(), TONIGHT, NEXT).copies("p09", DAYS[33], 80, device="late disk")
    late.into(lake, tmp_path)
    found = night(lake, NEXT)
    assert worked_out == [DAYS[33]]
    assert from_nothing(lake, NEXT) == found
    assert night(lake, NEXT, since=DAYS[33])[0].person == "p09"


def test_question_about_the_past_does_not_take_the_place_of_tonight(lake, worked_out):
    assert night(lake, DAYS[20]) == night(lake, DAYS[20])
    assert night(lake, EVENING)[0].person == "p03"
    assert worked_out[-1] == SATURDAY


@pytest.mark.parametrize(
    ("context", "first"),
    [
        (staff(), None),  # HR's list was written again and says the same
        (staff(moved=DAYS[30]), DAYS[30]),
        (staff(moved=NEXT + timedelta(days=9)), None),
        (staff(holidays=(DAYS[20],)), date.min),
    ],
)
def test_where_people_stand_opens_the_days_from_which_they_stand_elsewhere(lake, tmp_path, worked_out, context, first):
    told(planted(), TONIGHT, NEXT).into(lake, tmp_path)
    lake.context.write(context)
    found = night(lake, NEXT)
    asked = tables.Asked(since=NEXT, until=NEXT, settings=SETTINGS)
    assert worked_out == [max(asked.first, first or SATURDAY)]
    assert from_nothing(lake, NEXT) == found


@pytest.mark.parametrize("settings", [replace(SETTINGS, baseline_days=30), replace(SETTINGS, peers_least=30)])
def test_other_settings_are_another_comparison(lake, worked_out, settings):
    found = night(lake, EVENING, settings=settings)
    assert worked_out == [tables.Asked(since=EVENING, until=EVENING, settings=settings).first]
    assert from_nothing(lake, EVENING, settings=settings) == found


def test_number_of_reviews_is_no_other_comparison(lake, worked_out):
    assert len(night(lake, EVENING, settings=replace(SETTINGS, per_day=1))) == 1
    assert worked_out == [SATURDAY]


def test_what_another_version_kept_is_not_read_and_old_files_leave(lake, tmp_path, worked_out):
    before = set((lake.root / "ranked").glob("*.parquet"))
    state = lake.root / "ranked" / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"format": 0}))
    assert night(lake, EVENING)[0].person == "p03"
    after = set((lake.root / "ranked").glob("*.parquet"))
    assert len(after) == len(before) == len(Kept.read(lake).files)
    assert not after & before
    assert worked_out == [tables.Asked(since=EVENING, until=EVENING, settings=SETTINGS).first]


def test_roll_up_says_what_changed_after_a_run():
    state = RollUp(made="a", turn=3, turns={"2026-03-01": 1, "2026-02-01": 3, "2026-02-02": 2})
    assert state.changed_since("a", 3) is None
    assert state.changed_since("a", 2) == date(2026, 2, 1)
    assert state.changed_since("a", 1) == date(2026, 2, 1)
    assert state.changed_since("b", 3) == date.min
