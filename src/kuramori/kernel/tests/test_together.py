"""Several processes at once: each job goes to one worker, and acts on one record follow each other without a loss."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kuramori.kernel.tests.worker import ACTS, JOBS

pytestmark = pytest.mark.faults  # starts several processes: slow
WORKERS = 3


class Database:
    """A database that several processes share."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            **os.environ, "KURAMORI_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "kuramori.site.settings",
        }  # fmt: skip
        self.environment.pop("KURAMORI_DATABASE_URL", None)

    def start(self, what: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "kuramori.kernel.tests.worker", what]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, what: str) -> str:
        (said,) = self.together(what, 1)
        return said

    def together(self, what: str, count: int) -> list[str]:
        """Start several at once; return what each said, when all have ended well."""
        started = [self.start(what) for _number in range(count)]
        ended = [process.communicate(timeout=600) for process in started]
        assert [process.returncode for process in started] == [0] * count, [errors for _said, errors in ended]
        return [said for said, _errors in ended]

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("look"))
        return found


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("shared"))
    made.run("prepare")
    return made


def test_of_several_workers_exactly_one_gets_each_job(database: Database) -> None:
    taken = Counter(line for said in database.together("take", WORKERS) for line in said.split())
    assert (len(taken), set(taken.values())) == (JOBS, {1})
    assert database.look()["jobs"] == {"1": JOBS}


def test_acts_of_several_processes_lose_no_write_and_leave_one_entry_each(database: Database) -> None:
    before = database.look()
    said = database.together("write", WORKERS)
    assert [each.count("done") for each in said] == [ACTS] * WORKERS
    after = database.look()
    assert int(after["name"]) - int(before["name"]) == ACTS * WORKERS
    for counted in ("entries", "subjects", "waiting"):
        assert after[counted] - before[counted] == ACTS * WORKERS, counted
    assert after["missing"] == []
