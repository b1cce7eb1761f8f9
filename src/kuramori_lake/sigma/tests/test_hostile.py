"""Rules and logs come from others: whatever stands in them, one of them spoils nothing but itself.

A rule that cannot be used is refused and the rest run; a value that is no number is not counted (docs/en/sigma.md).
"""

import copy

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.sigma.documents import MOST_WRITTEN, RuleFile, documents
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.refusals import RefusedError
from kuramori_lake.sigma.tests.made import event, read, run
from kuramori_lake.sigma.windows import Occurrence, number

GOOD = "title: good\nlogsource: {product: windows}\ndetection: {s: {A: x}, condition: s}\n"
RULE = {
    "title": "t",
    "id": "i",
    "name": "n",
    "title_ja": "j",
    "level": "low",
    "status": "test",
    "description": "d",
    "tags": ["a"],
    "practices": ["DET-01"],
    "logsource": {"product": "windows"},
    "detection": {"s": {"A": "x"}, "condition": "s"},
}
CORRELATION = {
    "title": "c",
    "id": "c",
    "correlation": {
        "type": "event_count",
        "rules": ["n"],
        "group-by": ["A"],
        "timespan": "5m",
        "condition": {"gte": 1},
    },
}
FILTER = {
    "title": "f",
    "logsource": {"product": "windows"},
    "filter": {"rules": ["n"], "selection": {"a": "b"}, "condition": "not selection"},
}
ODD = st.sampled_from([5, None, [], {}, [[]], [{}], {1: 2}, {None: [1]}, True, 1.5, "", [None], {"a": {"b": 1}}, -1])


def places(document, above=()):
    for name, value in document.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from places(value, (*above, name))


PLACES = [(which, place) for which, one in enumerate((RULE, CORRELATION, FILTER)) for place in places(one)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_an_odd_value_anywhere_in_a_document_never_stops_the_other_rules(where, value):
    which, (*path, last) = where
    told = [copy.deepcopy(one) for one in (RULE, CORRELATION, FILTER)]
    inner = told[which]
    for name in path:
        inner = inner[name]
    inner[last] = value
    text = "---\n".join(yaml.safe_dump(one) for one in told)
    found = rule_set([RuleFile("odd.yml", documents(text.encode())), RuleFile("good.yml", documents(GOOD.encode()))])
    compiled = plan(found, "duckdb")
    ready = {one.rule.about.title for group in compiled.groups for batch in group.batches for one in batch.rules}
    assert "good" in ready
    for refusal in compiled.refused:
        assert refusal.file == "odd.yml"
        assert refusal.sentence(japanese=True) != refusal.sentence(japanese=False)


@pytest.mark.parametrize(
    ("told", "tags"),
    [("5", ()), ("true", ()), ("{a: b}", ()), ("attack.t1052", ("attack.t1052",)), ("[1, b]", ("1", "b")), ("", ())],
)
def test_tags_that_are_no_list_keep_no_rule_from_running(told, tags):
    (found,) = read(f"{GOOD}tags: {told}\npractices: {told}\n").rules
    assert (found.about.tags, found.about.practices) == (tags, tags)


@pytest.mark.parametrize("rules", ["[[]]", "[{}]", "[[good]]", "[5]"])
def test_a_correlation_of_what_is_no_name_is_refused_at_its_place(rules):
    text = f"title: c\ncorrelation:\n  type: event_count\n  rules: {rules}\n  timespan: 5m\n  condition: {{gte: 1}}\n"
    (refused,) = read(f"{GOOD}---\n{text}").refused
    assert (refused.rule, refused.place) == ("c", "correlation.rules")


@pytest.mark.parametrize(
    "source", ["{product: [windows]}", "{product: {}}", "{category: [], product: windows}", "7", "[]"]
)
def test_a_log_source_that_is_no_name_is_refused_and_the_next_rule_runs(source):
    wrong = GOOD.replace("title: good", "title: wrong").replace("{product: windows}", source)
    found = read(f"{wrong}---\n{GOOD}")
    assert [one.about.title for one in found.rules] == ["good"]
    assert [one.rule for one in found.refused] == ["wrong"]


def bomb(levels):
    """Nine of nine of nine …: some hundred bytes that stand for 9 ** levels values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + f"\ntitle: *a{levels - 1}\n"


@pytest.mark.parametrize(
    "text",
    [
        bomb(9),
        f"s: &s {'x' * 100_000}\ntitle: [{', '.join(['*s'] * 100)}]\n",
        "title: &a [*a]\n",
        "title: a\ndetection: {s: &d [*d], condition: s}\n",
        "title: a\nx: &d {y: *d}\n",
    ],
)
def test_aliases_that_grow_without_end_are_refused_before_anything_is_written_out(text):
    with pytest.raises(RefusedError, match=str(MOST_WRITTEN)):
        documents(text.encode())


def test_aliases_that_save_writing_are_read():
    text = GOOD.replace("{A: x}", "&s {A: x}").replace("condition: s", "t: *s, condition: s and t")
    assert [one.event_ids for one in run(text, [event(1, fields={"A": "X"})])] == [(1,)]
    assert len(documents((bomb(3) + GOOD.replace("title: good", "")).encode())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "title: !!python/name:os.system",
        "title: !env HOME",
        "{a: b}: c\n? [x]\n: y",
        "title: 2026-99-99",
        "\x00",
        "title: 'no end",
        "\ttitle: tab",
    ],
)
def test_yaml_that_is_more_than_data_is_no_yaml(text):
    with pytest.raises(RefusedError, match="not YAML"):
        documents(text.encode())


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n", "null\n", "5\n", "just words\n", "[]\n"])
def test_a_file_without_a_mapping_holds_no_rule(text):
    with pytest.raises(RefusedError, match="holds no rule"):
        documents(text.encode())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("7", 7), ("-7.5", -7.5), (" 3 ", 3), ("1e3", 1000), ("+2E-1", 0.2), ("0", 0),
        ("1e400", None), ("1e300000000", None), ("9" * 41, None), ("1/3", None), ("1_000", None), ("nan", None),
        ("inf", None), ("0x1f", None), ("", None), ("٣", None), ("1,000", None), ("many", None), (None, None),
    ],
)  # fmt: skip
def test_only_what_can_be_counted_is_a_number(told, expected):
    found = number(Occurrence(0, "a", (1,), (told,)))
    assert found is None if expected is None else float(found) == pytest.approx(expected)


def test_a_number_too_large_to_compute_is_left_out_of_the_sum():
    """A log's writer must not be able to stop every rule with one value."""
    base = "title: b\nname: b\nlogsource: {product: kuramori, category: event}\n"
    base += "detection: {s: {activity: upload}, condition: s}\n---\n"
    more = "title: sum\ncorrelation:\n  type: value_sum\n  rules: [b]\n  group-by: [actor_key]\n  timespan: 1h\n"
    more += "  condition: {gte: 10, field: fields.Size}\n"
    sizes = ["4", "1e400", "6", "1e300000000"]
    events = [event(n, f"10:00:0{n}", activity="upload", fields={"Size": size}) for n, size in enumerate(sizes)]
    (one,) = run(base + more, events)
    assert (one.value, one.event_ids[:3]) == (10, (0, 1, 2))
