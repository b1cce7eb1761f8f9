"""What events are joined with has changed: the days it is about are rolled again, and say what the events say."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from kuramori_lake.content import Recognised, forget, remember
from kuramori_lake.context import Flow, Identity
from kuramori_lake.detect import rollup
from kuramori_lake.detect.rollup import FORMAT, RollUp, days_between, roll_up
from kuramori_lake.detect.tests.office import EVERYBODY, LONG_AGO, OWN, PROJECT, TODAY, Diary, context, papers, secret
from kuramori_lake.event import DestinationClass, Namespace
from kuramori_lake.rank.tests.works import DAYS, Works

MONDAY, TUESDAY, FRIDAY = TODAY - timedelta(days=4), TODAY - timedelta(days=3), TODAY
STICK = Flow(destination_class=DestinationClass.REMOVABLE, destination_value="7B1E", reason="R-1", since=LONG_AGO)


def sums(lake, kind="days"):
    table = days_between(lake, roll_up(lake), kind, LONG_AGO, TODAY)
    return table.sort_by([(name, "ascending") for name in table.schema.names]).to_pylist()


def from_nothing(lake, kind="days"):
    """Its sums when nothing is kept; what is kept stays."""
    kept = lake.root / "rollup"
    kept.rename(lake.root / "aside")
    found = sums(lake, kind)
    for file in kept.iterdir():
        file.unlink()
    kept.rmdir()
    (lake.root / "aside").rename(kept)
    return found


@pytest.fixture
def week(lake, tmp_path):
    """Copies to two sticks on Monday, to one on Tuesday, reading on Friday."""
    diary = Diary().copies("akari", MONDAY, ["a.zip", "b.zip"]).copies("botan", MONDAY, ["c.zip"], serial="FFFF")
    diary.copies("botan", TUESDAY, ["d.zip"], serial="FFFF").reads("akari", FRIDAY, papers(PROJECT, 3))
    diary.into(lake, tmp_path)
    lake.context.write(context())
    assert roll_up(lake).rolled == 3
    return lake


@pytest.mark.parametrize(
    ("flows", "rolled", "copies"),
    [
        ([], 0, 4),
        ([STICK], 1, 2),
        ([STICK, Flow(**vars(STICK) | {"destination_value": "FFFF"})], 2, 0),
        ([Flow(**vars(STICK) | {"person_id": "botan"})], 1, 4),
        ([Flow(**vars(STICK) | {"destination_value": "none of ours"})], 0, 4),
    ],
    ids=["none", "one stick", "both", "another's stick", "a stick nobody used"],
)
def test_approved_flow_opens_the_days_on_which_something_went_there(week, flows, rolled, copies):
    """DEV-08: what was approved afterwards leaves the sums, and comes back when the approval is taken back."""
    week.context.write(context(flows=flows))
    assert roll_up(week).rolled == rolled
    assert sum(row["copies"] for row in sums(week)) == copies
    assert sums(week) == from_nothing(week)
    week.context.write(context())
    assert roll_up(week).rolled == rolled
    assert sum(row["copies"] for row in sums(week)) == 4


def test_approval_for_some_days_lowers_these_days(week):
    week.context.write(context(flows=[Flow(**vars(STICK) | {"destination_value": "FFFF", "since": TUESDAY})]))
    roll_up(week)
    by_day = {(row["person_id"], row["day"]): row["copies"] for row in sums(week)}
    assert (by_day["botan", MONDAY], by_day["botan", TUESDAY]) == (1, 0)


def test_recognised_content_opens_the_day_of_the_mail_and_forgetting_it_too(lake, tmp_path):
    """What a fingerprint check finds in an old mail changes that mail's day, though no file came in."""
    works = Works().mails("p01", DAYS[0], 2).mails("p02", DAYS[1], 1).reads("p01", DAYS[0], 2)
    works.into(lake, tmp_path)
    roll_up(lake)
    found = Recognised(keys=(f"p02-{DAYS[1]}-0@works",), secret_id="s1", document="d" * 64, hits=9, score=1.0)  # noqa: S106
    remember(lake.manifest, [found])
    assert [roll_up(lake).rolled, roll_up(lake).rolled] == [1, 0]
    forget(lake.manifest, "s1")
    assert [roll_up(lake).rolled, roll_up(lake).rolled] == [1, 0]


