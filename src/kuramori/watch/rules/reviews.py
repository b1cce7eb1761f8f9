"""A review is due at a moment, shows what was frozen, and is signed over exactly that (DET-06, DET-10, DEV-15).

One small engine for the weekly holiday review, the departments' own, the monthly one of media, and samples.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import log2
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kuramori.kernel.permissions import Role

READY_AT, DUE_AT = time(7), time(12)
"""Local time of the site: the list is ready when people come, and signed by noon (DET-10)."""
HORIZON = 21
"""How many days back a review that nobody prepared is still made up for: the server may have stood still."""
WATCHED_KEY = "watched:"
"""How the key of a review begins that was made because somebody came onto the watch list."""
MEDIA_DAYS = 10
"""Days after which an unsigned review of media goes to the next office (DEV-15)."""
UNIT_DAYS = 7
"""Days that a department has for its own logs."""
READY_UNTIL = time(8)
"""Local time up to which a list counts as ready in the morning; later, and it is signed on the next working day."""
OFFICES = (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.COMMITTEE_MEMBER)
"""Who answers for a review, and to whom it goes when it is not signed in time."""

WEIGHTS: Mapping[str, float] = {
    "secret_documents": 3.0, "copies": 3.0, "shares_out": 3.0, "db_exports": 3.0, "uploads": 2.5, "mails_free": 2.5,
    "mails_attached": 2.0, "archives": 2.0, "pages": 1.5, "connects": 1.5, "cleared": 5.0, "mails_out": 1.0,
    "doors_denied": 1.0, "first_media": 3.0, "odd_copies": 2.0,
    "documents": 0.5, "copied_bytes": 0.1, "deleted": 0.5, "doors": 0.5, "logons": 0.3,
}  # fmt: skip
"""How much one kind of deed speaks for, by principle: what leaves the house most, coming to work least."""


class Seen(StrEnum):
    """What can be said about a source in a period. Only `seen` allows to say that nothing happened."""

    BLIND = "blind"
    LATE = "late"
    SILENT = "silent"
    SEEN = "seen"


class Tie(StrEnum):
    """Why somebody stands on a list although his numbers would not put him there (DEV-14, DET-13, FAC-05, FAC-13)."""

    ALONE = "alone"
    ENTRY = "entry"
    LEAVER = "leaver"
    SAMPLED = "sampled"
    WATCHED = "watched"


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Days off in a row, both included, and the first working day after them; local days of a site."""

    since: date
    until: date
    back: date

    @property
    def days(self) -> list[date]:
        """Return the days off."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]


def rests_up_to(today: date, works_on: Callable[[date], bool]) -> list[Rest]:
    """Return the days off that a working day followed, of the last three weeks up to today, the latest first."""
    backs = (day for day in _down(today) if works_on(day) and not works_on(day - timedelta(days=1)))
    return [_rest_before(back, works_on) for back in backs]


def _rest_before(back: date, works_on: Callable[[date], bool]) -> Rest:
    until = back - timedelta(days=1)
    before = (day for day in _down(until) if works_on(day))
    since = next(before, until - timedelta(days=HORIZON)) + timedelta(days=1)
    return Rest(since=since, until=until, back=back)


def _down(day: date) -> Iterable[date]:
    return (day - timedelta(days=n) for n in range(HORIZON))


def rest_days_before(day: date, works_on: Callable[[date], bool], *, span: int) -> list[date]:
    """Return the days off in the `span` days before a day: with these, days off are compared."""
    earlier = (day - timedelta(days=n) for n in range(1, span + 1))
    return sorted(each for each in earlier if not works_on(each))


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the aware moment at which a site's clock shows this."""
    return datetime.combine(day, clock, zone)


