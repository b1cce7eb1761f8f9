"""How much is found is measured: agreed tests of each way out, found or missed, after how long (DET-16). Pure.

A share of few tests says little: it is given with Wilson's interval at 95 % (E. B. Wilson, JASA 22 (1927) 209-212), a
median with the interval of its order statistics (W. J. Conover, Practical Nonparametric Statistics, 3rd ed., § 3.2).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import comb, sqrt
from typing import Final
from uuid import UUID

from kuramori.kernel.permissions import Role

Z: Final = 1.959963984540054
"""The normal distribution's quantile at 97.5 %: an interval of 95 %."""
WAITS: Final = timedelta(days=14)
"""So long after the deed an alert still counts as having found it; then the test is missed."""
LONGEST: Final = timedelta(days=14)
"""So long a window is at most: nobody agrees to be tested some day."""
TOLD_WITHIN: Final = timedelta(days=7)
"""So long after the window the tester may still tell what he did in it; then the test lapses."""
TAIL: Final = 0.025
"""Half of what lies outside an interval of 95 %."""
DECIDERS: Final = frozenset({Role.LEGAL, Role.PRIVACY_OFFICER})
"""The second office: who agrees to a test, or refuses it; never the office that plans."""
WAY_OF: Final[Mapping[str, str]] = {
    "anonymous_link": "cloud",
    "cloud_share": "cloud",
    "db_client": "database",
    "external_mail": "mail",
    "printer": "print",
    "removable": "removable",
    "web": "web",
}
"""The way out behind each channel of an alert."""
OF_FILES: Final = frozenset({"bulk_read", "first_area", "secrets"})
"""Kinds of reason that speak of reading on file servers."""
OF_DOORS: Final = frozenset({"door_without_need", "door_denied"})
"""Hard rules that speak of doors."""


class State(StrEnum):
    """What people did with a test; void is one that was done and does not count."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DONE = "done"
    VOID = "void"


class Standing(StrEnum):
    """Where a test stands at a moment: what people did with it, what time did, and what came of it."""

    WAITING = "waiting"
    AGREED = "agreed"
    LAPSED = "lapsed"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    FOUND = "found"
    MISSED = "missed"
    VOID = "void"


class Outcome(StrEnum):
    """What became of a test that was carried out."""

    OPEN = "open"
    FOUND = "found"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a tester did: on which way out, where, when (aware); when it was found, and whether somebody settled it."""

    way: str
    site: str
    done_at: datetime
    found_at: datetime | None = None
    is_settled: bool = False


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An alert: whom and which things it names, its window (local days, both included), its ways out, its moment."""

    since: date
    until: date
    ways: Collection[str]
    raised_at: datetime
    person: UUID | None = None
    things: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many tests were found, with the bounds of the interval; none where nothing was tested: unknown.

    The median delay is that of the tests that were found; its bounds need six of them. `waiting` are still open.
    """

    found: int
    tested: int
    low: float | None
    high: float | None
    usual_delay: timedelta | None
    delay_bounds: tuple[timedelta, timedelta] | None = None
    waiting: int = 0

    @property
    def share(self) -> float | None:
        """Return the share that was found, None when unknown."""
        return self.found / self.tested if self.tested else None


def outcome_at(deed: Deed, at: datetime) -> Outcome:
    """Return what became of a deed at a moment: missed when its time is over, or when somebody settled it so.

    What was found later than in time counts as missed: whoever leaves by then has left.
    """
    if deed.found_at is not None and deed.found_at < deed.done_at + WAITS:
        return Outcome.FOUND
    is_over = deed.is_settled or deed.found_at is not None or at >= deed.done_at + WAITS
    return Outcome.MISSED if is_over else Outcome.OPEN


def standing_at(state: State, *, ends_at: datetime, at: datetime, deed: Deed | None = None) -> Standing:
    """Return where a test stands; nobody has to end one that was never carried out."""
    if state is State.DONE and deed is not None:
        return Standing(outcome_at(deed, at).value)
    if state in {State.WAITING, State.AGREED} and at >= ends_at + TOLD_WITHIN:
        return Standing.LAPSED
    return Standing(state.value)


