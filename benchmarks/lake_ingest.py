"""Speed of taking logs in, end to end: received file → parsed → deduplicated → synced Parquet → manifest.

    python -m benchmarks.lake_ingest [--samba 1000000] [--table 500000] [--evtx 100000] [--times 3]

Bars: 120,000 rows a second for Samba lines and tables, 40,000 for a binary EVTX file; Samba lines and tables within
three times what DuckDB needs to read the same bytes as columns of text and to COPY them to Parquet of the same version
and compression. The EVTX figure stands beside the Rust reader turning the same records into JSON. Both are measured in
turn, `--times` times, each into a new lake; the medians count. Exit status 1 when a bar is missed.
"""

import argparse
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import orjson
from evtx import PyEvtxParser

from kuramori_lake.sources.windows_records import places
from kuramori_lake.store import Lake

MIN_ROWS_PER_SECOND = {"samba": 120_000, "table:badge": 120_000, "evtx": 40_000}
MAX_TIMES_BARE = 3.0
QUICK = ("--samba", "20000", "--table", "20000", "--evtx", "5000", "--times", "1")
PLACES = (
    "設計",
    "顧客",
    "見積",
    "図面",
    "契約",
    "試験",
    "原価",
    "工程",
    "配合",
    "会議",
    "報告",
    "仕様",
    "購買",
    "検査",
)
SAMPLES = Path(__file__).resolve().parents[1] / "src/kuramori_lake/tests/samples"
SAMPLE = "md_5145_user_files.evtx"
ZONE = ZoneInfo("Asia/Tokyo")


def clock_of(second: int) -> str:
    return f"2026/11/{1 + second // 86400:02} {second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"


