"""`make faults`: the campaign. Prints per kind how many points, what was lost, doubled or forked, and how long it took.

A finding prints the point and how to repeat it alone; the disk as it was found is kept, to be judged again.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import monotonic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings_test")

from tests.faults.power.campaign import KINDS, Ground, Point, points, prepared
from tests.faults.power.failing import CAN
from tests.faults.power.failures import WHAT as FAILED
from tests.faults.power.failures import failures
from tests.faults.power.kills import WHAT as KILLED
from tests.faults.power.kills import kills

HEADS = ("lost", "doubled", "fork", "unsound", "stuck", "unclear")


def main(words: Sequence[str]) -> int:
    """Run the campaign; 0 when nothing was found."""
    asked = _asked(words)
    say(f"seed {asked.seed}")
    say(f"{'kind of work':18}{'points':>8}" + "".join(f"{each:>9}" for each in HEADS) + f"{'seconds':>9}")
    began, total, bad = monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="kuramori-faults-") as folder, prepared(Path(folder)) as ground:
        for kind in asked.kind or (*KINDS, KILLED, *([FAILED] if CAN else [])):
            done = list(_points(ground, kind, asked))
            _row(kind, done)
            total += len(done)
            bad += sum(1 for point in done if point.findings)
    say(f"{total} points in {monotonic() - began:.0f} s, set-up included; findings at {bad} of them")
    return 1 if bad else 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _points(ground: Ground, kind: str, asked: argparse.Namespace) -> Iterable[Point]:
    numbers = asked.point or range(asked.points // (len(KINDS) + 2))
    how = {KILLED: kills, FAILED: failures}.get(kind, points)
    for point in how(ground, kind, numbers, asked.seed):
        if point.findings:
            _tell(ground, point, asked)
        yield point


def _tell(ground: Ground, point: Point, asked: argparse.Namespace) -> None:
    say(f"  {point.text}")
    for each in point.findings:
        say(f"    {each}")
    say(f"    again: make faults ARGS='--seed {asked.seed} --kind {point.kind} --point {point.number}'")
    if asked.keep:
        say(f"    the disk: {ground.keep(asked.keep, point)}")


def _row(kind: str, done: Sequence[Point]) -> None:
    found = Counter(word for point in done for word in {each.split(" ")[0].rstrip(":") for each in point.findings})
    seconds = sum(point.seconds for point in done)
    say(f"{kind:18}{len(done):>8}" + "".join(f"{found[each]:>9}" for each in HEADS) + f"{seconds:>9.0f}")


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--points", type=int, default=280, help="over all kinds of work, kills and failures included")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--kind", action="append", choices=(*KINDS, KILLED, FAILED), help="only this kind of work")
    parser.add_argument("--point", action="append", type=int, help="only the point of this number")
    parser.add_argument("--keep", type=Path, help="keep the disks with findings below this folder")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
