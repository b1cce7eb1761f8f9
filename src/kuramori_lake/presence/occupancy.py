"""When fewer people than a zone asks for were in it (FAC-05), and whether that is sure.

Sure: somebody was there for certain, and all who may have been there, certain or not, are too few. Not sure: those who
were there for certain are too few, but somebody else may have been there. What nobody can tell is not told of anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from kuramori_lake.presence.stays import Doubt, Stay, Zone


@dataclass(frozen=True, kw_only=True)
class Alone:
    """One person was in a zone with fewer others than it asks for. Times are naive UTC."""

    zone: str
    who: str
    """Id of the person, or the card's name."""
    since: datetime
    until: datetime
    is_sure: bool
    doubts: tuple[Doubt, ...] = ()
    """Why it is not sure."""

    @property
    def minutes(self) -> int:
        """Whole minutes."""
        return int((self.until - self.since) / timedelta(minutes=1))


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """Between two moments at which nothing changed: who was there for certain, who perhaps."""

    since: datetime
    until: datetime
    surely: frozenset[str]
    perhaps: frozenset[str]
    """All of `surely` too."""
    last: frozenset[str]
    """Of `perhaps`, who were seen there after everybody else: not one who walked in behind another and is seen only
    later, nor one who forgot to swipe when all went home."""
    met: frozenset[str]
    """Who was there for certain at its first moment, if only to swipe."""
    doubts: frozenset[Doubt]


@dataclass(frozen=True, kw_only=True)
class _Part:
    since: datetime
    until: datetime
    is_sure: bool
    is_new: bool
    """At its first moment enough people were there for certain."""
    doubts: frozenset[Doubt]


def alone_in(zone: Zone, stays: Sequence[Stay]) -> list[Alone]:
    """All times at which somebody was there with too few others, at least the zone's minutes long, in order of time."""
    parts: dict[str, list[_Part]] = {}
    for stretch in _stretches(stays):
        for who, is_sure in _too_few(zone, stretch):
            doubts = frozenset() if is_sure else stretch.doubts
            is_new = len(stretch.met | {who}) >= zone.least
            part = _Part(since=stretch.since, until=stretch.until, is_sure=is_sure, is_new=is_new, doubts=doubts)
            parts.setdefault(who, []).append(part)
    least = timedelta(minutes=zone.minutes)
    found = [one for who in parts for run in _runs(parts[who]) for one in _told(zone.key, who, run, least)]
    return sorted(found, key=lambda one: (one.since, one.who))


def _stretches(stays: Sequence[Stay]) -> Iterable[_Stretch]:
    """Walk along the moments at which something changed."""
    begins: dict[datetime, list[Stay]] = {}
    moments: set[datetime] = set()
    for stay in stays:
        begins.setdefault(stay.since, []).append(stay)
        moments |= {stay.since, stay.surely_since, stay.surely_until, stay.until}
    ordered = sorted(moments)
    present: list[Stay] = []
    signs: dict[str, datetime] = {}
    for since, until in pairwise(ordered):
        present += begins.get(since, ())
        met = frozenset(stay.who for stay in present if stay.surely_since <= since <= stay.surely_until)
        signs |= {stay.who: min(stay.surely_until, since) for stay in present if stay.surely_since <= since}
        present = [stay for stay in present if stay.until > since]
        surely = frozenset(stay.who for stay in present if stay.surely_since <= since and until <= stay.surely_until)
        perhaps = frozenset(stay.who for stay in present)
        last = frozenset(stay.who for stay in present if stay.surely_since <= since and _is_last(stay, signs))
        doubts = frozenset(doubt for stay in present if stay.who not in surely for doubt in stay.doubts)
        yield _Stretch(since=since, until=until, surely=surely, perhaps=perhaps, last=last, met=met, doubts=doubts)


def _is_last(stay: Stay, signs: Mapping[str, datetime]) -> bool:
    return all(sign <= stay.surely_until for who, sign in signs.items() if who != stay.who)


def _too_few(zone: Zone, stretch: _Stretch) -> list[tuple[str, bool]]:
    """Return who was there with too few others, and whether that is sure; nobody where it cannot be told."""
    if stretch.surely and len(stretch.perhaps) < zone.least:
        return [(who, who in stretch.surely) for who in sorted(stretch.last) if who]
    if stretch.surely and len(stretch.surely) < zone.least:
        return [(who, False) for who in sorted(stretch.surely)]
    if len(stretch.perhaps) < zone.least:
        return [(who, False) for who in sorted(stretch.last) if who]
    return []


def _runs(parts: Sequence[_Part]) -> Iterable[list[_Part]]:
    """Parts that follow each other, with nobody met in between."""
    run: list[_Part] = []
    for part in parts:
        if run and (part.is_new or part.since > run[-1].until):
            yield run
            run = []
        run.append(part)
    yield run


def _told(zone: str, who: str, run: Sequence[_Part], least: timedelta) -> list[Alone]:
    """Tell the sure times that are long enough; where there is none, the whole run as not sure."""
    sure = [
        Alone(zone=zone, who=who, since=since, until=until, is_sure=True)
        for since, until in _joined(part for part in run if part.is_sure)
        if until - since >= least
    ]
    since, until = run[0].since, run[-1].until
    if sure or until - since < least:
        return sure
    doubts = tuple(sorted(frozenset[Doubt]().union(*(part.doubts for part in run))))
    return [Alone(zone=zone, who=who, since=since, until=until, is_sure=False, doubts=doubts)]


def _joined(parts: Iterable[_Part]) -> list[tuple[datetime, datetime]]:
    spans: list[tuple[datetime, datetime]] = []
    for part in parts:
        if spans and spans[-1][1] == part.since:
            spans[-1] = (spans[-1][0], part.until)
        else:
            spans.append((part.since, part.until))
    return spans
