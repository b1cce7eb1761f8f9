r"""Log sources: where a share lies on its server, and since when a source has been silent."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Share = tuple[str, str]
"""A share as people write it (`\\fs01\\gijutsu`) and as the log names it (`/srv/samba/gijutsu`)."""

ARROW = "=>"
HOUR = timedelta(hours=1)


def read_shares(text: str) -> list[Share]:
    r"""Read lines of `\\server\share => /path/in/the/log`; empty lines count for nothing.

    Raises ValueError naming the line that has no arrow or an empty side.
    """
    found = []
    for line in filter(str.strip, text.splitlines()):
        share, arrow, path = (part.strip() for part in line.partition(ARROW))
        if not (arrow and share and path):
            raise ValueError(line.strip())
        found.append((share.rstrip("\\/"), path.rstrip("\\/")))
    return found


def write_shares(shares: Sequence[Share]) -> str:
    """Write shares as `read_shares` reads them."""
    return "\n".join(f"{share} {ARROW} {path}" for share, path in shares)


def as_logged(pattern: str, shares: Sequence[Share]) -> list[str]:
    r"""Return a place of the register as the logs may write it: as it is, and for each share that it begins with.

    `\\fs01\gijutsu\図面` with `\\fs01\gijutsu => /srv/samba/gijutsu` is also `/srv/samba/gijutsu/図面`. A share
    matches whole names only; letters come out folded, for the lake compares paths without case.
    """
    plain = pattern.replace("\\", "/").casefold()
    found = [pattern]
    for share, path in shares:
        start = share.replace("\\", "/").casefold()
        if plain.startswith(start) and plain[len(start) : len(start) + 1] in {"", "/"}:
            found.append(path.replace("\\", "/") + plain[len(start) :])
    return list(dict.fromkeys(found))


def quiet_hours(last: datetime, now: datetime, zone: ZoneInfo, works_on: Callable[[date], bool]) -> float:
    """Return how many hours of working days lie between two aware moments, by the site's own clock and calendar.

    Hours of weekends and holidays do not count: a file server that rests on Sunday is not silent.
    """
    hours, day = timedelta(), last.astimezone(zone).date()
    while day <= now.astimezone(zone).date():
        if works_on(day):
            begins = datetime.combine(day, time.min, zone).astimezone(last.tzinfo)
            ends = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(last.tzinfo)
            hours += max(min(ends, now) - max(begins, last), timedelta())
        day += timedelta(days=1)
    return hours / HOUR


def is_silent(quiet: float, expected_hours: int) -> bool:
    """Say whether a source has been quiet longer than it may; 0 expects nothing."""
    return expected_hours > 0 and quiet > expected_hours
