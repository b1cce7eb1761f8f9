"""Sums kept are sums counted: the roll-up against the events, the look-back against a count by hand, in any order."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuramori_lake.context import ExcludedAccount, Flow
from kuramori_lake.detect import detect, lookback_report
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.detect.settings import Settings
from kuramori_lake.detect.tests.office import (
    LONG_AGO,
    OWN,
    PROJECT,
    SALES,
    TODAY,
    Diary,
    context,
    papers,
    person,
    secret,
)
from kuramori_lake.event import DestinationClass, Namespace
from kuramori_lake.store import Lake

ALL = (date(2026, 1, 1), date(2027, 1, 1))
FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DEEDS = st.tuples(
    st.sampled_from(["akari", "botan", "ghost"]),
    st.integers(0, 40),
    st.sampled_from([OWN, PROJECT, SALES]),
    st.integers(1, 5),
    st.sampled_from(["read", "make", "copy"]),
)
BATCHES = st.lists(st.lists(DEEDS, min_size=1, max_size=6), min_size=2, max_size=3)


def diary_of(deeds):
    diary = Diary()
    for who, ago, folder, count, kind in deeds:
        day = TODAY - timedelta(days=ago)
        if kind == "copy":
            diary.copies(who, day, [f"{n}.zip" for n in range(count)])
        else:
            (diary.reads if kind == "read" else diary.makes)(who, day, papers(folder, count))
    return diary


def sums(lake, kind):
    keys = [(name, "ascending") for name in ("day", "person_id", *(["area"] if kind == "areas" else []))]
    return days_between(lake, roll_up(lake), kind, *ALL).sort_by(keys).to_pylist()


@given(BATCHES)
@FEW
def test_roll_up_after_every_batch_is_the_roll_up_of_all(tmp_path_factory, batches):
    folder = tmp_path_factory.mktemp("two")
    with Lake.open(folder / "step") as step, Lake.open(folder / "whole") as whole:
        for lake in (step, whole):
            lake.context.write(context())
        for number, deeds in enumerate(batches):
            for lake in (step, whole):
                diary_of(deeds).into(lake, folder, f"{number}")
            roll_up(step)
        for kind in ("days", "areas"):
            assert sums(step, kind) == sums(whole, kind)


@pytest.mark.parametrize("days", [[0], [3], [3, 17], [45, 20, 1]])
def test_late_data_opens_the_days_it_is_about_and_no_others(lake, tmp_path, days):
    Diary().ordinary(["akari"]).into(lake, tmp_path, "ordinary")
    lake.context.write(context())
    roll_up(lake)
    late = Diary()
    for ago in days:
        late.reads("akari", TODAY - timedelta(days=ago), papers(PROJECT, 3), hour=20)
    late.into(lake, tmp_path, "late")
    assert roll_up(lake).rolled == len(days)


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        ({}, 0),
        ({"people": [person("akari", notice_on=TODAY)]}, 0),
        ({"secrets": [secret(f"{OWN}/nowhere", number="SR-0009")]}, 0),
        ({"secrets": [secret(SALES, number="SR-0009")]}, 1),
        ({"excluded": [ExcludedAccount(namespace=Namespace.AD, raw="akari", reason="x", since=LONG_AGO)]}, 2),
    ],
    ids=["nothing", "a notice", "a secret nobody touched", "a secret touched on one day", "an account excluded"],
)
def test_context_opens_the_days_whose_links_changed(lake, tmp_path, change, rolled):
    diary = Diary().reads("akari", TODAY, papers(OWN, 3)).reads("akari", TODAY - timedelta(days=9), papers(OWN, 3))
    diary.reads("botan", TODAY - timedelta(days=4), papers(SALES, 2)).into(lake, tmp_path, "x")
    lake.context.write(context())
    assert roll_up(lake).rolled == 3
    lake.context.write(context(**change))
    assert roll_up(lake).rolled == rolled


# the look-back, counted by hand


WEEK = [
    ("akari", 30, OWN, 4, "read"), ("akari", 29, OWN, 6, "read"), ("akari", 28, OWN, 8, "read"),
    ("akari", 10, PROJECT, 5, "read"), ("akari", 9, PROJECT, 7, "read"), ("akari", 9, OWN, 2, "read"),
    ("akari", 4, PROJECT, 3, "read"), ("akari", 4, OWN, 1, "make"), ("akari", 3, OWN, 3, "copy"),
    ("botan", 4, PROJECT, 9, "read"),
]  # fmt: skip
SINCE = TODAY - timedelta(days=14)


@pytest.fixture
def week(lake, tmp_path):
    diary_of(WEEK).into(lake, tmp_path, "week")
    lake.context.write(context(people=[person("akari", notice_on=TODAY - timedelta(days=6))]))
    return lookback_report(lake, "akari", SINCE, TODAY)


def paths(since=14, folder="", kinds=("read",)):
    found = defaultdict(set)
    for who, ago, where, count, kind in WEEK:
        if who == "akari" and ago <= since and where.startswith(folder) and kind in kinds:
            found[TODAY - timedelta(days=ago)] |= set(papers(where, count))
    return found


def test_documents_of_each_day(week):
    expected = {day: len(found) for day, found in paths().items()}
    assert {one.day: one.documents for one in week.days if one.documents} == expected


def test_secret_documents_of_each_day(week):
    expected = {day: len(found) for day, found in paths(folder=PROJECT).items()}
    assert {one.day: one.secret_documents for one in week.days if one.secret_documents} == expected


def test_copies_of_each_day(week):
    assert {one.day: one.copied_out for one in week.days if one.copied_out} == {TODAY - timedelta(days=3): 3}


def test_usual_is_the_median_before(week):
    assert week.usual == median([4, 6, 8])


def test_events_are_all_of_the_range_and_nobody_elses(week):
    assert week.events == sum(count for who, ago, _, count, _ in WEEK if who == "akari" and ago <= 14)
    assert sum(one.events for one in week.days) == week.events


def test_days_begin_with_the_first_event_and_go_on_to_the_end(week):
    assert [one.day for one in week.days] == [TODAY - timedelta(days=n) for n in range(10, -1, -1)]


def test_days_after_notice_are_marked(week):
    assert [one.after_notice for one in week.days] == [one.day >= TODAY - timedelta(days=6) for one in week.days]


def test_secret_before_and_after_notice(week):
    (found,) = week.secrets
    everything = paths(folder=PROJECT)
    before = {path for day, those in everything.items() if day < TODAY - timedelta(days=6) for path in those}
    assert found.documents == len(set().union(*everything.values()))
    assert found.documents_before == len(before)
    assert (found.first, found.last) == (min(everything), max(everything))


def test_touches_of_a_document_are_counted(week):
    touches = Counter()
    for who, ago, where, count, kind in WEEK:
        if who == "akari" and ago <= 14 and kind != "copy":
            touches.update(papers(where, count))
    assert {one.path: one.touches for one in week.documents} == dict(touches)


def test_made_documents_are_deeper_than_listed_and_read_ones_deeper_than_made(week):
    deepest = {one.path: one.deepest for one in week.documents}
    assert set(deepest.values()) == {"read"}  # the one that was made had been read as well


def test_channel_sums_up_what_left(week):
    (channel,) = week.channels
    assert (channel.channel, channel.events, channel.files, channel.bytes) == ("removable", 3, 3, 3_000_000)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_limit_is_of_documents_only(lake, tmp_path, limit):
    diary_of(WEEK).into(lake, tmp_path, "week")
    lake.context.write(context())
    found = lookback_report(lake, "akari", SINCE, TODAY, limit=limit)
    assert len(found.documents) == min(limit, 9)
    assert found.events == 21
    weights = [one.weight for one in found.documents]
    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize(
    ("flow", "approved"),
    [
        ({"destination_value": "7B1E"}, 3),
        ({"destination_value": "7B1E", "person_id": "akari"}, 3),
        ({"destination_value": "7B1E", "person_id": "botan"}, 0),
        ({"destination_value": "FFFF"}, 0),
        ({"destination_value": "7B1E", "until": TODAY - timedelta(days=4)}, 0),
        ({"destination_value": "7B1E", "since": TODAY - timedelta(days=2)}, 0),
        ({"destination_value": "7B1E", "since": TODAY - timedelta(days=3), "until": TODAY - timedelta(days=3)}, 3),
    ],
    ids=["registered", "for her", "for another", "another stick", "over", "not yet", "that very day"],
)
def test_flow_covers_its_days_its_person_and_its_medium(lake, tmp_path, flow, approved):
    diary_of(WEEK).into(lake, tmp_path, "week")
    plain = {"destination_class": DestinationClass.REMOVABLE, "reason": "R-12", "since": LONG_AGO}
    lake.context.write(context(flows=[Flow(**plain | flow)]))
    (channel,) = lookback_report(lake, "akari", SINCE, TODAY).channels
    assert channel.approved == approved


# everything again


@pytest.mark.parametrize("as_of", [TODAY - timedelta(days=9), TODAY - timedelta(days=3), TODAY])
def test_numbers_of_every_reason_of_every_day_can_be_counted_again(office, tmp_path, as_of):
    diary_of([("akari", 9, PROJECT, 60, "read"), ("akari", 3, OWN, 9, "copy"), ("eri", 3, SALES, 90, "read")]).into(
        office, tmp_path, "x"
    )
    found = detect(office, as_of=as_of, settings=Settings(floor=0))
    assert found
    for finding in found:
        for reason in finding.reasons:
            again = reason.recompute(office)
            assert {name: reason.numbers[name] for name in again} == again, reason.code
            assert reason.parameters.keys() <= {"person", "peers", "since", "until", "base_from", "rest_days",
                                                "notice", "lookback_from"}  # fmt: skip


@pytest.mark.parametrize("order", [(6, 5), (5, 6)], ids=["as it was", "late"])
def test_of_equally_busy_days_the_first_is_told_and_of_two_sticks_the_one_that_sorts_first(office, tmp_path, order):
    """Whoever counts again gets the same words, in whatever order the lines came in."""
    for ago in order:
        day, serial = TODAY - timedelta(days=ago), f"A{ago}"
        diary = Diary().reads("akari", day, papers(PROJECT, 80, since=ago * 100))
        diary.copies("akari", day, [f"{ago}-{n}.zip" for n in range(9)], serial=serial).into(office, tmp_path, serial)
    found = next(one for one in detect(office, as_of=TODAY) if one.person_id == "akari")
    told = {reason.code: reason for reason in found.reasons}
    assert told["bulk_read"].numbers["busiest_day"] == TODAY - timedelta(days=6)
    assert told["bulk_read"].numbers["busiest_day_count"] == 80
    assert told["copy_out"].numbers["device_serial"] == "A5"
    for reason in found.reasons:
        again = reason.recompute(office)
        assert {name: reason.numbers[name] for name in again} == again


def test_same_day_asked_twice_gives_the_same(office, tmp_path):
    diary_of([("akari", 3, PROJECT, 300, "read")]).into(office, tmp_path, "x")
    assert detect(office, as_of=TODAY) == detect(office, as_of=TODAY)
