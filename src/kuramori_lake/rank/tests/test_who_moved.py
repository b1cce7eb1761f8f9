"""The first day from which somebody stands elsewhere than the nights before thought, found without looking at days.

Compared with the plain way: ask for everybody and every day where he stood by the old table and by the new one.
"""

from dataclasses import asdict, replace
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.context import FOREVER, TABLES, Context, PersonDays, Site
from kuramori_lake.detect.rollup import RollUp
from kuramori_lake.rank.kept import Kept, alone, moved, settings_key
from kuramori_lake.rank.settings import DEFAULT
from kuramori_lake.store import Lake

FIRST = date(2026, 4, 1)
SPAN = 12
MANY = settings(max_examples=60, deadline=None)
DAY = st.integers(0, SPAN).map(lambda n: FIRST + timedelta(days=n))
PLACE = st.builds(
    PersonDays,
    person_id=st.sampled_from(["akari", "botan"]),
    unit=st.sampled_from(["design", "sales", ""]),
    site=st.just("plant"),
    role=st.sampled_from(["clerk", "head"]),
    since=DAY,
    until=st.none() | DAY,
    projects=st.sampled_from([(), ("a",), ("a", "b")]),
)
PEOPLE = st.lists(PLACE, max_size=4)
AKARI = PersonDays(person_id="akari", unit="design", site="plant", role="clerk", since=FIRST)
PLANT = Site(site="plant", zone="Asia/Tokyo", holidays=(date(2026, 5, 5),))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    with Lake.open(tmp_path_factory.mktemp("moved") / "lake") as opened:
        yield opened


@pytest.fixture
def kept(lake):
    """What a night of 30 April kept when Akari was a clerk of the design department."""
    with alone(lake):
        files = {"people": "p.parquet", "sites": "s.parquet"}
        found = Kept(folder=lake.root / "ranked", files=files, since=FIRST, until=date(2026, 4, 30),
                     settings=settings_key(DEFAULT), made="m", turn=3)  # fmt: skip
    for name, table in tables([AKARI]).items():
        pq.write_table(table, found.folder / found.files[name])
    return found


def tables(people, sites=(PLANT,)):
    """As the context keeps them."""
    rows = [asdict(one) | {"until": one.until or FOREVER} for one in people]
    return {"people": pa.Table.from_pylist(rows, TABLES["people"]),
            "sites": pa.Table.from_pylist([asdict(one) for one in sites], TABLES["sites"])}  # fmt: skip


def begins(lake, kept, people, sites=(PLANT,), **more):
    """From which day on the night after has to work anew when the context now says this."""
    lake.context.write(Context(people=people, sites=sites))
    asked = {"state": RollUp(made="m", turn=3), "settings": DEFAULT, "first": FIRST} | more
    return kept.holds_before(lake, asked["state"], asked["settings"], asked["first"])


def place_on(people, who, day):
    """The plain way: of all rows that hold on that day the latest, as ranking takes it."""
    rows = [(one.since, one.unit, one.role, one.site, ",".join(one.projects)) for one in people
            if one.person_id == who and one.since <= day <= (one.until or FOREVER)]  # fmt: skip
    return max(rows)[1:] if rows else None


@given(PEOPLE, PEOPLE)
@MANY
def test_first_day_of_another_place_is_the_one_that_looking_at_every_day_finds(was, now):
    days = [FIRST + timedelta(days=n) for n in range(SPAN + 6)]
    differ = [day for day in days for who in ("akari", "botan") if place_on(was, who, day) != place_on(now, who, day)]
    assert moved(tables(was), tables(now)) == min(differ, default=None)


@given(PEOPLE)
@MANY
def test_the_same_rows_in_another_order_or_twice_are_no_move(people):
    assert moved(tables(people), tables([*reversed(people), *people])) is None


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"notice_on": date(2026, 4, 9), "last_day": date(2026, 4, 20)}, None),
        ({"employment": "part-time", "supervisor": "botan"}, None),
        ({"until": date(2027, 1, 1)}, date(2027, 1, 2)),
        ({"since": date(2026, 3, 1)}, date(2026, 3, 1)),
        ({"unit": "sales"}, FIRST),
        ({"projects": ("a",)}, FIRST),
        ({"site": "works"}, FIRST),
    ],
    ids=["leaves", "same place, other contract", "ends", "was there before", "unit", "project", "site"],
)
def test_only_another_place_opens_days(change, first):
    """LEV-05: that somebody leaves decides who is looked at, not how his days compare."""
    assert moved(tables([AKARI]), tables([replace(AKARI, **change)])) == first


