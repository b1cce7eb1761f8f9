"""Killed, starved and cut off: nothing lost, nothing doubled, nothing left to clean by hand."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kuramori_lake
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.test_store import count, lines, take

EVENTS = 30_000
COMMAND = [
    sys.executable,
    "-m",
    "kuramori_lake",
    "ingest",
    "--source",
    "samba",
    "--instance",
    "fs01",
    "--tz",
    "Asia/Tokyo",
]


def write_log(path: Path) -> None:
    path.write_text("".join(lines(0, 1000, day=day) for day in range(1, EVENTS // 1000 + 1)))


def killed_after(seconds: float, root: Path, log: Path) -> bool:
    """Ingest in a process of its own and kill it; True if it was still running."""
    environment = {**os.environ, "PYTHONPATH": str(Path(kuramori_lake.__file__).parents[1])}
    process = subprocess.Popen(
        [*COMMAND, "--lake", str(root), str(log)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def survive(tmp_path: Path, moments: list[float]) -> int:
    log, root, killed = tmp_path / "a.log", tmp_path / "lake", 0
    write_log(log)
    for moment in moments:
        killed += killed_after(moment, root, log)
        if root.exists():
            with Lake.open(root) as lake:
                assert count(lake) in {0, EVENTS}
    with Lake.open(root) as lake:
        lake.ingest(log, source="samba", instance="fs01", zone=TOKYO)
        assert count(lake) == EVENTS
        assert lake.verify() == []
        named = {lake.root / row["path"] for row in lake.manifest.db.execute("SELECT path FROM segment")}
        assert {path for path in (root / "segments").rglob("*") if path.is_file()} == named
    return killed


def test_killed_ingest_leaves_nothing_lost_or_doubled(tmp_path):
    assert survive(tmp_path, [0.3, 0.6, 0.9])


@pytest.mark.faults
def test_killed_ingest_twenty_times_at_random(tmp_path):
    chance = random.Random(20)  # noqa: S311  # moments to kill at
    assert survive(tmp_path, [chance.uniform(0.1, 0.8) for _ in range(20)]) >= 5


def test_leftovers_of_a_killed_writer_are_swept_and_never_read(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    (lake.root / "segments" / "half.tmp").write_bytes(b"PAR1")
    orphan = lake.root / "segments" / "2026-11" / "orphan.parquet"
    orphan.write_bytes((lake.root / lake.unsealed()[0].path).read_bytes())
    assert count(lake) == 5
    with Lake.open(lake.root) as again:
        assert not orphan.exists()
        assert not (lake.root / "segments" / "half.tmp").exists()
        assert count(again) == 5


def test_writer_at_work_is_not_swept_by_a_reader(lake, tmp_path):
    half = lake.root / "segments" / "half.tmp"
    half.write_bytes(b"PAR1")
    with lake._lock(wait=True), Lake.open(lake.root):
        assert half.exists()


def test_full_disk_refuses_and_recovers_by_itself(lake, tmp_path):
    take(lake, tmp_path, lines(0, 5))
    write_log(tmp_path / "big.log")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    try:
        with pytest.raises(OSError, match=r"."):
            lake.ingest(tmp_path / "big.log", source="samba", instance="fs02", zone=TOKYO)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert count(lake) == 5
    assert not list((lake.root / "segments").rglob("*.tmp"))
    assert lake.ingest(tmp_path / "big.log", source="samba", instance="fs02", zone=TOKYO).counts.accepted == EVENTS
    assert lake.verify() == []
