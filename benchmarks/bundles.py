"""An evidence bundle of 100,000 entries and 1 GB: made, zipped, verified; ratios to `sha256sum -c` of the same bytes.

    python -m benchmarks.bundles [--entries 100000] [--megabytes 1000] [--place DIR]
    python -m benchmarks.bundles --large     10 GB in 2,000 entries; takes 22 GB below --place, and frees them
    python -m benchmarks.bundles --growth    25,000, 100,000 and 400,000 entries of one ledger, one after the other

Bars: 100,000 entries and 1 GB are made in 2 minutes and verified within 1. Memory, whatever the bytes: making takes at
most 150 MB and 0.7 MB for each thousand entries more than before, verifying (as a folder and as a zip) at most 100 MB
and 0.9 MB for each thousand entries. Of the bytes a tenth, 100 MB at most, are log rows, each proved in its segment;
the rest are whole segment files. Exit status 1 when a bar is missed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import django
from django.core.management import call_command

QUICK = ("--entries", "2000", "--megabytes", "10")
BAR_ENTRIES, BAR_MEGABYTES = 100_000, 1_000
MAX_MAKING_SECONDS, MAX_VERIFYING_SECONDS = 120.0, 60.0
# Megabytes at most, and more for each thousand entries.
MAKING_MEMORY, ZIPPING_MEMORY, VERIFYING_MEMORY = (150.0, 0.7), (150.0, 1.1), (100.0, 0.9)
LARGE = (2_000, 10_000)
GROWTH = (25_000, 100_000, 400_000)
RUN = """import atexit, runpy, sys
atexit.register(lambda: sys.stderr.write(next(line for line in open("/proc/self/status") if "VmHWM" in line)))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
SEGMENTS = 4
PIECE = os.urandom(1 << 20)
ROW = "設計/図面/総組立図 第三版.dwg " * 8
ROW_BYTES = 300


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    return (result := work()) and time.perf_counter() - began, result


def rows_of(count: int) -> list[list[str]]:
    return [["time_utc", "path"], *([f"2026-11-01T00:00:00.{n:06d}Z", f"{n} {ROW}"] for n in range(count))]


