"""kill -9 at any moment of an import: what was said to be in is in, once; the rest waits as it was."""

import json
import os
import random
import signal
import subprocess
import sys
from time import sleep

import pytest

from kuramori.kernel.imports.models import RunState

KILLS = 20


@pytest.mark.faults
def test_twenty_kills_leave_nothing_half_done(tmp_path):
    chance = random.Random(20260401)  # noqa: S311 - moments, not keys
    assert worker(tmp_path, "prepare").returncode == 0
    said: set[str] = set()
    for _kill in range(KILLS):
        said |= killed_after(tmp_path, chance.uniform(0.0, 0.25))
        agrees(look(tmp_path), said)
    said |= set(worker(tmp_path, "take").stdout.split())
    found = look(tmp_path)
    agrees(found, said)
    assert {tuple(file) for file in found.values()} == {(RunState.APPLIED, 200, 1)}


def agrees(found: dict[str, list], said: set[str]) -> None:
    for name, (state, records, entries) in found.items():
        assert (state, records, entries) in {(RunState.APPLIED, 200, 1), (RunState.CHECKED, 0, 0)}
        assert name not in said or state == RunState.APPLIED


def look(folder) -> dict[str, list]:
    return json.loads(worker(folder, "look").stdout)


def worker(folder, what: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(what), env=environment(folder), capture_output=True, text=True, check=True)


def killed_after(folder, seconds: float) -> set[str]:
    process = subprocess.Popen(command("take"), env=environment(folder), stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said, _errors = process.communicate()
    return set(said.split())


def command(what: str) -> list[str]:
    return [sys.executable, "-m", "kuramori.kernel.imports.tests.worker", what]


def environment(folder) -> dict[str, str]:
    return {
        **os.environ, "KURAMORI_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "kuramori.site.settings",
    }  # fmt: skip
