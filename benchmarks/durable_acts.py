"""Durable acts a second with all guards on and the sequencer running, against bare INSERT and COMMIT in the same run.

    python benchmarks/durable_acts.py [--seconds 8] [--clients 8]

Bars: 300 acts/s on PostgreSQL (KURAMORI_DATABASE_URL), 80/s on SQLite (WAL, synchronous=FULL), with 8 client
processes; the sequencer is never more than 2 s behind. Exit status 1 when a bar is missed. The data folder is a
temporary one; on PostgreSQL name an empty database, a new one each time: its ledger's key goes with the folder.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import django

SOURCE = Path(__file__).resolve().parent.parent / "src"
BARS = {"postgresql": 300.0, "sqlite": 80.0}
MAX_LAG_SECONDS = 2.0
QUICK = ("--seconds", "2", "--clients", "2", "--no-bars")
FORK = multiprocessing.get_context("fork")
Figures = dict[str, float]
Work = Callable[[float], Figures]


def acts(end: float) -> Figures:
    """One client: saves a record by one act after the other."""
    from kuramori.kernel.actors import Actor, ActorKind
    from kuramori.kernel.acts import act
    from kuramori.kernel.models import SavedView

    by, count, worst = Actor(kind=ActorKind.PERSON, id=uuid.uuid4(), name="A"), 0, 0.0
    while (began := time.monotonic()) < end:
        record = SavedView(name="A", register="r", person_id=by.id)
        with act("kernel.view.save", by=by, why="because", subjects=[record]):
            record.save()
        count, worst = count + 1, max(worst, time.monotonic() - began)
    return {"count": count, "worst": worst}


def bare(end: float) -> Figures:
    """One client: writes the same number of bytes, and nothing else."""
    from django.db import connection, transaction

    count = 0
    while time.monotonic() < end:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare (body) VALUES (%s)", [b"x" * 700])
        count += 1
    return {"count": count}


def sequencer(end: float) -> Figures:
    """The sequencer as the server runs it; measures how old the oldest waiting entry gets."""
    from django.utils.timezone import now

    from kuramori.evidence.api import run_forever
    from kuramori.kernel.models import Unsequenced

    stop, worst = threading.Event(), 0.0
    thread = threading.Thread(target=run_forever, args=(stop,))
    thread.start()
    while time.monotonic() < end:
        oldest = Unsequenced.objects.order_by("entry_id").values_list("entry__at", flat=True).first()
        worst = max(worst, (now() - oldest).total_seconds() if oldest else 0.0)
        time.sleep(0.1)
    stop.set()
    thread.join()
    return {"worst": worst}


def together(works: list[Work], seconds: float) -> list[tuple[str, Figures]]:
    """Fork a process for each, let them go at once, and return their figures in no order."""
    from django.db import connections

    connections.close_all()  # a child must not speak through its parent's connection
    barrier, answers = FORK.Barrier(len(works)), FORK.SimpleQueue()

    def child(work: Work) -> None:
        barrier.wait()
        answers.put((work.__name__, work(time.monotonic() + seconds)))
        connections.close_all()

    running = [FORK.Process(target=child, args=(work,)) for work in works]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert all(process.exitcode == 0 for process in running), "a process failed"
    return [answers.get() for _ in running]


def prepare(folder: Path) -> str:
    """Set up the database; return its vendor."""
    sys.path.insert(0, str(SOURCE))
    os.environ |= {"KURAMORI_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "kuramori.site.settings"}
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(f"CREATE TABLE bench_bare (body {'BLOB' if connection.vendor == 'sqlite' else 'bytea'})")
    return connection.vendor


def measure(vendor: str, clients: int, seconds: float) -> bool:
    """Print the figures; return whether the bars were met."""
    from kuramori.evidence.api import ledger_check, seal_now

    bare_rate = sum(each["count"] for _name, each in together([bare] * clients, seconds)) / seconds
    figures = together([*[acts] * clients, sequencer], seconds)
    of_acts = [each for name, each in figures if name == "acts"]
    rate = sum(each["count"] for each in of_acts) / seconds
    lag = next(each["worst"] for name, each in figures if name == "sequencer")
    seal_now()
    check = ledger_check()
    assert check.is_sound, check.found
    print(f"{vendor}: {clients} clients: {rate:,.0f} acts/s (bar {BARS[vendor]:,.0f}/s)")
    print(f"{vendor}: bare INSERT and COMMIT: {bare_rate:,.0f}/s; an act costs {bare_rate / rate:.1f} of them")
    print(f"{vendor}: slowest act {max(each['worst'] for each in of_acts):.2f} s")
    print(f"{vendor}: sequencer at most {lag:.2f} s behind (bar {MAX_LAG_SECONDS} s)")
    print(f"{vendor}: full check: {check.entries / check.seconds:,.0f} entries/s over {check.entries:,}")
    return rate >= BARS[vendor] and lag <= MAX_LAG_SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description="Durable acts a second.")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--no-bars", action="store_true", help="only show that it works")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kuramori-bench-") as name:
        is_met = measure(prepare(Path(name)), options.clients, options.seconds)
    return 0 if is_met or options.no_bars else 1


if __name__ == "__main__":
    sys.exit(main())
