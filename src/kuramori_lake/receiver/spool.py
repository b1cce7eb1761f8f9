"""Files of received lines: one open file for each sender, closed by minute and size, and then never touched again.

A line is on the disk when `write` returns. A process killed anywhere leaves an open file: the next start keeps its
whole lines and closes it. Closed files lie in `closed/`, to be taken in exactly once by their bytes. What was dropped
or cut is told the same way: lines of JSON in `losses/`, the source `receiver`, so that a hole is never taken for quiet.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from kuramori_lake.segments import folder_made, sync

LARGEST: Final = 32 * 2**20
PERIOD_S: Final = 15
"""How long a file stays open: a rule over what came is to speak within a minute."""
SENDERS_AT_ONCE: Final = 500
HEALTH: Final = "health.json"
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z.-]")


@dataclass(kw_only=True)
class Sender:
    """What came from one address since the folder was made. `last_seen`: seconds since 1970."""

    address: str
    last_seen: float = 0.0
    lines: int = 0
    cut: int = 0
    dropped: int = 0
    cut_told: int = 0
    dropped_told: int = 0
    """How much of both the files in `losses/` have told."""

    @property
    def has_untold(self) -> bool:
        """Something was lost since the last file of losses."""
        return (self.cut, self.dropped) != (self.cut_told, self.dropped_told)


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
        self._losses = folder_made(root / "losses")
        self._root, self._limit = root, limit
        self._files: dict[str, _Open] = {}
        self._losses_since = float("-inf")
        self.senders = _left(root / HEALTH)
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
        """Close what has been open for its time, tell what was lost and who was heard."""
        for address, one in list(self._files.items()):
            if all_of_them or now - one.since >= PERIOD_S:
                self._close(address)
        if all_of_them or now - self._losses_since >= PERIOD_S:
            self._tell_losses(now)
        _replace(self._root / HEALTH, json.dumps({"written": now, "senders": [asdict(one) for one in self._all]}))

    @property
    def _all(self) -> list[Sender]:
        return list(self.senders.values())

    def _tell_losses(self, now: float) -> None:
        """A line for each sender of whom something was lost. Killed before `health.json`, it is rather told again."""
        lossy = [one for one in self._all if one.has_untold]
        if not lossy:
            return
        _replace(self._losses / f"{int(now * 1_000_000)}-{os.getpid()}.log", "".join(_loss(one, now) for one in lossy))
        for one in lossy:
            one.cut_told, one.dropped_told = one.cut, one.dropped
        self._losses_since = now


def _loss(sender: Sender, now: float) -> str:
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(now, UTC).isoformat(),
        "sender": sender.address,
        "dropped": sender.dropped - sender.dropped_told,
        "cut": sender.cut - sender.cut_told,
        "dropped_before": sender.dropped_told,
        "cut_before": sender.cut_told,
    }
    return json.dumps(told) + "\n"


def _replace(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all, also after a power cut."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(text)
    sync(temporary)
    temporary.rename(path)


def _left(path: Path) -> dict[str, Sender]:
    """The counts of an earlier run; a file that cannot be read is nobody heard yet."""
    try:
        told = json.loads(path.read_text())["senders"]
        return {str(one["address"]): Sender(**one) for one in told}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
