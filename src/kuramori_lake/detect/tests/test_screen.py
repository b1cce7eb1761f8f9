"""Robust deviation counted by hand, windows, peers, what makes a leaver, and how flagged days become episodes."""

from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from math import log, sqrt

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.detect import Settings, sql_screen
from kuramori_lake.detect.screen import GAP, Episode, Flag, Standing, episodes_of

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def flag(day, *, width=1, metric="documents", z=5.0, x=50):
    return Flag(person_id="akari", day=day, width=width, metric=metric, z=z, z_own=z, z_peer=z, x=x)


def standing(**more):
    plain = {
        "person_id": "akari", "unit": "3210", "role": "設計", "site": "HMM", "projects": "", "notice_on": None,
        "last_day": None, "trigger": None, "scan_from": TODAY - 20 * DAY, "peers": [], "peer_n": 9, "peer_rank": 2,
        "samples": 40,
    }  # fmt: skip
    return Standing(**plain | more)


def spans(*flags, as_of=TODAY):
    return [(one.since, one.until) for one in episodes_of(standing(), list(flags), as_of)]


def ago(days):
    return TODAY - days * DAY


# episodes


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([7], [(7, 7)]),
        ([7, 6], [(7, 6)]),
        ([7, 3], [(7, 3)]),
        ([8, 3], [(8, 8), (3, 3)]),
        ([12, 9, 5, 1], [(12, 1)]),
        ([19, 14, 10, 2], [(19, 19), (14, 10), (2, 2)]),
    ],
    ids=["one", "next day", "gap of four", "gap of five", "chain", "three"],
)
def test_flagged_days_no_more_than_four_apart_are_one_window(days, expected):
    assert spans(*(flag(ago(n)) for n in days)) == [(ago(since), ago(until)) for since, until in expected]


def test_wide_window_counts_where_no_single_day_explains_it():
    assert spans(flag(TODAY, width=7)) == [(ago(6), TODAY)]


def test_wide_window_adds_nothing_to_the_days_that_make_it():
    assert spans(flag(ago(3)), flag(TODAY, width=7)) == [(ago(3), ago(3))]


def test_wide_window_stands_beside_days_before_it():
    assert spans(flag(ago(12)), flag(TODAY, width=7)) == [(ago(12), ago(12)), (ago(6), TODAY)]


def test_widest_window_gives_the_first_day():
    assert spans(flag(TODAY, width=7), flag(TODAY, width=30)) == [(ago(29), TODAY)]


def test_slow_reading_of_new_areas_is_one_window_from_its_first_day():
    slow = flag(TODAY, width=25, metric="areas", x=75)
    assert spans(slow) == [(ago(24), TODAY)]
    assert spans(slow, flag(ago(10), metric="areas", x=20)) == [(ago(24), TODAY)]


def test_single_days_with_half_of_it_are_no_slow_reading():
    slow = flag(TODAY, width=25, metric="areas", x=75)
    assert spans(slow, flag(ago(10), metric="areas", x=38)) == [(ago(10), ago(10))]


def test_window_before_the_slow_one_stays():
    slow = flag(TODAY, width=10, metric="areas", x=75)
    assert spans(flag(ago(18)), slow) == [(ago(18), ago(18)), (ago(9), TODAY)]


def test_flags_of_an_episode_are_those_of_its_days_and_windows():
    one, other, wide = flag(ago(15)), flag(ago(2)), flag(TODAY, width=7)
    first, second = episodes_of(standing(), [one, other, wide], TODAY)
    assert first.flags == (one,)
    assert second.flags == (other, wide)


def test_no_flags_no_episode():
    assert spans() == []


@given(st.sets(st.integers(0, 60), max_size=15))
def test_every_flagged_day_is_in_one_window_and_windows_do_not_touch(days):
    found = spans(*(flag(ago(n)) for n in days))
    for n in days:
        assert sum(since <= ago(n) <= until for since, until in found) == 1
    assert all(later[0] - earlier[1] > GAP for earlier, later in pairwise(found))