def samba_log(path: Path, rows: int) -> int:
    """The real minimal session again and again: 300 people, 8,400 folders, some files far more often."""
    session, luck = (SAMPLES / "samba417_minimal_syslog_raw.txt").read_text(), random.Random(1)
    with path.open("w") as file:
        for n in range(rows // 14):
            user, often, seldom = luck.randrange(300), int(luck.paretovariate(0.6)) % 100_000, luck.randrange(100_000)
            folder = f"{luck.choice(PLACES)}/{luck.choice(PLACES)}{luck.randrange(43)}"
            text = session.replace("2026/11/23 03:30:28", clock_of(n // 4)).replace("kuratest", f"user{user}")
            text = text.replace("127.0.0.1", f"10.1.{user // 250}.{user % 250}").replace("fs01", f"pc{user:04}")
            text = text.replace("設計書3", f"{luck.choice(PLACES)}{seldom}").replace("機密", folder)
            file.write(text.replace("顧客リスト3", f"{luck.choice(PLACES)}{often}"))
    return rows // 14 * 14


def badge_table(path: Path, rows: int) -> int:
    """An export of door readers as the preset `badge` reads it, in UTF-8 since DuckDB reads no CP932."""
    luck = random.Random(2)
    with path.open("w", newline="") as file:
        file.write("日時,カード番号,社員番号,扉名,方向,結果\r\n")
        for n in range(rows):
            person, door = luck.randrange(2_000), luck.randrange(120)
            way, granted = luck.choice("入退") + "室", "拒否" if luck.random() < 0.01 else "許可"
            file.write(f"{clock_of(n // 8)},{person:010},E{person:05},{PLACES[door % 14]}室{door},{way},{granted}\r\n")
    return rows + 1  # the header counts as an ignored row


def evtx_log(path: Path, rows: int) -> int:
    """The chunks of a real log repeated; each record gets a number of its own, so that none is a duplicate."""
    content = (SAMPLES / SAMPLE).read_bytes()
    header, chunks = bytearray(content[:4096]), content[4096 : 4096 + 4 * 65536]
    records = [(at - 4096, size) for at, size in places(content)[0].values()]
    numbers = [_number(found["data"]) for found in PyEvtxParser(str(SAMPLES / SAMPLE)).records_json()]
    copies = max(rows // len(records), 1)
    struct.pack_into("<H", header, 42, 4 * copies)
    with path.open("wb") as file:
        file.write(header)
        for copy in range(copies):
            block = bytearray(chunks)
            for n, (at, size) in enumerate(records):
                fresh = struct.pack("<Q", 10_000_000 + copy * len(records) + n)
                block[at : at + size] = block[at : at + size].replace(struct.pack("<Q", numbers[n]), fresh)
            file.write(block)
    return copies * len(records)


def _number(record: str) -> int:
    return int(orjson.loads(record)["Event"]["System"]["EventRecordID"])


def bare_copy(path: Path, delimiter: str = "|") -> float:
    """Seconds for DuckDB to read the lines as columns of text and write Parquet, nothing else."""
    columns, out = {f"c{n}": "VARCHAR" for n in range(12)}, path.with_suffix(".parquet")
    start = time.perf_counter()
    with duckdb.connect(config={"threads": 2}) as db:
        read = f"read_csv('{path}', delim='{delimiter}', header=false, quote='', escape='', auto_detect=false,"
        rows = f"SELECT * FROM {read} columns={columns}, null_padding=true, strict_mode=false)"
        db.execute(f"COPY ({rows}) TO '{out}' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")
    return time.perf_counter() - start


def bare_json(path: Path) -> float:
    """Seconds for the Rust reader to go through the file."""
    start = time.perf_counter()
    for _ in PyEvtxParser(str(path)).records_json():
        pass
    return time.perf_counter() - start


class Spent(NamedTuple):
    """Seconds of the clock and of the processor that an ingestion took, and those of the bare reading beside it."""

    wall: float
    processor: float
    bare: float


def once(folder: Path, source: str, path: Path, rows: int, bare: Callable[[Path], float]) -> Spent:
    """Take the file into a lake that is made for it."""
    limit = bare(path)
    with tempfile.TemporaryDirectory(dir=folder) as name, Lake.open(Path(name)) as lake:
        start, worked = time.perf_counter(), time.process_time()
        counts = lake.ingest(path, source=source, zone=ZONE).counts
        spent = Spent(time.perf_counter() - start, time.process_time() - worked, limit)
    assert counts.rows == rows
    assert counts.duplicate == counts.rejected == 0
    return spent


def measured(source: str, rows: int, found: Sequence[Spent]) -> bool:
    wall, processor, bare = (median(column) for column in zip(*found, strict=True))
    speed, least = rows / wall, MIN_ROWS_PER_SECOND[source]
    print(f"{source}: {rows:,} rows in {wall:.2f} s = {speed:,.0f}/s (bar {least:,}/s)")
    print(f"{source}: {rows / processor:,.0f} rows for each second of processor time")
    is_text = source != "evtx"
    limit = f" (bar {MAX_TIMES_BARE:g})" if is_text else ""
    print(f"{source}: {wall / bare:.1f} times the bare reading of the same file{limit}, {rows / bare:,.0f}/s")
    return speed >= least and (wall <= MAX_TIMES_BARE * bare or not is_text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of ingestion.")
    parser.add_argument("--samba", type=int, default=1_000_000)
    parser.add_argument("--table", type=int, default=500_000)
    parser.add_argument("--evtx", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds: dict[str, tuple[Path, int, Callable[[Path], float]]] = {}
        for source, make, rows, bare in (
            ("samba", samba_log, options.samba, bare_copy),
            ("table:badge", badge_table, options.table, partial(bare_copy, delimiter=",")),
            ("evtx", evtx_log, options.evtx, bare_json),
        ):
            path = folder / source.replace(":", "-")
            kinds[source] = path, make(path, rows), bare
        met = []
        for source, (path, rows, bare) in kinds.items():
            found = [once(folder, source, path, rows, bare) for _ in range(options.times)]
            met.append(measured(source, rows, found))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