def test_recognised_file_counts_as_its_secret_and_the_gravest_of_two_counts(week, tmp_path):
    week.context.write(context(secrets=[secret(f"{PROJECT}/2026/K-00001.dwg", number="SR-9", level="秘", weight=5.0)]))
    assert roll_up(week).rolled == 1
    (row,) = [row for row in sums(week) if row["day"] == FRIDAY]
    assert (row["secret_documents"], row["weight"]) == (3, 7.0)


def test_account_of_another_person_moves_the_sums_to_him(week):
    names = [Identity(namespace=Namespace.AD, raw=who, person_id={"akari": "eri"}.get(who, who), since=LONG_AGO)
             for who in EVERYBODY]  # fmt: skip
    week.context.write(replace(context(), identities=names))
    assert roll_up(week).rolled == 2
    assert {row["person_id"] for row in sums(week)} == {"eri", "botan"}
    assert sums(week) == from_nothing(week)


@pytest.mark.parametrize("portion", [1, 200])
def test_portions_of_any_size_give_the_same_sums(office, tmp_path, monkeypatch, portion):
    """A day is never split, and a portion never reaches into the next month."""
    Diary().reads("akari", MONDAY, papers(PROJECT, 30)).copies("kei", TUESDAY, ["a.zip"]).into(office, tmp_path, "x")
    office.context.write(context(flows=[STICK]))
    whole = {kind: sums(office, kind) for kind in ("days", "areas", "things")}
    shutil.rmtree(office.root / "rollup")
    monkeypatch.setattr(rollup, "PORTION", portion)
    assert {kind: sums(office, kind) for kind in whole} == whole


def test_portions_end_before_they_are_too_large_and_hold_at_least_a_day(monkeypatch):
    monkeypatch.setattr(rollup, "PORTION", 10)
    days = [{"day": n, "events": events} for n, events in enumerate((4, 6, 1, 25, 3, 3))]
    assert list(rollup.portions(days)) == [[0, 1], [2], [3], [4, 5]]
    assert list(rollup.portions(days[:1])) == [[0]]


def test_roll_up_that_lost_a_file_is_made_again(week):
    """Derived and can be deleted, also in parts: half a roll-up would be silent zeros."""
    before = sums(week)
    for kind in ("days", "link flows"):
        state = roll_up(week)
        lost = next(name for key, name in state.files.items() if key.startswith(kind))
        (week.root / "rollup" / lost).unlink()
        assert roll_up(week).made != state.made
        assert sums(week) == before


def test_roll_up_of_another_version_is_made_again(week):
    state = week.root / "rollup" / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"format": FORMAT - 1, "unknown": 1}))
    assert not RollUp.read(state.parent).files
    assert roll_up(week).rolled == 3


def test_killed_before_it_is_the_current_one_leaves_the_old_one_whole(week, tmp_path, monkeypatch):
    before = sums(week)
    Diary().reads("eri", MONDAY, papers(OWN, 5)).into(week, tmp_path, "more")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            roll_up(week)
    assert days_between(week, RollUp.read(week.root / "rollup"), "days", LONG_AGO, TODAY).num_rows == len(before)
    assert roll_up(week).rolled == 1
    assert pc.sum(days_between(week, roll_up(week), "days", MONDAY, MONDAY)["events"]).as_py() == 8
    assert {file.name for file in (week.root / "rollup").glob("*.parquet")} >= set(roll_up(week).files.values())


def _power_cut(*_):
    raise KeyboardInterrupt
