"""Files of received lines: one open file for each sender, closed by minute and size, and then never touched again.

A line is on the disk when `write` returns. A process killed anywhere leaves an open file: the next start keeps its
whole lines and closes it. Closed files lie in `closed/`, which the watched folder takes in exactly once by their bytes.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kuramori_lake.segments import folder_made, sync

LARGEST: Final = 32 * 2**20
PERIOD_S: Final = 60
SENDERS_AT_ONCE: Final = 500
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z.-]")


@dataclass(kw_only=True)
class Sender:
    """What came from one address since the start."""

    address: str
    last_seen: float = 0.0
    lines: int = 0
    cut: int = 0
    dropped: int = 0


@dataclass(kw_only=True)
class _Open:
    path: Path
    file: BinaryIO
    since: float
    size: int = 0


class Spool:
    """The folder. Not shared between threads or processes: the caller sees to that."""

    def __init__(self, root: Path, *, limit: int) -> None:
        """Make the folders and close what an earlier run left open. `limit`: bytes that may wait in all."""
        self._open_folder, self._closed = folder_made(root / "open"), folder_made(root / "closed")
        self._root, self._limit = root, limit
        self._files: dict[str, _Open] = {}
        self.senders: dict[str, Sender] = {}
        for left in sorted(self._open_folder.glob("*.part")):
            self._recover(left)

    def _recover(self, path: Path) -> None:
        """Cut a torn line off: it was never told as received."""
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if not whole:
            path.unlink()
            return
        os.truncate(path, whole)
        sync(path)
        self._move(path)

    def _move(self, path: Path) -> None:
        path.rename(self._closed / f"{path.stem}.log")
        sync(self._closed)
        sync(self._open_folder)

    def sender(self, address: str) -> Sender:
        """The counts of one sender."""
        return self.senders.setdefault(address, Sender(address=address))

    @property
    def is_full(self) -> bool:
        """More waits than may: the watched folder does not keep up, or nobody looks at it."""
        waiting = sum(each.stat().st_size for each in self._closed.iterdir() if each.is_file())
        return waiting + sum(one.size for one in self._files.values()) > self._limit

    def write(self, address: str, lines: list[bytes], now: float) -> None:
        """Put lines on the disk; when it returns they survive a power cut.

        Raises:
            OSError: the disk is full or failing; a torn line is cut off by the next start.
        """
        current = self._files.get(address) or self._begun(address, now)
        content = b"".join(lines)
        current.file.write(content)
        current.file.flush()
        os.fdatasync(current.file.fileno())
        current.size += len(content)
        sender = self.sender(address)
        sender.last_seen, sender.lines = now, sender.lines + len(lines)
        if current.size >= LARGEST:
            self._close(address)

    def _begun(self, address: str, now: float) -> _Open:
        if len(self._files) >= SENDERS_AT_ONCE:
            self._close(min(self._files, key=lambda one: self._files[one].since))
        name = f"{_UNSAFE.sub('_', address)}-{int(now * 1_000_000)}-{os.getpid()}"
        path = self._open_folder / f"{name}.part"
        self._files[address] = _Open(path=path, file=path.open("xb"), since=now)
        sync(self._open_folder)
        return self._files[address]

    def _close(self, address: str) -> None:
        done = self._files.pop(address)
        done.file.close()
        self._move(done.path)

    def rotate(self, now: float, *, all_of_them: bool = False) -> None:
        """Close what has been open for a minute, and tell who was heard."""
        for address, one in list(self._files.items()):
            if all_of_them or now - one.since >= PERIOD_S:
                self._close(address)
        told = self._root / "health.json.tmp"
        told.write_text(json.dumps({"written": now, "senders": [asdict(one) for one in self.senders.values()]}))
        told.rename(self._root / "health.json")
