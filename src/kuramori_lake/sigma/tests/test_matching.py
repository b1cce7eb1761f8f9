"""Every construct of Sigma matches the same events on DuckDB and on ClickHouse (Sigma specification 2.1)."""

import json
from collections import defaultdict

import pytest

from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.running import matches
from kuramori_lake.sigma.tests import cases
from kuramori_lake.sigma.tests.chdb_engine import ClickHouse
from kuramori_lake.sigma.tests.made import DAY, duck, event, read, run, table


def found_by(engine):
    compiled = plan(read(cases.rules()), engine.dialect)
    assert not compiled.refused, compiled.refused
    found = defaultdict(set)
    for match in matches(compiled, engine, DAY, DAY):
        found[match.about.title] |= set(match.event_ids)
    return found


@pytest.fixture(scope="module")
def by_duckdb():
    return found_by(duck(cases.EVENTS))


@pytest.mark.parametrize(("name", "expected"), [(case[0], case[3]) for case in cases.CASES])
def test_a_construct_matches_what_the_specification_says(by_duckdb, name, expected):
    assert by_duckdb[name] == expected


def test_clickhouse_matches_the_same_events(by_duckdb):
    with ClickHouse(table(cases.EVENTS)) as engine:
        found = found_by(engine)
    assert {name: found[name] for name, *_ in cases.CASES} == {name: by_duckdb[name] for name, *_ in cases.CASES}


def test_each_case_has_a_name_of_its_own():
    assert len({name for name, *_ in cases.CASES}) == len(cases.CASES)


def test_one_rule_alone_finds_what_it_finds_among_many(by_duckdb):
    """The sieve of many rules must not let fewer events pass than a rule that has no company."""
    engine = duck(cases.EVENTS)
    for rule in read(cases.rules()).rules[::7]:
        alone = plan(RuleSet((rule,)), "duckdb")
        assert {one.event_ids[0] for one in matches(alone, engine, DAY, DAY)} == by_duckdb[rule.about.title]


@pytest.mark.parametrize(
    "name",
    ["a'b", 'a"b', "a\\b", "a*b", "a b.c", "[0]", "$", "項目", "a/b", "~1", "0", "x' OR '1'='1", "x') OR ('1'='1"],
)
def test_a_field_of_any_name_is_only_a_name(name):
    """Rules come from others: what stands in one is looked for, never run."""
    text = f"title: a\nlogsource: {{product: windows}}\ndetection:\n  s:\n    {json.dumps(name)}: x\n  condition: s\n"
    events = [event(1, fields={name: "X"}), event(2, fields={"other": "x"})]
    assert [one.event_ids for one in run(text, events)] == [(1,)]
    with ClickHouse(table(events)) as engine:
        compiled = plan(read(text), "clickhouse")
        assert [one.event_ids for one in matches(compiled, engine, DAY, DAY)] == [(1,)]


@pytest.mark.parametrize("value", ["it''s", "x' OR '1'='1", "x\\' OR 1=1 --", "%s", "{0}", "k_value", "k_column"])
def test_a_value_of_any_kind_is_only_a_value(value):
    detection = f"detection:\n  s:\n    A|contains|cased: {json.dumps(value)}\n  condition: s\n"
    text = f"title: a\nlogsource: {{product: windows}}\n{detection}"
    events = [event(1, fields={"A": f"<{value}>"}), event(2, fields={"A": "x"})]
    assert [one.event_ids for one in run(text, events)] == [(1,)]
