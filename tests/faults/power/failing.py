"""A disk that fails: a write, flush or rename below the data folder ends with EIO, once or from some moment on (L6).

Nothing of the work is replaced: at the entry of the call the system is told to do none, and at its exit the work reads
"input/output error" (ptrace(2); x86-64 only, for the registers are the machine's own).
"""

import errno
import platform
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.faults.power.calls import NAMED, Recorder
from tests.faults.power.ptrace import Stop, watch

GROUPS = {
    "write": ("write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate"),
    "flush": ("fsync", "fdatasync"),
    "move": ("rename", "renameat", "renameat2", "link", "linkat"),
}
MANY = 1_000_000  # calls: the disk fails until the work has ended
CAN = platform.machine() == "x86_64"


def failing(work: Callable[[], int], data: Path, group: str, first: int, count: int) -> int:
    """Do the work in a child; so many calls of a group below `data` fail, from the `first` on (0 is the very first).

    Returns how many calls of the group there were, failed or not: with a `count` of 0 this counts them.
    """
    where, seen = _Where(data), 0

    def fail(stop: Stop) -> int:
        nonlocal seen
        if not where.concerns(stop, group):
            return 0
        seen += 1
        return errno.EIO if first < seen <= first + count else 0

    with closing(watch(work, fail)) as stops:
        for _stop in stops:
            pass
    return seen


class _Where(Recorder):
    """Which calls are asked of the data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, Path("/dev/null"))

    def concerns(self, stop: Stop, group: str) -> bool:
        """Say whether a call, at its entry, is one of the group and changes something below the data folder."""
        name = self.names.get(stop.number, "")
        if name not in GROUPS[group]:
            return False
        if name in NAMED:
            return any(self.inside(self.path(stop, folder, text)) for folder, text in NAMED[name](stop))
        return self.inside(self.file(stop, stop.arguments[0]))
