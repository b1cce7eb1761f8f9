"""Compaction changes where rows lie and nothing else; killed or starved, it has changed nothing."""

import json
import resource
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake import compaction
from kuramori_lake.compaction import CompactionError
from kuramori_lake.lookback import bucket_of
from kuramori_lake.store import Lake
from kuramori_lake.tests.test_store import LINE, count, lines, take

ROW = st.builds(
    lambda month, day, who, n: LINE.format(day=day, minute=n, who=who, n=n).replace("2026/11", f"2026/{month:02}"),
    st.integers(8, 11),
    st.integers(1, 28),
    st.sampled_from(["akari", "botan", "千尋", "KURA\\daichi", ""]),
    st.integers(0, 59),
)
FILES = st.lists(st.lists(ROW, min_size=1, max_size=12).map("".join), min_size=1, max_size=4)


def rows(lake):
    return lake.query("SELECT * FROM events ORDER BY event_id").to_pylist()


@settings(max_examples=4, deadline=None)
@given(files=FILES, compact_after=st.integers(0, 4))
def test_rows_before_are_the_rows_after(tmp_path_factory, files, compact_after):
    folder = tmp_path_factory.mktemp("compaction")
    with Lake.open(folder / "lake") as lake:
        for at, text in enumerate(files):
            take(lake, folder, text, name=f"{at}.log")
            if at == compact_after:
                lake.compact()
        before = rows(lake)
        lake.compact()
        assert rows(lake) == before
        assert lake.verify() == []
        assert lake.stats().events == len(before)


@pytest.fixture
def two_months(lake, tmp_path):
    for who in ("akari", "botan", "chihiro"):
        text = lines(0, 8, who=who) + lines(0, 4, who=who).replace("2026/11", "2026/10")
        take(lake, tmp_path, text, name=f"{who}.log")
    return lake


def live(lake):
    return [dict(row) for row in lake.manifest.db.execute("SELECT * FROM segment WHERE retired_utc IS NULL")]


def test_segment_of_a_month_and_bucket_holds_that_month_and_bucket_in_order(two_months):
    two_months.compact()
    for segment in live(two_months):
        with two_months.connect() as db:
            found = db.execute(
                "SELECT actor_key, time_utc, strftime(time_utc, '%Y-%m') FROM read_parquet(?)",
                [str(two_months.root / segment["path"])],
            ).fetchall()
        assert {month for _, _, month in found} == {segment["month"]}
        assert {bucket_of(key) for key, _, _ in found} == {segment["bucket"]}
        assert [row[:2] for row in found] == sorted(row[:2] for row in found)


def test_compacting_again_has_nothing_to_do(two_months):
    two_months.compact()
    before = live(two_months)
    assert two_months.compact() == compaction.CompactReport(segments_before=0, segments_after=0, rows=0)
    assert live(two_months) == before


def test_only_the_months_that_got_something_new_are_rewritten(two_months, tmp_path):
    two_months.compact()
    october = {segment["path"] for segment in live(two_months) if segment["month"] == "2026-10"}
    take(two_months, tmp_path, lines(20, 24), name="late.log")
    two_months.compact()
    assert october <= {segment["path"] for segment in live(two_months)}


def test_history_says_what_was_replaced_by_what(two_months):
    old = {segment["sha256"] for segment in live(two_months)}
    two_months.compact()
    replaced = {digest for segment in live(two_months) for digest in json.loads(segment["replaces"])}
    assert replaced == old
    retired = two_months.manifest.db.execute("SELECT count(*) FROM segment WHERE retired_utc IS NOT NULL").fetchone()
    assert retired[0] == 3


def test_replaced_files_stay_for_readers_that_began_before_and_go_after_the_grace(two_months):
    old = [two_months.root / segment["path"] for segment in live(two_months)]
    two_months.compact()
    assert all(path.exists() for path in old)
    with time_machine.travel(datetime.now(UTC) + compaction.GRACE + timedelta(minutes=1)), Lake.open(two_months.root):
        assert not any(path.exists() for path in old)
    assert count(two_months) == 36


def test_damaged_input_stops_it_and_is_named(two_months):
    victim = live(two_months)[0]["path"]
    (two_months.root / victim).write_bytes(b"PAR1")
    before = live(two_months)
    with pytest.raises(CompactionError, match=victim):
        two_months.compact()
    assert live(two_months) == before


@pytest.mark.parametrize("lost", [1, 1000])
def test_row_that_would_get_lost_stops_it(two_months, monkeypatch, lost):
    spread = compaction._spread
    monkeypatch.setattr(compaction, "_spread", lambda rows, writers: spread(rows.slice(lost), writers))
    with pytest.raises(CompactionError, match="rows differ"):
        two_months.compact()
    assert count(two_months) == 36


def test_full_disk_stops_it_and_the_next_time_it_goes(two_months):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = live(two_months)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, hard))
    try:
        with pytest.raises(Exception, match=r"."):  # pyarrow's, DuckDB's or SQLite's
            two_months.compact()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert live(two_months) == before
    assert two_months.compact().rows == 36
    assert count(two_months) == 36


def test_killed_between_files_and_manifest_it_leaves_only_orphans(two_months, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    before = rows(two_months)
    monkeypatch.setattr(compaction, "_swap", killed)
    with pytest.raises(KeyboardInterrupt):
        two_months.compact()
    orphans = set((two_months.root / "segments").rglob("*.parquet"))
    assert len(orphans) > 3
    assert rows(two_months) == before
    with Lake.open(two_months.root) as again:
        assert len(list((again.root / "segments").rglob("*.parquet"))) == 3
        assert rows(again) == before


def test_sealed_segments_are_replaced_by_unsealed_ones_that_name_them(two_months):
    for seal in two_months.unsealed():
        two_months.mark_sealed(seal.segment_id, "act-1")
    two_months.compact()
    seals = two_months.unsealed()
    assert seals
    assert all(len(seal.replaces) == 3 for seal in seals)


def test_event_of_nobody_has_a_bucket_too(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3, who=""))
    assert lake.compact().rows == 3
    assert [segment["bucket"] for segment in live(lake)] == [bucket_of("")]
