"""A backup is whole or it is none; a restore puts everything back, and nothing over something else (O2, L3)."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

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
    done = run(WRITE, installation, str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_everything_comes_back_and_the_ledger_is_sound(installation: Path, backup: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    assert run(RESTORE, restored, str(backup)).returncode == 0
    assert run(COUNT, restored).stdout == run(COUNT, installation).stdout
    assert run(COUNT, restored).stdout.split()[2] == "True"


def test_the_ledger_s_key_and_its_head_are_in_it(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        names = set(tar.getnames())
    assert {"data/keys/log-ed25519.pem", "data/secret-key", "index.json"} <= names
    assert any(name.startswith("data/heads/") for name in names)


def test_restored_files_are_closed_to_others(backup: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    run(RESTORE, restored, str(backup))
    assert {path.stat().st_mode & 0o077 for path in restored.rglob("*") if path.is_file()} == {0}


def test_a_folder_that_holds_something_is_not_written_over(installation: Path, backup: Path) -> None:
    done = run(RESTORE, installation, str(backup))
    assert (done.returncode, "not empty" in done.stdout) == (1, True)


def test_a_file_that_exists_is_not_written_over(installation: Path, backup: Path) -> None:
    before = backup.read_bytes()
    done = run(WRITE, installation, str(backup))
    assert done.returncode == 1
    assert backup.read_bytes() == before


def damaged(backup: Path, target: Path, change) -> Path:
    """A copy of a backup in which `change` may alter, drop (None) or keep each member."""
    with tarfile.open(backup) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = old.extractfile(member).read()
            altered = change(member.name, content)
            if altered is None:
                continue
            member.size = len(altered)
            new.addfile(member, io.BytesIO(altered))
    return target


CHANGES = {
    "a byte of the database": lambda name, content: content[:-1] + b"x" if name.startswith("database/") else content,
    "a file left out": lambda name, content: None if name == "data/secret-key" else content,
    "no index": lambda name, content: None if name == "index.json" else content,
    "another format": lambda name, content: (
        json.dumps({**json.loads(content), "format": "x"}).encode() if name == "index.json" else content
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_backup_is_refused_before_anything_is_written(backup: Path, tmp_path: Path, change: str) -> None:
    broken = damaged(backup, tmp_path / "broken.tar.gz", CHANGES[change])
    restored = tmp_path / "restored"
    done = run(RESTORE, restored, str(broken))
    assert (done.returncode, "not whole" in done.stdout) == (1, True)
    assert {path.name for path in restored.iterdir()} <= {"secret-key"}


@pytest.mark.parametrize("content", [b"", b"no tar", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_backup_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    done = run(RESTORE, tmp_path / "restored", str(tmp_path / "file"))
    assert done.returncode == 1
    assert done.stdout.startswith("refused:")
    assert "Traceback" not in done.stderr


def test_a_member_that_would_leave_the_folder_is_refused(backup: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as tar:
        info = tarfile.TarInfo("data/../../outside")
        tar.addfile(info)
    done = run(RESTORE, tmp_path / "restored", str(evil))
    assert (done.returncode, (tmp_path / "outside").exists()) == (1, False)
