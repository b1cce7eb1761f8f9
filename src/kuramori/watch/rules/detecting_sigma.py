"""What must hold before a Sigma rule is switched on, and what may come in as a set of rules (DET-01, DET-04)."""

import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import IO, Final
from uuid import UUID

from kuramori.watch.rules.hard_rules import MOST_A_DAY

LONGEST_TRIAL: Final = 90
TRIAL_HOLDS: Final = timedelta(days=30)
MOST_UPLOAD: Final = 20 << 20
MOST_MEMBERS: Final = 20_000
MOST_UNPACKED: Final = 64 << 20
MOST_RATIO: Final = 200
MOST_PASTED: Final = 200_000
SMALL: Final = 1 << 20
"""Below this size a member may be packed as tightly as it is: text of blanks does no harm."""
ENCRYPTED: Final = 0x1


class Lack(StrEnum):
    """Why a rule may not be switched on."""

    UNTRIED = "untried"
    CHANGED = "changed"
    OLD = "old"
    UNSEEN = "unseen"
    CUT = "cut"


class ZipFault(StrEnum):
    """Why an archive is not opened."""

    UNREADABLE = "unreadable"
    MEMBERS = "members"
    SIZE = "size"
    PATH = "path"
    ENCRYPTED = "encrypted"


def lack_of(*, digest: str, tried: str, until: date | None, is_cut: bool, today: date) -> Lack | None:
    """Return what is missing before a rule may be switched on: a trial of what it means now, not too old, and whole."""
    if until is None:
        return Lack.UNTRIED
    if tried != digest:
        return Lack.CHANGED
    if today - until > TRIAL_HOLDS:
        return Lack.OLD
    return Lack.CUT if is_cut else None


def may_read(without: Collection[str], reader: UUID | None) -> bool:
    """Say whether a trial may be read by somebody: a person only if it counted nothing of him (H3)."""
    return reader is None or str(reader) in without


@dataclass(frozen=True, kw_only=True)
class Week:
    """What a trial says of a week: its tried days, the alerts it would have raised, people on its busiest day."""

    since: date
    until: date
    alerts: int
    busiest: int


def weeks_of(by_day: Mapping[str, int], since: date, until: date) -> list[Week]:
    """Return the weeks of a trial, newest first, those without any alert too; they begin on Mondays."""
    found, last = [], until
    while last >= since:
        first = max(since, last - timedelta(days=last.weekday()))
        people = [by_day.get((first + timedelta(days=n)).isoformat(), 0) for n in range((last - first).days + 1)]
        alerts = sum(min(each, MOST_A_DAY) for each in people)
        found.append(Week(since=first, until=last, alerts=alerts, busiest=max(people)))
        last = first - timedelta(days=1)
    return found


def alerts_of(by_day: Mapping[str, int]) -> int:
    """Return how many alerts people by day would have been: of a flood only so many a day."""
    return sum(min(people, MOST_A_DAY) for people in by_day.values())


def zip_fault(file: IO[bytes]) -> ZipFault | None:
    """Say what is wrong with an archive by its directory alone: nothing is unpacked, no name is followed."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return ZipFault.UNREADABLE
    if len(members) > MOST_MEMBERS:
        return ZipFault.MEMBERS
    if any(map(_leads_out, (each.filename for each in members))):
        return ZipFault.PATH
    if any(each.flag_bits & ENCRYPTED for each in members):
        return ZipFault.ENCRYPTED
    tight = any(each.file_size > SMALL and each.file_size > MOST_RATIO * max(each.compress_size, 1) for each in members)
    return ZipFault.SIZE if tight or sum(each.file_size for each in members) > MOST_UNPACKED else None


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain.partition("/")[0] or ".." in PurePosixPath(plain).parts
