"""An evidence bundle of 100,000 entries and 1 GB: made, zipped, verified; ratios to `sha256sum -c` of the same bytes.

    python -m benchmarks.bundles [--entries 100000] [--megabytes 1000]

Bars: the bundle is made in 2 minutes, the verifier checks it within 1, and making it takes no more than 600 MB of
memory, whatever the bytes. Exit status 1 when a bar is missed. Of the bytes a tenth are log rows, each proved in its
segment; the rest are whole segment files.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import django

MAX_MAKING_SECONDS, MAX_VERIFYING_SECONDS, MAX_MEGABYTES = 120.0, 60.0, 600.0
QUICK = ("--entries", "2000", "--megabytes", "10")
SEGMENTS = 4
PIECE = os.urandom(1 << 20)
ROW = "設計/図面/総組立図 第三版.dwg " * 8


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

    files, rows = max(1, megabytes * 9 // 10 // SEGMENTS), rows_of(max(1, megabytes * 100_000 // 300 // SEGMENTS))
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

    build(entries=entries, waiting=0)
    collect = collector(megabytes)
    room = Room(name="bench", title="", permissions={}, verbs={}, exhibits=(BundleSource(collect=collect),))
    gathering.rooms = lambda: (room,)
    sequence_all()
    about = EntrySubject.objects.order_by("id")[0]
    return Order(
        id=uuid7(), kind="person", subject=Subject(about.kind, about.subject_id, "配合比"),
        ids=frozenset({about.subject_id}), why="測定", made_at=django.utils.timezone.now() + timedelta(days=400),
        up_to=tree_size(),
    )  # fmt: skip


def measure(place: Path, entries: int, megabytes: int) -> bool:
    from django.core.management import call_command

    from kuramori.directory.api import viewer_of_system
    from kuramori.evidence.bundles.making import make_bundle
    from kuramori.evidence.bundles.zipping import write_zip

    call_command("migrate", verbosity=0)
    order = order_of(entries, megabytes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    making, made = timed(lambda: make_bundle(order, place / "bag", viewer=viewer_of_system()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in made.folder.rglob("*") if path.is_file()) / 1e6
    print(f"made: {made.bundle.entries:,} entries, {size:,.0f} MB in {making:.1f} s (bar {MAX_MAKING_SECONDS:.0f} s)")
    print(f"memory: {memory - before:,.0f} MB more than before (bar {MAX_MEGABYTES:.0f} MB)")
    zipping, _done = timed(lambda: write_zip(made.folder, place / "bag.zip", order.made_at) or True)
    print(f"zipped: {(place / 'bag.zip').stat().st_size / 1e6:,.0f} MB in {zipping:.1f} s")
    command = [sys.executable, "-I", str(made.folder / "verify/kuramori_verify.py"), str(made.folder)]
    verifying, answer = timed(lambda: subprocess.run(command, check=False, capture_output=True, text=True))
    assert answer.returncode == 0, answer.stdout
    summing, _done = timed(
        lambda: subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=made.folder, check=True)
    )
    print(f"verified: in {verifying:.1f} s (bar {MAX_VERIFYING_SECONDS:.0f} s)")
    print(f"ratios to sha256sum -c of the same bytes ({summing:.1f} s): made {making / summing:.1f}, "
          f"zipped {zipping / summing:.1f}, verified {verifying / summing:.1f}")  # fmt: skip
    return making <= MAX_MAKING_SECONDS and verifying <= MAX_VERIFYING_SECONDS and memory - before <= MAX_MEGABYTES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings")
        os.environ["KURAMORI_DATA"] = place
        os.environ.pop("KURAMORI_DATABASE_URL", None)
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
        django.setup()
        return 0 if measure(Path(place), options.entries, options.megabytes) else 1


if __name__ == "__main__":
    sys.exit(main())
