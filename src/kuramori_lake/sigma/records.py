"""Sigma rules as our own frozen records: what `reading` makes of YAML and everything else works with.

Source: Sigma specification 2.1, rules, modifiers and correlations. Text is matched without regard to case unless it
says `cased`; times and time spans are microseconds.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from kuramori_lake.sigma.refusals import Refusal


class Wild(Enum):
    """What stands for other characters in a text; no string, or a literal star would be taken for it."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Text:
    """A text with wildcards in it; `(Wild.ANY, "x", Wild.ANY)` is "contains"."""

    parts: tuple[str | Wild, ...]
    cased: bool = False


@dataclass(frozen=True)
class Number:
    """Equal to a number, written in decimal or hexadecimal digits."""

    value: int | float


@dataclass(frozen=True)
class Compare:
    """A numeric comparison: `lt`, `lte`, `gt`, `gte`, `neq`."""

    operator: str
    value: int | float


@dataclass(frozen=True)
class Null:
    """The event has no such field."""


@dataclass(frozen=True)
class Exists:
    """The event has such a field, or has not."""

    wanted: bool


@dataclass(frozen=True)
class Regex:
    """A regular expression in RE2's syntax, found anywhere; flags of `ims`."""

    pattern: str
    flags: str = ""


@dataclass(frozen=True)
class Network:
    """An address within a network (RFC 4632, RFC 4291)."""

    cidr: str


@dataclass(frozen=True)
class OtherField:
    """Equal to another field of the event; with both ends open it is contained."""

    name: str
    starts: bool = False
    ends: bool = False


@dataclass(frozen=True)
class TimePart:
    """A part of a time: `minute`, `hour`, `day`, `week`, `month`, `year`; of a UTC field the UTC hour."""

    unit: str
    value: int
    operator: str = "eq"


Value = Text | Number | Compare | Null | Exists | Regex | Network | OtherField | TimePart


@dataclass(frozen=True)
class Match:
    """A field has a value; without a field, some text of the event has it."""

    field: str | None
    value: Value


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold. A field that is missing makes no difference to a negated match: it is true."""

    part: "Condition"


Condition = Match | AllOf | AnyOf | Not


@dataclass(frozen=True)
class LogSource:
    """Which events a rule is about."""

    category: str | None = None
    product: str | None = None
    service: str | None = None

    def __str__(self) -> str:
        """As people name it: `windows/process_creation`."""
        return "/".join(part for part in (self.product, self.category, self.service) if part)


@dataclass(frozen=True, kw_only=True)
class About:
    """What a rule says of itself, for people and for references."""

    id: str
    """The rule's UUID; without one its name, else its title."""
    name: str | None
    title: str
    title_ja: str | None
    level: str
    status: str | None
    description: str
    tags: tuple[str, ...]
    practices: tuple[str, ...]
    """Practices that it serves, such as DET-03."""
    file: str

    def titled(self, *, japanese: bool) -> str:
        """The title in the reader's language, as far as the rule has it."""
        return self.title_ja or self.title if japanese else self.title


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule that looks at one event at a time."""

    about: About
    source: LogSource
    condition: Condition


class Kind(StrEnum):
    """The ten kinds of correlation (Sigma correlation rules specification 2.1)."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    TEMPORAL_EXTENDED = "temporal_extended"
    TEMPORAL_ORDERED_EXTENDED = "temporal_ordered_extended"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"


@dataclass(frozen=True)
class Threshold:
    """`gte 10`; `percentile` of 0 to 100 for that kind only."""

    operator: str
    value: int | float
    percentile: int | None = None


@dataclass(frozen=True)
class Alternative:
    """One way to satisfy an extended condition: all of `wanted`, where order counts in this one, none of `unwanted`."""

    wanted: tuple[str, ...]
    unwanted: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """A rule about many matches of other rules within a time span."""

    about: About
    kind: Kind
    rules: tuple[str, ...]
    """Ids of the rules it is about, in their order; resolved, each exists."""
    group_by: tuple[str, ...]
    span_us: int
    threshold: Threshold
    fields: tuple[str, ...] = ()
    """Whose values are counted or computed."""
    aliases: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(alias, ((rule id, field), …)): the name under which rules' differing fields are grouped."""
    alternatives: tuple[Alternative, ...] = ()
    generate: bool = False
    """Report the matches of its rules as well."""

    def field_of(self, rule_id: str, name: str) -> str:
        """The field of a rule's events that a group-by name or counted field stands for."""
        return dict(dict(self.aliases).get(name, ())).get(rule_id, name)


@dataclass(frozen=True)
class RuleSet:
    """Rules that can run, and those that cannot with their reasons."""

    rules: tuple[Rule, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    refused: tuple[Refusal, ...] = ()
    """Correlations stand after the rules and correlations they refer to."""
