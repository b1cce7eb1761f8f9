"""Open what was handed over, a folder or a zip, without trusting it: plain files with plain names, within limits."""

import os
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO

from kuramori_verify.findings import Findings

MAX_FILES = 1_000_000
MAX_DEPTH = 32
MAX_TOTAL_BYTES = 64 * 2**30
# A zip that grows to more than this many times its size is a bomb, once it is larger than what any reader bears.
MAX_GROWTH = 200
HARMLESS_BYTES = 64 * 2**20
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", re.ASCII)

# What macOS and Windows drop into folders that people look at: not part of a bundle, and not a forgery.
SYSTEM_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
SYSTEM_FOLDER = "__MACOSX"


class UnreadableError(Exception):
    """The input cannot be opened, or one file of it cannot be read; the message says why."""


# What reading a damaged file, or a damaged member of a zip, may raise.
DAMAGED = (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile)


class FolderSource:
    """A folder: `files` maps a path with slashes to its size in bytes. Links and devices are found and left alone."""

    def __init__(self, root: Path, findings: Findings) -> None:
        self._root = root
        self.files: dict[str, int] = {}
        self._scan(root, "", findings, 0)

    def open(self, name: str) -> IO[bytes]:
        """Open one file of `files`. Raises UnreadableError."""
        try:
            return (self._root / name).open("rb")
        except OSError as error:
            raise UnreadableError(str(error.strerror)) from error

    def _scan(self, folder: Path, prefix: str, findings: Findings, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise UnreadableError(f"folders nested deeper than {MAX_DEPTH}")
        try:
            with os.scandir(folder) as listing:
                found = sorted(map(_looked_at, listing))
        except OSError as error:
            raise UnreadableError(f"{prefix or '.'}: {error.strerror}") from error
        for own, mode, size in found:
            name = prefix + own
            if stat.S_ISLNK(mode):
                findings.add("source.link", name)
            elif stat.S_ISDIR(mode):
                self._scan(folder / own, name + "/", findings, depth + 1)
            elif not stat.S_ISREG(mode):
                findings.add("source.not_a_file", name)
            elif is_left_by_system(name):
                findings.add("limit.system_file", name)
            elif not is_plain_name(name):
                findings.add("source.unsafe_name", name)
            else:
                self.files[name] = size
            if len(self.files) > MAX_FILES:
                raise UnreadableError(f"more than {MAX_FILES} files")


def _looked_at(item: os.DirEntry[str]) -> tuple[str, int, int]:
    """Name, mode and size: all that is kept of hundreds of thousands of files. Raises OSError."""
    told = item.stat(follow_symlinks=False)
    return item.name, told.st_mode, told.st_size


class ZipSource:
    """A zip, read in place and never unpacked. A single folder around everything is looked through."""

    def __init__(self, path: Path, findings: Findings) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
            raise UnreadableError(f"not a readable zip: {error}") from error
        # Not `is_dir`, which some Pythons answer with IndexError when a member has no name at all.
        members = [member for member in self._zip.infolist() if not member.filename.endswith("/")]
        self._refuse_bomb(members, path.stat().st_size)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            self._take(member, findings)
        self._strip_common_folder()
        self.files = {name: member.file_size for name, member in self._members.items()}

    def open(self, name: str) -> IO[bytes]:
        """Open one file of `files`. Raises UnreadableError."""
        try:
            return self._zip.open(self._members[name])
        except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            raise UnreadableError(str(error)) from error

    @staticmethod
    def _refuse_bomb(members: list[zipfile.ZipInfo], archive_bytes: int) -> None:
        total = sum(member.file_size for member in members)
        if len(members) > MAX_FILES or total > MAX_TOTAL_BYTES:
            raise UnreadableError(f"{len(members)} files, {total} bytes: beyond the limits")
        if total > HARMLESS_BYTES and total > MAX_GROWTH * archive_bytes:
            raise UnreadableError(f"a zip bomb: {archive_bytes} bytes would become {total}")

    def _take(self, member: zipfile.ZipInfo, findings: Findings) -> None:
        if stat.S_ISLNK(member.external_attr >> 16):
            findings.add("source.link", member.filename)
        elif is_left_by_system(member.filename):
            findings.add("limit.system_file", member.filename)
        elif member.orig_filename != member.filename or not is_plain_name(member.filename):
            findings.add("source.unsafe_name", member.orig_filename)
        elif member.flag_bits & 1:
            findings.add("source.encrypted", member.filename)
        elif member.filename in self._members:
            findings.add("source.doubled", member.filename)
        else:
            self._members[member.filename] = member

    def _strip_common_folder(self) -> None:
        tops = {name.partition("/")[0] for name in self._members}
        if len(tops) == 1 and all("/" in name for name in self._members):
            self._members = {name.partition("/")[2]: member for name, member in self._members.items()}


Source = FolderSource | ZipSource


def open_source(path: Path, findings: Findings) -> Source:
    """Open a folder or a zip. Raises UnreadableError when it is neither, or beyond the limits."""
    try:
        if path.is_dir():
            return FolderSource(path, findings)
        if path.is_file():
            return ZipSource(path, findings)
    except (OSError, ValueError) as error:
        raise UnreadableError(str(error)) from error
    raise UnreadableError("there is no such file or folder")


def read_whole(source: Source, name: str, limit: int) -> bytes:
    """Read a file that has to be small. Raises UnreadableError: missing, longer than `limit` bytes, or damaged."""
    with open_limited(source, name, limit) as file:
        return read_piece(file, limit)


def open_limited(source: Source, name: str, limit: int) -> IO[bytes]:
    """Open a file to be read piece by piece. Raises UnreadableError: missing, or longer than `limit` bytes."""
    if name not in source.files:
        raise UnreadableError("not there")
    if source.files[name] > limit:
        raise UnreadableError(f"{source.files[name]} bytes, at most {limit} are read")
    return source.open(name)


def read_piece(file: IO[bytes], length: int) -> bytes:
    """Read the next bytes, none at the end. Raises UnreadableError."""
    try:
        return file.read(length)
    except DAMAGED as error:
        raise UnreadableError(f"cannot be read: {error}") from error


def is_plain_name(name: str) -> bool:
    """Whether a path is relative, ASCII, and stays inside: no `..`, no drive, no backslash, no control character."""
    return bool(PLAIN_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/"))


def is_left_by_system(name: str) -> bool:
    """Whether an operating system put this file beside ours when somebody opened the folder or packed it."""
    parts = name.split("/")
    return parts[0] == SYSTEM_FOLDER or parts[-1] in SYSTEM_FILES or parts[-1].startswith("._")