def test_first_day_of_a_window():
    assert flag(TODAY).first == TODAY
    assert flag(TODAY, width=7).first == ago(6)


def test_promise_is_the_best_of_each_kind():
    flags = (flag(TODAY, z=4), flag(TODAY, z=9), flag(TODAY, metric="areas", z=2), flag(TODAY, metric="copies", z=3))
    assert Episode(standing=standing(), since=TODAY, until=TODAY, flags=flags).promise == 14
    assert Episode(standing=standing(), since=TODAY, until=TODAY, flags=()).promise == 0


# the screening's own arithmetic, over tables made by hand

SETTINGS = Settings(peers_least=3, least_documents=1, least_copies=1)


class Small:
    """The screening's tables without a lake: people, and how many documents they read on which day."""

    def __init__(self, **settings):
        self.db = duckdb.connect()
        self.given = asdict(SETTINGS) | settings | {"as_of": TODAY, "first": ago(6), "unknown": False, "reach": 104}
        for text in (
            "CREATE TABLE people (person_id VARCHAR, unit VARCHAR, site VARCHAR, role VARCHAR, projects VARCHAR[])",
            "ALTER TABLE people ADD since DATE",
            "ALTER TABLE people ADD until DATE",
            "ALTER TABLE people ADD notice_on DATE",
            "ALTER TABLE people ADD last_day DATE",
            "CREATE TABLE sites (site VARCHAR, holidays DATE[])",
            "CREATE TABLE rolled (person_id VARCHAR, day DATE, events BIGINT, documents BIGINT, copies BIGINT)",
            "INSERT INTO sites VALUES ('HMM', [DATE '2026-11-03'])",
        ):
            self.db.execute(text)

    def person(self, name, **more):
        plain = {"unit": "3210", "site": "HMM", "role": "設計", "projects": [], "since": date(2000, 1, 1),
                 "until": date(9999, 12, 31), "notice_on": None, "last_day": None}  # fmt: skip
        self.db.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [name, *(plain | more).values()])
        return self

    def reads(self, name, counts):
        """Documents per day, the last one today; None: not there."""
        for place, count in enumerate(reversed(counts)):
            if count is not None:
                self.db.execute("INSERT INTO rolled VALUES (?, ?, ?, ?, 0)", [name, ago(place), count, count])
        return self

    def run(self, *steps):
        for step in steps:
            self.db.execute(step, {name: value for name, value in self.given.items() if f"${name}" in step})
        return self

    def rows(self, text):
        return self.db.execute(text).fetchall()


UP_TO_STAFF = (sql_screen.STAFF,)
UP_TO_OWN = (*UP_TO_STAFF, sql_screen.CALENDAR, sql_screen.grid([]), sql_screen.series([]), sql_screen.OWN)
UP_TO_ODD = (*UP_TO_OWN, sql_screen.ROLE, sql_screen.ODD)
UP_TO_FLAGGED = (*UP_TO_ODD, sql_screen.MEMBERS, sql_screen.PEERS, sql_screen.FLAGGED)


def working(counts, length=70):
    """`counts` in turn on working days, nothing on weekends; the last one today."""
    days = [ago(length - 1 - n) for n in range(length)]
    return [counts[n % len(counts)] if day.weekday() < 5 else None for n, day in enumerate(days)]


def odd(small, width=1):
    return dict(small.rows(f"SELECT person_id, z_own FROM odd WHERE width = {width} AND day = DATE '{TODAY}'"))


def test_deviation_of_a_steady_reader_is_by_the_least_spread():
    """Usual ln(1+10), spread 0: (ln(1+100) - ln 11) / 0.25."""
    small = Small(windows=(1,)).person("akari").reads("akari", [*working([10])[:-1], 100]).run(*UP_TO_ODD)
    assert odd(small)["akari"] == pytest.approx((log(101) - log(11)) / 0.25)


def test_deviation_is_by_the_spread_where_there_is_one():
    """Of 4, 10 and 30 documents in turn the median of ln(1+x) is ln 11, its spread the nearer of the distances."""
    small = Small(windows=(1,)).person("akari").reads("akari", [*working([4, 10, 30])[:-1], 900]).run(*UP_TO_ODD)
    spread = 1.4826 * (log(11) - log(5))
    assert odd(small)["akari"] == pytest.approx((log(901) - log(11)) / spread, rel=0.03)


