"""References between rules: each correlation learns the ids of the rules it is about, those come first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from kuramori_lake.sigma.documents import RuleFile, load
from kuramori_lake.sigma.reading import correlations_of, gather, rules_of
from kuramori_lake.sigma.records import Alternative, Correlation, Rule, RuleSet
from kuramori_lake.sigma.refusals import Refusal, RefusedError

_Some = TypeVar("_Some", Rule, Correlation)


def read_rules(paths: Iterable[Path]) -> RuleSet:
    """All rules of these files, folders and zip archives; never raises for what is in them."""
    files, unread = load(paths)
    found = rule_set(files)
    return replace(found, refused=(*unread, *found.refused))


def rule_set(files: Iterable[RuleFile]) -> RuleSet:
    """The rules of files already read as YAML."""
    raw_rules, raw_correlations, filters = gather(files)
    rules, refused = rules_of(raw_rules, filters)
    correlations, more = correlations_of(raw_correlations)
    refused += more
    rules = list(_unique(rules, set(), refused))
    correlations = list(_unique(correlations, {one.about.id for one in rules}, refused))
    linked = _linked(correlations, rules, refused)
    return RuleSet(tuple(rules), tuple(linked), tuple(refused))


def _unique(found: Iterable[_Some], known: set[str], refused: list[Refusal]) -> Iterator[_Some]:
    for one in found:
        if one.about.id in known:
            error = RefusedError("two rules have the id %(id)s; the first is used", "id", id=one.about.id)
            refused.append(error.refusal(one.about.file, one.about.id))
            continue
        known.add(one.about.id)
        yield one


def _linked(
    correlations: Sequence[Correlation], rules: Sequence[Rule], refused: list[Refusal]
) -> Iterator[Correlation]:
    """In an order in which each comes after those it refers to; one that refers to a refused one is refused."""
    abouts = [*(one.about for one in rules), *(one.about for one in correlations)]
    names = {about.name: about.id for about in abouts if about.name}
    groups: dict[str, tuple[str, ...] | None] = {one.about.id: None for one in rules}
    waiting = list(correlations)
    while waiting:
        pending = {one.about.id for one in waiting}
        later = []
        for one in waiting:
            wanted = [names.get(name, name) for name in one.rules]
            if any(name in pending for name in wanted):
                later.append(one)
                continue
            try:
                ready = _resolved(one, names, groups)
            except RefusedError as error:
                refused.append(error.refusal(one.about.file, one.about.id))
                continue
            groups[one.about.id] = one.group_by
            yield ready
        if len(later) == len(waiting):
            circle = RefusedError("the correlations refer to each other in a circle", "correlation.rules")
            refused.extend(circle.refusal(one.about.file, one.about.id) for one in later)
            return
        waiting = later


def _resolved(one: Correlation, names: dict[str, str], groups: dict[str, tuple[str, ...] | None]) -> Correlation:
    ids = {name: names.get(name, name) for name in one.rules}
    for name, rule_id in ids.items():
        if rule_id not in groups:
            reason = "the correlation refers to %(name)s, which is not among the rules"
            raise RefusedError(reason, "correlation.rules", name=name)
    ready = replace(
        one,
        rules=tuple(ids.values()),
        aliases=tuple(
            (alias, tuple((names.get(rule, rule), field) for rule, field in fields)) for alias, fields in one.aliases
        ),
        alternatives=tuple(
            Alternative(tuple(ids[name] for name in way.wanted), frozenset(ids[name] for name in way.unwanted))
            for way in one.alternatives
        ),
    )
    for rule_id in ready.rules:
        inner = groups[rule_id]
        for name in (*ready.group_by, *ready.fields):
            if inner is not None and ready.field_of(rule_id, name) not in inner:
                reason = "the correlation groups by %(name)s, which %(rule)s does not group by"
                raise RefusedError(reason, "correlation.group-by", name=name, rule=rule_id)
    return ready
