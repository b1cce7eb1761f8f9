"""Speed of taking logs in, end to end: received file → parsed → deduplicated → synced Parquet → manifest.

    python benchmarks/lake_ingest.py [--samba 500000] [--evtx 100000]

Bars: 120,000 rows a second for Samba lines, 40,000 for a binary EVTX file. Beside each figure stands the ratio to
the least that any ingestion needs, measured in the same run: DuckDB reading the same lines and writing them as
Parquet, and the Rust reader turning the same records into JSON. Exit status 1 when a bar is missed.
"""

import argparse
import struct
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import orjson
from evtx import PyEvtxParser

from kuramori_lake.sources.windows_records import places
from kuramori_lake.store import Lake

MIN_ROWS_PER_SECOND = {"samba": 120_000, "evtx": 40_000}
QUICK = ("--samba", "20000", "--evtx", "5000")
SAMPLES = Path(__file__).resolve().parents[1] / "src/kuramori_lake/tests/samples"
SAMPLE = "md_5145_user_files.evtx"
ZONE = ZoneInfo("Asia/Tokyo")


def samba_log(path: Path, rows: int) -> int:
    """The real minimal session again and again, a second later each time, by another user on other files."""
    session = (SAMPLES / "samba417_minimal_syslog_raw.txt").read_text()
    with path.open("w") as file:
        for n in range(rows // 14):
            clock = f"2026/11/{1 + n // 86400:02} {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"
            text = session.replace("2026/11/23 03:30:28", clock).replace("kuratest", f"user{n % 300}")
            file.write(text.replace("リスト3", f"リスト{n}"))
    return rows // 14 * 14


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


def bare_copy(path: Path, out: Path) -> float:
    """Seconds for DuckDB to read the lines as columns and write Parquet, nothing else."""
    columns = {f"c{n}": "VARCHAR" for n in range(12)}
    start = time.perf_counter()
    with duckdb.connect(config={"threads": 2}) as db:
        read = f"read_csv('{path}', delim='|', header=false, quote='', escape='', auto_detect=false, columns={columns},"
        rows = f"SELECT * FROM {read} null_padding=true, strict_mode=false)"
        db.execute(f"COPY ({rows}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - start


def bare_json(path: Path) -> float:
    """Seconds for the Rust reader to go through the file."""
    start = time.perf_counter()
    for _ in PyEvtxParser(str(path)).records_json():
        pass
    return time.perf_counter() - start


def measured(lake: Lake, path: Path, source: str, rows: int, limit: float) -> bool:
    start, spent = time.perf_counter(), time.process_time()
    counts = lake.ingest(path, source=source, zone=ZONE).counts
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    assert counts.rows == rows
    assert counts.duplicate == counts.rejected == 0
    speed = rows / seconds
    print(f"{source}: {rows:,} rows in {seconds:.2f} s = {speed:,.0f}/s (bar {MIN_ROWS_PER_SECOND[source]:,}/s)")
    print(f"{source}: {rows / spent:,.0f} rows for each second of processor time")
    print(f"{source}: {seconds / limit:.1f} times the bare reading of the same file ({rows / limit:,.0f}/s)")
    return speed >= MIN_ROWS_PER_SECOND[source]


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of ingestion.")
    parser.add_argument("--samba", type=int, default=500_000)
    parser.add_argument("--evtx", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, records = folder / "audit.log", folder / "security.evtx"
        samba, evtx = samba_log(lines, options.samba), evtx_log(records, options.evtx)
        limits = bare_copy(lines, folder / "bare.parquet"), bare_json(records)
        with Lake.open(folder / "lake") as lake:
            met = [
                measured(lake, lines, "samba", samba, limits[0]),
                measured(lake, records, "evtx", evtx, limits[1]),
            ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
