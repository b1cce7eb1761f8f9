"""kill -9 at any moment of an import: what was said to be in is in, once; the rest waits as it was."""

import json
import random
from time import sleep

import pytest

from kuramori.kernel.imports.models import RunState
from kuramori.kernel.tests.nursery import Nursery

KILLS = 20
WORKER = "kuramori.kernel.imports.tests.worker"


@pytest.mark.faults
def test_twenty_kills_leave_nothing_half_done(tmp_path_factory):
    chance = random.Random(20260401)  # noqa: S311 - moments, not keys
    with Nursery(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("apart")) as nursery:
        nursery.run(f"{WORKER}:prepare")
        said: set[str] = set()
        for _kill in range(KILLS):
            said |= killed_after(nursery, chance.uniform(0.0, 0.25))
            agrees(look(nursery), said)
        said |= set(nursery.run(f"{WORKER}:take").split())
        found = look(nursery)
    agrees(found, said)
    assert {tuple(file) for file in found.values()} == {(RunState.APPLIED, 200, 1)}


def agrees(found: dict[str, list], said: set[str]) -> None:
    for name, (state, records, entries) in found.items():
        assert (state, records, entries) in {(RunState.APPLIED, 200, 1), (RunState.CHECKED, 0, 0)}
        assert name not in said or state == RunState.APPLIED


def look(nursery: Nursery) -> dict[str, list]:
    return json.loads(nursery.run(f"{WORKER}:look"))


def killed_after(nursery: Nursery, seconds: float) -> set[str]:
    job = nursery.start(f"{WORKER}:take")
    assert job.says.readline() == "ready\n"
    sleep(seconds)
    job.kill()
    said, _status = job.ended()
    return set(said.split())
