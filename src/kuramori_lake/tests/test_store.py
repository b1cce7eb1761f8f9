"""The lake's promises: exactly once, counts that add up, damage found, queries that cannot get out."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from kuramori_lake.engine import NotAQueryError
from kuramori_lake.ingest import FileChangedError, bytes_of
from kuramori_lake.lookback import bucket_of
from kuramori_lake.manifest import LakeFormatError
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES, TOKYO

LINE = "2026/11/{day:02} 10:{minute:02}:00|{who}|192.0.2.7|PC-7|s|create_file|ok|0x120089|file|open|/srv/機密/{n}.txt\n"


def lines(first: int, last: int, *, who: str = "akari", day: int = 20) -> str:
    return "".join(LINE.format(day=day, minute=n // 10 % 60, who=who, n=n) for n in range(first, last))


def take(lake: Lake, tmp_path: Path, text: str, *, name: str = "a.log", **more):
    path = tmp_path / name
    path.write_text(text)
    report = lake.ingest(path, source="samba", instance="fs01", zone=TOKYO, **more)
    counts = report.counts
    assert counts.rows == counts.accepted + counts.duplicate + counts.rejected + counts.ignored
    return report


def count(lake: Lake) -> int:
    return lake.query("SELECT count(*) AS n FROM events")["n"][0].as_py()


def test_same_file_twice_adds_nothing(lake, tmp_path):
    first = take(lake, tmp_path, lines(0, 5))
    again = take(lake, tmp_path, lines(0, 5), name="renamed.log")
    assert (first.counts.accepted, again.counts.accepted, again.counts.duplicate, again.known) == (5, 0, 5, True)
    assert count(lake) == 5


def test_grown_file_adds_only_what_is_new(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    grown = take(lake, tmp_path, lines(0, 8))
    assert (grown.counts.accepted, grown.counts.duplicate) == (3, 5)


def test_overlapping_file_adds_only_what_is_new_even_after_compaction(lake, tmp_path):
    take(lake, tmp_path, lines(0, 20))
    lake.compact()
    overlap = take(lake, tmp_path, lines(15, 25), name="b.log")
    assert (overlap.counts.accepted, overlap.counts.duplicate) == (5, 5)
    assert count(lake) == 25


def test_two_equal_rows_in_one_file_are_two_events_and_stay_two(lake, tmp_path):
    twice = lines(0, 1) * 2
    assert take(lake, tmp_path, twice).counts.accepted == 2
    again = take(lake, tmp_path, twice + lines(1, 2))
    assert (again.counts.accepted, again.counts.duplicate) == (1, 2)


def test_same_record_in_two_exports_is_one_event(lake, tmp_path):
    path = SAMPLES / "md_5145_user_files.evtx"
    padded = tmp_path / "export2.evtx"
    padded.write_bytes(path.read_bytes() + b"\0" * 512)
    assert lake.ingest(path, source="evtx", instance="fs", zone=TOKYO).counts.accepted == 316
    second = lake.ingest(padded, source="evtx", instance="fs", zone=TOKYO).counts
    assert (second.accepted, second.duplicate) == (0, 316)


def test_same_bytes_from_another_server_are_other_events(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    other = lake.ingest(tmp_path / "a.log", source="samba", instance="fs02", zone=TOKYO)
    assert other.counts.accepted == 5


def test_rejects_are_kept_with_row_offset_reason_and_excerpt(lake, tmp_path):
    report = take(lake, tmp_path, lines(0, 1) + "2026/11/20 10:00:00|akari|cut\n")
    (row,) = lake.quarantine(batch_id=report.batch_id)
    assert (row.row, row.offset, row.reason) == (
        2,
        len(lines(0, 1).encode()),
        "line ends before the operation's fields",
    )
    assert row.excerpt == b"2026/11/20 10:00:00|akari|cut"


def test_raw_offset_and_batch_lead_back_to_the_received_line(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3), keep=True)
    sql = "SELECT raw_offset, raw_length, sha256 FROM events JOIN batches USING (batch_id) WHERE path LIKE '%/2.txt'"
    (row,) = lake.query(sql).to_pylist()
    kept = (lake.root / "raw" / row["sha256"][:2] / row["sha256"]).read_bytes()
    assert kept[row["raw_offset"] :][: row["raw_length"]].decode() == lines(2, 3)


def test_local_clock_of_the_site_decides_night_and_day(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1).replace("10:00:00", "23:30:00"))
    (row,) = lake.query("SELECT time_utc, local_hour, local_date, is_night FROM events").to_pylist()
    assert (row["time_utc"].hour, row["local_hour"], row["local_date"], row["is_night"]) == (
        14,
        23,
        date(2026, 11, 20),
        True,
    )


def test_own_offset_of_a_machine_abroad_decides_whose_night_it_was(lake, tmp_path):
    path = tmp_path / "ops.csv"
    path.write_text(
        "操作日時(UTC),タイムゾーン,ユーザー名,操作種別(詳細)\n2026/11/20 15:00:00,GMT+01:00,mia,印刷\n",
        encoding="cp932",
    )
    lake.ingest(path, source="table:jp1_itdm2", zone=TOKYO)
    assert lake.query("SELECT local_hour FROM events")["local_hour"].to_pylist() == [16]


def test_event_from_the_future_is_kept_and_its_skew_noted(lake, tmp_path):
    take(
        lake,
        tmp_path,
        lines(0, 1).replace("2026/11/20", "2099/11/20") + lines(0, 1).replace("2026/11/20", "2020/11/20"),
    )
    skews = lake.query("SELECT skew_s FROM events ORDER BY time_utc")["skew_s"].to_pylist()
    assert skews[0] is None
    assert skews[1] > 86_400


def test_segment_is_sealed_by_one_act_only(lake, tmp_path):
    report = take(lake, tmp_path, lines(0, 5))
    (seal,) = lake.unsealed()
    assert (seal.segment_id, seal.rows, seal.batch_sha256) == (report.segment_id, 5, report.sha256)
    assert seal.first_utc == datetime(2026, 11, 20, 1, tzinfo=UTC)
    lake.mark_sealed(seal.segment_id, "act-1")
    lake.mark_sealed(seal.segment_id, "act-1")
    assert lake.unsealed() == []
    with pytest.raises(ValueError, match="another act"):
        lake.mark_sealed(seal.segment_id, "act-2")


def test_compaction_changes_no_row_and_names_what_it_replaced(lake, tmp_path):
    for number, who in enumerate(("akari", "botan", "chihiro")):
        take(
            lake, tmp_path, lines(0, 50, who=who, day=10 + number) + lines(0, 5, who=who).replace("2026/11", "2026/10")
        )
    sealed = {seal.sha256 for seal in lake.unsealed()}
    before = lake.query("SELECT * FROM events ORDER BY event_id").to_pylist()
    report = lake.compact()
    assert (report.segments_before, report.rows) == (3, 165)
    assert lake.query("SELECT * FROM events ORDER BY event_id").to_pylist() == before
    after = lake.unsealed()
    assert {digest for seal in after for digest in seal.replaces} == sealed
    assert all(seal.batch_sha256 is None for seal in after)
    assert lake.compact().segments_before == 0


def test_bucket_is_the_same_in_python_and_in_sql(lake, tmp_path):
    for who in ("akari", "kura\\\\botan", "千尋", "daichi"):
        take(lake, tmp_path, lines(0, 1, who=who), name="x.log")
    lake.compact()
    rows = lake.manifest.db.execute("SELECT path, bucket FROM segment WHERE retired_utc IS NULL").fetchall()
    for row in rows:
        for (key,) in duckdb.execute(
            "SELECT DISTINCT actor_key FROM read_parquet(?)", [str(lake.root / row["path"])]
        ).fetchall():
            assert bucket_of(key) == row["bucket"]


def test_flipped_page_is_found_isolated_and_named(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    take(lake, tmp_path, lines(0, 5, day=21), name="b.log")
    victim = lake.root / lake.unsealed()[0].path
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 0xFF
    victim.write_bytes(content)
    (damage,) = lake.stats().damaged
    assert (damage.path, damage.reason) == (lake.unsealed()[0].path, "other content than was stored")
    assert count(lake) == 5


def test_flip_behind_an_unchanged_time_is_found_by_verify(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5), keep=True)
    assert lake.verify() == []
    for victim in (lake.root / lake.unsealed()[0].path, next((lake.root / "raw").rglob("*/*"))):
        before = victim.stat()
        content = bytearray(victim.read_bytes())
        content[20] ^= 0xFF
        victim.write_bytes(content)
        os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(lake.verify()) == 2


def test_touched_but_equal_file_is_no_damage(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    os.utime(lake.root / lake.unsealed()[0].path)
    assert lake.stats().damaged == ()


def test_missing_segment_is_named_and_the_rest_can_be_read(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    (lake.root / lake.unsealed()[0].path).unlink()
    assert [one.reason for one in lake.stats().damaged] == ["missing"]
    assert count(lake) == 0


def test_health_adds_up_per_source(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5) + "junk\n")
    lake.ingest(SAMPLES / "md_4656_file_failures.evtx", source="evtx", instance="dc", zone=TOKYO)
    evtx, samba = lake.sources_health()
    assert (evtx.source, evtx.cleared, evtx.gaps) == ("evtx", 1, 0)
    assert (samba.rows, samba.accepted, samba.rejected) == (6, 5, 1)
    assert samba.last_event_utc == datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM glob('/*')", "SELECT * FROM read_text('/etc/hosts')"],
)
def test_query_cannot_read_outside_the_lake(lake, sql):
    with pytest.raises(duckdb.Error):
        lake.query(sql)


@pytest.mark.parametrize(
    "sql", ["COPY (SELECT 1) TO '/tmp/x'", "ATTACH 'x.db'", "SET threads = 1", "SELECT 1; SELECT 2", "("]
)
def test_query_is_one_select(lake, sql):
    with pytest.raises(NotAQueryError):
        lake.query(sql)


def test_parameters_are_values(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    assert lake.query("SELECT count(*) AS n FROM events WHERE path = $p", {"p": "' OR 1=1 --"})["n"].to_pylist() == [0]


def test_file_that_is_still_written_is_refused(tmp_path):
    path = tmp_path / "growing.log"
    path.write_text("a\n")
    with pytest.raises(FileChangedError), bytes_of(path):
        path.write_text("a\nb\n")


def test_lake_of_another_format_is_refused(tmp_path):
    with Lake.open(tmp_path / "lake") as lake, lake.manifest.transaction() as db:
        db.execute("UPDATE lake SET value = 99 WHERE key = 'format'")
    with pytest.raises(LakeFormatError, match="99"):
        Lake.open(tmp_path / "lake")


def test_empty_lake_answers(lake):
    assert count(lake) == 0
    assert lake.query("SELECT * FROM joined_events").num_rows == 0
    assert lake.lookback("nobody", date(2026, 1, 1), date(2026, 12, 31)).total == 0
    assert lake.compact().rows == 0
    assert ZoneInfo("Asia/Tokyo") == TOKYO
