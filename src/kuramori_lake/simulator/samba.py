"""A Japanese file server's log as Samba 4.17's vfs_full_audit writes it through syslog (facility local5, notice).

`<173>Nov 23 03:30:28 smbd_audit: 2026/11/23 03:30:28|user|ip|client|share|op|result|...`: the syslog header is the log
host's clock, the first field the file server's own clock (local time, one second, no zone, no year in the header).
Prefix `%T|%u|%I|%m|%S`; operations as configured: connect disconnect create_file renameat unlinkat pread_send
pwrite_send.
"""

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

from kuramori_lake.simulator.library import Document
from kuramori_lake.simulator.outputs import HMS, MONTHS, SECONDS_A_DAY, MonthlyFile, overflow

READ, WRITE, DELETE, LIST = "0x120089", "0x12019f", "0x10000", "0x81"
_by_second = itemgetter(0)


def who(account: str, ip: str, pc: str) -> str:
    """The part of the prefix that is the same for a person's whole day."""
    return f"{account}|{ip}|{pc}|"


def opened(who: str, document: Document) -> str:
    """A file opened for reading (the content may come from the client's cache)."""
    return f"{who}{document[0]}|create_file|ok|{READ}|file|open|{document[1]}"


def fetched(who: str, document: Document) -> str:
    """Content read from the server after opening."""
    return f"{who}{document[0]}|pread_send|ok|{document[1]}"


def overwritten(who: str, document: Document) -> tuple[str, str]:
    """A file saved: opened for writing, then content sent."""
    share, path = document
    return f"{who}{share}|create_file|ok|{WRITE}|file|overwrite_if|{path}", f"{who}{share}|pwrite_send|ok|{path}"


def created(who: str, document: Document) -> tuple[str, str]:
    """A new file: created, then content sent."""
    share, path = document
    return f"{who}{share}|create_file|ok|{WRITE}|file|create|{path}", f"{who}{share}|pwrite_send|ok|{path}"


def moved(who: str, document: Document, target: str) -> tuple[str, str]:
    """A file renamed; Samba logs the open for deletion first."""
    share, path = document
    return f"{who}{share}|create_file|ok|{DELETE}|file|open|{path}", f"{who}{share}|renameat|ok|{path}|{target}"


def deleted(who: str, document: Document) -> tuple[str, str]:
    """A file deleted; Samba logs the open for deletion first."""
    share, path = document
    return f"{who}{share}|create_file|ok|{DELETE}|file|open|{path}", f"{who}{share}|unlinkat|ok|{path}"


def refused(who: str, document: Document) -> str:
    """A file that the server did not let the user open."""
    return f"{who}{document[0]}|create_file|fail (Permission denied)|{READ}|file|open|{document[1]}"


def listed(who: str, document: Document) -> str:
    """The folder of a document shown."""
    return f"{who}{document[0]}|create_file|ok|{LIST}|dir|open|{document[1].rpartition('/')[0]}"


def connected(who: str, share: str) -> str:
    """A share connected."""
    return f"{who}{share}|connect|ok|{share}"


def disconnected(who: str, share: str) -> str:
    """A share left."""
    return f"{who}{share}|disconnect|ok|{share}"


class SambaLog:
    """One server's log, one file a month. `entries` takes (second of the local day, text after the time stamp)."""

    def __init__(self, server: str, out: MonthlyFile) -> None:
        """`server` is the instance name that also names the folder."""
        self.server, self.out = server, out
        self.entries: list[tuple[int, str]] = []

    def close_day(self, day: date, *, skew: int = 0, silent: bool = False) -> None:
        """Write the day in order of time; `skew` seconds are added to the server's own clock, a silent day is lost."""
        today, self.entries = overflow(self.entries)
        if not silent:
            today.sort(key=_by_second)
            self.out.write(day, self._lines(day, today, skew))

    @staticmethod
    def _lines(day: date, entries: list[tuple[int, str]], skew: int) -> Iterator[str]:
        header = f"<173>{MONTHS[day.month - 1]} {day.day:2d} "
        stamp = f" smbd_audit: {day:%Y/%m/%d} "
        for second, text in entries:
            own = min(second + skew, SECONDS_A_DAY - 1)
            yield f"{header}{HMS[second]}{stamp}{HMS[own]}|{text}\n"
