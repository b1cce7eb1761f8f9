"""Holes in record numbers: inside a file, between files in any order, filled late, and a log that counts anew."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources.parsed import Stretch
from kuramori_lake.sources.record_numbers import Hole, between, events, within
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO

START = datetime(2026, 11, 20, tzinfo=UTC)


def stretch(first: int, last: int, *, computer: str = "fs02", at: int | None = None) -> Stretch:
    """Records a second apart; `at` sets the second of the first one."""
    since = first if at is None else at
    return Stretch(
        channel="Security", computer=computer, first=first, last=last, since=since, until=since + last - first,
        since_text=(START + timedelta(seconds=since)).isoformat(),
    )  # fmt: skip


def gone(*stretches: Stretch) -> list[tuple[int, int]]:
    return [(hole.first, hole.last) for hole in between(stretches)]


def test_consecutive_files_leave_no_hole():
    assert gone(stretch(1, 10), stretch(11, 20)) == []


def test_missing_file_is_a_hole_whatever_order_the_others_came_in():
    parts = [stretch(1, 10), stretch(21, 30), stretch(41, 50)]
    assert gone(*parts) == gone(*reversed(parts)) == [(11, 20), (31, 40)]


def test_overlapping_exports_leave_no_hole():
    assert gone(stretch(1, 100), stretch(50, 150), stretch(60, 70), stretch(151, 160)) == []


def test_export_inside_another_does_not_open_a_hole_behind_itself():
    assert gone(stretch(1, 100), stretch(50, 60), stretch(90, 120)) == []


def test_numbers_that_start_again_later_are_a_new_epoch():
    assert gone(stretch(1, 100), stretch(1, 10, at=500), stretch(11, 20, at=600)) == []


def test_hole_in_the_new_epoch_is_found():
    assert gone(stretch(1, 100), stretch(1, 10, at=500), stretch(15, 20, at=600)) == [(11, 14)]


def test_computers_and_channels_are_told_apart():
    assert gone(stretch(1, 10, computer="fs02"), stretch(500, 510, computer="fs03")) == []


@given(st.sets(st.integers(0, 40), min_size=1))
def test_holes_and_stretches_make_up_the_whole(kept):
    stretches = [stretch(n * 10, n * 10 + 9) for n in kept]
    missing = {n for first, last in gone(*stretches) for n in range(first, last + 1)}
    present = {n for one in stretches for n in range(one.first, one.last + 1)}
    assert missing.isdisjoint(present)
    assert missing | present == set(range(min(present), max(present) + 1))


def test_selection_covers_nothing_and_has_no_holes():
    seen = {("Security", "fs02"): [(n, START.isoformat()) for n in (1, 20, 300)]}
    assert within(seen) == ([], [])


def test_file_with_holes_covers_its_whole_range_and_names_them():
    seen = {("Security", "fs02"): [(n, (START + timedelta(seconds=n)).isoformat()) for n in (1, 2, 3, 6)]}
    (covered,), (hole,) = within(seen)
    assert (covered.first, covered.last) == (1, 6)
    assert (hole.first, hole.last, hole.before) == (4, 5, "2026-11-20T00:00:06+00:00")


def test_hole_has_one_key_however_it_was_found():
    hole = Hole(channel="Security", computer="fs02", first=4, last=5, before="2026-11-20T00:00:06.1Z")
    again = Hole(
        channel="Security", computer="fs02", first=4, last=5, before="2026-11-20T00:00:06Z", between_files=True
    )
    keys = events([hole, again], b"salt")["row_key"].to_pylist()
    assert keys[0] == keys[1]
    assert keys[0] != events([hole], b"other salt")["row_key"][0].as_py()


def test_hole_is_an_event_of_the_log_at_the_record_that_follows():
    hole = Hole(channel="Security", computer="fs02", first=4, last=5, before="2026-11-20T00:00:06Z", between_files=True)
    (row,) = events([hole], b"salt").to_pylist()
    assert (row["activity"], row["object_kind"], row["path"], row["host"]) == ("log_gap", "log", "Security", "fs02")
    assert (row["name"], row["count"], row["flags"]) == ("4-5", 2, "between_files")
    assert row["time_utc"].isoformat() == "2026-11-20T00:00:06"


def write(path, numbers, *, computer="fs02", day=20):
    lines = [
        orjson.dumps(
            {
                "@timestamp": f"2026-11-{day}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.000Z",
                "winlog": {"event_id": "4999", "record_id": n, "channel": "Security", "computer_name": computer},
            }
        )
        for n in numbers
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture
def day_file(lake: Lake, tmp_path):
    def take(first: int, last: int, **more):
        path = tmp_path / f"{first}-{last}.json"
        write(path, range(first, last + 1), **more)
        return lake.ingest(path, source="evtx", instance="fs02", zone=TOKYO)

    return take


def holes(lake: Lake) -> list[str]:
    sql = "SELECT name FROM events WHERE activity = 'log_gap' ORDER BY time_utc"
    return lake.query(sql)["name"].to_pylist()


def test_hole_between_two_files_is_an_event_and_no_row_of_the_file(lake, day_file):
    day_file(1, 10)
    counts = day_file(16, 20).counts
    assert holes(lake) == ["11-15"]
    assert (counts.rows, counts.derived) == (5, 1)
    (health,) = lake.sources_health()
    assert (health.gaps, health.holes) == (1, 1)


def test_hole_is_told_once(lake, day_file):
    day_file(1, 10)
    day_file(16, 20)
    day_file(21, 30)
    assert holes(lake) == ["11-15"]


def test_late_file_closes_the_hole_but_the_event_that_it_was_there_stays(lake, day_file):
    day_file(1, 10)
    day_file(16, 20)
    assert day_file(11, 15).counts.derived == 0
    (health,) = lake.sources_health()
    assert (health.gaps, health.holes) == (1, 0)
    assert holes(lake) == ["11-15"]


def test_file_in_the_middle_of_a_hole_tells_no_new_one(lake, day_file):
    day_file(1, 10)
    day_file(31, 40)
    assert day_file(15, 20).counts.derived == 0
    assert lake.sources_health()[0].holes == 2


def test_older_file_that_comes_last_shows_the_hole_before_the_newer(lake, day_file):
    day_file(16, 20)
    day_file(1, 10)
    assert holes(lake) == ["11-15"]


def test_two_computers_in_one_instance_have_numbers_of_their_own(lake, day_file):
    day_file(1, 10)
    day_file(500, 510, computer="fs03")
    assert holes(lake) == []


def test_cleared_log_counts_anew_without_a_hole(lake, day_file):
    day_file(100, 110)
    day_file(1, 5, day=21)
    assert holes(lake) == []
