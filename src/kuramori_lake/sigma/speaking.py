"""About whom rules speak: matches told per rule, person and local day, for a back-test and for alerts alike.

Service accounts, approved flows and people whom the context does not know (their site has no charter) are left out.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from kuramori_lake.detect import sql
from kuramori_lake.sigma.records import About, AllOf, AnyOf, Condition, Correlation, Match, Not, Rule, RuleSet
from kuramori_lake.sigma.running import run
from kuramori_lake.store import Lake

MOST_EVENTS: Final = 50_000
"""Events of one rule that are looked at closer in a run: a rule that matches more has to be narrowed."""
LEAVING: Final = "after_notice"
_PEOPLE: Final = f"""
SELECT e.event_id, e.person_id, e.local_date AS day, e.destination_class AS way, e.secret_id,
    coalesce(e.path, e.name) AS document
FROM joined_events e
WHERE e.event_id IN (SELECT unnest($ids::BIGINT[])) AND e.person_id IS NOT NULL AND e.excluded_reason IS NULL
    AND {sql.FLOW_COVERS} IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Said:
    """That a rule speaks about a person on a local day, by which events; `tells_leaving` if it asked for a notice."""

    about: About
    person_id: str
    day: date
    event_ids: tuple[int, ...]
    channels: tuple[str, ...]
    secrets: Mapping[str, int]
    """Id of each secret touched to its documents."""
    tells_leaving: bool


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What rules say over some days, by day, rule and person; and ids of rules of which not every event was seen."""

    said: tuple[Said, ...]
    cut: frozenset[str]


def spoken(lake: Lake, rules: RuleSet, since: date, until: date) -> Spoken:
    """Run rules over local days, both included. A match of several days speaks on the person's last one in it."""
    kept: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    abouts: dict[str, About] = {}
    for match in run(lake, rules, since, until):
        rule = match.about.id
        abouts[rule] = match.about
        if seen[rule] < MOST_EVENTS:
            kept[rule].append(match.event_ids[: MOST_EVENTS - seen[rule]])
        seen[rule] += len(match.event_ids)
    leaving = _tell_leaving(rules)
    told = [
        one
        for rule, groups in kept.items()
        for one in _of_rule(lake, abouts[rule], groups, tells_leaving=rule in leaving)
    ]
    told.sort(key=lambda one: (one.day, one.about.id, one.person_id))
    return Spoken(said=tuple(told), cut=frozenset(rule for rule, count in seen.items() if count > MOST_EVENTS))


def _of_rule(lake: Lake, about: About, groups: Sequence[tuple[int, ...]], *, tells_leaving: bool) -> Iterable[Said]:
    ids = sorted({event for group in groups for event in group})
    rows = {row["event_id"]: row for row in lake.query(_PEOPLE, {"ids": ids}).to_pylist()}
    found: dict[tuple[str, date], dict[int, Any]] = defaultdict(dict)
    for group in groups:
        people: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in group:
            if event in rows:
                people[rows[event]["person_id"]].append(rows[event])
        for person, theirs in people.items():
            found[person, max(row["day"] for row in theirs)].update({row["event_id"]: row for row in theirs})
    for (person, day), events in found.items():
        documents: dict[str, set[str]] = defaultdict(set)
        for row in events.values():
            if row["secret_id"]:
                documents[row["secret_id"]].add(row["document"])
        ways = {row["way"] for row in events.values()} - {None, "folder", "person"}
        yield Said(
            about=about,
            person_id=person,
            day=day,
            event_ids=tuple(sorted(events)),
            channels=tuple(sorted(ways)),
            secrets={secret: len(some) for secret, some in sorted(documents.items())},
            tells_leaving=tells_leaving,
        )


def _tell_leaving(rules: RuleSet) -> set[str]:
    """Rules that ask whether somebody had given notice, themselves or through what they refer to."""
    found = {rule.about.id for rule in rules.rules if _asks_notice(rule.condition)}
    for one in rules.correlations:
        if found & set(one.rules) or LEAVING in {*one.group_by, *one.fields}:
            found.add(one.about.id)
    return found


def _asks_notice(condition: Condition) -> bool:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(map(_asks_notice, parts))
        case Not(part):
            return _asks_notice(part)
        case Match(field):
            return field is None or field == LEAVING


def chosen(found: RuleSet, ids: Iterable[str]) -> RuleSet:
    """Only these rules, and those that they refer to."""
    wanted = set(ids)
    for one in reversed(found.correlations):
        if one.about.id in wanted:
            wanted.update(one.rules)
    return RuleSet(
        rules=tuple(one for one in found.rules if one.about.id in wanted),
        correlations=tuple(one for one in found.correlations if one.about.id in wanted),
    )


def digest_of(found: RuleSet, rule: str) -> str:
    """SHA-256 over what decides when a rule speaks, filters and referred rules included; titles may change freely."""
    part = chosen(found, [rule])
    text = json.dumps([_plain(one) for one in (*part.rules, *part.correlations)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A record as lists with its kind first: the same for the same meaning, whatever the order of a set."""
    if isinstance(value, Rule | Correlation):
        kept = [_plain(getattr(value, each.name)) for each in fields(value) if each.name != "about"]
        return [value.about.id, *kept]
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, each.name)) for each in fields(value))]
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return sorted(map(str, value)) if isinstance(value, frozenset) else value
