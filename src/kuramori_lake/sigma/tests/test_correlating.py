"""The ten kinds of correlation: what each finds and what it leaves (Sigma correlation rules specification 2.1)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sigma.records import About, Correlation, Kind, Threshold
from kuramori_lake.sigma.tests.made import at, event, run
from kuramori_lake.sigma.windows import Occurrence, stretches

BASES = """
title: {name}
name: {name}
logsource: {{product: kuramori, category: event}}
detection: {{s: {{activity: {activity}}}, condition: s}}
"""


def bases(**activities):
    return "---".join(BASES.format(name=name, activity=activity) for name, activity in activities.items())


def correlation(kind, rules, condition="", *, span="10m", group="[actor_key]", more=""):
    asked = f"\n  condition: {condition}" if condition else ""
    return (
        f"---\ntitle: found\nid: found\ncorrelation:\n  type: {kind}\n  rules: {rules}\n  group-by: {group}\n"
        f"  timespan: {span}{asked}\n{more}"
    )


def reads(*clocks, who="akari", first=1, **columns):
    return [
        event(first + place, clock, activity="read", actor_key=who, path=f"/p/{first + place}", **columns)
        for place, clock in enumerate(clocks)
    ]


def found(text, events):
    return [(one.event_ids, one.value) for one in run(text, events) if one.about.id == "found"]


READ = bases(base="read")


@pytest.mark.parametrize(
    ("clocks", "condition", "expected"),
    [
        (("10:00:00", "10:05:00", "10:10:00"), "{gte: 3}", [((1, 2, 3), 3)]),
        (("10:00:00", "10:05:00", "10:10:00.000001"), "{gte: 3}", []),
        (("10:00:00", "10:05:00", "10:10:00"), "{gt: 2}", [((1, 2, 3), 3)]),
        (("10:00:00", "10:05:00", "10:10:00"), "{gt: 3}", []),
        (("10:00:00", "10:01:00", "10:10:30", "10:11:00"), "{gte: 2}", [((1, 2, 3, 4), 3)]),
        (("10:00:00", "10:01:00", "10:30:00", "10:31:00"), "{gte: 2}", [((1, 2), 2), ((3, 4), 2)]),
        (("10:00:00", "10:01:00", "10:30:00"), "{lt: 2}", [((3,), 1)]),
        (("10:00:00", "10:01:00", "10:30:00"), "{lte: 1}", [((3,), 1)]),
        (("10:00:00", "10:01:00", "10:30:00"), "{eq: 2}", [((1, 2), 2)]),
        (("10:00:00", "10:01:00", "10:30:00"), "{neq: 2}", [((3,), 1)]),
        ((), "{gte: 1}", []),
    ],
)
def test_event_count(clocks, condition, expected):
    assert found(READ + correlation("event_count", "[base]", condition), reads(*clocks)) == expected


def test_groups_do_not_mix_and_events_without_a_group_are_left_out():
    text = READ + correlation("event_count", "[base]", "{gte: 2}", group="[actor_key, host]")
    events = [
        *reads("10:00:00", "10:00:01", host="PC1"),
        *reads("10:00:00", "10:00:01", first=11, host="pc1", who="AKARI"),
        *reads("10:00:02", "10:00:03", first=21),
        *reads("10:00:02", first=31, host="pc2"),
    ]
    (one,) = run(text, events)
    assert one.event_ids == (1, 11, 2, 12)
    assert dict(one.group) == {"actor_key": "akari", "host": "pc1"}
    assert (one.first, one.last) == (at("10:00:00"), at("10:00:01"))
    assert one.kind == "event_count"


def test_value_count_counts_different_values():
    text = READ + correlation("value_count", "[base]", "{gte: 3, field: path}")
    twice = [event(number, f"10:00:0{number}", activity="read", path="/same") for number in range(5)]
    assert found(text, twice) == []
    assert found(text, reads("10:00:00", "10:00:01", "10:00:02")) == [((1, 2, 3), 3)]
    assert found(text, reads("10:00:00", "10:06:00", "10:12:00")) == []


def test_value_count_of_two_fields_counts_pairs():
    text = READ + correlation("value_count", "[base]", "{gte: 2, field: [path, host]}")
    same_path = [event(n, f"10:00:0{n}", activity="read", path="/a", host=f"pc{n}") for n in range(2)]
    assert found(text, same_path) == [((0, 1), 2)]


def pages(*counts):
    return [event(n, f"10:0{n}:00", activity="print", count=count) for n, count in enumerate(counts)]


PRINT = bases(base="print")


@pytest.mark.parametrize(
    ("kind", "counts", "condition", "expected"),
    [
        ("value_sum", (40, 60), "{gte: 100, field: count}", [((0, 1), 100)]),
        ("value_sum", (40, 59, None), "{gte: 100, field: count}", []),
        ("value_sum", (1, 2), "{lt: 4, field: count}", [((0, 1), 3)]),
        ("value_avg", (10, 20, 90), "{gte: 40, field: count}", [((0, 1, 2), 40)]),
        ("value_avg", (90, 10, 20), "{gt: 40, field: count}", []),
        ("value_median", (1, 100, 3), "{eq: 3, field: count}", [((0, 1, 2), 3)]),
        ("value_median", (1, 2), "{eq: 1.5, field: count}", [((0, 1), 1.5)]),
        ("value_percentile", (0, 10, 20, 30, 40), "{gte: 36, field: count, percentile: 90}", [((0, 1, 2, 3, 4), 36)]),
        ("value_percentile", (0, 10, 20, 30, 40), "{gt: 36, field: count, percentile: 90}", []),
    ],
)
def test_numbers_of_a_field(kind, counts, condition, expected):
    assert found(PRINT + correlation(kind, "[base]", condition), pages(*counts)) == expected


def test_a_field_without_numbers_has_no_average():
    text = READ + correlation("value_avg", "[base]", "{gte: 0, field: path}")
    assert found(text, reads("10:00:00")) == []
    summed = READ + correlation("value_sum", "[base]", "{gte: 0, field: path}")
    assert found(summed, reads("10:00:00")) == [((1,), 0)]


THREE = bases(a="create", b="copy", c="upload")


def deeds(*steps, who="akari", first=0):
    return [event(first + n, clock, activity=activity, actor_key=who) for n, (activity, clock) in enumerate(steps)]


IN_ORDER = (("create", "10:00:00"), ("copy", "10:01:00"), ("upload", "10:02:00"))
REVERSED = (("upload", "10:00:00"), ("copy", "10:01:00"), ("create", "10:02:00"))
LATE = (("create", "10:00:00"), ("copy", "10:01:00"), ("upload", "10:10:01"))


@pytest.mark.parametrize(
    ("kind", "condition", "in_order", "turned", "late"),
    [
        ("temporal", "", True, True, False),
        ("temporal", "{gte: 2}", True, True, True),
        ("temporal", "{gte: 4}", False, False, False),
        ("temporal", "{lt: 3}", False, False, True),
        ("temporal_ordered", "", True, False, False),
        ("temporal_ordered", "{gte: 2}", True, False, True),
        ("temporal", "a and b and c", True, True, False),
        ("temporal", "a and (b or c)", True, True, True),
        ("temporal", "a and b and not c", False, True, True),
        ("temporal_ordered", "a and c and not b", False, False, False),
        ("temporal_ordered", "a and (c or b)", True, False, True),
        ("temporal_extended", "c and b and not a", True, False, True),
        ("temporal_ordered_extended", "c and b", False, True, False),
    ],
)
def test_rules_within_a_time(kind, condition, in_order, turned, late):
    names = [name for name in "abc" if not condition or condition[0] == "{" or name in condition.replace("and", "")]
    text = THREE + correlation(kind, f"[{', '.join(names)}]", condition)
    groups = {"akari": (IN_ORDER, in_order), "botan": (REVERSED, turned), "chihiro": (LATE, late)}
    events = [
        one
        for place, (who, (steps, _)) in enumerate(groups.items())
        for one in deeds(*steps, who=who, first=10 * place)
    ]
    told = {one.group["actor_key"] for one in run(text, events) if one.about.id == "found"}
    assert told == {who for who, (_, expected) in groups.items() if expected}


def test_an_extended_condition_names_its_rules_itself():
    text = THREE + correlation("temporal", "[]", "a and c").replace("  rules: []\n", "")
    assert found(text, deeds(*IN_ORDER)) == [((0, 2), None)]


def test_what_is_unwanted_counts_from_the_first_wanted_event_on():
    text = THREE + correlation("temporal", "[a, b]", "a and not b")
    assert found(text, deeds(("copy", "09:59:59"), ("create", "10:00:00"))) == [((1,), None)]
    assert found(text, deeds(("create", "10:00:00"), ("copy", "10:10:00"))) == []
    assert found(text, deeds(("create", "10:00:00"), ("copy", "10:10:01"))) == [((0,), None)]


def test_chains_that_overlap_are_one_match():
    text = THREE + correlation("temporal_ordered", "[a, c]")
    steps = [("create", "10:00:00"), ("upload", "10:01:00"), ("upload", "10:02:00"), ("create", "11:00:00")]
    assert found(text, deeds(*steps, ("upload", "11:01:00"))) == [((0, 1, 2), None), ((3, 4), None)]


def test_aliases_join_fields_of_different_names():
    aliases = "  aliases:\n    document: {a: name, c: path}\n"
    text = THREE + correlation("temporal", "[a, c]", group="[document]", more=aliases)
    events = [
        event(1, "10:00:00", activity="create", name="X.zip"),
        event(2, "10:01:00", activity="upload", path="x.zip"),
        event(3, "10:01:00", activity="upload", path="y.zip"),
    ]
    (one,) = run(text, events)
    assert one.event_ids == (1, 2)
    assert dict(one.group) == {"document": "x.zip"}


def test_rules_that_serve_a_correlation_are_silent_unless_it_wants_them():
    silent = READ + correlation("event_count", "[base]", "{gte: 2}")
    loud = silent + "  generate: true\n"
    events = reads("10:00:00", "10:00:01")
    assert [one.about.title for one in run(silent, events)] == ["found"]
    assert [one.about.title for one in run(loud, events)] == ["base", "base", "found"]


def test_a_correlation_of_correlations():
    inner = correlation("event_count", "[base]", "{gte: 2}").replace("found", "burst") + ""
    text = (
        READ + inner.replace("id: burst", "name: burst") + correlation("event_count", "[burst]", "{gte: 2}", span="2h")
    )
    clocks = ("10:00:00", "10:00:01", "11:00:00", "11:00:01")
    (one,) = run(text, reads(*clocks))
    assert one.event_ids == (1, 2, 3, 4)
    assert one.last - one.first == timedelta(hours=1, seconds=1)
    assert run(text, reads(*clocks[:2])) == []


ABOUT = About(
    id="x",
    name=None,
    title="x",
    title_ja=None,
    level="low",
    status=None,
    description="",
    tags=(),
    practices=(),
    file="",
)


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 6), st.integers(0, 20))
def test_the_moving_count_agrees_with_counting_anew(seconds, least, span):
    """An event is in a match exactly if some window of the span that ends with an event holds enough and holds it."""
    row = [Occurrence(second, "a", (place,)) for place, second in enumerate(sorted(seconds))]
    one = Correlation(
        about=ABOUT, kind=Kind.EVENT_COUNT, rules=("a",), group_by=(), span_us=span, threshold=Threshold("gte", least)
    )
    told = {member.event_ids for stretch in stretches(one, row) for member in stretch.members}
    expected = set()
    for end, last in enumerate(row):
        window = [this for this in row[: end + 1] if this.time_us >= last.time_us - span]
        if len(window) >= least:
            expected |= {this.event_ids for this in window}
    assert told == expected


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab")), max_size=16), st.integers(0, 12))
def test_a_chain_is_found_if_and_only_if_there_is_one(steps, span):
    row = [Occurrence(second, rule, (place,)) for place, (second, rule) in enumerate(sorted(steps))]
    one = Correlation(
        about=ABOUT,
        kind=Kind.TEMPORAL_ORDERED,
        rules=("a", "b"),
        group_by=(),
        span_us=span,
        threshold=Threshold("gte", 2),
    )
    pairs = [
        (place, later)
        for place, first in enumerate(row)
        for later, last in enumerate(row)
        if place < later and (first.rule, last.rule) == ("a", "b") and last.time_us - first.time_us <= span
    ]
    told = [member.event_ids[0] for stretch in stretches(one, row) for member in stretch.members]
    assert bool(told) is bool(pairs)
    assert {later for _, later in pairs} <= set(told)
