"""Backup and restore: database, ledger keys, lake and uploads in one tar whose every member is checked by digest.

SQLite is copied by its own online backup, PostgreSQL by pg_dump; both see one moment, so an act is in the backup
whole or not at all. The lake's files never change once named, so its manifest is copied first and what it names after.
A restored installation does not sign before its head is consistent with the heads held elsewhere (L3).
"""

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from kuramori.evidence.api import HEAD_FILE
from kuramori.kernel.durable import flush, made, put

FORMAT = "kuramori-backup/1"
INDEX = "index.json"
DATABASE_SQLITE = "database.sqlite3"
DATABASE_POSTGRES = "database.dump"
SKIPPED = ("documents", "static", "tmp")  # the words of secrets stay where they were laid
STAYS = ("secret-key", HEAD_FILE.parts[0])
BLOCK = 1 << 20
Step = Callable[[int, int | None], None]


class BackupError(Exception):
    """The backup cannot be written or restored; the message says why and what to do."""


def write_backup(target: Path, step: Step) -> str:
    """Write everything into `target` (never over an existing file), read it back, return its SHA-256 in hex.

    Raises BackupError and leaves nothing when the copy cannot be made or does not read back.
    """
    if target.exists():
        raise BackupError(_("%(file)s exists already; choose another name.") % {"file": target})
    draft = target.with_name(f".{target.name}.draft")
    try:
        with tempfile.TemporaryDirectory() as folder, open(draft, "xb", opener=_closed_to_others) as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
                _fill(tar, Path(folder), step)
            out.flush()
            os.fsync(out.fileno())
        _read_back(draft)
        put(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return _digest(target)


def restore_backup(source: Path, step: Step) -> None:
    """Bring a backup back into an empty data folder and an empty database.

    A head that lies in the folder already stays: whoever lost the disk puts the newest head he holds there first, and
    an older backup is then found out, because nothing is signed that does not continue it (L3).

    Raises BackupError, before anything is written, when the file is not whole or the folder is not empty.
    """
    index = _read_back(source)
    if any(child.name not in STAYS for child in settings.DATA.iterdir()):
        raise BackupError(_("The data folder is not empty. Restore into a new one: --data DIR."))
    with tarfile.open(source, "r:gz") as tar:
        for place, member in enumerate(tar):
            if member.name != INDEX:
                _put_back(tar, member)
            step(place + 1, len(index["files"]) + 1)


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _fill(tar: tarfile.TarFile, folder: Path, step: Step) -> None:
    files: dict[str, str] = {}
    head = _copy_head(folder)
    database = _copy_database(folder)
    members = [(f"database/{database.name}", database), *head, *_data_files()]
    for place, (name, path) in enumerate(members):
        files[name] = _add(tar, name, path)
        step(place + 1, len(members))
    words = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "files": files}
    raw = json.dumps(words, sort_keys=True).encode()
    info = tarfile.TarInfo(INDEX)
    info.size = len(raw)
    tar.addfile(info, io.BytesIO(raw))


def _copy_head(folder: Path) -> list[tuple[str, Path]]:
    """Copy the last signed head before the database: one that is newer than it would look like a lost history."""
    live = settings.DATA / HEAD_FILE
    if not live.exists():
        return []
    copy = folder / HEAD_FILE.name
    copy.write_bytes(live.read_bytes())
    return [(f"data/{HEAD_FILE.as_posix()}", copy)]


def _copy_database(folder: Path) -> Path:
    if connection.vendor == "sqlite":
        copy = folder / DATABASE_SQLITE
        with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as live, sqlite3.connect(copy) as out:
            live.backup(out)
        return copy
    copy = folder / DATABASE_POSTGRES
    words, environment = _postgres_words()
    _call(["pg_dump", "--format=custom", f"--file={copy}", *words], environment)
    return copy


