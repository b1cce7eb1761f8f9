"""kill -9 of processes that write and number, at random points: nothing lost, nothing doubled, no hand work."""

import random
import time

import pytest

from kuramori.kernel.tests.nursery import Nursery

MOMENTS = random.Random(20261123)  # noqa: S311  (moments to kill at, the same in each run)
KILLED = "kuramori.evidence.tests.killed"


def survive(nursery: Nursery, times: int) -> None:
    """Kill a writing and numbering process so many times, each at another moment; the ledger is sound after each."""
    nursery.run(f"{KILLED}:begin")
    told = ""
    size = 0
    for _ in range(times):
        writer = nursery.start(f"{KILLED}:write")
        first = writer.says.readline()
        time.sleep(MOMENTS.uniform(0, 0.4))
        writer.kill()
        rest, _status = writer.ended()
        told += first + rest[: rest.rfind("\n") + 1]
        found = int(nursery.run(f"{KILLED}:judge", told))
        assert found > size
        size = found


@pytest.mark.faults
def test_twenty_kills_leave_the_ledger_sound(tmp_path_factory):
    with Nursery(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("apart")) as nursery:
        survive(nursery, 20)