@pytest.mark.parametrize("count", [10, 12, 16])
def test_little_more_than_usual_is_not_odd(count):
    small = Small(windows=(1,)).person("akari").reads("akari", [*working([10])[:-1], count]).run(*UP_TO_ODD)
    assert odd(small) == {}


def test_day_off_is_compared_with_days_off():
    """Fifty on every Saturday are usual on a Saturday, and odd for a person who never came on one."""
    saturday = ago(6)
    small = Small(windows=(1,)).person("akari").person("botan")
    counts = working([50])
    for n in range(70):
        if ago(69 - n).weekday() == 5:
            counts[n] = 50
    small.reads("akari", counts).reads("botan", [*working([50])[:63], 50, *working([50])[64:]]).run(*UP_TO_ODD)
    found = {who for who, day in small.rows("SELECT person_id, day FROM odd") if day == saturday}
    assert saturday.weekday() == 5
    assert found == {"botan"}


def test_days_looked_at_are_not_their_own_usual():
    small = Small(windows=(1,)).person("akari").reads("akari", working([10])[:-7] + [200] * 7).run(*UP_TO_OWN)
    ((usual, spread),) = small.rows("SELECT usual, spread FROM own WHERE metric = 'documents' AND NOT rest")
    assert (usual, spread) == (pytest.approx(log(11)), 0)


def test_wide_window_is_the_sum_of_its_days():
    small = Small(windows=(1, 7)).person("akari").reads("akari", working([10])).run(*UP_TO_OWN)
    sums = {x for (x,) in small.rows("SELECT x FROM series WHERE width = 7 AND metric = 'documents'")}
    assert max(sums) == 50
    assert all(x % 10 == 0 for x in sums)


def test_newcomer_shrinks_to_the_role():
    """With three days of his own, three tenths of him count and seven tenths of the role."""
    small = Small(windows=(1,)).person("akari").person("botan").person("gen")
    small.reads("akari", working([10])).reads("botan", working([10]))
    days = [None] * 52 + [40, 40, 40] + [None] * 14 + [400]
    assert len(days) == 70
    small.reads("gen", days)
    small.given["tail_days"] = 7
    small.run(*UP_TO_ODD)
    ((samples, usual),) = small.rows(
        f"SELECT samples, usual FROM odd WHERE person_id = 'gen' AND day = DATE '{TODAY}' AND metric = 'documents'"
    )
    expected = log(41) * samples / 10 + log(11) * (1 - samples / 10)
    assert samples <= 3
    assert usual == pytest.approx(expected)


def test_who_reads_what_all_peers_read_today_is_not_flagged():
    small = Small(windows=(1,))
    for name in "abcdef":
        small.person(name).reads(name, [*working([10])[:-1], 100])
    assert small.run(*UP_TO_FLAGGED).rows("SELECT * FROM flagged") == []


def test_deviation_is_the_mean_of_own_and_peers():
    small = Small(windows=(1,))
    for name in "abcdef":
        small.person(name).reads(name, [*working([10])[:-1], 100 if name == "a" else 10])
    ((who, z_own, z_peer, z),) = small.run(*UP_TO_FLAGGED).rows("SELECT person_id, z_own, z_peer, z FROM flagged")
    expected = (log(101) - log(11)) / 0.25
    assert (who, z_own, z_peer) == ("a", pytest.approx(expected), pytest.approx(expected))
    assert z == pytest.approx(sqrt(z_own * z_peer))


def test_somebody_without_peers_counts_half():
    small = Small(windows=(1,)).person("akari").reads("akari", [*working([10])[:-1], 200])
    ((z_own, z_peer, z),) = small.run(*UP_TO_FLAGGED).rows(
        f"SELECT z_own, z_peer, z FROM flagged WHERE day = DATE '{TODAY}'"
    )
    assert z_peer is None
    assert z == pytest.approx(z_own * sqrt(0.5))


