"""Speed of the offline verifier, as ratios against plain SHA-256 of the same bytes in the same run.

    python benchmarks/verify.py [--entries 200000] [--megabytes 30]

Bars: a ledger is hashed again at 50,000 entries a second or more; a bundle of 30 MB takes at most 5 seconds.
Exit status 1 when a bar is missed.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kuramori_verify.cli import verify
from kuramori_verify.onefile import one_file
from kuramori_verify.tests.samples import Sample, body, write_ledger

MIN_ENTRIES_PER_SECOND = 50_000
MAX_BUNDLE_SECONDS = 5.0
QUICK = ("--entries", "20000", "--megabytes", "3")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def plain_hashing(folder: Path) -> float:
    """Seconds to read and hash every file once with hashlib: the least any verifier needs."""

    def hash_all() -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    hashlib.file_digest(file, "sha256")

    return timed(hash_all)


def ledger(folder: Path, entries: int) -> bool:
    sample = [body(n % 60).raw for n in range(500)]
    write_ledger(folder, [sample[n % 500] for n in range(entries)])
    report: dict[str, object] = {}
    seconds = timed(lambda: report.update(verify(folder)))
    assert report["exit"] == 0
    speed = entries / seconds
    print(f"ledger: {entries:,} entries in {seconds:.2f} s = {speed:,.0f}/s (bar {MIN_ENTRIES_PER_SECOND:,}/s)")
    print(f"ledger: {seconds / plain_hashing(folder):.1f} times the time of plain hashing of the same files")
    return speed >= MIN_ENTRIES_PER_SECOND


def exhibit_bundle(megabytes: int) -> Sample:
    return Sample.make(exhibit=os.urandom(megabytes << 20))


def rows_bundle(megabytes: int) -> Sample:
    """As many log rows as fill the size, each proved in its sealed segment: the costly kind."""
    shown = megabytes * 9_600
    rows = [["time_utc", "person", "path"]]
    rows += [
        [
            f"2026-11-01T{n // 3600 % 24:02d}:00:{n % 60:02d}.000000Z",
            f"大地 監査 {n % 300}",
            f"設計/図面/{n}/A-{n}.dwg 総組立図 第三版",
        ]
        for n in range(shown + shown // 4)
    ]
    return Sample.make(rows=rows, shown_rows=range(1, shown + 1))


def bundle(folder: Path, sample: Sample) -> bool:
    sample.write(folder)
    megabytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    single = folder.with_suffix(".py")
    single.write_text(one_file(), encoding="utf-8")
    outputs: list[bytes] = []
    command = [sys.executable, "-I", str(single), str(folder), "--json"]
    seconds = timed(lambda: outputs.append(subprocess.run(command, check=True, capture_output=True).stdout))
    assert json.loads(outputs[0])["exit"] == 0
    summed = timed(
        lambda: subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=folder, check=True)
    )
    print(f"{folder.name}: {megabytes:.0f} MB by the one file in {seconds:.2f} s (bar {MAX_BUNDLE_SECONDS:.0f} s)")
    print(
        f"{folder.name}: {seconds / summed:.1f} times sha256sum -c, {seconds / plain_hashing(folder):.1f} times hashlib"
    )
    return seconds <= MAX_BUNDLE_SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--megabytes", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        met = [
            ledger(Path(place) / "ledger", options.entries),
            bundle(Path(place) / "exhibit-bundle", exhibit_bundle(options.megabytes)),
            bundle(Path(place) / "rows-bundle", rows_bundle(options.megabytes)),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
