"""kill -9 of what users run, `kuramori work`, and of who works beside it, at random moments: nothing is recorded."""

import random
from collections.abc import Iterator, Sequence
from time import monotonic, sleep

from tests.faults.forge import forge
from tests.faults.power.campaign import FIRST, KINDS, Ground, Point
from tests.faults.power.disk import loaded, written

WHAT = "kill -9"
STARTING, MOST = 0.3, 2.5  # seconds from the start of the worker to the other work, and from there to the kill


def kills(ground: Ground, _kind: str, numbers: Sequence[int], seed: int) -> Iterator[Point]:
    """Kill worker and work at a random moment, so many times, the five kinds of work in turn."""
    with forge(ground.smithy.here, ground.folder) as other:
        for number in numbers:
            began, chance = monotonic(), random.Random(f"{seed} {WHAT} {number}")  # noqa: S311  (moments, not keys)
            name = KINDS[number % len(KINDS)]
            written(loaded(ground.base), ground.ground)
            worker = other.start("command", "work")
            sleep(STARTING)
            work = ground.smithy.start(name, FIRST)
            after = chance.uniform(0, MOST)
            sleep(after)
            ended = [work.kill(), worker.kill()]
            said = work.said
            yield Point(
                kind=WHAT, number=number, manner=f"{name}, ended {ended}", cut=round(after * 1000), calls=0, at="ms",
                said=len(said), findings=ground.judge(said), seconds=monotonic() - began,
            )  # fmt: skip
