"""From numbers to strengths, and from strengths to a score: plain arithmetic, no database.

Parts are joined as independent odds: score = 100 * (1 - product of (1 - strength)). What lowers has already been taken
off the part it concerns; its negative strength says how much.
"""

from collections.abc import Iterable, Mapping
from math import log1p, prod
from typing import Any, Final

from kuramori_lake.detect.findings import Code, Severity
from kuramori_lake.detect.settings import Settings

Numbers = Mapping[str, Any]

BULK: Final = 0.45
SECRET: Final = 0.50
AREA: Final = 0.35
COPY: Final = 0.45
CHANNEL: Final = 0.40
HOURS: Final = 0.20
LEAVING: Final = 0.35
FAMILIAR: Final = 0.05
"""What is left of a secret's weight where it is the person's daily bread."""
OWN_GROUND: Final = 0.4
"""What is left of a bulk read that stays where the person always works."""
READ_DEPTH: Final = 0.5
CERTAIN: Final = 0.95
"""No decision makes a reason stronger than this."""
APPROVED: Final = 0.8
"""How much an approved handover takes off the reading that it explains; never all of it."""


def _share(value: float, full: float) -> float:
    """0 to 1 on a logarithmic scale; 1 from `full` on."""
    return min(1.0, log1p(max(value, 0.0)) / log1p(full))


def bulk_read(z: float, numbers: Numbers, new_share: float) -> tuple[float, float]:
    """Strength, and what familiar ground has taken off it."""
    whole = BULK * min(1.0, max(0.0, z - 2) / 6) * _share(numbers["own_now"] or 0, 300)
    kept = whole * (OWN_GROUND + (1 - OWN_GROUND) * new_share)
    return kept, whole - kept


def secrets(numbers: Numbers, *, new_weight: float, heaviest: float) -> tuple[float, float]:
    """Strength by level weight and depth of touch, and what daily bread has taken off it.

    `heaviest` is the weight of the gravest level: companies weigh levels on scales of their own.
    """
    weight = numbers["weight"] / heaviest * READ_DEPTH
    fresh = min(weight, new_weight / heaviest * READ_DEPTH)
    kept = SECRET * _share(fresh + FAMILIAR * (weight - fresh), 500)
    return kept, SECRET * _share(weight, 500) - kept


def first_area(numbers: Numbers, *, is_settled: bool) -> float:
    """Strength by documents in areas that are new to the person and strange to the peers."""
    return AREA * _share(numbers["new_documents"], 200) * (1.0 if is_settled else 0.2)


def copy_out(numbers: Numbers) -> float:
    """Strength by number or size, more on a device never used before and less for those who often copy."""
    amount = max(_share(numbers["files"], 200), _share(numbers["bytes"] / 1e6, 20_000))
    device: float = 1.0 if numbers["first_time_devices"] else 0.5
    unusual: float = 1.0 if numbers["files"] > 3 * numbers["own_usual"] else 0.5
    read: float = 1.0 if numbers["read_before"] or numbers["archives"] else 0.7
    return COPY * amount * device * unusual * read


def channel(z: float, *, part: float, times_least: float) -> float:
    """Strength of much by mail, web, print, database, door or share, by how unusual it is and how much."""
    return CHANNEL * min(1.0, part) * min(1.0, max(0.0, z - 2) / 6) * (0.5 + 0.5 * _share(times_least, 20))


def off_hours(numbers: Numbers) -> float:
    """Strength by the share of file events outside the usual hours."""
    outside, events = int(numbers["events_outside_band"]), int(numbers["events"])
    return HOURS * outside / max(events, 1) * _share(outside, 200)


def together(strengths: Iterable[float]) -> float:
    """0 to 1: what several parts come to."""
    left = 1.0
    for strength in strengths:
        left *= 1 - max(0.0, strength)
    return 1 - left


def leaver(base: float) -> float:
    """Leaving is no deed: it adds only to what else there is."""
    return LEAVING * base


def decided(strength: float, factors: Iterable[float], settings: Settings) -> tuple[float, float]:
    """Strength after what people decided, and the factor that this comes to: bounded on both sides."""
    factor = min(settings.feedback_most, max(settings.feedback_least, prod(factors)))
    return (min(CERTAIN, strength * factor) if factor > 1 else strength * factor), factor


def allowed(settings: Settings, *, headcount: int, days: int) -> int:
    """How many findings of `days` days the review budget lets through."""
    return max(1, round(settings.budget * headcount / 1000 * days / 7))


def severity(score: float, *, place: int, allowed: int, settings: Settings) -> Severity:
    """By score, and by place in the queue: what nobody has time to review is `low`."""
    if score < settings.floor:
        return Severity.NOTE
    if place >= allowed:
        return Severity.LOW
    if score >= settings.high:
        return Severity.HIGH
    return Severity.MEDIUM if score >= settings.medium else Severity.LOW


LOWERING: Final = frozenset({Code.APPROVED_FLOW, Code.DAILY_BREAD, Code.NEWCOMER, Code.ALONE, Code.FEEDBACK})
