"""A night that is killed, meets another one, or finds half of what was kept: the reviews are those of a whole night."""

import json
import shutil
import threading
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kuramori_lake.cli import main
from kuramori_lake.rank import Settings, rank
from kuramori_lake.rank.kept import BY_WEEK, FORMAT, STANDING, Kept, alone
from kuramori_lake.rank.tests.works import Works
from kuramori_lake.store import Lake

SMALL = Settings(per_day=2, baseline_days=6, least_own=2, peers_least=2, settled_days=2, history_days=5, windows=(3,),
                 memory_days=2)  # fmt: skip
WEEK = [date(2026, 8, 3 + n) for n in range(5)]
MONDAY = date(2026, 8, 10)


def ordinary(days):
    works = Works()
    for day in days:
        for n in range(5):
            works.prints(f"p{n:02d}", day, 3 + (day.day + n) % 3)
    return works


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    """A lake whose Friday was ranked; tests work on copies."""
    folder = tmp_path_factory.mktemp("killed")
    with Lake.open(folder / "lake") as lake:
        ordinary(WEEK).prints("p02", WEEK[-1], 400).into(lake, folder)
        assert [one.person for one in night(lake, WEEK[-1])] == ["actor:p02"]
    return folder / "lake"


@pytest.fixture
def lake(ranked, tmp_path):
    shutil.copytree(ranked, tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


def night(lake, day=WEEK[-1], **more):
    return list(rank(lake, since=day, until=day, settings=SMALL, **more))


def monday_came(lake, folder):
    ordinary([MONDAY]).prints("p03", MONDAY, 500).into(lake, folder)


def kept_files(lake):
    return {file.name: file.read_bytes() for file in (lake.root / "ranked").iterdir() if file.name != "lock"}


class PowerCut(BaseException):
    """Nothing may catch it."""


def power_cut(deed, calls):
    """The deed, which may be done to so many files of the night; at the next the power is gone."""
    left = [calls]

    def done(*given, **named):
        if "ranked" in str(given):
            if not left[0]:
                raise PowerCut
            left[0] -= 1
        return deed(*given, **named)

    return done


@pytest.mark.parametrize(
    ("at", "calls"),
    [((pq, "write_table"), 0), ((pq, "write_table"), 1), ((Path, "write_text"), 0),
     ((Path, "rename"), 0), ((Path, "unlink"), 1)],
)  # fmt: skip
def test_killed_at_any_point_and_run_again_says_the_same(lake, tmp_path, monkeypatch, at, calls):
    """SYS-17: what is on the disk is the old state or the new one, at every moment."""
    monday_came(lake, tmp_path)
    before = Kept.read(lake)
    with monkeypatch.context() as patch:
        patch.setattr(*at, power_cut(getattr(*at), calls))
        with pytest.raises(PowerCut):
            night(lake, MONDAY)
    is_named = at == (Path, "unlink")  # killed while it clears what is no longer named
    assert Kept.read(lake).until == (MONDAY if is_named else before.until)
    found = night(lake, MONDAY)
    assert found[0].person == "actor:p03"
    assert found == night(lake, MONDAY, building=False)
    names = {file.name for file in (lake.root / "ranked").glob("*.parquet")}
    assert names == set(Kept.read(lake).files.values()) or is_named
    assert set(Kept.read(lake).files.values()) <= names


@pytest.mark.parametrize("lost", [*BY_WEEK, *STANDING, "state.json", "*"])
def test_what_was_kept_can_be_deleted_in_whole_or_in_part(lake, lost):
    found, files = night(lake), Kept.read(lake).files
    assert {key.split()[0] for key in files} == {*BY_WEEK, *STANDING}
    named = [name for key, name in files.items() if key.split()[0] == lost]
    for file in [lake.root / "ranked" / name for name in named] or list((lake.root / "ranked").glob(lost)):
        file.unlink()
    assert night(lake) == found
    assert {"state.json", "lock"} < {file.name for file in (lake.root / "ranked").iterdir()}


@pytest.mark.parametrize("change", [{"format": FORMAT + 1}, {"format": FORMAT - 1, "since": None}, {"format": None}])
def test_what_another_version_kept_is_neither_read_nor_left(lake, change):
    found = night(lake)
    state = lake.root / "ranked" / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | change))
    assert not Kept.read(lake).files
    assert night(lake) == found
    assert json.loads(state.read_text())["format"] == FORMAT


def test_told_to_keep_nothing_it_keeps_nothing_and_reads_nothing(lake, tmp_path):
    """A trial with other eyes leaves the night's own memory alone."""
    before = kept_files(lake)
    monday_came(lake, tmp_path)
    found = night(lake, MONDAY, building=False)
    assert kept_files(lake) == before
    for file in (lake.root / "ranked").glob("*.parquet"):
        file.write_bytes(b"no table at all")
    assert night(lake, MONDAY, building=False) == found
    shutil.rmtree(lake.root / "ranked")
    assert night(lake, MONDAY, building=False) == found
    assert [file.name for file in (lake.root / "ranked").iterdir()] == ["lock"]


def test_command_says_the_same_from_nothing_and_keeps_nothing(lake, capsys):
    given = ["rank", "--lake", str(lake.root), "--from", str(WEEK[-1]), "--to", str(WEEK[-1]), "--json"]
    assert main(given) == 0
    told = capsys.readouterr().out
    before = kept_files(lake)
    assert main([*given, "--from-nothing"]) == 0
    assert capsys.readouterr().out == told
    assert kept_files(lake) == before


def test_two_nights_at_once_wait_for_each_other_and_say_the_same(lake):
    """A night by hand beside the one by the clock: one after the other, whatever they find."""
    found, order = [], []

    def second():
        with Lake.open(lake.root) as other:
            order.append("asked")
            found.append(night(other))
            order.append("second")

    with alone(lake):
        beside = threading.Thread(target=second)
        beside.start()
        beside.join(0.3)
        order.append("first")
    beside.join()
    assert order == ["asked", "first", "second"]
    assert found == [night(lake)]


def test_a_night_before_any_event_keeps_nothing_that_misleads(tmp_path):
    with Lake.open(tmp_path / "lake") as lake:
        assert night(lake) == []
        ordinary(WEEK).prints("p02", WEEK[-1], 400).into(lake, tmp_path)
        assert [one.person for one in night(lake)] == ["actor:p02"]
        assert night(lake) == night(lake, building=False)


def test_reviews_asked_for_backwards_forwards_and_over_a_span_agree(lake, tmp_path):
    monday_came(lake, tmp_path)
    whole = list(rank(lake, since=WEEK[-1], until=MONDAY, settings=SMALL, building=False))
    by_day = {day: [one for one in whole if one.day == day] for day in (WEEK[-1], MONDAY)}
    for day in (MONDAY, WEEK[-1], MONDAY):
        assert night(lake, day) == by_day[day]
    assert list(rank(lake, since=WEEK[-1], until=MONDAY, settings=SMALL)) == whole
