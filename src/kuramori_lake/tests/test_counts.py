"""Whatever a file holds, every row of it is accounted for, good rows come in, and the same bytes come in once."""

import itertools
import random
import sqlite3

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake import ingest
from kuramori_lake.event import TimeBasis
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES, TOKYO
from kuramori_lake.tests.test_store import LINE, count, lines, take
from kuramori_lake.tests.windows_log import AKARI, evtx

DOORS = "日時,カード番号,社員番号,扉名,方向,結果\r\n"

GOOD_SAMBA = st.integers(0, 500).map(lambda n: LINE.format(day=20, minute=n // 10, who="akari", n=n).encode())
GOOD_WINDOWS = st.integers(1, 500).map(lambda n: evtx(n, 1102, AKARI) + b"\n")
GOOD_DOOR = st.integers(0, 59).map(lambda n: f"2026/11/20 9:{n:02}:00,001,E{n},東門,入室,許可\r\n".encode())
NOISE = st.sampled_from(
    [
        b"\n",
        b"junk\n",
        b"\xff\xfe\x00\n",
        b'{"Event": 7}\n',
        b"2026/99/99 10:00:00|a|b|c|d|unlinkat|ok|/x\n",
        b"2026/11/20 10:00:00|a|b|c|d|unlinkat|mad|/x\n",
        b"\x00\x00\x00\n",
        b"a,b,c,d,e,f\n",
        '"開いたまま\n'.encode(),
        b"\x1b[31m\n",
        b"x" * 3000 + b"\n",
    ]
)
CUT = st.integers(0, 40)


def corrupted(good):
    """A file of good rows with noise between them, and some rows cut short."""
    cut = st.tuples(good, CUT).map(lambda pair: pair[0][: pair[1]] + b"\n")
    return st.lists(st.one_of(good, good, NOISE, cut), max_size=25).map(b"".join)


QUICK = settings(max_examples=12, deadline=None)  # each example writes and syncs files
INSTANCES = (f"server {number}" for number in itertools.count())


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One lake for many examples, each of a source instance of its own."""
    with Lake.open(tmp_path_factory.mktemp("shared") / "lake") as lake:
        yield lake


def stored(lake: Lake, instance: str) -> int:
    """Rows in the files of one instance, by the files themselves."""
    rows = lake.manifest.db.execute("SELECT path FROM segment WHERE instance = ?", (instance,))
    return sum(pq.read_metadata(lake.root / row["path"]).num_rows for row in rows)


def adds_up(lake, content, source):
    path, instance = lake.root.parent / "received", next(INSTANCES)
    path.write_bytes(content)
    report = lake.ingest(path, source=source, instance=instance, zone=TOKYO)
    counts = report.counts
    assert counts.rows == counts.accepted + counts.duplicate + counts.rejected + counts.ignored
    assert min(counts.accepted, counts.duplicate, counts.rejected, counts.ignored) >= 0
    assert stored(lake, instance) == counts.accepted + counts.derived
    assert len(lake.quarantine(batch_id=report.batch_id)) == counts.rejected
    again = lake.ingest(path, source=source, instance=instance, zone=TOKYO)
    assert (again.known, again.counts.accepted, again.counts.rows) == (True, 0, counts.rows)
    return counts


@QUICK
@given(content=corrupted(GOOD_SAMBA))
def test_every_line_of_a_corrupted_samba_log_is_accounted_for(shared, content):
    assert adds_up(shared, content, "samba").rows == content.count(b"\n")


@QUICK
@given(content=corrupted(GOOD_WINDOWS))
def test_every_line_of_a_corrupted_windows_log_is_accounted_for(shared, content):
    counts = adds_up(shared, b"\n" + content, "evtx")
    assert counts.rows == sum(bool(line.strip()) for line in content.split(b"\n"))


@QUICK
@given(content=corrupted(GOOD_DOOR))
def test_every_row_of_a_corrupted_table_is_accounted_for(shared, content):
    adds_up(shared, DOORS.encode() + content, "table:badge")


@QUICK
@given(content=st.binary(max_size=400), source=st.sampled_from(["samba", "evtx", "table:badge", "table:ccas"]))
def test_any_bytes_under_any_name_are_taken_without_an_accident(shared, content, source):
    adds_up(shared, content, source)


@QUICK
@given(numbers=st.sets(st.integers(0, 30), min_size=1), cuts=st.lists(st.tuples(*[st.integers(0, 30)] * 2), max_size=4))
def test_any_way_of_cutting_a_log_into_overlapping_files_gives_the_same_events(shared, numbers, cuts):
    """Files of distinct rows, overlapping, in any order: each row is in the lake once."""
    rows, instance = [lines(n, n + 1) for n in sorted(numbers)], next(INSTANCES)
    for first, last in [*cuts, (0, len(rows))]:
        path = shared.root.parent / "part"
        path.write_text("".join(rows[first:last]))
        shared.ingest(path, source="samba", instance=instance, zone=TOKYO)
    assert stored(shared, instance) == len(rows)


def test_rejects_beyond_what_is_shown_are_still_counted(lake, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "QUARANTINE_SHOWN", 3)
    report = take(lake, tmp_path, "junk\n" * 10)
    assert report.counts.rejected == 10
    assert len(lake.quarantine(batch_id=report.batch_id)) == 3
    assert lake.stats().quarantined == 10


def test_known_file_tells_what_it_told_the_first_time(lake, tmp_path):
    first = take(lake, tmp_path, lines(0, 5) + "junk\n\n")
    again = take(lake, tmp_path, lines(0, 5) + "junk\n\n")
    assert (again.batch_id, again.sha256) == (first.batch_id, first.sha256)
    assert (again.counts.duplicate, again.counts.rejected, again.counts.ignored) == (5, 1, 1)


def test_empty_file_is_received_once_with_nothing_in_it(lake, tmp_path):
    assert take(lake, tmp_path, "").counts.rows == 0
    assert take(lake, tmp_path, "").known
    assert lake.stats().batches == 1


def test_file_of_rejects_only_makes_no_segment(lake, tmp_path):
    report = take(lake, tmp_path, "junk\n")
    assert (report.segment_id, lake.unsealed()) == (None, [])


def test_excerpt_is_short_however_long_the_row(lake, tmp_path):
    take(lake, tmp_path, "x" * 5_000 + "\n")
    assert len(lake.quarantine()[0].excerpt) == 200


def test_three_equal_rows_stay_three_however_often_they_come(lake, tmp_path):
    for more in (0, 1, 2):
        take(lake, tmp_path, lines(0, 1) * 3 + lines(5, 5 + more), name=f"{more}.log")
    assert count(lake) == 3 + 2


def test_ordinals_name_each_event_inside_its_batch(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    take(lake, tmp_path, lines(3, 5), name="b.log")
    ids = lake.query("SELECT event_id, batch_id FROM events ORDER BY 1").to_pylist()
    assert [(row["event_id"] >> 32, row["event_id"] & 0xFFFFFFFF) for row in ids] == [
        (1, 0),
        (1, 1),
        (1, 2),
        (2, 0),
        (2, 1),
    ]


def test_zone_that_was_assumed_is_marked_on_every_row(lake, tmp_path):
    take(lake, tmp_path, lines(0, 2), basis=TimeBasis.ASSUMED)
    assert set(lake.query("SELECT tz_basis FROM events")["tz_basis"].to_pylist()) == {"assumed"}


@pytest.mark.parametrize("year", [1970, 1999, 2038, 9998])
def test_clock_far_off_is_kept_as_told_and_its_skew_is_noted(lake, tmp_path, year):
    """Event time and reception are both kept (I8)."""
    take(lake, tmp_path, lines(0, 1).replace("2026/", f"{year}/"))
    (row,) = lake.query("SELECT time_utc, received_utc, skew_s, local_date FROM events").to_pylist()
    assert (row["time_utc"].year, row["local_date"].year) == (year, year)
    assert (row["skew_s"] is not None) == (year > 2030)
    assert row["received_utc"].year < 2030 or row["skew_s"] is None


def test_first_and_last_day_of_the_calendar_do_not_stop_a_file(lake, tmp_path):
    text = lines(0, 1).replace("2026/11/20", "0001/01/01") + lines(0, 1).replace("2026/11/20", "9999/12/31")
    counts = take(lake, tmp_path, text).counts
    assert counts.accepted + counts.rejected == 2


def test_leap_second_is_refused_not_moved(lake, tmp_path):
    report = take(lake, tmp_path, lines(0, 1).replace("10:00:00", "23:59:60"))
    assert report.counts.rejected == 1


TWINS = [("ガ", "カ\u3099"), ("AKARI", "akari"), ("ａｋａｒｉ", "akari"), (" akari", "akari")]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_of_a_name_meet_in_the_key_and_stay_apart_in_the_evidence(lake, tmp_path, one, other):
    take(lake, tmp_path, lines(0, 1, who=one) + lines(1, 2, who=other))
    rows = lake.query("SELECT actor_raw, actor_key FROM events ORDER BY event_id").to_pylist()
    assert [row["actor_raw"] for row in rows] == [one, other]
    assert len({row["actor_key"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("akari", "аkari"), ("akari", "akari\u200b"), ("İ", "i"), ("paypal", "paypaI")]
)
def test_look_alikes_never_meet(lake, tmp_path, one, other):
    """Cyrillic а, a zero-width space, the Turkish İ, a capital I: other people (I5)."""
    take(lake, tmp_path, lines(0, 1, who=one) + lines(1, 2, who=other))
    assert len(set(lake.query("SELECT actor_key FROM events")["actor_key"].to_pylist())) == 2


@pytest.mark.parametrize(
    "name", ["\u202egpj.exe", "😀𠮷", "\x1b[2J", "a\x00b", "'; DROP TABLE events; --", "=cmd|'/c calc'!A1"]
)
def test_hostile_names_are_stored_as_they_are(lake, tmp_path, name):
    take(lake, tmp_path, lines(0, 1).replace("0.txt", name))
    assert lake.query("SELECT path FROM events")["path"].to_pylist() == [f"/srv/機密/{name}"]


def test_two_workers_with_one_batch_store_it_once(tmp_path):
    """The second finds the first's manifest row; the lock keeps them apart (I6)."""
    (tmp_path / "a.log").write_text(lines(0, 5))
    with Lake.open(tmp_path / "lake") as one, Lake.open(tmp_path / "lake") as other:
        reports = [lake.ingest(tmp_path / "a.log", source="samba", zone=TOKYO) for lake in (one, other)]
        assert [report.known for report in reports] == [False, True]
        assert count(one) == count(other) == 5


def test_manifest_itself_refuses_counts_that_do_not_add_up(lake):
    values = ", ".join(["?"] * 19)
    row = (1, "samba", "a", "0" * 64, "n", 1, None, "t", 1, "z", 10, 1, 1, 1, 1, 0, 0, 0, "z")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        lake.manifest.db.execute(f"INSERT INTO batch VALUES ({values})", row)


def test_order_of_files_does_not_change_what_is_stored(tmp_path):
    parts = [lines(n, n + 5) for n in range(0, 30, 5)]
    stories = []
    for number in range(2):
        with Lake.open(tmp_path / str(number)) as lake:
            shuffled = random.Random(number).sample(parts, len(parts))  # noqa: S311  # an order, no secret
            for at, part in enumerate(shuffled):
                take(lake, tmp_path, part, name=f"{at}.log")
            stories.append(lake.query("SELECT path, time_utc FROM events ORDER BY ALL").to_pylist())
    assert stories[0] == stories[1]


def test_real_samples_of_every_kind_live_in_one_lake(lake):
    for name, source in (
        ("samba417_full_audit_syslog_raw.txt", "samba"),
        ("md_4656_file_failures.evtx", "evtx"),
        ("badge_typical_cp932.csv", "table:badge"),
        ("ccas_logformat_cp932.csv", "table:ccas"),
    ):
        assert lake.ingest(SAMPLES / name, source=source, zone=TOKYO).counts.rejected == 0
    assert [one.source for one in lake.sources_health()] == ["evtx", "samba", "table:badge", "table:ccas"]
