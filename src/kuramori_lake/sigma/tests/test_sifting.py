"""Sieves let everything pass that a rule could match, and little else."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sigma.networks import address_pattern
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.regex_text import certain_text
from kuramori_lake.sigma.sifting import MOST_RULES, MOST_TEXTS, bundles, sieve_of
from kuramori_lake.sigma.tests.made import read


def sieve(detection, condition="s"):
    text = f"title: a\nlogsource: {{product: windows}}\ndetection:\n  {detection}\n  condition: {condition}\n"
    found = sieve_of(read(text).rules[0].condition)
    return found and sorted((one.field, one.shape, one.text) for one in found)


@pytest.mark.parametrize(
    ("detection", "expected"),
    [
        (r"s: {Image|endswith: ['\A.exe', '\B.exe']}", [("Image", "ends", r"\a.exe"), ("Image", "ends", r"\b.exe")]),
        (r"s: {Image|endswith: '\cmd.exe', CommandLine|contains: vssadmin}", [("CommandLine", "contains", "vssadmin")]),
        ("s: {Image|startswith: 'C:', EventID: 16}", [("EventID", "equals", "0x10"), ("EventID", "equals", "16")]),
        ("s: {Image: 'ab*cdef?g'}", [("Image", "contains", "cdef")]),
        ("s: {Image|re: 'a+(b|c)wordy'}", [("Image", "contains", "wordy")]),
        ("s: {Image: '*'}", None),
        ("s: {Image: null}", None),
        ("s: {Image|re: 'a|b'}", None),
        ("s: [word]", None),
        ("s: {Image|wide|contains: cmd}", None),
        ("s: [{Image: abc}, {Size|gt: 1}]", None),
    ],
)
def test_the_rarest_texts_that_a_match_must_have(detection, expected):
    assert sieve(detection) == expected


def test_what_must_not_be_there_is_no_sieve():
    assert sieve("s: {Image: abc}", "not s") is None


def test_bundles_hold_every_rule_once_and_are_bounded():
    sieves = [sieve_of(one.condition) for one in read(_rules(300)).rules]
    made = list(bundles(sieves))
    assert sorted(place for one in made for place in one.rules) == list(range(300))
    assert all(len(one.rules) <= MOST_RULES for one in made)
    assert all(len(one.sieve) <= MOST_TEXTS for one in made if one.sieve)
    assert [one.sieve is None for one in made].count(True) == 1


def _rules(count):
    kinds = ("{Image|contains: word%d}", "{CommandLine: line%d}", "{EventID: %d}", "{Size|gt: %d}")
    return "---\n".join(
        f"title: r{n}\nlogsource: {{product: windows}}\ndetection: {{s: {kinds[n % 4] % n}, condition: s}}\n"
        for n in range(count)
    )


def test_a_plan_of_nothing_is_empty():
    empty = plan(RuleSet(), "duckdb")
    assert (empty.rules, empty.groups, empty.refused) == (0, (), ())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?i)\s-abc\s+[a-z]{12,}.*WORDY", "wordy"),
        ("a|bcdef", None),
        ("foo(bar)?bazz", "bazz"),
        (r"^%systemroot%\\[a-zA-Z]{8}\.exe$", "%systemroot%\\"),
        ("abcd?e", "abc"),
        ("abcd{0,2}", "abc"),
        ("[]abc]defg", "defg"),
        ("a+bc", None),
        (r"\x41bcd", "bcd"),
        ("(abc|def)", None),
        ("図面図面", None),
    ],
)
def test_the_text_that_each_match_of_an_expression_contains(pattern, expected):
    assert certain_text(pattern) == expected


PIECES = st.sampled_from(["abc", "de+", "(f|g)", "[hi]", "j?", ".", r"\.", "k{2}", "lmn*", r"\d"])


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.data())
def test_no_match_lacks_the_text_that_is_called_certain(pattern, data):
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    certain = certain_text(pattern)
    assert certain is None or certain in text.lower()


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_within_its_network(base, length, other):
    network = ip_network((base >> (32 - length) << (32 - length), length))
    pattern = re.compile(address_pattern(network))
    for number in (base, other, base ^ 1, base ^ (1 << 20)):
        address = IPv4Address(number)
        assert bool(pattern.search(str(address))) is (address in network)
        assert bool(pattern.search(f"::ffff:{address}")) is (address in network)


GROUP = st.one_of(st.just(0), st.integers(0, 0xFFFF))


@given(st.lists(GROUP, min_size=8, max_size=8), st.sampled_from([7, 10, 16, 20, 32, 48, 57, 64, 100, 127, 128]), GROUP)
def test_an_ipv6_address_is_within_its_network(groups, length, other):
    base = sum(group << 16 * place for place, group in enumerate(groups))
    network = ip_network((base >> (128 - length) << (128 - length), length))
    pattern = re.compile(address_pattern(network))
    for number in (base, base ^ other, base ^ (other << 64), base ^ (other << 112)):
        address = IPv6Address(number)
        assert bool(pattern.search(str(address))) is (address in network), (network, address)


def test_no_address_is_in_no_network():
    pattern = re.compile(address_pattern(ip_network("10.0.0.0/8")))
    assert not any(pattern.search(text) for text in ("", "-", "10.", "10.1.2.3:80", "110.1.2.3", "10.1.2"))
