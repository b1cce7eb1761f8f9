"""Rules over a lake: matches of single events and of correlations, and a back-test before a rule is switched on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from kuramori_lake.sigma.engines import Engine, on
from kuramori_lake.sigma.planning import Plan, plan
from kuramori_lake.sigma.records import About, Correlation, RuleSet
from kuramori_lake.sigma.scanning import Hit, scan
from kuramori_lake.sigma.windows import Occurrence, stretches
from kuramori_lake.store import Lake

EVENT: str = "event"
"""`Match.kind` of a rule that looks at one event; a correlation's is its own kind."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A rule that matched. Times are aware UTC."""

    about: About
    kind: str
    event_ids: tuple[int, ...]
    first: datetime
    last: datetime
    group: Mapping[str, str] = field(default_factory=dict)
    """What a correlation's events have in common, lowered."""
    value: float | None = None
    """The number that a correlation compared: count, sum, average, …"""


def matches(plan: Plan, engine: Engine, since: date, until: date) -> Iterator[Match]:
    """All matches of local days `since` to `until`, both included; correlations come last.

    Occurrences of rules that correlations refer to are kept in memory until the end: some 200 bytes each.
    """
    correlated = {rule for one in plan.correlations for rule in one.rules}
    kept: dict[str, list[tuple[Occurrence, Mapping[str, str | None]]]] = defaultdict(list)
    for hits in scan(plan, engine, since, until):
        for hit in hits:
            about = hit.rule.rule.about
            if about.id in correlated:
                kept[about.id].append(_kept(hit))
            if about.id not in plan.silent:
                yield _one(about, hit)
    for one in plan.correlations:
        for match in correlate(one, kept):
            if one.about.id in correlated:
                kept[one.about.id].append(_happened(match))
            if one.about.id not in plan.silent:
                yield match


def _one(about: About, hit: Hit) -> Match:
    when = _time(hit.time_us)
    return Match(about=about, kind=EVENT, event_ids=(hit.event_id,), first=when, last=when)


def _kept(hit: Hit) -> tuple[Occurrence, Mapping[str, str | None]]:
    names = [name for name, _ in hit.rule.fields]
    occurrence = Occurrence(hit.time_us, hit.rule.rule.about.id, (hit.event_id,))
    return occurrence, dict(zip(names, hit.values, strict=True))


def _happened(match: Match) -> tuple[Occurrence, Mapping[str, str | None]]:
    began = _micros(match.first)
    return Occurrence(_micros(match.last), match.about.id, match.event_ids, began_us=began), dict(match.group)


def correlate(
    one: Correlation, kept: Mapping[str, Sequence[tuple[Occurrence, Mapping[str, str | None]]]]
) -> list[Match]:
    """A correlation's matches, in order of time. Events without a field that it groups by are left out."""
    groups: dict[tuple[str, ...], list[Occurrence]] = defaultdict(list)
    for rule in dict.fromkeys(one.rules):
        names = [one.field_of(rule, name) for name in one.group_by]
        counted = [one.field_of(rule, name) for name in one.fields]
        for occurrence, values in kept.get(rule, ()):
            key = [values.get(name) for name in names]
            value = tuple(values.get(name) for name in counted)
            if None not in key and None not in value:
                groups[tuple(str(part) for part in key)].append(replace(occurrence, rule=rule, value=value))
    found = [
        _correlated(one, dict(zip(one.group_by, key, strict=True)), stretch.members, stretch.value)
        for key, row in groups.items()
        for stretch in stretches(one, sorted(row, key=lambda this: (this.time_us, this.event_ids)))
    ]
    return sorted(found, key=lambda match: (match.first, match.event_ids))


def _correlated(
    one: Correlation, group: Mapping[str, str], members: Sequence[Occurrence], value: float | None
) -> Match:
    return Match(
        about=one.about,
        kind=one.kind,
        event_ids=tuple(dict.fromkeys(event for member in members for event in member.event_ids)),
        first=_time(min(one.time_us if one.began_us is None else one.began_us for one in members)),
        last=_time(members[-1].time_us),
        group=group,
        value=value,
    )


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


def _micros(when: datetime) -> int:
    return int(when.timestamp()) * 1_000_000 + when.microsecond


def run(lake: Lake, rules: RuleSet, since: date | None = None, until: date | None = None) -> Iterator[Match]:
    """All matches in a lake between two local days, both included; without them, in all of it."""
    with lake.asking() as events:
        engine = on(events)
        yield from matches(plan(rules, engine.dialect), engine, since or date.min, until or date.max)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a rule would have told in the past: alerts by day (UTC day of the last event), days without any left out."""

    about: About
    by_day: Mapping[date, int]

    @property
    def alerts(self) -> int:
        """All alerts."""
        return sum(self.by_day.values())

    @property
    def busiest(self) -> int:
        """Alerts of the worst day."""
        return max(self.by_day.values(), default=0)


def back_test(found: Iterable[Match], rules: RuleSet) -> list[Tried]:
    """How often each rule would have told something, the noisiest first; without rules that serve correlations only."""
    silent = {rule for one in rules.correlations if not one.generate for rule in one.rules}
    counts: dict[str, Counter[date]] = {}
    everyone = [*(one.about for one in rules.rules), *(one.about for one in rules.correlations)]
    abouts = {about.id: about for about in everyone if about.id not in silent}
    for match in found:
        counts.setdefault(match.about.id, Counter())[match.last.date()] += 1
    tried = [
        Tried(about=about, by_day=dict(sorted(counts.get(rule, Counter()).items()))) for rule, about in abouts.items()
    ]
    return sorted(tried, key=lambda one: (-one.alerts, one.about.id))
