"""Who is reviewed on a day: most evidence first, less for what was reviewed a short while ago, leavers before others.

Plain arithmetic over the candidates of one day after the other; no database and no later day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from math import exp
from operator import itemgetter
from typing import Any, Final

from kuramori_lake.detect.metrics import Channel
from kuramori_lake.rank.settings import Settings
from kuramori_lake.rank.tables import Leaving
from kuramori_lake.rank.tell import LEAVER, Ranked, Reason

REASONS: Final = 5
TODAY: Final = 1.5
"""A sum over weeks is told instead of the day's number only if it says clearly more."""
SCALE: Final = 10.0
"""Evidence of 10, such as five numbers each seen once in a hundred days, scores 63."""
FOLLOW_UP_DAYS: Final = 7
"""Each leaver is looked at again after a week, whatever was reviewed before."""


@dataclass(kw_only=True)
class _Memory:
    """What was reviewed of one person: for each reason the day, and how strong it was then."""

    reasons: dict[tuple[str, str], tuple[date, float]] = field(default_factory=dict)

    def fresh(self, reasons: Sequence[Reason], day: date, days: int) -> float:
        """0 to 1: the part of today's evidence that nobody has reviewed yet, or long ago."""
        whole = sum(reason.value for reason in reasons)
        known = 0.0
        for reason in reasons:
            when, value = self.reasons.get(reason.key, (day, 0.0))
            faded = max(0.0, 1 - (day - when).days / days)
            known += min(reason.value, value) * faded
        return (whole - known) / whole if whole else 0.0

    def remember(self, reasons: Iterable[Reason], day: date) -> None:
        """Note that these were reviewed."""
        for reason in reasons:
            self.reasons[reason.key] = (day, reason.value)


def choose(
    rows: Iterable[Mapping[str, Any]], leaving: Sequence[Leaving], since: date, settings: Settings
) -> Iterator[Ranked]:
    """The reviews of each day from `since` on; rows of earlier days are played through and kept to themselves."""
    memory: dict[str, _Memory] = {}
    leavers = {one.person_id: one for one in leaving}
    for day, theirs in groupby(rows, itemgetter("day")):
        found = []
        for person, his in groupby(theirs, itemgetter("person_id")):
            parts = list(his)
            reasons = _strongest(map(Reason.of, parts))
            leaver = _in_time(leavers.get(person), day)
            known = memory.get(person, _Memory())
            days = FOLLOW_UP_DAYS if leaver else settings.memory_days
            fresh = known.fresh(reasons, day, days)
            evidence = parts[0]["evidence"] * fresh
            if evidence < (settings.least_of_leavers if leaver else settings.least):
                continue
            if leaver:
                evidence = evidence * settings.leaver_factor + settings.least
                reasons = [*reasons, _leaver(leaver, evidence)]
            if vote := parts[0].get("vote"):  # after the question whether others are enough: alone it puts nobody here
                evidence += vote.value * fresh
                reasons = [*reasons, vote]
            found.append((evidence, person, reasons))
        found.sort(key=lambda one: (-one[0], one[1]))
        for place, (evidence, person, reasons) in enumerate(found[: settings.per_day], start=1):
            memory.setdefault(person, _Memory()).remember(reasons, day)
            if day >= since:
                score = round(100 * (1 - exp(-evidence / SCALE)), 1)
                yield Ranked(day=day, person=person, rank=place, score=score, reasons=tuple(reasons))


def _strongest(reasons: Iterable[Reason]) -> list[Reason]:
    """The strongest of each metric, so that a day and its week are told once."""
    found: dict[str, Reason] = {}
    for reason in sorted(reasons, key=lambda one: (-one.value * (TODAY if one.width == 1 else 1), one.width)):
        found.setdefault(reason.metric, reason)
    return sorted(found.values(), key=lambda one: -one.value)[:REASONS]


def _in_time(one: Leaving | None, day: date) -> Leaving | None:
    return one if one and one.since <= day <= one.until else None


def _leaver(one: Leaving, evidence: float) -> Reason:
    return Reason(
        metric=LEAVER, channel=Channel.LOGON, width=1, value=round(evidence / 3, 3), count=1, own_usual=0, peer_usual=0,
        own_days=0, peer_n=0, peer_group="company", z_own=0, z_peer=0, last_day=one.last,
    )  # fmt: skip
