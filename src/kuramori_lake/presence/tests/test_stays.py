"""FAC-05: who was there for certain and who perhaps, and what that lets one say of somebody alone."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.presence.occupancy import alone_in
from kuramori_lake.presence.permits import Permit, Slot, unpermitted
from kuramori_lake.presence.stays import LONGEST, Doubt, Passing, Swipe, Zone, stays_of

LAB = Zone(key="lab", doors=frozenset({"D1"}))


def at(clock: str, day: int = 20) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock:0>5}")


def swipes(*told: str) -> list[Swipe]:
    """`akari in 9:00`, on the 20th; `akari in 21T9:00` on another day; `- in 9:00`: nobody named."""
    made = []
    for line in told:
        who, passing, moment = line.split()
        day, _, clock = moment.rpartition("T")
        made.append(Swipe(who="" if who == "-" else who, at=at(clock, int(day or 20)), passing=Passing(passing)))
    return made


def alone(*told: str, zone: Zone = LAB) -> list[tuple[str, str, str, bool]]:
    found = alone_in(zone, stays_of(swipes(*told)))
    return [(one.who, f"{one.since:%d %H:%M}", f"{one.until:%d %H:%M}", one.is_sure) for one in found]


BOTH = ("akari in 9:00", "botan in 9:05", "botan out 11:00", "akari out 11:30")


def test_who_stays_behind_is_alone_for_certain_from_the_moment_the_other_left():
    (one,) = alone_in(LAB, stays_of(swipes(*BOTH)))
    assert (one.who, one.since, one.until, one.minutes) == ("akari", at("11:00"), at("11:30"), 30)
    assert one.is_sure
    assert one.doubts == ()
    assert alone(*BOTH[:3], "akari out 11:19") == [], "nineteen minutes are not told, nor the first five"
    assert alone(*BOTH[:3], "akari out 11:20") == [("akari", "20 11:00", "20 11:20", True)]


def test_a_visit_of_a_minute_ends_it_and_begins_it_anew():
    told = alone("akari in 9:00", "botan in 9:15", "botan out 9:16", "akari out 9:40")
    assert told == [("akari", "20 09:16", "20 09:40", True)]
    assert alone("akari in 9:00", "botan in 9:15", "botan out 9:16", "akari out 9:35") == []


def test_midnight_ends_nothing():
    assert alone("akari in 23:50", "akari out 21T0:15") == [("akari", "20 23:50", "21 00:15", True)]


def test_three_may_be_asked_for_and_then_two_are_too_few():
    three = Zone(key="vault", doors=LAB.doors, least=3)
    assert alone("akari in 9:00", "botan in 9:00", "botan out 9:30", "akari out 9:40", zone=three) == [
        ("akari", "20 09:00", "20 09:40", True),
        ("botan", "20 09:00", "20 09:30", True),
    ]
    assert alone("akari in 9:00", "akari out 19:00", zone=Zone(key="open", doors=LAB.doors, least=1)) == []


def test_a_leaving_that_was_not_recorded_makes_the_other_alone_perhaps():
    """Nobody knows when Botan went: from her entry on she may have been gone, until her next sign of life."""
    (one,) = alone_in(
        LAB, stays_of(swipes("akari in 9:00", "botan in 9:00", "akari out 11:00", "botan elsewhere 21T9:00"))
    )
    assert (one.who, one.is_sure, one.doubts) == ("akari", False, (Doubt.NO_EXIT,))
    assert (one.since, one.until) == (at("9:00"), at("11:00")), "and of Botan nothing is told when all have gone home"
    seen_elsewhere = alone("botan in 9:00", "botan elsewhere 9:30", "akari in 10:00", "akari out 11:00")
    assert ("akari", "20 10:00", "20 11:00", True) in seen_elsewhere, "her badge at another door says that she left"


def test_who_walked_in_behind_another_is_there_perhaps_from_when_he_was_last_seen_outside():
    """Tailgating: leaving without having entered."""
    (one,) = alone_in(
        LAB, stays_of(swipes("akari in 9:00", "botan elsewhere 9:30", "botan out 11:00", "akari out 11:00"))
    )
    assert (one.since, one.until, one.is_sure, one.doubts) == (at("9:00"), at("9:30"), True, ())
    told = alone("botan elsewhere 8:00", "akari in 9:00", "botan out 11:00", "akari out 11:00")
    assert told == [("akari", "20 09:00", "20 11:00", False)]


def test_a_door_inside_the_zone_shows_that_somebody_is_still_there():
    told = alone("akari in 9:00", "akari inside 9:45", "akari elsewhere 10:30")
    assert told == [("akari", "20 09:00", "20 09:45", True)]
    (stay,) = stays_of(swipes("akari inside 9:45", "akari out 10:00"))
    assert (stay.surely_since, stay.surely_until, stay.doubts) == (at("9:45"), at("10:00"), {Doubt.NO_ENTRY})


def test_a_door_that_opened_for_nobody_named_takes_the_certainty_away():
    told = alone("- in 8:00", "akari in 9:00", "akari out 10:00")
    assert told == [("akari", "20 09:00", "20 10:00", False)]
    assert alone("- out 8:00", "akari in 9:00", "akari out 10:00") == [("akari", "20 09:00", "20 10:00", True)]
    assert alone("- in 8:00") == [], "nobody is told of nobody"


def test_who_forgot_to_swipe_out_and_was_the_only_one_was_perhaps_alone_and_not_for_days():
    (one,) = alone_in(LAB, stays_of(swipes("akari in 9:00")))
    assert (one.until - one.since, one.is_sure, one.doubts) == (LONGEST, False, (Doubt.NO_EXIT,))
    first, second = stays_of(swipes("akari in 9:00", "akari out 22T9:00"))
    assert (first.until, first.doubts) == (at("9:00") + LONGEST, {Doubt.NO_EXIT})
    assert (second.since, second.doubts) == (at("9:00", 22) - LONGEST, {Doubt.NO_ENTRY})


def test_where_several_may_be_there_and_nobody_surely_is_nobody_is_named():
    assert alone("akari in 9:00", "botan in 9:01") == []


@pytest.mark.parametrize("told", [(), ("akari elsewhere 9:00",), ("akari in 9:00", "akari out 9:00")])
def test_nothing_is_nothing(told):
    assert alone(*told) == []


_WHO = st.sampled_from(["akari", "botan", "chihiro", ""])
_SWIPES = st.lists(st.tuples(st.integers(0, 3_000), _WHO, st.sampled_from(list(Passing))), max_size=40).map(
    lambda rows: [
        Swipe(who=who, at=at("9:00") + timedelta(minutes=minute), passing=passing)
        for minute, who, passing in sorted(rows)
    ]
)


@given(_SWIPES)
def test_whatever_is_swiped_each_stay_holds_together_and_what_is_sure_is_within_what_may_be(found):
    stays = stays_of(found)
    for stay in stays:
        assert stay.since <= stay.surely_since <= stay.surely_until <= stay.until
        assert stay.surely_since - stay.since <= LONGEST
        assert stay.until - stay.surely_until <= LONGEST
    for who in {stay.who for stay in stays} - {""}:
        own = sorted((stay for stay in stays if stay.who == who), key=lambda stay: stay.surely_since)
        assert all(before.until <= after.surely_since for before, after in pairwise(own))
    for one in alone_in(LAB, stays):
        assert one.minutes >= LAB.minutes
        assert one.is_sure != bool(one.doubts)
        others = [stay for stay in stays if stay.who != one.who]
        if one.is_sure:
            assert not [stay for stay in others if stay.since < one.until and stay.until > one.since]
        else:
            surely = [stay for stay in others if stay.surely_since < one.until and stay.surely_until > one.since]
            assert not surely


def test_an_entry_needs_a_slot_that_holds_at_that_moment():
    """FAC-13: a permit outside its slot is invalid; both ends of a slot belong to it."""
    slot = Permit(zone="lab", person_id="akari", since=at("9:00"), until=at("12:00"))
    other = Permit(zone="vault", person_id="botan", since=at("0:00"), until=at("23:00"))
    again = Permit(zone="lab", person_id="akari", since=at("15:00"), until=at("16:00"))
    entries = [(who, at(clock), "D1") for who, clock in (
        ("akari", "8:59"), ("akari", "9:00"), ("akari", "12:00"), ("akari", "12:01"), ("akari", "15:30"),
        ("botan", "10:00"),
    )]  # fmt: skip
    found = unpermitted(entries, "lab", [slot, other, again])
    assert [(one.who, one.at, one.slot) for one in found] == [
        ("akari", at("8:59"), Slot.EARLY),
        ("akari", at("12:01"), Slot.LATE),
        ("botan", at("10:00"), Slot.NONE),
    ]
    assert found[0].door == "D1"
    assert unpermitted([], "lab", [slot]) == []
