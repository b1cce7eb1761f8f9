"""Documents indexed and mails checked: speed, what is found of excerpts, and how often an innocent mail matches.

python -m benchmarks.fingerprint [--documents 100000] [--mails 10000]

Documents and mails are made up (`_made_documents`); the figures of recall and false matches hold for such text.
"""

import argparse
import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import _made_documents as made
from kuramori_lake.fingerprint.folding import table
from kuramori_lake.fingerprint.index import PrintIndex, Registered
from kuramori_lake.store import Lake

QUICK = ("--documents", "2000", "--mails", "500")
INDEX_SECONDS = 60.0
CHECK_SPEED = 20.0
RECALL = {0.0: 0.99, 0.05: 0.95}
FALSE_MATCHES = 0.001
EXCERPT = 200
TRIED = 1_000


class Clock:
    """Wall and processor seconds of a stretch of work, those of children included."""

    wall = 0.0
    spent = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    clock, start, before = Clock(), time.perf_counter(), sum(os.times()[:4])
    yield clock
    clock.wall, clock.spent = time.perf_counter() - start, sum(os.times()[:4]) - before


def bar(what: str, value: float, limit: float, *, at_least: bool = True, unit: str = "") -> bool:
    met = value >= limit if at_least else value <= limit
    print(f"{what}: {value:,.4g}{unit} (bar {'>=' if at_least else '<='} {limit:g}{unit}) {'met' if met else 'MISSED'}")
    return met


def registered(documents: Sequence[str]) -> Iterator[Registered]:
    for number, text in enumerate(documents):
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        yield Registered(secret_id=f"S-{number}", sha256=sha256, name=f"{number}.txt", texts=[text])


def indexed(index: PrintIndex, documents: Sequence[str], scale: float) -> bool:
    with timed() as clock:
        added = index.add(registered(documents))
    size, on_disk = made.megabytes(documents), sum(one.stat().st_size for one in index.folder.iterdir())
    print(
        f"indexed {added.added:,} documents, {size:,.0f} MB, {added.prints:,} prints, {on_disk / 1e6:,.0f} MB on disk:"
        f" {clock.wall:.1f} s, {clock.spent:.1f} processor seconds, {size / clock.wall:.0f} MB/s"
    )
    return bar("indexing", clock.wall, INDEX_SECONDS * scale, at_least=False, unit=" s")


def checked(index: PrintIndex, mails: Sequence[str]) -> bool:
    index.check(mails[:10])
    with timed() as clock:
        found = index.check(mails)
    size = made.megabytes(mails)
    print(
        f"checked {len(mails):,} mails, {size:.1f} MB: {clock.wall:.2f} s, {clock.spent:.2f} processor seconds,"
        f" {size / clock.spent:.0f} MB per processor second"
    )
    with timed() as single:
        for mail in mails[:200]:
            index.check([mail])
    print(f"one by one: {single.wall / 200 * 1e3:.2f} ms a mail, {made.megabytes(mails[:200]) / single.wall:.1f} MB/s")
    falsely = sum(bool(matches) for matches in found)
    met = bar("checking", size / clock.wall, CHECK_SPEED, unit=" MB/s")
    print(f"{falsely} of {len(mails):,} innocent mails match")
    return bar("false matches", falsely / len(mails), FALSE_MATCHES, at_least=False) and met


def recalled(index: PrintIndex, documents: Sequence[str], mails: Sequence[str]) -> bool:
    luck, met = random.Random(99), True
    for share in (0.0, 0.02, 0.05, 0.1):
        chosen = [luck.randrange(len(documents)) for _ in range(TRIED)]
        pieces = [made.excerpt(documents[one], EXCERPT, luck) for one in chosen]
        texts = [
            made.hidden(made.edited(piece, share, luck) if share else piece, mails[number % len(mails)])
            for number, piece in enumerate(pieces)
        ]
        right = sum(
            any(match.secret_id == f"S-{one}" for match in matches)
            for one, matches in zip(chosen, index.check(texts), strict=True)
        )
        what = f"excerpts of {EXCERPT} characters, {share:.0%} edited, found"
        if share in RECALL:
            met = bar(what, right / TRIED, RECALL[share]) and met
        else:
            print(f"{what}: {right / TRIED:.3f}")
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed and recall of fingerprints.")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--mails", type=int, default=10_000)
    options = parser.parse_args()
    writer, other = made.Writer(1), made.Writer(2)
    documents = [writer.document(number) for number in range(options.documents)]
    mails = [other.mail() for _ in range(options.mails)]
    table()
    with tempfile.TemporaryDirectory() as folder, Lake.open(Path(folder) / "lake") as lake:
        index = PrintIndex(lake)
        met = [
            indexed(index, documents, options.documents / 100_000),
            checked(index, mails),
            recalled(index, documents, mails),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
