"""YAML documents to our records. The only module that knows pySigma (LGPL; see docs/development/dependencies.md).

Metadata that offends the specification (a date, an author, an id that is no UUID) does not keep a rule from running;
a fault in what it looks for does.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import sigma.exceptions as wrong
from sigma import conditions, types
from sigma.collection import deep_dict_update
from sigma.correlations import (
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)
from sigma.filters import SigmaFilter
from sigma.rule import SigmaDetection, SigmaRule

from kuramori_lake.sigma.documents import RuleFile
from kuramori_lake.sigma.records import (
    About,
    AllOf,
    Alternative,
    AnyOf,
    Compare,
    Condition,
    Correlation,
    Exists,
    Kind,
    LogSource,
    Match,
    Network,
    Not,
    Null,
    Number,
    OtherField,
    Regex,
    Rule,
    Text,
    Threshold,
    TimePart,
    Value,
    Wild,
)
from kuramori_lake.sigma.refusals import Refusal, RefusedError

_REASONS: Final = (
    (wrong.SigmaLogsourceError, "the rule has no log source"),
    (wrong.SigmaConditionError, "the condition is wrong: %(detail)s"),
    (
        wrong.SigmaRegularExpressionError,
        "this regular expression is not understood (RE2 syntax, without look-around): %(detail)s",
    ),
    (wrong.SigmaTypeError, "the modifier does not suit the value: %(detail)s"),
    (wrong.SigmaValueError, "the modifier does not suit the value: %(detail)s"),
    (wrong.SigmaModifiedError, "the modifier does not suit the value: %(detail)s"),
    (wrong.SigmaModifierError, "there is no such modifier: %(detail)s"),
    (wrong.SigmaDetectionError, "the rule has no detection"),
)
_GRAVE: Final = tuple(kind for kind, _ in _REASONS if kind is not wrong.SigmaModifiedError)
_GRAVE_IN_CORRELATION: Final = (
    wrong.SigmaCorrelationRuleError,
    wrong.SigmaCorrelationTypeError,
    wrong.SigmaCorrelationConditionError,
    wrong.SigmaTimespanError,
)
_MEANT: Final[tuple[str, ...]] = ("title", "id", "name", "logsource", "detection")
"""What decides which events a rule matches, and which filters name it."""
MOST_WAYS: Final = 64
_WILD: Final = {types.SpecialChars.WILDCARD_MULTI: Wild.ANY, types.SpecialChars.WILDCARD_SINGLE: Wild.ONE}
_FLAGS: Final = {"IGNORECASE": "i", "MULTILINE": "m", "DOTALL": "s"}


@dataclass
class RawRule:
    """A rule's YAML after `action: global` was merged in."""

    file: str
    content: dict[str, Any]

    @property
    def about(self) -> About:
        """What it says of itself."""
        content = self.content
        title = str(content.get("title") or content.get("name") or self.file)
        name = content.get("name")
        return About(
            id=str(content.get("id") or name or title),
            name=str(name) if name else None,
            title=title,
            title_ja=content.get("title_ja"),
            level=str(content.get("level") or "medium").lower(),
            status=content.get("status"),
            description=str(content.get("description") or ""),
            tags=_listed(content.get("tags")),
            practices=_listed(content.get("practices")),
            file=self.file,
        )

    @property
    def named(self) -> str:
        """How a refusal names it."""
        return self.about.id


def _listed(told: Any) -> tuple[str, ...]:
    """Metadata that should be a list; a single word is a list of one, anything else is none."""
    told = [told] if isinstance(told, str) else told
    return tuple(str(one) for one in told) if isinstance(told, list) else ()


def gather(files: Iterable[RuleFile]) -> tuple[list[RawRule], list[RawRule], list[RawRule]]:
    """(rules, correlations, filters) of all files, with `action` global, repeat and reset carried out."""
    rules: list[RawRule] = []
    correlations: list[RawRule] = []
    filters: list[RawRule] = []
    for file in files:
        for content in _acted(file.documents):
            kind = correlations if "correlation" in content else filters if "filter" in content else rules
            known = {"id": str(content["id"])} if content.get("id") else {}
            kind.append(RawRule(file.name, content | known))
    return rules, correlations, filters