def is_in_time(raised: Raised, deed: Deed, day: date) -> bool:
    """Say whether an alert can speak of a deed of that local day: its window holds it, and it came in time."""
    return deed.done_at <= raised.raised_at < deed.done_at + WAITS and raised.since <= day <= raised.until


def is_of(raised: Raised, deed: Deed, day: date) -> bool:
    """Say whether an alert speaks of a deed: in time, and on the same way out."""
    return is_in_time(raised, deed, day) and deed.way in raised.ways


def is_about(raised: Raised, *, tester: UUID, device: str) -> bool:
    """Say whether an alert names the tester, or the device of the test ("": none)."""
    return raised.person == tester or (
        device != "" and device.casefold() in {each.casefold() for each in raised.things}
    )


def ways_of(channels: Iterable[str], codes: Collection[str], rules: Collection[str]) -> frozenset[str]:
    """Return the ways out of which an alert speaks, by its channels, its kinds of reason and its hard rules."""
    found = {WAY_OF[each] for each in channels if each in WAY_OF}
    found |= {"files"} if OF_FILES & set(codes) else set()
    return frozenset(found | ({"door"} if OF_DOORS & set(rules) else set()))


def may_decide(person: UUID | None, roles: Collection[Role], *, planner: UUID | None, tester: UUID | None) -> bool:
    """Say whether somebody may agree to a test: for the second office, never who plans it or carries it out."""
    return person is not None and person not in {planner, tester} and bool(DECIDERS & set(roles))


def wilson(found: int, tested: int) -> tuple[float, float]:
    """Return the bounds of Wilson's interval at 95 %, from 0 to 1; at the ends exactly, whatever rounding says.

    Raises ValueError unless 0 <= found <= tested > 0.
    """
    if tested <= 0 or not 0 <= found <= tested:
        raise ValueError(f"{found} of {tested}")
    share, weight = found / tested, Z * Z / tested
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * sqrt(share * (1 - share) / tested + weight / (4 * tested))
    return middle - half if found else 0.0, middle + half if found < tested else 1.0


def _median(delays: Sequence[timedelta]) -> timedelta | None:
    ranked, half = sorted(delays), len(delays) // 2
    return (ranked[half] + ranked[~half]) / 2 if ranked else None


def median_bounds(delays: Sequence[timedelta]) -> tuple[timedelta, timedelta] | None:
    """Return the bounds of the median's interval at 95 % or more by its order statistics; None of fewer than six."""
    count, below, place = len(delays), 0.0, 0
    while place < count // 2 and (below := below + comb(count, place) / 2**count) <= TAIL:
        place += 1
    ordered = sorted(delays)
    return (ordered[place - 1], ordered[count - place]) if place else None


def rate_of(deeds: Iterable[Deed], at: datetime) -> Rate:
    """Return the rate over deeds that are decided at a moment; open ones count neither way."""
    known = [(deed, outcome_at(deed, at)) for deed in deeds]
    tested = sum(outcome is not Outcome.OPEN for _deed, outcome in known)
    delays = [deed.found_at - deed.done_at for deed, came in known if came is Outcome.FOUND and deed.found_at]
    low, high = wilson(len(delays), tested) if tested else (None, None)
    return Rate(
        found=len(delays),
        tested=tested,
        low=low,
        high=high,
        usual_delay=_median(delays),
        delay_bounds=median_bounds(delays),
        waiting=len(known) - tested,
    )


def rates_by_way(deeds: Collection[Deed], ways: Iterable[str], at: datetime) -> Mapping[str, Rate]:
    """Return the rate of every way out, the untested ones too: what nobody tried is unknown, not safe."""
    return {way: rate_of((deed for deed in deeds if deed.way == way), at) for way in ways}
