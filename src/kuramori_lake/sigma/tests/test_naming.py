"""Rules that compare an actor with a few people's names watch those people: they are told, however they are written."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake import sources
from kuramori_lake.context import Identity
from kuramori_lake.detect.tests.deeds_made import DEEDS, LONG_AGO, context, lines, stick
from kuramori_lake.event import Namespace
from kuramori_lake.sigma.documents import RuleFile, documents
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.naming import FEW, people_named
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.store import Lake

PEOPLE = ("akari", "botan", "chihiro", "daichi", "emi", "fuji", "goro.kato@kura.example")
OURS = "product: kuramori, category: event"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Seven people, each seen once."""
    place = tmp_path_factory.mktemp("named")
    with pytest.MonkeyPatch.context() as patch, Lake.open(place / "lake") as found:
        patch.setitem(sources.LOGS, "deeds", DEEDS)
        path = Path(place / "a.log")
        path.write_bytes(lines(*(stick(actor_raw=name) for name in PEOPLE)))
        found.ingest(path, source="deeds", zone=ZoneInfo("Asia/Tokyo"))
        names = [Identity(namespace=Namespace.AD, raw=raw, person_id=f"p-{raw}", since=LONG_AGO) for raw in PEOPLE]
        found.context.write(context(identities=names))
        yield found


def rule(detection: str, source: str = OURS) -> RuleSet:
    text = f"title: A\nlogsource: {{{source}}}\ndetection: {detection}\n"
    return rule_set([RuleFile("a.yml", documents(text.encode()))])


@pytest.mark.parametrize(
    "detection",
    [
        "{s: {actor_raw: botan}, condition: s}",
        "{s: {actor_raw: BOTAN}, condition: s}",
        "{s: {actor_raw: bot*}, condition: s}",
        "{s: {actor_name|endswith: tan}, condition: s}",
        "{s: {actor_key|re: '^b.tan$'}, condition: s}",
        "{s: {actor_key|re: '^B.TAN$'}, condition: s}",
        "{s: {person_id: p-botan}, condition: s}",
        "{s: {actor_raw: [akari, botan, chihiro, daichi, emi, fuji]}, condition: s}",
        "{s: {activity: print}, n: {actor_raw: botan}, condition: s and not n}",
        "{s: {actor_raw: 'goro.kato'}, condition: s}",
        "{k: [botan], condition: k}",
    ],
)
def test_rule_that_names_a_few_is_told(told: Lake, detection: str):
    assert people_named(told, rule(detection))


@pytest.mark.parametrize(
    "detection",
    [
        "{s: {activity: print}, condition: s}",
        "{s: {actor_raw: '*'}, condition: s}",
        "{s: {actor_raw|contains: i}, condition: s}",
        "{s: {actor_raw: nobody-here}, condition: s}",
        "{s: {actor_raw: null}, condition: s}",
        "{s: {path|contains: botan}, condition: s}",
    ],
)
def test_rule_about_a_deed_or_a_group_is_not(told: Lake, detection: str):
    assert not people_named(told, rule(detection))


@pytest.mark.parametrize("field", ["User", "SubjectUserName", "TargetUserName", "AccountName"])
def test_fields_of_windows_that_hold_accounts_count_as_names(told: Lake, field: str):
    windows = "product: windows, service: security"
    assert people_named(told, rule(f"{{s: {{{field}: botan}}, condition: s}}", windows))
    assert not people_named(told, rule(f"{{s: {{{field}|endswith: '$'}}, condition: s}}", windows))
    assert not people_named(told, rule("{s: {Image: botan}, condition: s}", windows))


def test_five_are_a_group_and_four_are_not(told: Lake):
    assert FEW == 5
    assert people_named(told, rule("{s: {actor_raw|re: '^(akari|botan|emi|fuji)$'}, condition: s}"))
    assert not people_named(told, rule("{s: {actor_raw|re: '^(akari|botan|emi|fuji|daichi)$'}, condition: s}"))


def test_lake_without_people_names_nobody(tmp_path: Path):
    with Lake.open(tmp_path / "lake") as empty:
        assert not people_named(empty, rule("{s: {actor_raw: botan}, condition: s}"))
    assert RuleSet() == rule_set([])
