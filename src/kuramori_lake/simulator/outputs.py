"""Files of logs: one per source and month, written day by day; nothing else is kept in memory."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")
SECONDS_A_DAY = 86_400
HMS = tuple(f"{h:02d}:{m:02d}:{s:02d}" for h in range(24) for m in range(60) for s in range(60))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MonthlyFile:
    """A log that starts a new file every month, with an optional header line. Counts the lines of each file."""

    def __init__(self, folder: Path, *, stem: str, ending: str, encoding: str = "utf-8", header: str = "") -> None:
        """Files are `folder/stem-2026-11.ending`."""
        self.folder, self.stem, self.ending, self.encoding, self.header = folder, stem, ending, encoding, header
        self.lines: dict[str, int] = {}
        self._file: BinaryIO | None = None
        self._month = (0, 0)
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, day: date, lines: Iterable[str]) -> int:
        """Append whole lines (each with its line end) to the month of that day; returns their number."""
        gathered = list(lines)
        file = self._open(day)
        file.write("".join(gathered).encode(self.encoding))
        self.lines[self.name(day)] += len(gathered)
        return len(gathered)

    def write_bytes(self, day: date, line: bytes) -> int:
        """Append one line that no encoder would produce; returns its 1-based line number in the file."""
        self._open(day).write(line)
        self.lines[self.name(day)] += 1
        return self.lines[self.name(day)] + (1 if self.header else 0)

    def name(self, day: date) -> str:
        """The name of that month's file."""
        return f"{self.stem}-{day:%Y-%m}.{self.ending}"

    def close(self) -> None:
        """Close the current month."""
        if self._file:
            self._file.close()

    def _open(self, day: date) -> BinaryIO:
        if self._file is None or (day.year, day.month) != self._month:
            self.close()
            self._month = (day.year, day.month)
            self._file = (self.folder / self.name(day)).open("wb")
            self.lines[self.name(day)] = 0
            if self.header:
                self._file.write(self.header.encode(self.encoding))
        return self._file


def overflow(entries: list[tuple[int, T]]) -> tuple[list[tuple[int, T]], list[tuple[int, T]]]:
    """Entries of this day, and those past midnight moved to the next day's clock."""
    late = [(second - SECONDS_A_DAY, text) for second, text in entries if second >= SECONDS_A_DAY]
    return ([e for e in entries if e[0] < SECONDS_A_DAY], late) if late else (entries, [])
