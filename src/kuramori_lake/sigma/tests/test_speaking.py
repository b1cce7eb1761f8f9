"""About whom rules speak: a rule, a person and a local day, whatever else the events hold; and what a rule means."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake import sources
from kuramori_lake.detect.tests.deeds_made import DAY, DEEDS, context, lines, stick
from kuramori_lake.sigma import speaking
from kuramori_lake.sigma.documents import RuleFile, documents
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.speaking import chosen, digest_of, spoken
from kuramori_lake.store import Lake

BASE = """
title: Stick
name: stick
logsource: {product: kuramori, category: event}
detection: {s: {activity: device_connect}, condition: s}
"""
OFTEN = """
title: Sticks
correlation: {type: event_count, rules: [stick], group-by: [person_id], timespan: 3d, condition: {gte: 2}}
"""
PLAIN = BASE.replace("Stick", "Plain").replace("name: stick", "id: plain")
NOTICED = (
    PLAIN.replace("lain", "oticed")
    .replace("{s: {", "{n: {after_notice: false}, s: {")
    .replace(": s}", ": s and not n}")
)


def rules(*texts: str) -> RuleSet:
    return rule_set(RuleFile(f"{n}.yml", documents(text.encode())) for n, text in enumerate(texts))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Sticks of Akari on three days, of Botan on one, and of somebody whom the context does not know."""
    monkeypatch.setitem(sources.LOGS, "deeds", DEEDS)
    path = tmp_path / "a.log"
    days = [{"day": (DAY - timedelta(days=n)).isoformat()} for n in range(3)]
    path.write_bytes(
        lines(*(day | stick() for day in days), stick(at="13:00"), stick(actor_raw="botan"), stick(actor_raw="nobody"))
    )
    with Lake.open(tmp_path / "lake") as found:
        found.ingest(path, source="deeds", zone=ZoneInfo("Asia/Tokyo"))
        found.context.write(context())
        yield found


def test_a_rule_speaks_once_of_a_person_and_a_day_with_all_its_events(told: Lake):
    found = spoken(told, rules(PLAIN), DAY - timedelta(days=9), DAY)
    assert [(one.person_id, one.day, len(one.event_ids)) for one in found.said] == [
        ("akari", DAY - timedelta(days=2), 1),
        ("akari", DAY - timedelta(days=1), 1),
        ("akari", DAY, 2),
        ("botan", DAY, 1),
    ]
    assert found.cut == frozenset()
    assert spoken(told, rules(PLAIN), date(2020, 1, 1), date(2020, 1, 2)).said == ()


def test_a_match_of_several_days_speaks_on_the_last_of_them(told: Lake):
    (said,) = spoken(told, rules(BASE, OFTEN), DAY - timedelta(days=9), DAY).said
    assert (said.about.title, said.person_id, said.day, len(said.event_ids)) == ("Sticks", "akari", DAY, 4)


def test_a_rule_that_matches_too_much_is_told_as_cut(told: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(speaking, "MOST_EVENTS", 2)
    found = spoken(told, rules(PLAIN), DAY - timedelta(days=9), DAY)
    assert found.cut == {"plain"}
    assert sum(len(one.event_ids) for one in found.said) <= 2


def test_only_what_a_rule_needs_is_chosen():
    found = rules(BASE, OFTEN, PLAIN)
    assert [one.about.title for one in chosen(found, ["Sticks"]).rules] == ["Stick"]
    assert chosen(found, ["plain"]).correlations == ()
    assert chosen(found, []) == RuleSet()


def test_meaning_changes_with_the_condition_and_with_what_is_referred_to_and_not_with_words():
    found = rules(BASE, OFTEN)
    assert digest_of(found, "Sticks") == digest_of(rules(BASE + "description: other\n", OFTEN), "Sticks")
    assert digest_of(found, "Sticks") != digest_of(rules(BASE.replace("device_connect", "print"), OFTEN), "Sticks")
    assert digest_of(found, "Sticks") != digest_of(rules(BASE, OFTEN.replace("gte: 2", "gte: 3")), "Sticks")
    assert len(digest_of(rules(NOTICED), "noticed")) == 64
