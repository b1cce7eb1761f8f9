"""The import contracts on a small copy of the house: each wall stands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.lint.finding import ROOT

ROOMS = (
    *("kernel", "directory", "approvals", "duties", "evidence", "evidence/witnessing", "governance", "register"),
    *("watch", "site"),
)
CHECK = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


@pytest.fixture
def house(tmp_path):
    """Every room with the usual files, all empty, under the real contracts."""
    for room in ROOMS:
        folder = tmp_path / "kuramori" / room
        folder.mkdir(parents=True)
        for part in ("__init__", "api", "acts", "queries", "models", "rules", "views", "room"):
            (folder / f"{part}.py").touch()
    for package in ("kuramori", "kuramori_lake", "kuramori_verify"):
        (tmp_path / package).mkdir(exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def verdict(house, file, source):
    (Path(house) / file).write_text(source)
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=house, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_looking_down_through_the_door_is_welcome(house):
    status, said = verdict(
        house, "kuramori/register/acts.py", "import kuramori.directory.api\nimport kuramori.kernel.acts"
    )
    assert status == 0, said


@pytest.mark.parametrize(
    ("file", "source", "contract"),
    [
        ("kuramori/directory/acts.py", "import kuramori.register.api", "Rooms look down"),
        ("kuramori/register/acts.py", "import kuramori.directory.models", "Knock at the door"),
        ("kuramori/site/views.py", "import kuramori.watch.queries", "Knock at the door"),
        ("kuramori/register/models.py", "import kuramori.register.acts", "Inside a room"),
        ("kuramori/register/rules.py", "import django.utils.timezone", "Rules are pure"),
        ("kuramori/watch/queries.py", "import duckdb", "The column store"),
        ("kuramori_lake/__init__.py", "import django", "The lake can be used alone"),
        ("kuramori_lake/__init__.py", "import kuramori.kernel", "The lake can be used alone"),
        ("kuramori_verify/__init__.py", "import kuramori_lake", "The verifier stands alone"),
    ],
)
def test_a_wall_stands(house, file, source, contract):
    status, said = verdict(house, file, source)
    broken = [line for line in said.splitlines() if line.endswith("BROKEN")]
    assert status == 1
    assert any(line.startswith(contract) for line in broken) or contract in said.split("Broken contracts")[-1]


def test_a_room_that_is_in_no_line_of_the_contract_is_refused(house):
    (house / "kuramori" / "attic").mkdir()
    status, said = verdict(house, "kuramori/attic/__init__.py", "")
    assert status != 0
    assert "attic" in said
