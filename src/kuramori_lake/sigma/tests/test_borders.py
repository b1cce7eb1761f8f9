"""Correlations at the edges of their time, back-tests by day, and rule-set reports that add up (docs/en/sigma.md)."""

import zipfile
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from kuramori_lake.sigma.running import back_test
from kuramori_lake.sigma.sets import SetNameError, all_rules, import_set, imported
from kuramori_lake.sigma.tests.made import DAY, event, read, run

BASE = (
    "title: {0}\nname: {0}\nlogsource: {{product: kuramori, category: event}}\n"
    "detection: {{s: {{activity: {1}}}, condition: s}}\n"
)
RULE = "title: {title}\nid: {id}\nlogsource: {{product: windows}}\ndetection: {{s: {{A: x}}, condition: s}}\n"


def correlation(kind, rules, condition, span, group="[actor_key]"):
    return (
        f"---\ntitle: found\nid: found\ncorrelation:\n  type: {kind}\n  rules: {rules}\n  group-by: {group}\n"
        f"  timespan: {span}\n{condition}"
    )


def steps(*clocks, names="a", **columns):
    """Events a, b, c … in turn, at these clocks."""
    deeds = {"a": "create", "b": "copy", "c": "upload"}
    return [
        event(number, clock, **({"activity": deeds[names[number % len(names)]]} | columns))
        for number, clock in enumerate(clocks)
    ]


A, B = BASE.format("a", "create"), BASE.format("b", "copy")
LEAST_2 = "  condition: {gte: 2}\n"


@pytest.mark.parametrize(
    ("span", "later", "within"),
    [
        ("30s", "10:00:30", True), ("30s", "10:00:30.000001", False), ("1m", "10:01:00", True),
        ("1m", "10:01:00.000001", False), ("2h", "12:00:00", True), ("2h", "12:00:01", False),
        ("1d", "23:59:59", True),
    ],
)  # fmt: skip
def test_both_ends_of_a_span_are_inside_and_a_microsecond_more_is_outside(span, later, within):
    for kind, rules, names, condition in (
        ("event_count", "[a]", "a", LEAST_2),
        ("temporal", "[a, b]", "ab", ""),
        ("temporal_ordered", "[a, b]", "ab", ""),
        ("temporal", "[a, b]", "ab", "  condition: a and b\n"),
    ):
        told = run(f"{A}---\n{B}{correlation(kind, rules, condition, span)}", steps("10:00:00", later, names=names))
        assert [one.event_ids for one in told] == ([(0, 1)] if within else []), kind


@pytest.mark.parametrize("span", ["0s", "-5m", "5", "5 minutes", "m"])
def test_a_span_that_holds_no_time_is_refused(span):
    (refused,) = read(A + correlation("event_count", "[a]", LEAST_2, span)).refused
    assert (refused.rule, refused.place) == ("found", "correlation")


def test_windows_that_overlap_are_one_match_and_a_gap_makes_two():
    text = A + correlation("event_count", "[a]", LEAST_2, "1m")
    clocks = ["10:00:00", "10:00:50", "10:01:40", "10:02:30", "10:03:30.000001", "10:04:00"]
    assert [one.event_ids for one in run(text, steps(*clocks))] == [(0, 1, 2, 3), (4, 5)]


def test_events_at_the_same_moment_count_each():
    text = A + correlation("event_count", "[a]", "  condition: {gte: 3}\n", "1s")
    (one,) = run(text, steps("10:00:00", "10:00:00", "10:00:00"))
    assert (one.event_ids, one.value, one.first == one.last) == ((0, 1, 2), 3, True)


@pytest.mark.parametrize("missing", [{"host": None}, {"client": None}, {"host": None, "client": None}])
def test_an_event_without_a_field_of_the_group_is_in_no_group(missing):
    text = A + correlation("event_count", "[a]", "  condition: {gte: 1}\n", "1m", group="[host, client]")
    assert run(text, steps("10:00:00", host="pc1", client="c1"))
    assert run(text, steps("10:00:00", **({"host": "pc1", "client": "c1"} | missing))) == []


def test_without_group_by_all_events_are_one_group():
    text = (A + correlation("event_count", "[a]", LEAST_2, "1m")).replace("  group-by: [actor_key]\n", "")
    events = [event(n, activity="create", actor_key=who) for n, who in enumerate(("akari", "botan"))]
    (one,) = run(text, events)
    assert (one.event_ids, dict(one.group)) == ((0, 1), {})


@pytest.fixture(scope="module")
def days():
    """Alerts on three days, most on the second; the last one a microsecond before midnight UTC."""
    text = f"{A}id: noisy\n---\n{B}id: quiet\n---\n" + BASE.format("c", "upload") + "id: never\n"
    rules = read(text)
    start = datetime.combine(DAY, datetime.min.time())
    clocks = [0, 86_400_000_000, 86_400_000_000 + 1, 2 * 86_400_000_000 - 1, 2 * 86_400_000_000]
    events = [
        event(n, activity="create", time_utc=start + timedelta(microseconds=us), local_date=DAY)
        for n, us in enumerate(clocks)
    ]
    found = run(text, [*events, event(9, activity="copy")])
    return found, back_test(found, rules)