def _data_files() -> Iterator[tuple[str, Path]]:
    """Yield every file of the data folder but the live database, the lake's manifest before what it names."""
    database = Path(str(settings.DATABASES["default"]["NAME"])).name
    found = [path for path in settings.DATA.rglob("*") if path.is_file() and not path.is_symlink()]
    for path in sorted(found, key=lambda p: (p.name != "manifest.sqlite3", str(p))):
        inner = path.relative_to(settings.DATA)
        if inner.parts[0] in SKIPPED or inner.name.startswith(database) or inner.suffix in {".lock", ".tmp"}:
            continue
        if inner.name.startswith("manifest.sqlite3-") or inner == HEAD_FILE:
            continue
        yield f"data/{inner.as_posix()}", path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    if path.name == "manifest.sqlite3":
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            with sqlite3.connect(path) as live, sqlite3.connect(copy) as out:
                live.backup(out)
            tar.add(copy, name, recursive=False)
            return _digest(copy)
    tar.add(path, name, recursive=False)
    return _digest(path)


def _read_back(source: Path) -> dict[str, dict[str, str]]:
    """Read a backup whole and compare every digest; return its index."""
    seen: dict[str, str] = {}
    index = None
    try:
        with tarfile.open(source, "r:gz") as tar:
            for member in tar:
                content = _content(tar, member)
                if member.name == INDEX:
                    index = json.load(content)
                else:
                    seen[member.name] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise BackupError(_("The backup cannot be read: %(error)s") % {"error": error}) from error
    if not isinstance(index, dict) or index.get("format") != FORMAT or index.get("files") != seen:
        raise BackupError(_("The backup is not whole: its index and its files do not agree."))
    return index


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Return what a member holds; raise BackupError for what is no plain file below the folder: we write no other."""
    is_below = not PurePosixPath(member.name).is_absolute() and ".." not in member.name.split("/")
    content = tar.extractfile(member) if member.isfile() and is_below else None
    if content is None:
        raise BackupError(_("This is not a backup of Kuramori: %(name)s") % {"name": member.name})
    return content


def _put_back(tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    content = _content(tar, member)
    kind, _slash, inner = member.name.partition("/")
    if kind == "data" and inner == HEAD_FILE.as_posix() and (settings.DATA / HEAD_FILE).exists():
        return
    if kind == "database" and inner == DATABASE_POSTGRES:
        _restore_postgres(content.read())
        return
    target = Path(str(settings.DATABASES["default"]["NAME"])) if kind == "database" else settings.DATA / inner
    made(target.parent)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        while block := content.read(BLOCK):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    flush(target.parent)


def _restore_postgres(dump: bytes) -> None:
    if connection.vendor != "postgresql":
        raise BackupError(_("The backup is of PostgreSQL: set KURAMORI_DATABASE_URL to an empty database."))
    words, environment = _postgres_words()
    with tempfile.NamedTemporaryFile(suffix=".dump") as file:
        file.write(dump)
        file.flush()
        _call(["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", *words, file.name], environment)


def _postgres_words() -> tuple[list[str], dict[str, str]]:
    """Return the connection as arguments, and the password by the environment, where no other user reads it."""
    words = connection.settings_dict
    pairs = {"--host": words["HOST"], "--port": words["PORT"], "--username": words["USER"], "--dbname": words["NAME"]}
    options = words.get("OPTIONS", {})
    pairs["--host"] = options.get("host", pairs["--host"])
    pairs["--port"] = options.get("port", pairs["--port"])
    environment = dict(os.environ) | ({"PGPASSWORD": words["PASSWORD"]} if words["PASSWORD"] else {})
    return [f"{name}={value}" for name, value in pairs.items() if value], environment


def _call(command: list[str], environment: dict[str, str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603  (fixed words)
    except FileNotFoundError as error:
        raise BackupError(_("%(program)s is not installed on this machine.") % {"program": command[0]}) from error
    except subprocess.CalledProcessError as error:
        raise BackupError(error.stderr.strip() or str(error)) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