def _acted(documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    shared: dict[str, Any] = {}
    previous: dict[str, Any] = {}
    for document in documents:
        content = {key: value for key, value in document.items() if key != "action"}
        match document.get("action"):
            case "global":
                shared = previous = content
            case "reset":
                shared = {}
            case "repeat":
                previous = deep_dict_update(copy.deepcopy(previous), content)
                yield previous
            case _ if "correlation" in content or "filter" in content:
                yield content
            case _:
                previous = deep_dict_update(content, shared)
                yield previous


def rules_of(raws: Iterable[RawRule], filters: Iterable[RawRule]) -> tuple[list[Rule], list[Refusal]]:
    """The rules that look at single events, with Sigma filters applied to those they name."""
    rules: list[Rule] = []
    refused: list[Refusal] = []
    sieves = list(_filters(filters, refused))
    for raw in raws:
        try:
            rules.append(_rule(raw, sieves))
        except RefusedError as error:
            refused.append(error.refusal(raw.file, raw.named))
    return rules, refused


def _filters(raws: Iterable[RawRule], refused: list[Refusal]) -> Iterator[SigmaFilter]:
    for raw in raws:
        try:
            yield SigmaFilter.from_dict(raw.content)
        except (wrong.SigmaError, TypeError, AttributeError) as error:
            refused.append(
                RefusedError("the rule is wrong: %(detail)s", detail=str(error)).refusal(raw.file, raw.named)
            )


def _rule(raw: RawRule, filters: Iterable[SigmaFilter]) -> Rule:
    try:
        told: dict[str, Any] = {name: raw.content[name] for name in _MEANT if name in raw.content}
        parsed = SigmaRule.from_dict(told, collect_errors=True)
    except (wrong.SigmaError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise RefusedError("the rule is wrong: %(detail)s", detail=str(error)) from error
    for fault in parsed.errors:
        if isinstance(fault, _GRAVE):
            raise _refused(fault, _place(raw.content))
    try:
        for sieve in filters:
            sieve.apply_on_rule(parsed)
        trees = [one.parsed for one in parsed.detection.parsed_condition]
    except (wrong.SigmaError, RecursionError) as error:
        raise _refused(error, "detection.condition") from error
    named = (parsed.logsource.category, parsed.logsource.product, parsed.logsource.service)
    if wrong_names := [name for name in named if not isinstance(name, str | None)]:
        raise RefusedError("the rule is wrong: %(detail)s", "logsource", detail=str(wrong_names))
    source = LogSource(*named)
    ways = tuple(_condition(tree) for tree in trees)
    return Rule(about=raw.about, source=source, condition=ways[0] if len(ways) == 1 else AnyOf(ways))


def _refused(error: Exception, place: str) -> RefusedError:
    reason = next((told for kind, told in _REASONS if isinstance(error, kind)), "the rule is wrong: %(detail)s")
    return RefusedError(reason, place, detail=str(error))


def _place(content: dict[str, Any]) -> str:
    """Which detection, and which line of it, cannot be read: each is tried alone."""
    detections = content.get("detection")
    if not isinstance(detections, dict):
        return "detection"
    for name, definition in detections.items():
        if name == "condition" or _reads(definition):
            continue
        items = definition.items() if isinstance(definition, dict) else ()
        line = next((key for key, value in items if not _reads({key: value})), None)
        return f"detection.{name}.{line}" if line else f"detection.{name}"
    return "detection" if "logsource" in content else "logsource"


def _reads(definition: Any) -> bool:
    try:
        SigmaDetection.from_definition(definition)
    except (wrong.SigmaError, TypeError, AttributeError):
        return False
    return True


def _condition(node: Any) -> Condition:
    match node:
        case conditions.ConditionAND():
            return AllOf(tuple(_condition(one) for one in node.args))
        case conditions.ConditionOR():
            return AnyOf(tuple(_condition(one) for one in node.args))
        case conditions.ConditionNOT():
            return Not(_condition(node.args[0]))
        case conditions.ConditionFieldEqualsValueExpression():
            return _match(node.field, node.value)
        case conditions.ConditionValueExpression():
            return _match(None, node.value)
    raise RefusedError("the condition is wrong: %(detail)s", "detection.condition", detail=type(node).__name__)


def _match(field: str | None, value: types.SigmaType) -> Condition:
    if isinstance(value, types.SigmaExpansion):
        return AnyOf(tuple(_match(field, one) for one in value.values))
    return Match(field, _value(field, value))


def _value(field: str | None, value: types.SigmaType) -> Value:
    made = _textual(field, value) or _numeric(value)
    if made is None:
        raise RefusedError("the rule is wrong: %(detail)s", _at(field), detail=type(value).__name__)
    return made


def _textual(field: str | None, value: types.SigmaType) -> Value | None:
    match value:
        case types.SigmaString():
            return Text(_parts(field, value), cased=isinstance(value, types.SigmaCasedString))
        case types.SigmaRegularExpression():
            _no_placeholder(field, value.regexp)
            return Regex(str(value.regexp), "".join(sorted(_FLAGS[one.name] for one in value.flags)))
        case types.SigmaCIDRExpression():
            return Network(str(value.network))
        case types.SigmaFieldReference():
            return OtherField(value.field, value.starts_with, value.ends_with)
        case types.SigmaBool():
            return Text(("true" if value.boolean else "false",))
    return None


def _numeric(value: types.SigmaType) -> Value | None:
    made: Value | None = None
    match value:
        case types.SigmaTimestampPart():
            made = TimePart(value.timestamp_part.name.lower(), int(value.number))
        case types.SigmaCompareExpression(number=types.SigmaTimestampPart() as part):
            made = TimePart(part.timestamp_part.name.lower(), int(part.number), value.op.name.lower())
        case types.SigmaCompareExpression():
            made = Compare(value.op.name.lower(), value.number.number)
        case types.SigmaNumber():
            made = Number(value.number)
        case types.SigmaNull():
            made = Null()
        case types.SigmaExists():
            made = Exists(value.exists)
    return made


def _at(field: str | None) -> str:
    return f"detection …{field}" if field else "detection"


def _no_placeholder(field: str | None, text: types.SigmaString) -> None:
    """`expand` asks for a list that only the site has; without it the rule would mean something else."""
    for part in text.s:
        if isinstance(part, types.Placeholder):
            reason = "the placeholder %(name)s stands for a list of your site; write its values into the rule"
            raise RefusedError(reason, _at(field), name=f"%{part.name}%")


def _parts(field: str | None, text: types.SigmaString) -> tuple[str | Wild, ...]:
    _no_placeholder(field, text)
    return tuple(part if isinstance(part, str) else _WILD[part] for part in text.s)  # type: ignore[index]


def correlations_of(raws: Iterable[RawRule]) -> tuple[list[Correlation], list[Refusal]]:
    """The correlations, with the names of the rules they refer to as they are written (`linking` resolves them)."""
    found: list[Correlation] = []
    refused: list[Refusal] = []
    for raw in raws:
        try:
            found.append(_correlation(raw))
        except RefusedError as error:
            refused.append(error.refusal(raw.file, raw.named))
    return found, refused


def _correlation(raw: RawRule) -> Correlation:
    try:
        parsed = SigmaCorrelationRule.from_dict(_plain_kind(raw.content), collect_errors=True)
    except (wrong.SigmaError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise RefusedError("the correlation is wrong: %(detail)s", "correlation", detail=str(error)) from error
    for fault in parsed.errors:
        if isinstance(fault, _GRAVE_IN_CORRELATION):
            raise RefusedError("the correlation is wrong: %(detail)s", "correlation", detail=str(fault))
    if unnamed := [one.reference for one in parsed.rules or () if not isinstance(one.reference, str)]:
        raise RefusedError("the correlation is wrong: %(detail)s", "correlation.rules", detail=str(unnamed))
    made = Correlation(
        about=raw.about,
        kind=Kind(parsed.type.name.lower()),
        rules=tuple(one.reference for one in parsed.rules or ()),
        group_by=tuple(parsed.group_by or ()),
        span_us=parsed.timespan.seconds * 1_000_000,
        threshold=Threshold("gte", 1),
        aliases=tuple(
            (one.alias, tuple((rule.reference, field) for rule, field in one.mapping.items())) for one in parsed.aliases
        ),
        generate=parsed.generate,
    )
    condition = parsed.condition
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        return _extended(made, condition)
    if made.kind is Kind.VALUE_PERCENTILE and condition.percentile is None:
        raise RefusedError("the correlation is wrong: %(detail)s", "correlation.condition", detail="no percentile")
    fields = condition.fieldref or ()
    return replace(
        made,
        threshold=Threshold(condition.op.name.lower(), condition.count, condition.percentile),
        fields=(fields,) if isinstance(fields, str) else tuple(fields),
    )


def _extended(made: Correlation, condition: SigmaExtendedCorrelationCondition) -> Correlation:
    """A condition of words: which rules must occur, in the order in which it names them, and which must not."""
    ways = _ways(condition.parsed)
    if any(not way.wanted for way in ways):
        told = "an alternative of nothing but not"
        raise RefusedError("the correlation is wrong: %(detail)s", "correlation.condition", detail=told)
    return replace(
        made,
        kind=Kind(f"{made.kind}_extended"),
        rules=made.rules or tuple(condition.get_referenced_rules()),
        alternatives=ways,
    )


def _plain_kind(content: dict[str, Any]) -> dict[str, Any]:
    """`temporal_extended` is written `temporal` with a condition of words; both spellings are read."""
    told = content.get("correlation")
    if isinstance(told, dict) and str(told.get("type", "")).startswith("temporal") and "extended" in str(told["type"]):
        return content | {"correlation": told | {"type": str(told["type"]).removesuffix("_extended")}}
    return content


def _ways(node: Any, *, negated: bool = False) -> tuple[Alternative, ...]:
    """A boolean expression over rules in disjunctive normal form, in the order in which rules are named."""
    if isinstance(node, SigmaRuleReference):
        name = node.reference
        return (Alternative((), frozenset({name})) if negated else Alternative((name,)),)
    if isinstance(node, CorrelationConditionNOT):
        return _ways(node.args[0], negated=not negated)
    parts = [_ways(one, negated=negated) for one in node.args]
    if isinstance(node, CorrelationConditionOR) is not negated:
        return tuple(way for part in parts for way in part)
    ways = parts[0]
    for part in parts[1:]:
        ways = tuple(_both(one, other) for one in ways for other in part)
        if len(ways) > MOST_WAYS:
            raise RefusedError("the condition has more than %(most)s alternatives", "correlation", most=MOST_WAYS)
    return ways


def _both(one: Alternative, other: Alternative) -> Alternative:
    more = tuple(name for name in other.wanted if name not in one.wanted)
    return Alternative(one.wanted + more, one.unwanted | other.unwanted)
