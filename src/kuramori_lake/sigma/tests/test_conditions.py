"""Conditions and modifiers as an author of rules reads them: what binds first, what a list means, what is missing.

Source: Sigma specification 2.1 (conditions, modifiers); docs/en/sigma.md, "What is understood".
"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.sigma.tests.made import event, read, run

TRUTHS = list(itertools.product((False, True), repeat=3))
"""Every way in which a, b and c can hold."""

GRID = [
    event(
        number, activity="system_event", fields={name: "y" for name, holds in zip("abc", truth, strict=True) if holds}
    )
    for number, truth in enumerate(TRUTHS)
]
DETECTION = "  a: {a: y}\n  b: {b: y}\n  c: {c: y}\n"
SPELLED = [
    ("a or b and c", lambda a, b, c: a or (b and c)),
    ("(a or b) and c", lambda a, b, c: (a or b) and c),
    ("a and b or c", lambda a, b, c: (a and b) or c),
    ("a and (b or c)", lambda a, b, c: a and (b or c)),
    ("not a or b", lambda a, b, c: not a or b),
    ("not (a or b)", lambda a, b, c: not (a or b)),
    ("not a and b", lambda a, b, c: not a and b),
    ("a and not b or c", lambda a, b, c: (a and not b) or c),
    ("a and not (b or c)", lambda a, b, c: a and not (b or c)),
    ("not not a", lambda a, b, c: a),
    ("((a))", lambda a, b, c: a),
    ("1 of them", lambda a, b, c: a or b or c),
    ("any of them", lambda a, b, c: a or b or c),
    ("all of them", lambda a, b, c: a and b and c),
    ("not 1 of them", lambda a, b, c: not (a or b or c)),
    ("not all of them", lambda a, b, c: not (a and b and c)),
    ("c and not 1 of a*", lambda a, b, c: c and not a),
    ("a and 1 of b* or c", lambda a, b, c: (a and b) or c),
]


def rule(detection, *, title="t", source="{product: windows}"):
    condition = "" if "condition:" in detection else "  condition: s\n"
    return f"title: {title}\nlogsource: {source}\ndetection:\n{detection}{condition}"


def ids(text, events):
    return {number for one in run(text, events) for number in one.event_ids}


def by_title(texts, events):
    """One run for many rules: title to the numbers of the events that it matched."""
    found = {}
    for one in run("---\n".join(rule(text, title=title) for title, text in texts.items()), events):
        found.setdefault(one.about.title, set()).update(one.event_ids)
    return {title: found.get(title, set()) for title in texts}


@pytest.fixture(scope="module")
def spelled():
    return by_title({words: f"{DETECTION}  condition: {words}\n" for words, _ in SPELLED}, GRID)


@pytest.mark.parametrize(("words", "meaning"), SPELLED)
def test_a_condition_binds_not_before_and_before_or(spelled, words, meaning):
    assert spelled[words] == {number for number, truth in enumerate(TRUTHS) if meaning(*truth)}


WORDS = st.recursive(
    st.sampled_from("abc"),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"), st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({three[0]}) {three[1]} ({three[2]})"
        ),
    ),
    max_leaves=7,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(WORDS)
def test_nested_brackets_mean_what_they_mean_in_any_language(words):
    expected = {
        number for number, truth in enumerate(TRUTHS)
        if eval(words, {"__builtins__": {}}, dict(zip("abc", truth, strict=True)))  # noqa: S307  # words of our own
    }  # fmt: skip
    assert ids(rule(f"{DETECTION}  condition: {words}\n"), GRID) == expected


TEXTS = [
    event(1, fields={"A": "Alpha", "N": 10}),
    event(2, fields={"A": "alpha beta", "N": "10"}),
    event(3, fields={"A": "ALPHA*", "N": "0xa"}),
    event(4, fields={"A": "a?pha", "N": "ten"}),
    event(5, fields={"A": "", "N": -3}),
    event(6, fields={"A": r"C:\x\*", "N": 10.5}),
    event(7, fields={"B": "Alpha"}),
    event(8, fields={"A": "run -Enc x", "B": "run"}),
    event(9, fields={"A": "run /enc x", "B": "RUN"}),
    event(10, fields={"A": "run –enc x", "B": "x"}),
    event(11, fields={"A": "100%", "B": "100%"}),
    event(12, fields={"A": "İstanbul ÄÖ", "B": "äö"}),
]
MEANT = {
    "  s: {A: alpha}\n": {1},
    "  s: {A|cased: alpha}\n": set(),
    "  s: {A|cased: Alpha}\n": {1},
    "  s: {A: alpha*}\n": {1, 2, 3},
    r"  s: {A: 'alpha\*'}": {3},
    "  s: {A: a?pha}\n": {1, 4},
    r"  s: {A: 'a\?pha'}": {4},
    "  s: {A|startswith|cased: ALPHA}\n": {3},
    "  s: {A|endswith: 'beta'}\n": {2},
    "  s: {A|contains: '%'}\n": {11},
    "  s: {A|contains: '_'}\n": set(),
    "  s: {A|contains: 'äö'}\n": {12},
    "  s: {A|contains|cased: 'äö'}\n": set(),
    r"  s: {A|endswith: '\\\*'}": {6},
    "  s: {A: ''}\n": {5},
    "  s: {A: null}\n": {7},
    "  s: {A: [null, '']}\n": {5, 7},
    "  s: {A|exists: false}\n": {7},
    "  s: {A|exists: true, B|exists: true}\n": {8, 9, 10, 11, 12},
    "  s: {A: '*', B: '*'}\n": {8, 9, 10, 11, 12},
    "  s: {A|contains|windash: ' -enc '}\n": {8, 9, 10},
    "  s: {A|contains: ' -enc '}\n": {8},
    "  s: {A|contains|all: [run, x, enc]}\n": {8, 9, 10},
    "  s: {A|contains: [beta, '%']}\n": {2, 11},
    "  s: {A|fieldref|startswith: B}\n": {8, 9, 11},
    "  s: {A|fieldref: B}\n": {11},
    "  s: {A|fieldref: None}\n": set(),
    "  s: {N: 10}\n": {1, 2, 3},
    "  s: {N: '10'}\n": {1, 2},
    "  s: {N|gt: 10}\n": {6},
    "  s: {N|gte: 10}\n": {1, 2, 6},
    "  s: {N|lt: 0}\n": {5},
    "  s: {N|lte: -3}\n": {5},
    "  s: {N|lt: 1000000}\n": {1, 2, 5, 6},
    "  s: {N: [-3, ten]}\n": {4, 5},
    "  s: {A|re: '^alpha'}\n": {2},
    "  s: {A|re|i: '^ALPHA$'}\n": {1},
    "  s: {A|re: ['beta$', 'pha$']}\n": {1, 2, 4},
    "  s: {A: '*'}\n  n: {B: '*'}\n  condition: s and not n\n": {1, 2, 3, 4, 5, 6},
}


@pytest.fixture(scope="module")
def meant():
    """A title is a number: a rule's own text would be no YAML there."""
    found = by_title({f"r{place}": text.rstrip() + "\n" for place, text in enumerate(MEANT)}, TEXTS)
    return dict(zip(MEANT, found.values(), strict=True))


