"""The ledger at a million entries, or at the ten of its bar: sequencing, one entry's proof, the full check, its memory.

    python -m benchmarks.ledger [--entries 1000000] [--keep DIR]
    python -m benchmarks.ledger --entries 10000000    the full size: 23 GB of disk, some 20 minutes

On KURAMORI_DATABASE_URL, which must be empty, else on SQLite in a temporary folder; with --keep the data stays, and the
next run goes on with it. Bars: at least 2,000 entries a second sequenced in durable group commits; a proof in at most
20 ms; ten million bodies hashed again within 3 minutes (fewer: in their share of them), in memory that does not grow.
Beside them stands SHA-256 over the same bytes in the same run. Exit status 1: a bar missed.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import connection

if TYPE_CHECKING:
    from kuramori.evidence.check import CheckReport

QUICK = ("--entries", "20000", "--waiting", "5000")
SEQUENCED, PROOF_MS, CHECK_SECONDS, CHECKED_ENTRIES, GROWTH_MB = 2_000.0, 20.0, 180.0, 10_000_000, 60.0
PROOFS = 200


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def held_mb() -> float:
    """Memory of our own, without the pages of the database file that SQLite maps."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.split("RssAnon:")[1].split()[0]) / 1024


def line(what: str, figure: str, bar: str, *, met: bool) -> bool:
    print(f"{what:<46}{figure:>22}   {bar}{'' if met else '  MISSED'}", flush=True)
    return met


def bare_hash(entries: int) -> float:
    """Seconds that SHA-256 alone takes over bodies of the same length."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM kernel_entry LIMIT 1")
        body = bytes(cursor.fetchone()[0])
    sample = min(entries, 200_000)
    return timed(lambda: [sha256(body).digest() for _ in range(sample)]) * entries / sample


def measure(entries: int, waiting: int) -> bool:
    from kuramori.evidence.check import ledger_check
    from kuramori.evidence.rules.tree import Tiles, inclusion_proof
    from kuramori.evidence.sequencer import seal_now, sequence_all
    from kuramori.evidence.tree_store import hashes, tree_size

    seconds = timed(sequence_all)
    rate = waiting / seconds
    if entries < CHECKED_ENTRIES:
        print(f"measured with {entries:,} entries; the bars are for {CHECKED_ENTRIES:,} (--entries {CHECKED_ENTRIES})")
    met = line("entries sequenced a second", f"{rate:,.0f}", f">= {SEQUENCED:,.0f}", met=rate >= SEQUENCED)
    head = seal_now()
    assert head is not None
    assert head.size == tree_size()
    some = random.Random(1).sample(range(entries), PROOFS)
    times = sorted(timed(lambda index=index: inclusion_proof(index, head.size, Tiles(hashes))) for index in some)
    p95 = times[int(PROOFS * 0.95)] * 1000
    told = f"{times[PROOFS // 2] * 1000:.1f}, p95 {p95:.1f} ms"
    met &= line("proof of one entry, median", told, f"<= {PROOF_MS:.0f} ms", met=p95 <= PROOF_MS)
    bare, held = bare_hash(entries), [held_mb()]
    hashed = ledger_check(lambda _done, _total: held.append(held_mb()), beside=False)
    compared = ledger_check(lambda _done, _total: held.append(held_mb()))
    assert hashed.is_sound, hashed.found[:3]
    assert compared.is_sound, compared.found[:3]
    bar = CHECK_SECONDS * entries / CHECKED_ENTRIES
    fits = entries < CHECKED_ENTRIES / 10 or hashed.seconds <= bar  # a small ledger does not show the rate
    met &= line("every body hashed again", rated(entries, hashed), f"<= {bar:.1f} s; SHA-256 {bare:.1f} s", met=fits)
    line("and all that stands beside it compared", rated(entries, compared), "-", met=True)
    grown = max(held) - held[0]
    return met & line("memory the check took more", f"{grown:.0f} MB", f"<= {GROWTH_MB:.0f} MB", met=grown <= GROWTH_MB)


def rated(entries: int, report: "CheckReport") -> str:
    return f"{report.seconds:.1f} s, {entries / report.seconds:,.0f}/s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=CHECKED_ENTRIES // 10)
    parser.add_argument("--waiting", type=int, default=100_000, help="of them, still to be sequenced")
    parser.add_argument("--keep", metavar="DIR", default="", help="build here, and leave it for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KURAMORI_DATA"] = options.keep or folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "kuramori.site.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        from benchmarks._large_ledger import build
        from kuramori.evidence.tree_store import tree_size

        stands = tree_size()
        wanted = max(options.entries, stands + options.waiting)
        seconds = timed(lambda: build(entries=wanted, waiting=options.waiting))
        print(f"{connection.vendor}: {wanted - stands:,} of {wanted:,} entries written in {seconds:.0f} s", flush=True)
        met = measure(wanted, options.waiting)
        connection.close()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
