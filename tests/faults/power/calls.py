"""From system calls to what they ask of a disk: writes, sizes, flushes and names below one folder, in order."""

import mmap
import os
import platform
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.power.ptrace import Stop, watch

HERE = -100  # AT_FDCWD
X86_64 = {
    "write": 1, "pwrite64": 18, "writev": 20, "sendfile": 40, "fsync": 74, "fdatasync": 75, "truncate": 76,
    "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "open": 2, "mmap": 9, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265,
    "symlinkat": 266, "fallocate": 285, "pwritev": 296, "renameat2": 316, "copy_file_range": 326, "pwritev2": 328,
    "sync": 162, "syncfs": 306, "io_uring_enter": 426, "openat2": 437,
}  # fmt: skip
ARM64 = {
    "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45, "ftruncate": 46,
    "fallocate": 47, "openat": 56, "write": 64, "writev": 66, "pwrite64": 68, "pwritev": 70, "sendfile": 71,
    "sync": 81, "fsync": 82, "fdatasync": 83, "mmap": 222, "syncfs": 267, "renameat2": 276, "copy_file_range": 285,
    "pwritev2": 287, "io_uring_enter": 426, "openat2": 437,
}  # fmt: skip
NUMBERS = {"x86_64": X86_64, "aarch64": ARM64}
MAP_ANONYMOUS = 0x20
OPENING = ("open", "openat", "creat")
UNKNOWN = ("symlink", "symlinkat", "sync", "syncfs", "io_uring_enter", "openat2")
SIMPLE = {
    **dict.fromkeys(("mkdir", "mkdirat"), "folder"), **dict.fromkeys(("unlink", "rmdir", "unlinkat"), "drop"),
    **dict.fromkeys(("rename", "renameat", "renameat2"), "move"), **dict.fromkeys(("link", "linkat"), "link"),
}  # fmt: skip


class CannotTell(Exception):
    """The work did something whose effect on the disk is not known here: better no verdict than a false one."""


@dataclass(frozen=True)
class Call:
    """One thing asked of the disk. `before` is how many had ended when it began: a flush covers those only.

    `kind` is one of make, folder, write, size, flush, move, link, drop, said.
    """

    kind: str
    path: str
    other: str = ""
    offset: int = 0
    data: bytes = b""
    before: int = 0


def recorded(work: Callable[[], int], ground: Path, output: Path) -> list[Call]:
    """Do the work in a child; return what it asked of the disk below `ground`, and each line it said to `output`."""
    return Recorder(ground, output).record(work)