def signed_by(prepared: datetime, works_on: Callable[[date], bool], zone: ZoneInfo) -> datetime:
    """Return when a review must be signed that is ready at a moment: noon of the first working morning it lies there.

    Prepared late, because the server stood still, it gets its full time; at a site that never works, noon of that day.
    """
    local = prepared.astimezone(zone)
    day = local.date() if local.time() < READY_UNTIL else local.date() + timedelta(days=1)
    mornings = (day + timedelta(days=n) for n in range(HORIZON))
    return at_local(next((each for each in mornings if works_on(each)), day), DUE_AT, zone)


def seen_of(*, events: int, last: datetime | None, period_ends: datetime) -> Seen:
    """Say what a source lets us know of a period: `last` is when it was last heard, aware; None: never.

    Silence is no sign that nothing happened (DET-10): a source that spoke afterwards and has nothing of the period
    is silent, one that has not spoken since is late, one that never spoke is blind.
    """
    if last is None:
        return Seen.BLIND
    if last < period_ends:
        return Seen.LATE
    return Seen.SEEN if events else Seen.SILENT


def weight_of(now: Mapping[str, float], usual: Mapping[str, float]) -> float:
    """Return how much somebody's deeds stand out: by kind, how many there were, and how far above his own usual."""
    told = 0.0
    for name, weight in WEIGHTS.items():
        count = now.get(name, 0.0)
        surprise = max(0.0, log2((count + 1) / (usual.get(name, 0.0) + 1)))
        told += weight * log2(1 + count) * (1 + surprise)
    return round(told, 3)


def office_after(office: Role) -> Role | None:
    """Return the next office, None after the committee."""
    place = OFFICES.index(office) + 1
    return OFFICES[place] if place < len(OFFICES) else None


def offices_up_to(office: Role) -> frozenset[Role]:
    """Return the offices that may sign: the one that is asked now, and those that were asked before."""
    return frozenset(OFFICES[: OFFICES.index(office) + 1])


def canonical(value: Any) -> str:
    """Write a value as JSON in one way only, so that a digest of it means the same everywhere (RFC 8785 in spirit)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_covered(concerned: Collection[UUID], signers: Collection[UUID]) -> bool:
    """Say whether every line was signed by somebody whom it does not concern: nobody reviews himself (DET-06)."""
    return bool(signers) and all(is_settled(person, signers) for person in concerned)


def is_settled(person: UUID, signers: Collection[UUID]) -> bool:
    """Say whether somebody else has signed over a line: then its verdict stays."""
    return any(signer != person for signer in signers)


def reviewing_unit(
    unit: UUID | None, person: UUID, parents: Mapping[UUID, UUID | None], heads: Mapping[UUID, UUID]
) -> UUID | None:
    """Return the unit whose head looks at a person's events: his own, or the next above whose head is somebody else.

    None when there is none up to the top: then the office looks (DET-06, no self-review).
    """
    while unit is not None and heads.get(unit) in {None, person}:
        unit = parents.get(unit)
    return unit


def population_digest(people: Iterable[UUID]) -> str:
    """Return the digest of who could be drawn, whatever their order."""
    return digest_of(canonical(sorted(map(str, people))))


def drawn(*, seed: str, population: Collection[UUID], done: Collection[UUID], draws_left: int) -> list[UUID]:
    """Return who is drawn now: an equal share of those who were not yet, all of them in the last draw (DET-13).

    The order is that of SHA-256(seed, person): the same seed and population give the same sample, and nobody can
    choose whom it hits without choosing the seed before.
    """
    waiting = sorted(set(population) - set(done), key=lambda person: digest_of(f"{seed}\n{person}"))
    share = -(-len(waiting) // max(draws_left, 1))
    return waiting[:share]


def month_before(day: date) -> tuple[date, date]:
    """Return the first and last day of the month before the one of a day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and last day of the calendar quarter of a day."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def draws_left(month: date) -> int:
    """Return how many monthly draws a quarter still has, that of `month` counted: 3, 2, 1."""
    return 3 - (month.month - 1) % 3
