"""FAC-05: whatever people do, what is said of a zone agrees with somebody who stood there with a watch.

People are followed minute by minute by a count that knows nothing of stays and stretches. Where every swipe is recorded
both must agree to the minute. Where swipes are lost, what is called sure must still be true, and whoever was alone must
not be passed over silently where the doors can tell it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.presence.occupancy import alone_in
from kuramori_lake.presence.stays import Passing, Stay, Swipe, Zone, stays_of

START = datetime.fromisoformat("2026-11-20T08:00")
MINUTES = 240
PEOPLE = ("akari", "botan", "chihiro")

Walks = dict[str, list[tuple[int, int]]]
"""Of each person, when he was in the zone: from the beginning of one minute to that of another."""


def _walk(cuts: list[int]) -> list[tuple[int, int]]:
    """In and out, in and out, at ascending minutes."""
    ordered = sorted(set(cuts))
    return list(zip(ordered[::2], ordered[1::2], strict=False))


WALKS = st.fixed_dictionaries({
    who: st.lists(st.integers(0, MINUTES), max_size=6).map(_walk) for who in PEOPLE
})  # fmt: skip
ZONES = st.builds(
    Zone, key=st.just("lab"), doors=st.just(frozenset({"D"})), least=st.integers(2, 3), minutes=st.integers(1, 45)
)


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def swiped(walks: Walks, *, lost: Iterable[int] = ()) -> list[Swipe]:
    """What the doors write of it, in order of time; the swipes with these numbers are lost."""
    told = sorted(
        (minute, who, passing)
        for who, stays in walks.items()
        for stay in stays
        for minute, passing in zip(stay, (Passing.IN, Passing.OUT), strict=True)
    )
    missing = set(lost)
    return [
        Swipe(who=who, at=moment(minute), passing=passing)
        for number, (minute, who, passing) in enumerate(told)
        if number not in missing
    ]


def inside(walks: Walks, minute: int) -> set[str]:
    """Who is there during a minute."""
    return {who for who, stays in walks.items() if any(since <= minute < until for since, until in stays)}


def met(walks: Walks, minute: int) -> set[str]:
    """Who is there at the moment at which a minute begins, coming or going."""
    return {who for who, stays in walks.items() if any(since <= minute <= until for since, until in stays)}


def counted(walks: Walks, zone: Zone) -> set[tuple[str, datetime, datetime]]:
    """The same by counting: who had too few others around him, minute for minute, and for how long."""
    found = set()
    for who in PEOPLE:
        begun: int | None = None
        for minute in range(MINUTES + 2):
            here = inside(walks, minute)
            is_short = who in here and len(here) < zone.least
            if begun is not None and (not is_short or len(met(walks, minute)) >= zone.least):
                if minute - begun >= zone.minutes:
                    found.add((who, moment(begun), moment(minute)))
                begun = None
            if is_short and begun is None:
                begun = minute
    return found


def sure(zone: Zone, stays: Sequence[Stay]) -> set[tuple[str, datetime, datetime]]:
    return {(one.who, one.since, one.until) for one in alone_in(zone, stays) if one.is_sure}


@given(WALKS, ZONES)
@settings(max_examples=60)
def test_with_every_swipe_recorded_both_agree_to_the_minute_and_nothing_is_in_doubt(walks, zone):
    stays = stays_of(swiped(walks))
    told = alone_in(zone, stays)
    assert {(one.who, one.since, one.until) for one in told} == counted(walks, zone)
    assert all(one.is_sure for one in told)
    assert not [stay for stay in stays if stay.doubts]


@given(WALKS, ZONES, st.sets(st.integers(0, 17), max_size=3))
@settings(max_examples=60)
def test_with_swipes_lost_nobody_is_called_alone_for_certain_who_was_not_there(walks, zone, lost):
    """Lost on both ends of one stay, nobody can know of it: such a stay is taken out of the truth as well."""
    kept = swiped(walks, lost=lost)
    known = {
        who: [stay for stay in stays if any(one.who == who and one.at in map(moment, stay) for one in kept)]
        for who, stays in walks.items()
    }
    for who, since, until in sure(zone, stays_of(kept)):
        minutes = range(int((since - START).seconds / 60), int((until - START).seconds / 60))
        for minute in minutes:
            others = inside(known, minute) - {who}
            assert len(others) < zone.least
            assert len(others) + 1 < zone.least or who not in inside(known, minute)


@given(WALKS)
@settings(max_examples=40)
def test_a_second_reader_that_writes_each_passage_again_changes_nothing(walks):
    """Two doors, two controllers, one passage: the later swipe of the pair says what the earlier one said."""
    zone = Zone(key="lab", doors=frozenset({"D"}))
    once = swiped(walks)
    inner = [replace(swipe, passing=Passing.INSIDE) for swipe in once if swipe.passing is Passing.IN]
    twice = sorted([*once, *inner], key=lambda swipe: (swipe.at, swipe.who, swipe.passing is Passing.OUT,
                                                      swipe.passing is Passing.INSIDE))  # fmt: skip
    assert sure(zone, stays_of(once)) == sure(zone, stays_of(twice))


@given(WALKS, st.integers(1, 40))
@settings(max_examples=40)
def test_a_zone_that_asks_for_more_minutes_tells_a_part_of_what_one_tells_that_asks_for_fewer(walks, more):
    stays = stays_of(swiped(walks))
    short, long = (Zone(key="lab", doors=frozenset({"D"}), minutes=minutes) for minutes in (5, 5 + more))
    assert sure(long, stays) <= sure(short, stays)
    everybody = Zone(key="lab", doors=frozenset({"D"}), least=4, minutes=1)
    assert {who for who, _since, _until in sure(everybody, stays)} == {
        who for who, own in walks.items() if any(until > since for since, until in own)
    }, "where four are asked for, each of three is always with too few"
