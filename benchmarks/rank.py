"""Speed of ranking: a CERT-layout company from files to reviews, and one night on top.

    python benchmarks/rank.py [--people 1000] [--days 515]

Bars on two cores: 1,000 people over 17 months (3.2 million logon and mail events) taken in and ranked day by day in
180 s in all; the reviews of the last night, once the roll-up stands, in 60 s; at most 6 GB of memory. The company is
made up (`simulator.cert_layout`); writing it is not measured. Exit status 1 when a bar is missed.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kuramori_lake.cert_folder import files_of, tell_context
from kuramori_lake.detect.rollup import roll_up
from kuramori_lake.rank import rank
from kuramori_lake.simulator.cert_layout import Company
from kuramori_lake.store import Lake

MAX_WHOLE, MAX_NIGHT, MAX_GIGABYTES = 180.0, 60.0, 6.0
QUICK = ("--people", "60", "--days", "90")
FIRST = date(2010, 1, 4)


def spent(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def written(folder: Path, people: int, days: int) -> date:
    """The company's files; returns its last day."""
    span = [FIRST + timedelta(days=n) for n in range(days)]
    months = sorted({day.replace(day=1) for day in span})
    Company.of(people).work(span, mails=6.4, media=False).write(folder, months=months)
    return span[-1]


def take_in(lake: Lake, folder: Path) -> None:
    for path, source in files_of(folder):
        lake.ingest(path, source=source, zone=ZoneInfo("America/New_York"))
    tell_context(lake, folder)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of ranking.")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--days", type=int, default=515)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Lake.open(Path(name) / "lake") as lake:
        last = written(Path(name) / "cert", options.people, options.days)
        taken = spent(lambda: take_in(lake, Path(name) / "cert"))
        rolled = spent(lambda: roll_up(lake))
        ranked = spent(lambda: list(rank(lake, since=FIRST, until=last)))
        night = spent(lambda: list(rank(lake, since=last, until=last)))
        events = lake.stats().events
    whole = taken + rolled + ranked
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{events:,} events of {options.people:,} people on {options.days} days")
    print(f"taken in {taken:.1f} s ({events / taken:,.0f} events/s), rolled up {rolled:.1f} s, ranked {ranked:.1f} s")
    print(f"files to reviews: {whole:.1f} s (bar {MAX_WHOLE:.0f} s)")
    print(f"one night: {night:.1f} s (bar {MAX_NIGHT:.0f} s)")
    print(f"memory: {gigabytes:.1f} GB with the company's making (bar {MAX_GIGABYTES:.0f} GB)")
    return 0 if whole <= MAX_WHOLE and night <= MAX_NIGHT and gigabytes <= MAX_GIGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