def test_a_back_test_counts_each_alert_on_its_day_the_noisiest_rule_first(days):
    found, tried = days
    assert [(one.about.id, one.alerts, len(one.by_day), one.busiest) for one in tried] == [
        ("noisy", 5, 3, 3), ("quiet", 1, 1, 1), ("never", 0, 0, 0),
    ]  # fmt: skip
    assert tried[0].by_day == {DAY: 1, DAY + timedelta(1): 3, DAY + timedelta(2): 1}
    assert list(tried[0].by_day) == sorted(tried[0].by_day)
    assert Counter(one.about.id for one in found) == {one.about.id: one.alerts for one in tried if one.alerts}


def test_a_back_test_of_nothing_names_every_rule_with_none():
    (one,) = back_test([], read(A))
    assert (one.alerts, one.busiest, dict(one.by_day)) == (0, 0, {})


def test_a_rule_that_only_serves_a_correlation_is_not_back_tested():
    text = A + correlation("event_count", "[a]", LEAST_2, "1m")
    for more, ids in (("", ["found"]), ("  generate: true\n", ["a", "found"])):
        rules = read(text + more)
        assert sorted(one.about.id for one in back_test([], rules)) == ids


def archive(path, **texts):
    with zipfile.ZipFile(path, "w") as file:
        for name, text in texts.items():
            file.writestr(f"{name}.yml", text)
    return path


def test_a_set_reports_every_rule_as_taken_or_refused_and_says_where(tmp_path):
    texts = {f"good{n}": RULE.format(title=f"g{n}", id=f"id{n}") for n in range(3)}
    texts |= {
        "twice": RULE.format(title="again", id="id1"),
        "unknown": RULE.format(title="u", id="u").replace("windows", "aix"),
        "modifier": RULE.format(title="m", id="m").replace("A: x", "A|fuzzy: x"),
        "circle": "title: k\nid: k\ncorrelation: {type: event_count, rules: [k], timespan: 1m, condition: {gte: 1}}\n",
        "unread": "title: [\n",
    }
    report = import_set(tmp_path / "lake", "ours", [archive(tmp_path / "s.zip", **texts)])
    assert report.rules + report.correlations + len(report.refused) == len(texts)
    assert (report.rules, report.correlations, report.files) == (3, 0, len(texts) - 1)
    where = {(one.file.rpartition("!")[2], one.rule) for one in report.refused}
    assert where == {
        ("twice.yml", "id1"), ("unknown.yml", "u"), ("modifier.yml", "m"), ("circle.yml", "k"), ("unread.yml", ""),
    }  # fmt: skip


def test_a_set_is_known_by_its_text_and_replaced_as_a_whole(tmp_path):
    one, other = RULE.format(title="one", id="one"), RULE.format(title="other", id="other")
    root = tmp_path / "lake"
    first = import_set(root, "ours", [archive(tmp_path / "a.zip", x=one, y=other)])
    same = import_set(root, "theirs", [archive(tmp_path / "b.zip", x=one, y=other)])
    changed = import_set(root, "ours", [archive(tmp_path / "c.zip", x=one)])
    assert first.sha256 == same.sha256 != changed.sha256
    assert [folder.name for folder in imported(root)] == ["ours", "theirs"]
    assert len(list((root / "sigma" / "ours").iterdir())) == 1


def test_a_rule_of_a_set_never_takes_the_place_of_one_of_ours(tmp_path):
    ours = all_rules(tmp_path).rules[0].about
    import_set(tmp_path, "evil", [archive(tmp_path / "e.zip", x=RULE.format(title="Mine now", id=ours.id))])
    found = all_rules(tmp_path)
    assert next(one.about.title for one in found.rules if one.about.id == ours.id) == ours.title
    assert [one.rule for one in found.refused] == [ours.id]


@pytest.mark.parametrize("name", ["", "A", "../up", "a/b", "a.b", "-a", "a" * 41, "a\n", "日本", "a b"])
def test_a_name_that_is_no_folder_of_ours_writes_nothing(name, tmp_path):
    with pytest.raises(SetNameError):
        import_set(tmp_path / "lake", name, [archive(tmp_path / "a.zip", x=RULE.format(title="a", id="a"))])
    assert not (tmp_path / "lake").exists()


def test_a_day_of_the_calendar_bounds_the_run_at_both_ends():
    assert date(2026, 11, 20) == DAY
    events = [event(n, activity="create", local_date=DAY + timedelta(n - 1)) for n in range(3)]
    assert [one.event_ids for one in run(A, events)] == [(1,)]