class Recorder:
    """Knows which files and names the stops of a piece of work are about, and writes down what they ask of the disk."""

    def __init__(self, ground: Path, output: Path) -> None:
        self.ground, self.output = str(ground), str(output)
        self.names = {number: name for name, number in NUMBERS[platform.machine()].items()}
        self.calls: list[Call] = []
        self.begun: dict[int, tuple[int, bytes, list[str]]] = {}

    def record(self, work: Callable[[], int]) -> list[Call]:
        with closing(watch(work)) as stops:
            for stop in stops:
                name = self.names.get(stop.number)
                if name is None:
                    continue
                if stop.result is None:
                    self.begun[stop.thread] = self._noted(name, stop)
                elif stop.result >= 0:
                    before, data, paths = self.begun[stop.thread]
                    self.calls.extend(self._ended(name, stop, before, data, paths))
        return self.calls

    def _noted(self, name: str, stop: Stop) -> tuple[int, bytes, list[str]]:
        """Keep at the entry what may be gone at the exit: bytes, and the names of what the call takes away."""
        first, second, third = stop.arguments[:3]
        data, paths = b"", []
        if name in {"write", "pwrite64"} and self._is_ours(stop, first):
            data = stop.bytes_at(second, third)
        elif name in {"writev", "pwritev", "pwritev2"} and self._is_ours(stop, first):
            data = _gathered(stop, second, third)
        elif name in NAMED:
            paths = [self.path(stop, folder, text) for folder, text in NAMED[name](stop)]
            if name in OPENING:
                paths.append("there" if os.path.lexists(paths[0]) else "")
        return len(self.calls), data, paths

    def _ended(self, name: str, stop: Stop, before: int, data: bytes, paths: list[str]) -> Iterator[Call]:
        if name in UNKNOWN:
            raise CannotTell(name)
        if name == "mmap":
            self._demand_unmapped(stop)
        elif not paths:
            yield from self._on_handle(name, stop, before, data)
        elif any(map(self.inside, paths)):
            yield from _on_names(name, stop, paths)

    def _on_handle(self, name: str, stop: Stop, before: int, data: bytes) -> Iterator[Call]:
        """Tell of calls on an open file."""
        handle = stop.arguments[2 if name == "copy_file_range" else 0]
        path = self.file(stop, handle)
        if path == self.output and name == "write":
            yield from (Call("said", line) for line in data.decode().splitlines())
        if not self.inside(path) or path.endswith(" (deleted)"):
            return
        if name in {"fsync", "fdatasync"}:
            yield Call("flush", path, before=before)
        elif name == "ftruncate":
            yield Call("size", path, offset=stop.arguments[1])
        elif name == "pwrite64":
            yield Call("write", path, offset=stop.arguments[3], data=data[: stop.result])
        elif name in {"write", "writev"}:
            yield Call("write", path, offset=_place(stop, handle) - stop.result, data=data[: stop.result])
        elif name in {"sendfile", "copy_file_range"} and stop.result:
            offset = _place(stop, handle) - stop.result
            yield Call("write", path, offset=offset, data=_piece(path, offset, stop.result))
        elif name in {"pwritev", "pwritev2", "fallocate"}:
            raise CannotTell(f"{name} on {path}")

    def _demand_unmapped(self, stop: Stop) -> None:
        """Raise unless what is mapped for writing is SQLite's index of its WAL, which no reader needs after a crash."""
        _address, _size, protection, flags, handle, _offset = stop.arguments
        path = "" if flags & MAP_ANONYMOUS else self.file(stop, handle)
        is_shared = protection & mmap.PROT_WRITE and flags & mmap.MAP_SHARED
        if is_shared and self.inside(path) and not path.endswith("-shm"):
            raise CannotTell(f"mmap of {path}")

    def _is_ours(self, stop: Stop, handle: int) -> bool:
        path = self.file(stop, handle)
        return path == self.output or self.inside(path)

    def inside(self, path: str) -> bool:
        return path.startswith(self.ground + "/") or path == self.ground

    def file(self, stop: Stop, handle: int) -> str:
        try:
            return str(Path(f"/proc/{stop.thread}/fd/{handle}").readlink())
        except OSError:
            return ""

    def path(self, stop: Stop, folder: int, text: int) -> str:
        at = "cwd" if _signed(folder) == HERE else f"fd/{folder}"
        return os.path.normpath(Path(f"/proc/{stop.thread}/{at}").readlink() / stop.text_at(text))


def _on_names(name: str, stop: Stop, paths: list[str]) -> Iterator[Call]:
    """Tell of calls that name what they change."""
    if name in SIMPLE:
        yield Call(SIMPLE[name], *paths)
    elif name == "truncate":
        yield Call("size", paths[0], offset=stop.arguments[1])
    else:
        flags = os.O_CREAT | os.O_TRUNC if name == "creat" else stop.arguments[OPENING.index(name) + 1]
        path, was_there = paths
        if flags & os.O_CREAT and not was_there:
            yield Call("make", path)
        elif flags & os.O_TRUNC:
            yield Call("size", path, offset=0)


def _one(stop: Stop) -> list[tuple[int, int]]:
    return [(HERE, stop.arguments[0])]


def _two(stop: Stop) -> list[tuple[int, int]]:
    return [(HERE, stop.arguments[0]), (HERE, stop.arguments[1])]


def _one_at(stop: Stop) -> list[tuple[int, int]]:
    return [(stop.arguments[0], stop.arguments[1])]


def _two_at(stop: Stop) -> list[tuple[int, int]]:
    return [(stop.arguments[0], stop.arguments[1]), (stop.arguments[2], stop.arguments[3])]


# Where a call's names stand in its arguments: (folder, text) each.
NAMED: dict[str, Callable[[Stop], list[tuple[int, int]]]] = {
    **dict.fromkeys(("open", "creat", "mkdir", "rmdir", "unlink", "truncate"), _one),
    **dict.fromkeys(("rename", "link"), _two),
    **dict.fromkeys(("openat", "mkdirat", "unlinkat"), _one_at),
    **dict.fromkeys(("renameat", "renameat2", "linkat"), _two_at),
}


def _signed(number: int) -> int:
    return struct.unpack("<i", struct.pack("<I", number & 0xFFFFFFFF))[0]


def _gathered(stop: Stop, vector: int, count: int) -> bytes:
    raw = stop.bytes_at(vector, 16 * count)
    return b"".join(stop.bytes_at(*struct.unpack_from("<QQ", raw, 16 * place)) for place in range(count))


def _place(stop: Stop, handle: int) -> int:
    """Return where an open file stands now."""
    return int(Path(f"/proc/{stop.thread}/fdinfo/{handle}").read_text().split()[1])


def _piece(path: str, offset: int, size: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(offset)
        return file.read(size)
