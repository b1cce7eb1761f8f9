"""A rule set compiled for a dialect: rules by log source, in bundles, with their SQL; what is refused and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kuramori_lake.sigma.atoms import Dialect
from kuramori_lake.sigma.compiling import Columns, Compiler
from kuramori_lake.sigma.logsources import Events, events_of
from kuramori_lake.sigma.records import Correlation, LogSource, Rule, RuleSet
from kuramori_lake.sigma.refusals import Refusal, RefusedError
from kuramori_lake.sigma.sifting import Sieve, bundles, sieve_of, sieve_sql


@dataclass(frozen=True)
class Ready:
    """A rule with its SQL and, for correlations, the columns with the fields that they group by or count."""

    rule: Rule
    sql: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """Rules that are looked at together; `sieve` lets pass what any of them could match."""

    rules: tuple[Ready, ...]
    sieve: str | None


@dataclass
class Group:
    """All rules of one log source."""

    source: LogSource
    events: Events
    columns: Columns
    batches: list[Batch] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Everything that can run, for one dialect."""

    dialect: Dialect
    groups: tuple[Group, ...]
    correlations: tuple[Correlation, ...]
    silent: frozenset[str]
    """Rules whose own matches are not reported: they serve a correlation that does not ask for them."""
    refused: tuple[Refusal, ...]

    @property
    def rules(self) -> int:
        """How many rules look at events."""
        return sum(len(batch.rules) for group in self.groups for batch in group.batches)


def plan(found: RuleSet, dialect: Dialect, heard: Callable[[], None] = lambda: None) -> Plan:
    """Compile a rule set. A correlation of a rule that is refused is refused as well.

    `heard` is called for each rule that was looked at, and may stop it all by raising.
    """
    asked = _asked_fields(found.correlations)
    by_source: dict[LogSource, list[Rule]] = defaultdict(list)
    for rule in found.rules:
        by_source[rule.source].append(rule)
    refused = list(found.refused)
    groups = [group for rules in by_source.values() if (group := _group(rules, asked, dialect, refused, heard))]
    able = {ready.rule.about.id for group in groups for batch in group.batches for ready in batch.rules}
    correlations = _able(found.correlations, able, refused)
    silent = {rule for one in correlations if not one.generate for rule in one.rules}
    return Plan(dialect, tuple(groups), tuple(correlations), frozenset(silent), tuple(refused))


def _asked_fields(correlations: Iterable[Correlation]) -> Mapping[str, Sequence[str]]:
    asked: dict[str, list[str]] = defaultdict(list)
    for one in correlations:
        for rule_id in one.rules:
            names = [one.field_of(rule_id, name) for name in (*one.group_by, *one.fields)]
            asked[rule_id] += [name for name in names if name not in asked[rule_id]]
    return asked


def _group(
    rules: Sequence[Rule],
    asked: Mapping[str, Sequence[str]],
    dialect: Dialect,
    refused: list[Refusal],
    heard: Callable[[], None],
) -> Group | None:
    try:
        events = events_of(rules[0].source)
    except RefusedError as error:
        refused += [error.refusal(rule.about.file, rule.about.id) for rule in rules]
        return None
    group = Group(rules[0].source, events, Columns(rules[0].source))
    ready: list[Ready] = []
    sieves: list[Sieve | None] = []
    for rule in rules:
        heard()
        columns = replace(group.columns, places=dict(group.columns.places))
        try:
            sql = Compiler(dialect, columns).sql(rule.condition)
            fields = tuple((name, columns.name(name, lowered=True)) for name in asked.get(rule.about.id, ()))
        except RefusedError as error:
            refused.append(error.refusal(rule.about.file, rule.about.id))
            continue
        group.columns = columns
        ready.append(Ready(rule, sql, fields))
        sieves.append(sieve_of(rule.condition))
    for bundle in bundles(sieves):
        sieve = sieve_sql(bundle.sieve, dialect, group.columns) if bundle.sieve else None
        group.batches.append(Batch(tuple(ready[place] for place in bundle.rules), sieve))
    return group if ready else None


def _able(correlations: Iterable[Correlation], able: set[str], refused: list[Refusal]) -> list[Correlation]:
    kept = []
    for one in correlations:
        missing = next((rule for rule in one.rules if rule not in able), None)
        if missing is None:
            able.add(one.about.id)
            kept.append(one)
            continue
        reason = "the correlation refers to %(name)s, which is not among the rules"
        error = RefusedError(reason, "correlation.rules", name=missing)
        refused.append(error.refusal(one.about.file, one.about.id))
    return kept
