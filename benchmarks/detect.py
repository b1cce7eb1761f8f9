"""Speed of detection: the daily roll-up, the findings of one day, and the look-back at one person.

    python benchmarks/detect.py [--events 1000000] [--large 20000000]

Bars on two cores: a million events of a company of 300 rolled up in 10 s; all findings of one day in 10 s after that;
the report on one person over 20 million events in a second. Beside each stands its ratio to a bare scan of the same
columns in the same run, which another machine will reproduce. Exit status 1 when a bar is missed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lake_lookback import PEOPLE
from benchmarks.lake_lookback import fill as fill_large
from kuramori_lake.context import Context, Identity
from kuramori_lake.detect import detect, lookback_report
from kuramori_lake.detect.rollup import roll_up
from kuramori_lake.detect.tests.company import fill
from kuramori_lake.event import Namespace
from kuramori_lake.simulator import simulate
from kuramori_lake.store import Lake

MAX_ROLL_UP, MAX_DETECT, MAX_REPORT = 10.0, 10.0, 1.0
QUICK = ("--events", "20000", "--large", "200000")
SCAN_OF_ROLL_UP = """
SELECT count(DISTINCT path), count(DISTINCT actor_key), sum(local_hour), sum(bytes), max(local_date) FROM events
"""
SCAN_OF_REPORT = "SELECT max(actor_key), max(path), max(activity), max(local_date) FROM events"


def spent(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def told(what: str, seconds: float, scan: float, bar: float) -> bool:
    print(f"{what}: {seconds:.2f} s (bar {bar:.0f} s), {seconds / scan:.1f} times a bare scan ({scan:.2f} s)")
    return seconds <= bar


def on_the_company(folder: Path, events: int) -> bool:
    people, months = (300, 12) if events >= 100_000 else (60, 3)
    truth = simulate(folder / "out", seed=7, people=people, months=months, events=events)
    with Lake.open(folder / "lake") as lake:
        fill(lake, folder / "out", truth)
        lake.compact()
        today = date.fromisoformat(truth.today)
        scan = spent(lambda: lake.query(SCAN_OF_ROLL_UP))
        rolled = spent(lambda: roll_up(lake))
        found = statistics.median(spent(lambda: detect(lake, as_of=today)) for _ in range(3))
        findings = detect(lake, as_of=today)
        print(f"{lake.stats().events:,} events of {people} people: {len(findings)} findings")
        is_first = findings[0].person_id == truth.story["person"]
    met = [
        told("roll-up of everything", rolled, scan, MAX_ROLL_UP),
        told("findings of one day", found, scan, MAX_DETECT),
    ]
    print("the planted story comes first" if is_first else "MISSED: the planted story does not come first")
    return all(met) and is_first


def on_a_large_lake(folder: Path, events: int) -> bool:
    with Lake.open(folder / "large") as lake:
        fill_large(lake, events)
        people = [
            Identity(namespace=Namespace.AD, raw=f"user{n}", person_id=f"p{n}", since=date(2026, 1, 1))
            for n in range(PEOPLE)
        ]
        lake.context.write(Context(identities=people))
        lake.context.refresh()
        since, until = date(2026, 9, 1), date(2026, 11, 30)
        times = [spent(lambda n=n: lookback_report(lake, f"p{n}", since, until)) for n in range(7, 12)]
        scan = spent(lambda: lake.query(SCAN_OF_REPORT))
        print(f"{lake.stats().events:,} events of {PEOPLE:,} people")
    return told("report on one person, 90 days", statistics.median(times), scan, MAX_REPORT)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of detection.")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=20_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        met = [on_the_company(Path(name), options.events), on_a_large_lake(Path(name), options.large)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