@pytest.mark.parametrize(
    "sites",
    [(), (replace(PLANT, holidays=()),), (PLANT, replace(PLANT, site="works")), (replace(PLANT, zone="Asia/Seoul"),)],
    ids=["no site", "other holidays", "another site", "other clock"],
)
def test_another_calendar_begins_anew(sites):
    assert moved(tables([AKARI]), tables([AKARI], sites)) == date.min


def test_nobody_known_and_nobody_known_are_alike():
    assert moved(tables([], ()), tables([], ())) is None
    assert moved(tables([]), tables([AKARI])) == FIRST
    assert moved(tables([AKARI]), tables([])) == FIRST


def test_nothing_new_begins_tomorrow(lake, kept):
    assert begins(lake, kept, [AKARI]) == date(2026, 5, 1)
    assert begins(lake, kept, [AKARI], ()) == FIRST


@pytest.mark.parametrize(
    ("state", "begin"),
    [
        (RollUp(made="m", turn=4, turns={"2026-04-07": 4, "2026-04-20": 4, "2026-04-02": 3}), date(2026, 4, 7)),
        (RollUp(made="m", turn=4, turns={"2026-04-07": 2}), date(2026, 5, 1)),
        (RollUp(made="m", turn=4, turns={"2026-05-09": 4}), date(2026, 5, 1)),
        (RollUp(made="m", turn=4, turns={"2026-01-01": 4}), FIRST),
        (RollUp(made="another", turn=1), FIRST),
    ],
    ids=["days rolled since", "rolled before", "rolled after the night", "before all that matters", "made anew"],
)
def test_rolled_days_begin_where_the_first_of_them_is(lake, kept, state, begin):
    assert begins(lake, kept, [AKARI], state=state) == begin


def test_the_earliest_of_all_changes_counts(lake, kept):
    now = [replace(AKARI, until=date(2026, 4, 9)), replace(AKARI, unit="sales", since=date(2026, 4, 10))]
    for day, begin in (("2026-04-20", date(2026, 4, 10)), ("2026-04-03", date(2026, 4, 3))):
        state = RollUp(made="m", turn=4, turns={day: 4})
        assert begins(lake, kept, now, state=state) == begin


def test_a_longer_past_than_was_kept_begins_at_its_own_beginning(lake, kept):
    assert begins(lake, kept, [AKARI], first=FIRST - timedelta(days=1)) == FIRST - timedelta(days=1)
    assert begins(lake, kept, [AKARI], first=FIRST + timedelta(days=1)) == date(2026, 5, 1)
    assert begins(lake, kept, [AKARI], first=date(2026, 6, 1)) == date(2026, 6, 1)


@pytest.mark.parametrize(
    "change",
    [{"baseline_days": 61}, {"least_own": 9}, {"peers_least": 7}, {"settled_days": 29}, {"absent_days": 13},
     {"windows": (7, 30)}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_settings_that_a_deviation_depends_on_begin_anew(lake, kept, change):
    assert begins(lake, kept, [AKARI], settings=replace(DEFAULT, **change)) == FIRST


@pytest.mark.parametrize(
    "change",
    [{"per_day": 9}, {"memory_days": 9}, {"history_days": 9}, {"leaver_days": 9}, {"leaver_after": 9},
     {"leaver_factor": 9.0}, {"least": 9.0}, {"least_of_leavers": 9.0}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_settings_of_weighing_and_choosing_do_not(lake, kept, change):
    """Every setting is in one of these two lists: a new one has to be put into the right one."""
    assert begins(lake, kept, [AKARI], settings=replace(DEFAULT, **change)) == date(2026, 5, 1)