def collector(megabytes: int) -> Callable[..., Iterator[Any]]:
    """Seal segments in the ledger, and return what offers them to a bundle; contents are read in pieces."""
    from kuramori.evidence.api import EventExtract, row_leaf, row_ranges, rows_path
    from kuramori.evidence.rules.tree import over, root_at
    from kuramori.kernel.actors import SYSTEM
    from kuramori.kernel.acts import act
    from kuramori.kernel.models import Entry

    in_rows = min(megabytes, BAR_MEGABYTES) / 10
    files, rows = max(1, int(megabytes - in_rows) // SEGMENTS), rows_of(int(in_rows * 1e6 / ROW_BYTES) // SEGMENTS)
    leaves = [row_leaf(row) for row in rows]
    root, digest = root_at(len(leaves), over(leaves)), sha256()
    for _n in range(files):
        digest.update(PIECE)
    sealed = []
    for number in range(SEGMENTS):
        segment = UUID(int=number + 1)
        with act("kernel.view.save", by=SYSTEM) as this:
            told = {
                "segment": str(segment),
                "sha256": digest.hexdigest(),
                "rows": len(rows) - 1,
                "rows_root": root.hex(),
            }
            for name, value in told.items():
                this.note(name, value, in_clear=True)
        sealed.append((segment, Entry.objects.order_by("-seq")[0]))

    def collect(_order: Any, _viewer: Any) -> Iterator[EventExtract]:
        shown = range(1, len(rows))
        for segment, entry in sealed:
            yield EventExtract(
                segment=segment, entry_id=entry.id, ranges=row_ranges(shown), path=rows_path(leaves, shown), root=root,
                csv=("\r\n".join(",".join(row) for row in rows[n : n + 1000]).encode() + b"\r\n"
                     for n in range(0, len(rows), 1000)),
                parquet=(PIECE for _n in range(files)), title_ja="ログ", title_en="Log", first_at=entry.at,
                last_at=entry.at,
            )  # fmt: skip

    return collect


def order_of(entries: int, megabytes: int) -> Any:
    """Fill the ledger, and return the order for a bundle about what all its entries are about."""
    from benchmarks._large_ledger import build
    from kuramori.evidence.api import BundleSource, Order, sequence_all
    from kuramori.evidence.bundles import gathering
    from kuramori.evidence.tree_store import tree_size
    from kuramori.kernel.acts import Subject
    from kuramori.kernel.ids import uuid7
    from kuramori.kernel.models import EntrySubject
    from kuramori.kernel.room import Room

    collect = collector(megabytes)  # first, so that an order for a part of the ledger has the acts that sealed them
    sequence_all()
    build(entries=entries, waiting=0)
    room = Room(name="bench", title="", permissions={}, verbs={}, exhibits=(BundleSource(collect=collect),))
    gathering.rooms = lambda: (room,)
    sequence_all()
    about = EntrySubject.objects.order_by("id")[0]
    return Order(
        id=uuid7(), kind="person", subject=Subject(about.kind, about.subject_id, "配合比"),
        ids=frozenset({about.subject_id}), why="測定", made_at=django.utils.timezone.now() + timedelta(days=400),
        up_to=tree_size(),
    )  # fmt: skip


def own_mb() -> float:
    """Memory of our own now, without the pages of the database file that SQLite maps."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.split("RssAnon:")[1].split(maxsplit=1)[0]) / 1024


@contextmanager
def watched() -> Iterator[list[float]]:
    """Look at our memory twenty times a second; the list holds the highest that was seen."""
    highest, done = [own_mb()], Event()

    def look() -> None:
        while not done.wait(0.05):
            highest[0] = max(highest[0], own_mb())

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield highest
    finally:
        done.set()
        thread.join()


def told(what: str, figure: str, bar: float | None, value: float) -> bool:
    met = bar is None or value <= bar
    print(f"  {what:<22}{figure:<40}{'' if bar is None else f'bar {bar:,.0f}'}{'' if met else '  MISSED'}", flush=True)
    return met


def verified(target: Path, verifier: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of the one-file verifier in a process of its own."""
    command = [sys.executable, "-I", "-c", RUN, str(verifier), str(target)]
    seconds, answer = timed(lambda: subprocess.run(command, check=False, capture_output=True, text=True))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return seconds, int(answer.stderr.split("VmHWM:")[1].split(maxsplit=1)[0]) / 1024


def measure(place: Path, order: Any, megabytes: int, held: float) -> bool:
    """Make, zip and verify the bundle of an order, and free the room again; `held`: memory before, in MB."""
    from kuramori.directory.api import viewer_of_system
    from kuramori.evidence.bundles.making import make_bundle
    from kuramori.evidence.bundles.zipping import write_zip

    bag, packed = place / "bag", place / "bag.zip"
    with watched() as highest:
        making, made = timed(lambda: make_bundle(order, bag, viewer=viewer_of_system()))
    memory, entries = highest[0] - held, made.bundle.entries
    size = sum(path.stat().st_size for path in bag.rglob("*") if path.is_file()) / 1e6
    is_of_bar = entries > GROWTH[0] and entries < 2 * BAR_ENTRIES and megabytes <= BAR_MEGABYTES
    print(f"{entries:,} entries, {size:,.0f} MB", flush=True)
    met = told("made", f"{making:.1f} s", MAX_MAKING_SECONDS if is_of_bar else None, making)
    met &= told("  memory it took more", f"{memory:,.0f} MB", allowed(MAKING_MEMORY, entries), memory)
    with watched() as highest:
        zipping, _done = timed(lambda: write_zip(bag, packed, order.made_at) or True)
    told("zipped", f"{zipping:.1f} s, {packed.stat().st_size / 1e6:,.0f} MB", None, zipping)
    met &= told(
        "  memory it took more", f"{highest[0] - held:,.0f} MB", allowed(ZIPPING_MEMORY, entries), highest[0] - held
    )
    summing, _done = timed(
        lambda: subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=bag, check=True)
    )
    verifier = place / "kuramori_verify.py"
    shutil.copy(bag / "verify/kuramori_verify.py", verifier)
    for form, target in (("folder", bag), ("zip", packed)):
        seconds, peak = verified(target, verifier)
        if target == bag:
            shutil.rmtree(bag)
            ratios = [f"{each / summing:.1f}" for each in (making, zipping, seconds)]
        met &= told(f"verified as {form}", f"{seconds:.1f} s", MAX_VERIFYING_SECONDS if is_of_bar else None, seconds)
        met &= told("  its peak of memory", f"{peak:,.0f} MB", allowed(VERIFYING_MEMORY, entries), peak)
    packed.unlink()
    told("to sha256sum -c", f"({summing:.1f} s) made {ratios[0]}, zipped {ratios[1]}, verified {ratios[2]}", None, 0)
    return met


def allowed(bar: tuple[float, float], entries: int) -> float:
    return bar[0] + bar[1] * entries / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=BAR_ENTRIES)
    parser.add_argument("--megabytes", type=int, default=BAR_MEGABYTES)
    parser.add_argument("--large", action="store_true", help="10 GB instead")
    parser.add_argument("--growth", action="store_true", help="three numbers of entries, few bytes")
    parser.add_argument("--place", metavar="DIR", default=None, help="write below this folder")
    options = parser.parse_args()
    entries, megabytes = LARGE if options.large else (options.entries, options.megabytes)
    sizes = GROWTH if options.growth else (entries,)
    with tempfile.TemporaryDirectory(dir=options.place) as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings")
        os.environ["KURAMORI_DATA"] = folder
        os.environ.pop("KURAMORI_DATABASE_URL", None)
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
        django.setup()
        call_command("migrate", verbosity=0)
        order = order_of(max(sizes), 10 if options.growth else megabytes)
        held = own_mb()
        orders = [replace(order, id=UUID(int=size), up_to=min(size, order.up_to)) for size in sizes[:-1]] + [order]
        met = [measure(Path(folder), each, megabytes, held) for each in orders]
        return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
