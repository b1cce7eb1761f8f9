"""A backup is whole or it is none; a restore puts everything back, and nothing over something else (O2, L3)."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kuramori.site.arguments import parser

PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "kuramori.site.settings"
import django
django.setup()
from django.utils import translation
translation.activate("en")
from pathlib import Path
from kuramori.site.backups import BackupError, restore_backup, write_backup
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.site.commands.migrate import bring_up_to_date
"""
FILL = (
    PROGRAM
    + """
import uuid
bring_up_to_date()
for number in range(3):
    with act("kernel.view.save", by=SYSTEM):
        SavedView(name=f"v{number}", register="r", person_id=uuid.uuid4()).save()
from kuramori.evidence.api import seal_now
seal_now()
"""
)
WRITE = PROGRAM + "print(write_backup(Path(sys.argv[1]), lambda *_: None))"
RESTORE = (
    PROGRAM
    + """
try:
    restore_backup(Path(sys.argv[1]), lambda *_: None)
except BackupError as error:
    print("refused:", error)
    raise SystemExit(1)
"""
)
COUNT = (
    PROGRAM
    + """
from kuramori.evidence.api import ledger_check
print(SavedView.objects.count(), Entry.objects.count(), ledger_check().is_sound)
"""
)
ON_SQLITE = pytest.mark.skipif(bool(os.environ.get("KURAMORI_DATABASE_URL")), reason="needs databases of its own")
pytestmark = ON_SQLITE


def run(program: str, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KURAMORI_DATA": str(data), "KURAMORI_LANG": "en"}
    return subprocess.run(
        [sys.executable, "-c", program, *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    done = run(FILL, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def backup(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    (installation / "documents" / "S-0001").mkdir(parents=True)
    (installation / "documents" / "S-0001" / "配合.txt").write_text("電解液の配合比", encoding="utf-8")
    done = run(WRITE, installation, str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_everything_comes_back_and_the_ledger_is_sound(installation: Path, backup: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    assert run(RESTORE, restored, str(backup)).returncode == 0
    there, here = run(COUNT, restored), run(COUNT, installation)
    assert (there.returncode, here.returncode) == (0, 0), there.stderr + here.stderr
    assert there.stdout == here.stdout, "two programs that failed alike would agree, too"
    assert there.stdout.split()[2] == "True"


def test_the_ledger_s_key_and_its_head_are_in_it(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        names = set(tar.getnames())
    assert {"data/keys/log-ed25519.pem", "data/secret-key", "index.json"} <= names
    assert any(name.startswith("data/heads/") for name in names)
    assert not any("documents" in name for name in names), "the words of secrets leave their folder by no backup"


COMMANDS = (
    FILL
    + """
import contextlib, io, json, time_machine
from kuramori.site.cli import main
def said(*words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    return int(code), out.getvalue(), err.getvalue()
told = [said("backup", sys.argv[1], "--keep-days", "30"), said("backups", "--json")]
digest = told[0][1].split()[0]
with time_machine.travel("2036-01-01"):
    gone = ("backups", "--destroyed", digest, "--why", "shredded")
    told += [said("backups"), said(*gone), said(*gone)]
print(json.dumps(told))
"""
)


def test_a_backup_is_listed_with_the_day_until_which_it_is_kept(tmp_path: Path) -> None:
    """Fault L13: what is erased by law is still in backups, so that each has to have an end."""
    done = run(COMMANDS, tmp_path / "data", str(tmp_path / "b.tar.gz"))
    assert done.returncode == 0, done.stderr
    written, listed, overdue, gone, again = json.loads(done.stdout)
    assert (written[0], written[2]) == (0, "")
    (known,) = json.loads(listed[1])
    assert (known["sha256"], known["file"], known["is_overdue"]) == (written[1].split()[0], "b.tar.gz", False)
    assert (overdue[0], "overdue, destroy it" in overdue[1]) == (1, True)
    assert (gone[0], "destroyed on 2036-01-01" in gone[1]) == (0, True)
    assert (again[0], again[1], "No backup with this digest" in again[2]) == (1, "", True)


@pytest.mark.parametrize("days", ["0", "-1", "36501", "x"])
def test_a_backup_is_kept_for_a_day_to_a_hundred_years(days: str) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["backup", "b.tar.gz", f"--keep-days={days}"])
