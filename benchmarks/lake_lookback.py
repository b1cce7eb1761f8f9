"""Speed of looking back on one person over a large lake.

    python benchmarks/lake_lookback.py [--events 20000000]

Bar: one person over 90 days of 20 million events in at most a second, joined to person and secret, counted and listed.
Beside it stands the ratio to a scan of one column of the whole lake in the same run. Exit status 1 when it is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.event import Namespace
from kuramori_lake.ingest import Intake, Received, commit, next_batch_id
from kuramori_lake.sources.parsed import Options, Reading, Source
from kuramori_lake.stamp import Stamp
from kuramori_lake.store import Lake
from kuramori_lake.unwatched import shelter_of

MAX_SECONDS = 1.0
QUICK = ("--events", "200000")
PEOPLE, PATHS, CHUNK = 2_000, 200_000, 250_000
ZONE = ZoneInfo("Asia/Tokyo")
USERS = pa.array([f"user{n}" for n in range(PEOPLE)])
FOLDERS = pa.array([f"/srv/share/部門{n % 40}/案件{n % 700}/図面{n}.dwg" for n in range(PATHS)])
ACTIVITIES = pa.array(["read", "read", "read", "write", "create", "delete"])


def rows(month: int, count: int) -> Iterator[Reading]:
    """Random events of one month of 2026, in the order of time."""
    dice = np.random.default_rng(month)
    begin = np.datetime64(f"2026-{month:02}-01", "us").astype(np.int64)
    times = np.sort(dice.integers(0, 28 * 86_400_000_000, count)) + begin
    for at in range(0, count, CHUNK):
        size = min(CHUNK, count - at)
        paths = (PATHS * dice.random(size) ** 3).astype(np.int64)
        table = {
            "row_key": pa.array(dice.integers(0, 2**63, size, dtype=np.uint64)),
            "time_utc": pa.array(times[at : at + size]).cast(pa.timestamp("us")),
            "tz_basis": pa.repeat("configured", size),
            "actor_raw": USERS.take(pa.array(dice.integers(0, PEOPLE, size))),
            "actor_namespace": pa.repeat("ad", size),
            "activity": ACTIVITIES.take(pa.array(dice.integers(0, len(ACTIVITIES), size))),
            "outcome": pa.repeat("ok", size),
            "object_kind": pa.repeat("file", size),
            "path": FOLDERS.take(pa.array(paths)),
            "raw_row": pa.array(np.arange(at, at + size)),
            "raw_offset": pa.array(np.arange(at, at + size) * 140),
            "raw_length": pa.array(np.full(size, 140, dtype=np.int32)),
        }
        yield Reading(events=pa.table(table))


def fill(lake: Lake, events: int) -> None:
    """Twelve months, each a batch of its own, compacted as they come."""
    for month in range(1, 13):
        source = Source(
            name="made", version=1, parse=lambda _, __, month=month: rows(month, events // 12), numbered=True
        )
        received = datetime.now(UTC).replace(tzinfo=None)
        stamp = Stamp(
            batch_id=next_batch_id(lake.manifest),
            source="made",
            instance="made",
            parser_version=1,
            received_utc=received,
            zone=ZONE,
        )
        taken = Intake(root=lake.root, manifest=lake.manifest, source=source, stamp=stamp, shelter=shelter_of([])).run(
            memoryview(b""), Options(zone=ZONE)
        )
        commit(
            lake.manifest,
            lake.root,
            Received(name="made", sha256=f"{month:064}", bytes=0, kept_path=None),
            stamp,
            taken,
        )
        lake.compact()
        for old in lake.manifest.db.execute("SELECT path FROM segment WHERE retired_utc IS NOT NULL"):
            (lake.root / old["path"]).unlink(missing_ok=True)  # the disk of a test machine is small


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of a look-back.")
    parser.add_argument("--events", type=int, default=20_000_000)
    options = parser.parse_args()
    since = date(2026, 1, 1)
    with tempfile.TemporaryDirectory() as name, Lake.open(Path(name) / "lake") as lake:
        start = time.perf_counter()
        fill(lake, options.events)
        stats, made = lake.stats(), time.perf_counter() - start
        print(f"made {stats.events:,} events in {made:.0f} s, {stats.bytes / stats.events:.0f} bytes each")
        people = [
            Identity(namespace=Namespace.AD, raw=f"user{n}", person_id=f"p{n}", since=since) for n in range(PEOPLE)
        ]
        secrets = [
            SecretPattern(
                pattern=f"/srv/share/部門{n}", secret_id=f"s{n}", number=f"A-{n}", level="秘", weight=1, since=since
            )
            for n in range(8)
        ]
        lake.context.write(Context(identities=people, secrets=secrets))
        start = time.perf_counter()
        lake.context.refresh()
        print(f"joined names and paths once after a new context: {time.perf_counter() - start:.1f} s")
        spent = []
        for person in range(7, 12):
            start = time.perf_counter()
            found = lake.lookback(f"p{person}", date(2026, 9, 1), date(2026, 11, 30))
            spent.append(time.perf_counter() - start)
        start = time.perf_counter()
        lake.query("SELECT count(*), sum(local_hour) FROM events")
        scan = time.perf_counter() - start
    median = sorted(spent)[len(spent) // 2]
    print(f"look-back: {median:.3f} s for {found.total:,} events of one person in 90 days (bar {MAX_SECONDS} s)")
    print(f"look-back: {median / scan:.2f} times the scan of one column of all events ({scan:.2f} s)")
    return 0 if median <= MAX_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
