"""What the lake says of its sources: silence, gaps, cleared logs and damage are told, never drawn as "no events"."""

import os
from datetime import UTC, datetime

import pytest
import time_machine

from kuramori_lake.tests.conftest import SAMPLES, TOKYO
from kuramori_lake.tests.test_store import count, lines, take
from kuramori_lake.tests.windows_log import AKARI, evtx


def windows(lake, tmp_path, *records, instance="fs02"):
    path = tmp_path / "w.json"
    path.write_bytes(b"\n".join(records) + b"\n")
    return lake.ingest(path, source="evtx", instance=instance, zone=TOKYO)


def test_silent_source_keeps_the_time_of_its_last_event_and_of_its_last_file(lake, tmp_path):
    with time_machine.travel(datetime(2026, 11, 21, 3, tzinfo=UTC), tick=False):
        take(lake, tmp_path, lines(0, 3))
    with time_machine.travel(datetime(2026, 11, 25, 3, tzinfo=UTC), tick=False):
        take(lake, tmp_path, "\n", name="empty.log")
    (health,) = lake.sources_health()
    assert health.last_event_utc == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert health.last_received_utc == datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_source_that_never_had_an_event_says_so(lake, tmp_path):
    take(lake, tmp_path, "junk\n")
    (health,) = lake.sources_health()
    assert (health.last_event_utc, health.rejected, health.rows) == (None, 1, 1)


def test_gaps_and_clearings_are_counted_and_are_events(lake, tmp_path):
    windows(lake, tmp_path, *(evtx(n, 1102 if n == 1 else 4690, AKARI, second=n) for n in (1, 2, 3, 6)))
    (health,) = lake.sources_health()
    assert (health.gaps, health.cleared, health.holes) == (1, 1, 0)
    found = lake.query("SELECT activity, outcome FROM events ORDER BY time_utc").to_pylist()
    assert [row["activity"] for row in found] == ["log_cleared", "log_gap"]


def test_instances_of_one_source_are_told_apart(lake, tmp_path):
    windows(lake, tmp_path, evtx(1, 1102, AKARI), instance="fs02")
    windows(lake, tmp_path, evtx(1, 1102, AKARI), instance="fs03")
    assert [(one.instance, one.cleared) for one in lake.sources_health()] == [("fs02", 1), ("fs03", 1)]


def test_times_of_a_source_survive_compaction(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    before = lake.sources_health()
    lake.compact()
    assert lake.sources_health() == before


def test_sizes_add_up(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    take(lake, tmp_path, lines(0, 4, day=21) + "junk\n", name="b.log")
    stats = lake.stats()
    assert (stats.events, stats.segments, stats.unsealed, stats.batches, stats.quarantined) == (7, 2, 2, 2, 1)
    assert stats.bytes == sum((lake.root / seal.path).stat().st_size for seal in lake.unsealed())
    assert (stats.first_utc, stats.last_utc) == (
        datetime(2026, 11, 20, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 1, tzinfo=UTC),
    )
    lake.mark_sealed(lake.unsealed()[0].segment_id, "act-1")
    assert lake.stats().unsealed == 1


def test_empty_lake_has_no_first_and_no_last(lake):
    stats = lake.stats()
    assert (stats.events, stats.bytes, stats.first_utc, stats.last_utc, stats.damaged) == (0, 0, None, None, ())
    assert lake.sources_health() == []
    assert lake.quarantine() == []


DAMAGES = {
    "cut": lambda content: content[:-1],
    "grown": lambda content: content + b"x",
    "emptied": lambda _content: b"",
    "foreign": lambda content: b"x" * len(content),
    "first byte": lambda content: b"Q" + content[1:],
    "last byte": lambda content: content[:-1] + b"Q",
    "middle": lambda content: content[: len(content) // 2] + b"\x00\xff\x00" + content[len(content) // 2 + 3 :],
}


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_segment_is_left_out_and_the_rest_answers(lake, tmp_path, how):
    """One truncated file would kill a query over a glob; the manifest names what may be read (I9)."""
    take(lake, tmp_path, lines(0, 3))
    take(lake, tmp_path, lines(0, 4, day=21), name="b.log")
    victim = lake.root / lake.unsealed()[0].path
    victim.write_bytes(DAMAGES[how](victim.read_bytes()))
    assert count(lake) == 4
    assert [one.path for one in lake.stats().damaged] == [str(victim.relative_to(lake.root))]
    assert [one.segment_id for one in lake.verify()] == [1]


def test_restored_segment_is_read_again_without_hand_work(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    victim = lake.root / lake.unsealed()[0].path
    whole = victim.read_bytes()
    victim.write_bytes(b"PAR1")
    assert count(lake) == 0
    victim.write_bytes(whole)
    assert count(lake) == 3
    assert lake.stats().damaged == ()


def test_file_that_nobody_named_is_not_read(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    named = lake.root / lake.unsealed()[0].path
    named.with_name("stranger.parquet").write_bytes(named.read_bytes())
    assert count(lake) == 3


def test_kept_raw_file_that_is_missing_is_damage(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3), keep=True)
    next((lake.root / "raw").rglob("*/*")).unlink()
    assert [(one.segment_id, one.reason) for one in lake.verify()] == [(None, "missing")]


def test_digest_is_remembered_so_that_whole_files_are_not_hashed_at_every_query(lake, tmp_path, monkeypatch):
    take(lake, tmp_path, lines(0, 3))
    os.utime(lake.root / lake.unsealed()[0].path)
    count(lake)
    monkeypatch.setattr("kuramori_lake.health.sha256_of", lambda _path: pytest.fail("hashed again"))
    assert count(lake) == 3


def test_quarantine_is_newest_first_and_names_its_file(lake, tmp_path):
    take(lake, tmp_path, "junk one\n")
    take(lake, tmp_path, "junk two\njunk three\n", name="b.log")
    found = [(one.file, one.row, one.excerpt) for one in lake.quarantine(limit=2)]
    assert found == [("b.log", 1, b"junk two"), ("b.log", 2, b"junk three")]


def test_lost_salt_is_told_not_replaced(lake):
    with lake.manifest.transaction() as db:
        db.execute("UPDATE lake SET value = 'text' WHERE key = 'salt'")
    with pytest.raises(RuntimeError, match="restore it from a backup"):
        lake.ingest(SAMPLES / "samba417_minimal_syslog_raw.txt", source="samba", zone=TOKYO)


def test_transaction_that_fails_changes_nothing(lake):
    def fail():
        with lake.manifest.transaction() as db:
            db.execute("UPDATE lake SET value = 9 WHERE key = 'format'")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert lake.manifest.value("format") == 1
    assert lake.manifest.value("nothing") is None
