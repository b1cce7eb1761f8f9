"""Stays in a zone out of the swipes at its doors: between which moments somebody was there, and between which perhaps.

Doors tell who swiped, not who walked through. So a stay has two spans: the one in which its person was there for
certain, and the one in which he may have been. A missing swipe widens the second and never the first; what is said of a
zone can then be as sure as its swipes are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = timedelta(hours=16)
"""Nobody is taken to be in a zone for longer without a swipe: two shifts."""


class Doubt(StrEnum):
    """Why it is not certain that somebody was in a zone, or alone there."""

    NO_ENTRY = "no_entry"
    """He left without having entered: he came in behind somebody else (tailgating)."""
    NO_EXIT = "no_exit"
    """He entered, and no leaving was recorded."""
    NOT_TAKEN_IN = "not_taken_in"
    """Logs of some people are not taken in: one of them may have been there, unseen."""
    NO_NAME = "no_name"
    """A door opened for nobody who is named."""


class Passing(StrEnum):
    """What a swipe says of a zone."""

    IN = "in"
    OUT = "out"
    INSIDE = "inside"
    """At a door inside the zone: he is there."""
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone in which fewer than `least` people are too few. Doors are named as the log names them, door or reader."""

    key: str
    doors: frozenset[str]
    """Its outer doors: swiping in there is entering it, swiping out is leaving it."""
    inner: frozenset[str] = frozenset()
    """Doors inside it, such as that of a smaller zone: passing them is no leaving."""
    least: int = 2
    minutes: int = 20
    """So long fewer than `least` are there before it is told."""
    by_permit: bool = False
    """Whether it is entered by permit only (FAC-13)."""


@dataclass(frozen=True, kw_only=True)
class Swipe:
    """One passage: `who` is the person's id, or the card's name where nobody is known behind it; "" for nobody."""

    who: str
    at: datetime
    passing: Passing


@dataclass(kw_only=True)
class Stay:
    """One stay. `since` to `until`: there perhaps; `surely_since` to `surely_until` within it: there for certain."""

    who: str
    since: datetime
    surely_since: datetime
    surely_until: datetime
    until: datetime
    doubts: set[Doubt] = field(default_factory=set)


def stays_of(swipes: Iterable[Swipe]) -> list[Stay]:
    """All stays, by who and time; swipes come in order of time."""
    by_person: dict[str, _Person] = {}
    nameless: list[Stay] = []
    for swipe in swipes:
        if not swipe.who:
            nameless += _nameless(swipe)
            continue
        by_person.setdefault(swipe.who, _Person(swipe.who)).passes(swipe)
    return [stay for who in sorted(by_person) for stay in by_person[who].finished()] + nameless


def _nameless(swipe: Swipe) -> list[Stay]:
    """Somebody may have come in; a button by which a door is opened from inside tells of nobody's leaving."""
    if swipe.passing is not Passing.IN:
        return []
    at = swipe.at
    return [
        Stay(who="", since=at, surely_since=at, surely_until=at, until=at + LONGEST, doubts={Doubt.NO_NAME}),
    ]


class _Person:
    """One person's swipes, followed through the zone."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._open: Stay | None = None
        self._stays: list[Stay] = []
        self._away: datetime | None = None
        """When he was last known to be outside."""

    def passes(self, swipe: Swipe) -> None:
        at = swipe.at
        if self._open is not None and at > self._open.surely_until + LONGEST:
            self._leaves(self._open.surely_until + LONGEST, is_seen=False)
        if swipe.passing is Passing.IN:
            if self._open is not None:  # he swiped in twice: in between he left without swiping
                self._leaves(at, is_seen=False)
            self._open = Stay(who=self._who, since=at, surely_since=at, surely_until=at, until=at + LONGEST)
        elif swipe.passing is Passing.ELSEWHERE:
            if self._open is not None:
                self._leaves(at, is_seen=False)
            self._away = at
        else:
            self._is_there(at)
            if swipe.passing is Passing.OUT:
                self._leaves(at, is_seen=True)

    def _is_there(self, at: datetime) -> None:
        if self._open is None:
            since = max(at - LONGEST, self._away or at - LONGEST)
            doubts = {Doubt.NO_ENTRY}
            self._open = Stay(who=self._who, since=since, surely_since=at, surely_until=at, until=at, doubts=doubts)
        self._open.surely_until = at

    def _leaves(self, at: datetime, *, is_seen: bool) -> None:
        stay = self._open
        if stay is None:
            return
        stay.until = at
        if not is_seen:
            stay.doubts.add(Doubt.NO_EXIT)
        self._stays.append(stay)
        self._open, self._away = None, at

    def finished(self) -> list[Stay]:
        if self._open is not None:
            self._leaves(self._open.surely_until + LONGEST, is_seen=False)
        return self._stays
