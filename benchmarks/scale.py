"""Speed at scale: nights, a new day on top, and look-backs over 20 or 100 million events.

    python benchmarks/scale.py [--events 20000000] [--keep DIR] [--engine clickhouse]

Bars on two cores. 20 million events: roll-up of everything and one night's ranking in 3 minutes, one person's look-back
over 90 days in 0.25 s; 100 million: 15 minutes and 1 s; at both, one new day on top (rolled up and ranked) in 10 s, and
at most 6 GB of memory. The lake is made into sealed segments and not measured; `--keep` leaves it for another run.
Beside each time stand the processor's seconds, which a busy machine does not lengthen. Exit status 1 when a bar is
missed.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._made_lake import NEW_DAY, add_day, fill
from kuramori_lake.detect.rollup import roll_up
from kuramori_lake.engine import RunsOn
from kuramori_lake.rank import rank
from kuramori_lake.store import Lake

MOST: dict[int, tuple[float, float]] = {20_000_000: (180.0, 0.25), 100_000_000: (900.0, 1.0)}
MAX_DAY, MAX_GIGABYTES = 10.0, 6.0
QUICK = ("--events", "200000")
LAST = date(2025, 12, 31)


class Spent(NamedTuple):
    """Seconds of the clock, and of the processor in all threads."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.processor:.2f} s of processor time"


def spent(deed: Callable[[], object]) -> Spent:
    start, worked = time.perf_counter(), time.process_time()
    deed()
    return Spent(time.perf_counter() - start, time.process_time() - worked)


def together(*parts: Spent) -> Spent:
    return Spent(*map(sum, zip(*parts, strict=True)))


def gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def made(folder: Path, events: int) -> None:
    """The lake, in a process that ends: its memory is not the nights'."""
    with Lake.open(folder) as lake:
        seconds = spent(lambda: fill(lake, events))
        stats = lake.stats()
        each = stats.bytes / stats.events
        print(f"made {stats.events:,} events in {seconds}, {stats.bytes / 1e9:.1f} GB, {each:.0f} bytes each")


def told(what: str, seconds: Spent, bar: float) -> bool:
    print(f"{what}: {seconds} (bar {bar:g} s), {gigabytes():.1f} GB so far", flush=True)
    return seconds.wall <= bar


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed at scale.")
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="make the lake here and leave it, or use the one there"
    )
    parser.add_argument("--engine", type=RunsOn, choices=list(RunsOn), default=RunsOn.DUCKDB)
    options = parser.parse_args()
    night_bar, back_bar = MOST[min(MOST, key=lambda size: (size < options.events, size))]
    with tempfile.TemporaryDirectory() as name:
        kept = (options.keep or Path(name)) / "lake"
        if not kept.exists():
            made(kept, options.events)
        folder = Path(name) / "measured"
        shutil.copytree(kept, folder, copy_function=_linked)
        with Lake.open(folder, runs_on=options.engine) as lake:
            met = measured(lake, options.events, night_bar, back_bar)
    return 0 if met else 1


def _linked(source: str, target: str) -> None:
    """Segments are never changed: a link is a copy."""
    if source.endswith(".parquet"):
        Path(target).hardlink_to(source)
    else:
        shutil.copy2(source, target)


def brought(lake: Lake) -> None:
    """All segments loaded into the other engine."""
    with lake.asking():
        pass


def measured(lake: Lake, events: int, night_bar: float, back_bar: float) -> bool:
    """All figures of one lake."""
    joined = spent(lake.context.refresh)
    if lake.runs_on is not RunsOn.DUCKDB:
        print(f"brought to {lake.runs_on}: {spent(lambda: brought(lake))}", flush=True)
    rolled = spent(lambda: roll_up(lake))
    print(f"names and paths joined {joined}; rolled up {rolled}", flush=True)
    night = spent(lambda: list(rank(lake, since=LAST, until=LAST)))
    print(f"one night's ranking from nothing: {night}", flush=True)
    met = [told("everything, from nothing to the night's reviews", together(joined, rolled, night), night_bar)]
    taken = spent(lambda: add_day(lake, events))
    on_top = spent(lambda: roll_up(lake))
    print(f"a new day: taken in {taken}; rolled up {on_top}", flush=True)
    ranked = spent(lambda: list(rank(lake, since=NEW_DAY, until=NEW_DAY)))
    met.append(told("the new day rolled up and ranked", together(on_top, ranked), MAX_DAY))
    times = [spent(lambda n=n: lake.lookback(f"p{n}", date(2025, 9, 1), date(2025, 11, 30))) for n in range(7, 14)]
    met.append(told("look-back at one person, 90 days", sorted(times)[len(times) // 2], back_bar))
    return all(met) and gigabytes() <= MAX_GIGABYTES


if __name__ == "__main__":
    sys.exit(main())
