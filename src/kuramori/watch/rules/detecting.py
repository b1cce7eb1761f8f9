"""What the logs let one see: ways out by site and day, seen, partly seen, silent or blind (DET-05)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WAYS: Mapping[str, frozenset[str]] = {
    "files": frozenset({"auditd", "cert:file", "evtx", "samba", "vsftpd"}),
    "cloud": frozenset({"box", "dropbox", "gdrive", "m365"}),
    "mail": frozenset({"cert:email", "exchange", "m365", "postfix"}),
    "web": frozenset({"cert:http", "elff", "squid", "zscaler"}),
    "removable": frozenset(
        {
            *("cert:device", "evtx", "osquery", "setupapi", "udev", "table:endpoint_generic", "table:ism_cloudone"),
            *("table:jp1_itdm2", "table:systemwalker"),
        }
    ),
    "print": frozenset({"cups", "table:ccas", "table:print"}),
    "database": frozenset({"pgaudit"}),
    "door": frozenset({"table:alligate", "table:badge", "table:remotelock"}),
    "kuramori": frozenset({"ledger"}),
}
"""Ways by which a secret can leave, and the kinds of log that see them; Windows prints on a server's own queue only."""


class Sight(StrEnum):
    """What is known of one way at one site in a period, the worst first."""

    BLIND = "blind"
    SILENT = "silent"
    PARTLY = "partly"
    SEEN = "seen"


class Standing(StrEnum):
    """What was decided on a gap: it is open, the way is blocked by other means, or the risk is accepted."""

    OPEN = "open"
    BLOCKED = "blocked"
    ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What the logs told of a way: days expected, days heard, and which are missing; local days of the site."""

    sight: Sight
    expected: int
    heard: int
    missing: tuple[date, ...]


def sighting_of(expected: Sequence[date], heard: Iterable[date], *, has_source: bool) -> Sighting:
    """Return how well a way was seen on the days on which something was expected; more days do no harm."""
    known = set(heard)
    missing = tuple(day for day in expected if day not in known)
    found = len(expected) - len(missing)
    if not has_source:
        sight = Sight.BLIND
    elif missing and not found:
        sight = Sight.SILENT
    else:
        sight = Sight.PARTLY if missing else Sight.SEEN
    return Sighting(sight=sight, expected=len(expected), heard=found, missing=missing)


def working_days(first: date, last: date, off: Collection[date]) -> list[date]:
    """Return the days of a period, both ends included, that are not off."""
    return [day for day in days_between(first, last) if day not in off]


def days_between(first: date, last: date) -> list[date]:
    """Return every day of a period, both ends included; none when it ends before it begins."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def runs_of(days: Iterable[date], expected: Sequence[date]) -> list[tuple[date, date]]:
    """Return missing days as runs (first, last): days off between two of them do not part a run."""
    place = {day: n for n, day in enumerate(expected)}
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and place[day] == place[runs[-1][1]] + 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def needs_owner(sight: Sight, standing: Standing | None) -> bool:
    """Say whether somebody has to look after a gap that nobody decided on."""
    return sight is not Sight.SEEN and standing is None
