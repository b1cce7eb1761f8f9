"""What goes into a backup and what does not, which backups are refused, and how PostgreSQL's own programs are asked.

`test_backups` takes an installation there and back; here the files are few and nothing leaves this process.
"""

import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.evidence.api import HEAD_FILE
from kuramori.site import backups
from kuramori.site.backups import FORMAT, INDEX, BackupError, restore_backup, write_backup

Change = Callable[[str, bytes], bytes | None]
HERE = {"HOST": "", "PORT": "", "USER": "", "PASSWORD": "", "NAME": "kuramori", "OPTIONS": {}}


@pytest.fixture
def data(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a small database of its own, a key, an upload, a head and a lake."""
    folder = tmp_path / "data"
    settings.DATA = folder
    database = folder / "kuramori.sqlite3"
    for path, content in {
        "secret-key": "k" * 64,
        "uploads/register.csv": "管理番号",
        HEAD_FILE.as_posix(): "head 3",
        "lake/events/a.parquet": "events",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    for path in (database, folder / "lake" / "manifest.sqlite3"):
        with sqlite3.connect(path) as made:
            made.execute("CREATE TABLE kept (word TEXT)")
            made.execute("INSERT INTO kept VALUES (?)", [path.name])
        made.close()
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", database)
    monkeypatch.setattr(backups, "connection", SimpleNamespace(vendor="sqlite", settings_dict={}))
    return folder


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar.gz"
    write_backup(file, nothing)
    return file


@pytest.fixture
def empty(data: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new data folder, into which the program would restore."""
    folder = tmp_path / "restored"
    folder.mkdir()
    settings.DATA = folder
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", folder / "kuramori.sqlite3")
    return folder


def nothing(_done: int, _total: int | None) -> None:
    """No progress."""


def names(file: Path) -> set[str]:
    with tarfile.open(file) as tar:
        return set(tar.getnames())


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def words_in(database: Path) -> list[tuple[str]]:
    with sqlite3.connect(database) as read:
        found = read.execute("SELECT word FROM kept").fetchall()
    read.close()
    return found


def test_all_that_cannot_be_made_again_is_in_it_and_nothing_else(data: Path, tmp_path: Path) -> None:
    for path in ("static/app.css", "tmp/half", "turns.lock", "lake/x.tmp", "lake/manifest.sqlite3-wal"):
        (data / path).parent.mkdir(exist_ok=True)
        (data / path).write_text("not kept")
    (data / "link").symlink_to("/etc/passwd")
    write_backup(tmp_path / "backup.tar.gz", nothing)
    assert names(tmp_path / "backup.tar.gz") == {
        INDEX,
        "database/database.sqlite3",
        "data/secret-key",
        "data/uploads/register.csv",
        f"data/{HEAD_FILE.as_posix()}",
        "data/lake/manifest.sqlite3",
        "data/lake/events/a.parquet",
    }


def test_the_lake_s_manifest_is_copied_before_the_files_it_names(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        order = tar.getnames()
    assert order.index("data/lake/manifest.sqlite3") < order.index("data/lake/events/a.parquet")
    assert order[-1] == INDEX


def test_before_anything_was_sealed_there_is_no_head_to_keep(data: Path, tmp_path: Path) -> None:
    (data / HEAD_FILE).unlink()
    write_backup(tmp_path / "backup.tar.gz", nothing)
    assert f"data/{HEAD_FILE.as_posix()}" not in names(tmp_path / "backup.tar.gz")


def test_it_is_written_whole_closed_to_others_with_its_progress_and_digest(data: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    file = tmp_path / "backup.tar.gz"
    digest = write_backup(file, lambda done, total: steps.append((done, total)))
    assert (len(digest), file.stat().st_mode & 0o077) == (64, 0)
    assert steps == [(n, 6) for n in range(1, 7)]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [], "no draft is left"


def test_what_comes_back_is_what_went_in(data: Path, backup: Path, empty: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    restore_backup(backup, lambda done, total: steps.append((done, total)))
    assert files(empty) == files(data)
    assert words_in(empty / "kuramori.sqlite3") == [("kuramori.sqlite3",)]
    assert words_in(empty / "lake" / "manifest.sqlite3") == [("manifest.sqlite3",)]
    assert (empty / "uploads" / "register.csv").read_text() == "管理番号"
    assert {path.stat().st_mode & 0o077 for path in empty.rglob("*") if path.is_file()} == {0}
    assert steps[-1] == (7, 7)


def test_a_newer_head_that_was_held_elsewhere_is_not_taken_back(backup: Path, empty: Path) -> None:
    (empty / HEAD_FILE).parent.mkdir()
    (empty / HEAD_FILE).write_text("head 9")
    restore_backup(backup, nothing)
    assert (empty / HEAD_FILE).read_text() == "head 9", "an older backup must be found out (L3)"
    assert (empty / "uploads" / "register.csv").exists()


@pytest.mark.parametrize("there", ["kuramori.sqlite3", "uploads/x", "note.txt"])
def test_a_folder_that_holds_something_is_left_as_it_is(backup: Path, empty: Path, there: str) -> None:
    (empty / there).parent.mkdir(exist_ok=True)
    (empty / there).write_text("mine")
    with pytest.raises(BackupError, match="--data DIR"):
        restore_backup(backup, nothing)
    assert files(empty) == {there}


@pytest.mark.parametrize(("language", "word"), [("ja", "すでに"), ("en", "exists already; choose another name.")])
def test_a_file_that_exists_is_not_written_over(backup: Path, language: str, word: str) -> None:
    before = backup.read_bytes()
    with override(language), pytest.raises(BackupError, match=word):
        write_backup(backup, nothing)
    assert backup.read_bytes() == before


# damaged and foreign files


def damaged(backup: Path, target: Path, change: Change) -> Path:
    """A copy of a backup in which `change` may alter, drop (None) or keep each member."""
    with tarfile.open(backup) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            altered = change(member.name, old.extractfile(member).read())
            if altered is not None:
                member.size = len(altered)
                new.addfile(member, io.BytesIO(altered))
    return target


def of_format(raw: bytes, word: str) -> bytes:
    return json.dumps({**json.loads(raw), "format": word}).encode()


CHANGES: dict[str, Change] = {
    "a byte of the database": lambda name, raw: raw[:-1] + b"x" if name.startswith("database/") else raw,
    "a file left out": lambda name, raw: None if name == "data/secret-key" else raw,
    "no index": lambda name, raw: None if name == INDEX else raw,
    "an index that is a list": lambda name, raw: b"[]" if name == INDEX else raw,
    "an index without files": lambda name, raw: b'{"format": "kuramori-backup/1"}' if name == INDEX else raw,
    "another format": lambda name, raw: of_format(raw, FORMAT + "0") if name == INDEX else raw,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    backup: Path, empty: Path, tmp_path: Path, change: str
) -> None:
    with override("en"), pytest.raises(BackupError, match="not whole"):
        restore_backup(damaged(backup, tmp_path / "broken.tar.gz", CHANGES[change]), nothing)
    assert files(empty) == set()


@pytest.mark.parametrize("content", [b"", b"no tar", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_backup_is_refused_in_words(empty: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with override("en"), pytest.raises(BackupError, match=r"cannot be read|not whole"):
        restore_backup(tmp_path / "file", nothing)


def test_a_backup_that_was_cut_off_on_its_way_is_refused(backup: Path, empty: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-200])
    with override("en"), pytest.raises(BackupError, match="cannot be read"):
        restore_backup(backup, nothing)
    assert files(empty) == set()


@pytest.mark.parametrize("name", ["data/../../outside", "/etc/outside", ".."])
def test_a_member_that_would_leave_the_folder_is_refused(empty: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with override("en"), pytest.raises(BackupError, match="not a backup of Kuramori"):
        restore_backup(tmp_path / "evil.tar.gz", nothing)
    assert (files(empty), (tmp_path / "outside").exists()) == (set(), False)


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
@pytest.mark.parametrize("target", ["/etc/passwd", "secret-key"])
def test_what_is_no_plain_file_is_refused(empty: Path, tmp_path: Path, kind: bytes, target: str) -> None:
    member = tarfile.TarInfo("data/link")
    member.type, member.linkname = kind, target
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("data/secret-key"))
        tar.addfile(member)
    with override("en"), pytest.raises(BackupError, match="data/link"):
        restore_backup(tmp_path / "evil.tar.gz", nothing)


# PostgreSQL, whose programs are played by small ones of ours on the PATH


@pytest.fixture
def postgres(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the PATH with programs that keep what they were asked; the database answers as PostgreSQL."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setattr(backups, "connection", SimpleNamespace(vendor="postgresql", settings_dict=dict(HERE)))
    asked = f'printf "%s\\n" "$@" >> {folder}/asked; printf "%s" "$PGPASSWORD" > {folder}/password'
    program(
        folder / "pg_dump",
        f'{asked}; for word in "$@"; do case $word in --file=*) echo dump > "${{word#*=}}";; esac; done',
    )
    program(folder / "pg_restore", f'{asked}; for file in "$@"; do :; done; cat "$file" > {folder}/restored')
    return folder


def program(path: Path, lines: str) -> None:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o700)


def test_postgresql_is_dumped_and_restored_by_its_own_programs(
    postgres: Path, data: Path, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar.gz"
    backups.connection.settings_dict |= {"HOST": "db.example", "PORT": "5433", "USER": "kuramori", "PASSWORD": "geheim"}
    write_backup(file, nothing)
    assert "database/database.dump" in names(file)
    settings.DATA = tmp_path / "restored"
    settings.DATA.mkdir()
    restore_backup(file, nothing)
    asked = (postgres / "asked").read_text().split()
    where = ["--host=db.example", "--port=5433", "--username=kuramori", "--dbname=kuramori"]
    assert [word for word in asked if word.split("=")[0] in {"--host", "--port", "--username", "--dbname"}] == where * 2
    assert {"--single-transaction", "--exit-on-error", "--no-owner"} <= set(asked)
    assert "geheim" not in asked, "other users of the machine read arguments"
    assert (postgres / "password").read_text() == "geheim"
    assert (postgres / "restored").read_text() == "dump\n"


def test_a_socket_s_folder_takes_the_place_of_the_host_and_no_password_is_made_up(
    postgres: Path, tmp_path: Path
) -> None:
    backups.connection.settings_dict["OPTIONS"] = {"host": "/run/postgresql"}
    write_backup(tmp_path / "backup.tar.gz", nothing)
    asked = (postgres / "asked").read_text().split()
    assert [word for word in asked if "host" in word or "port" in word] == ["--host=/run/postgresql"]
    assert (postgres / "password").read_text() == ""


def test_what_postgresql_s_program_complains_of_is_told_and_no_file_is_left(postgres: Path, tmp_path: Path) -> None:
    program(postgres / "pg_dump", 'echo "pg_dump: server version mismatch" >&2; exit 1')
    with pytest.raises(BackupError, match="server version mismatch"):
        write_backup(tmp_path / "backup.tar.gz", nothing)
    program(postgres / "pg_dump", "exit 3")
    with pytest.raises(BackupError, match="exit status 3"):
        write_backup(tmp_path / "backup.tar.gz", nothing)
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]


def test_a_machine_without_postgresql_s_programs_is_told_so(
    postgres: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with override("en"), pytest.raises(BackupError, match="pg_dump is not installed on this machine"):
        write_backup(tmp_path / "backup.tar.gz", nothing)


def test_a_backup_of_postgresql_does_not_go_into_sqlite(postgres: Path, tmp_path: Path, empty: Path) -> None:
    write_backup(tmp_path / "backup.tar.gz", nothing)
    backups.connection.vendor = "sqlite"
    with override("en"), pytest.raises(BackupError, match="KURAMORI_DATABASE_URL"):
        restore_backup(tmp_path / "backup.tar.gz", nothing)