@pytest.mark.parametrize(("text", "expected"), MEANT.items())
def test_a_modifier_means_what_its_author_expects(meant, text, expected):
    assert meant[text] == expected


ADDRESSES = [
    "10.0.0.0", "10.0.0.255", "10.0.1.0", "9.255.255.255", "010.0.0.1", "10.0.0", "10.0.0.1.5", "",
    "2001:db8::", "2001:db8:0:1::5", "2001:db9::1", "fe80::1%eth0", "::1", "::ffff:10.0.0.9", "host.example",
]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("10.0.0.0/24", {"10.0.0.0", "10.0.0.255", "::ffff:10.0.0.9"}),
        ("10.0.0.0/32", {"10.0.0.0"}),
        ("10.0.0.254/31", {"10.0.0.255"}),
        ("2001:db8::/32", {"2001:db8::", "2001:db8:0:1::5"}),
        ("2001:db8::/64", {"2001:db8::"}),
        ("::1/128", {"::1"}),
    ],
)
def test_a_network_holds_its_first_and_last_address_and_no_text_that_is_none(network, expected):
    events = [event(number, fields={"Ip": address}) for number, address in enumerate(ADDRESSES)]
    assert {ADDRESSES[number] for number in ids(rule(f"  s: {{Ip|cidr: '{network}'}}\n"), events)} == expected


SOURCES = [
    event(1, activity="process_start", fields={"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1}),
    event(2, activity="process_start", fields={"Channel": "Security", "EventID": 4688}),
    event(3, activity="logon", fields={"Channel": "Security", "EventID": 4624}),
    event(4, activity="read", source="samba", object_kind="file", path="/srv/a"),
    event(5, activity="print", source="cups", count=3),
    event(6, activity="read", source="evtx", object_kind="file", path=r"\\fs\a", flags="requested"),
]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{product: windows, category: process_creation}", {1, 2}),
        ("{product: windows, service: sysmon}", {1}),
        ("{product: windows, service: security}", {2, 3, 6}),
        ("{product: windows}", {1, 2, 3, 6}),
        ("{product: kuramori, category: event}", {1, 2, 3, 4, 5, 6}),
        ("{product: kuramori, category: file}", {4, 6}),
        ("{product: kuramori, category: print}", {5}),
        ("{product: kuramori, category: logon}", {3}),
    ],
)
def test_a_log_source_decides_which_events_a_rule_sees(source, expected):
    name = "activity" if "kuramori" in source else "NoSuch"
    assert ids(rule(f"  s: {{{name}: null}}\n  condition: s or not s\n", source=source), SOURCES) == expected


def test_a_rule_of_two_conditions_is_one_rule_and_tells_an_event_once():
    text = rule(DETECTION + "  condition: [a, b]\n")
    assert len(read(text).rules) == 1
    told = [one.event_ids for one in run(text, GRID)]
    assert sorted(told) == [(number,) for number, (a, b, _) in enumerate(TRUTHS) if a or b]
