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


def bundle(folder: Path, megabytes: int) -> bool:
    sample = Sample.make(exhibit=os.urandom(megabytes << 20))
    sample.write(folder)
    single = folder.with_suffix(".py")
    single.write_text(one_file(), encoding="utf-8")
    outputs: list[bytes] = []
    command = [sys.executable, "-I", str(single), str(folder), "--json"]
    seconds = timed(lambda: outputs.append(subprocess.run(command, check=True, capture_output=True).stdout))
    assert json.loads(outputs[0])["exit"] == 0
    summed = timed(
        lambda: subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=folder, check=True)
    )
    print(f"bundle: {megabytes} MB by the one file in {seconds:.2f} s (bar {MAX_BUNDLE_SECONDS:.0f} s)")
    print(f"bundle: {seconds / summed:.1f} times sha256sum -c, {seconds / plain_hashing(folder):.1f} times hashlib")
    return seconds <= MAX_BUNDLE_SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--megabytes", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        met = [ledger(Path(place) / "ledger", options.entries), bundle(Path(place) / "bag", options.megabytes)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