# peers


@pytest.mark.parametrize(
    ("team", "unit", "role", "rank"), [(4, 0, 0, 1), (3, 1, 0, 2), (1, 3, 0, 2), (1, 1, 3, 3), (1, 1, 1, 4)]
)
def test_peers_are_the_closest_group_that_is_large_enough(team, unit, role, rank):
    """`team` shares all with Akari (herself included), `unit` only the unit, `role` only the role; others nothing."""
    small = Small().person("akari", projects=["PJ"])
    for n in range(1, team):
        small.person(f"team{n}", projects=["PJ"])
    for n in range(unit):
        small.person(f"unit{n}", role="事務")
    for n in range(role):
        small.person(f"role{n}", unit="9999", site="KTK")
    small.person("stranger", unit="8888", role="営業", site="KTK")
    small.run(*UP_TO_STAFF, sql_screen.MEMBERS, sql_screen.PEERS)
    assert small.rows("SELECT rank FROM peers WHERE person_id = 'akari'") == [(rank,)]


def test_everybody_has_one_group_of_peers():
    small = Small()
    for n in range(7):
        small.person(f"p{n}", unit=f"{n % 3}", role="abc"[n % 2])
    small.run(*UP_TO_STAFF, sql_screen.MEMBERS, sql_screen.PEERS)
    assert len(small.rows("SELECT person_id FROM peers")) == 7


# leavers


@pytest.mark.parametrize(
    ("notice", "last", "trigger"),
    [
        (None, None, None),
        (5, None, 5),
        (-5, None, None),
        (5, -30, 5),
        (None, -20, 10),
        (None, -31, None),
        (40, 10, 40),
        (60, 31, None),
        (2, -5, 25),
    ],
    ids=["stays", "has given notice", "will give notice", "both", "contract ends", "ends later", "has just gone",
         "has long gone", "contract was to end anyway"],
)  # fmt: skip
def test_who_is_a_leaver_and_since_when(notice, last, trigger):
    """Days before the day asked for; negative ones come after it."""
    days = {"notice_on": notice if notice is None else ago(notice), "last_day": last if last is None else ago(last)}
    small = Small().person("akari", **days).run(*UP_TO_STAFF)
    assert small.rows("SELECT trigger FROM staff") == [(None if trigger is None else ago(trigger),)]


def test_leaver_is_looked_at_from_ninety_days_before_notice():
    small = Small().person("akari", notice_on=ago(10)).person("botan").run(*UP_TO_STAFF)
    found = dict(small.rows("SELECT person_id, scan_from FROM staff"))
    assert found == {"akari": ago(100), "botan": ago(20)}


@pytest.mark.parametrize(("until", "is_there"), [(0, True), (30, True), (31, False)])
def test_staff_is_who_was_there_in_the_last_thirty_days(until, is_there):
    small = Small().person("akari", until=ago(until)).run(*UP_TO_STAFF)
    assert bool(small.rows("SELECT 1 FROM staff")) is is_there


def test_latest_of_several_assignments_counts():
    small = Small().person("akari", unit="old", until=ago(5)).person("akari", unit="new", since=ago(4))
    assert small.run(*UP_TO_STAFF).rows("SELECT unit FROM staff") == [("new",)]


@pytest.mark.parametrize(("unknown", "found"), [(False, []), (True, [("actor:ghost",)])])
def test_account_without_a_name_is_staff_only_if_asked(unknown, found):
    small = Small().reads("actor:ghost", [5])
    small.given["unknown"] = unknown
    assert small.run(*UP_TO_STAFF).rows("SELECT person_id FROM staff") == found


def test_site_that_nobody_described_rests_on_weekends_only():
    small = Small().person("akari").person("botan", site="XXX").reads("akari", working([10], 30))
    small.run(*UP_TO_STAFF, sql_screen.CALENDAR)
    rest = dict(small.rows("SELECT site, rest FROM calendar WHERE day = DATE '2026-11-03'"))
    assert rest == {"HMM": True, "": False}
