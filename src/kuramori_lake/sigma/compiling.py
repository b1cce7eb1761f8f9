"""Conditions as SQL text over the columns of one log source.

A value that is missing never matches and, negated, always does, as Sigma has it: NOT takes "unknown" for "no".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import groupby
from typing import Final

from kuramori_lake.sigma.atoms import Dialect, atom, one_of
from kuramori_lake.sigma.names import Place, place_of
from kuramori_lake.sigma.networks import address_pattern
from kuramori_lake.sigma.records import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    LogSource,
    Match,
    Network,
    Not,
    Null,
    Number,
    OtherField,
    Regex,
    Text,
    TimePart,
    Wild,
)
from kuramori_lake.sigma.refusals import RefusedError

MOST_COMPARISONS: Final = 5_000
MANY_TEXTS: Final = 8
"""From so many texts on, one regular expression with alternatives is cheaper than one search each (measured)."""
NUL: Final = "\0"
"""In no stored text; `wide` without base64 asks for it."""
NEVER: Final = "FALSE"
_WORDS: Final = {Wild.ANY: ".*", Wild.ONE: "."}
_TIME: Final = {
    "year": r"^%s",
    "month": r"^\d{4}-%s",
    "day": r"^\d{4}-\d\d-%s",
    "hour": r"^\d{4}-\d\d-\d\d[T ]%s",
    "minute": r"^\d{4}-\d\d-\d\d[T ]\d\d:%s",
}
_RANGES: Final = {"minute": range(60), "hour": range(24), "day": range(1, 32), "month": range(1, 13)}
_YEARS: Final = range(1970, 2100)


_OTHER_SHAPES: Final = {
    (True, True): "contains_other",
    (True, False): "starts_other",
    (False, True): "ends_other",
    (False, False): "same",
}


@dataclass
class Columns:
    """The columns that the rules of one log source need; each place and case once."""

    source: LogSource
    places: dict[tuple[Place | None, bool], str] = field(default_factory=dict)

    def name(self, wanted: str | None, *, lowered: bool) -> str:
        """The column with a field's text; without a field, the one with all text of the event."""
        place = None if wanted is None else place_of(self.source, wanted)
        return self.places.setdefault((place, lowered), f"c{len(self.places)}")


@dataclass
class Compiler:
    """Writes the conditions of one log source's rules in a dialect."""

    dialect: Dialect
    columns: Columns
    comparisons: int = 0

    def sql(self, condition: Condition) -> str:
        """A rule's condition.

        Raises:
            RefusedError: a field that our own events have not, or too much of it.
        """
        self.comparisons = 0
        return self._sql(condition)

    def _sql(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts):
                return "(" + " AND ".join(self._sql(part) for part in parts) + ")"
            case AnyOf(parts):
                return "(" + (" OR ".join(self._any(parts)) or NEVER) + ")"
            case Not(part):
                return f"NOT COALESCE({self._sql(part)}, FALSE)"
            case Match():
                return self._match(condition)

    def _any(self, parts: Sequence[Condition]) -> Iterator[str]:
        """Texts for one field together, everything else one by one."""
        texts = [part for part in parts if isinstance(part, Match) and isinstance(part.value, Text) and part.field]
        texts.sort(key=_field_and_case)
        for (name, cased), group in groupby(texts, key=_field_and_case):
            yield from self._texts(self.columns.name(name, lowered=not cased), [one.value for one in group])  # type: ignore[misc]
        yield from (self._sql(part) for part in parts if part not in texts)

    def _texts(self, column: str, values: Sequence[Text]) -> Iterator[str]:
        self._count(len(values))
        values = [value for value in values if NUL not in _plain(value)]
        plain = [_plain(value) for value in values if shape_of(value) == "equals"]
        if plain:
            yield one_of(self.dialect, column, plain)
        inside = [value for value in values if shape_of(value) == "contains"]
        if len(inside) >= MANY_TEXTS:
            pattern = "|".join(re.escape(_plain(value)) for value in inside)
            yield atom("regex", self.dialect, column, f"(?s){pattern}")
            inside = []
        rest = [value for value in values if shape_of(value) not in {"equals", "contains"}]
        yield from (self._text(column, value) for value in (*inside, *rest))

    def _text(self, column: str, value: Text) -> str:
        shape = shape_of(value)
        if shape == "any":
            return atom("present", self.dialect, column)
        if shape == "pattern":
            return atom("regex", self.dialect, column, pattern_of(value))
        text = _plain(value)
        return NEVER if NUL in text else atom(shape, self.dialect, column, text)

    def _match(self, one: Match) -> str:
        self._count(1)
        value = one.value
        lowered = not isinstance(value, Regex) and not (isinstance(value, Text) and value.cased)
        column = self.columns.name(one.field, lowered=lowered)
        match value:
            case Text():
                sql = self._text(column, value if one.field else _inside(value))
            case Number(number):
                sql = one_of(self.dialect, column, digits(number))
            case OtherField(name, starts, ends):
                sql = atom(
                    _OTHER_SHAPES[starts, ends], self.dialect, column, other=self.columns.name(name, lowered=True)
                )
            case TimePart():
                sql = self._time(column, value)
            case Compare() | Null() | Exists() | Regex() | Network():
                sql = atom(*_asked(value, self.dialect, column))
        return sql

    def _time(self, column: str, part: TimePart) -> str:
        if part.unit == "week":
            return atom(f"week_{part.operator}", self.dialect, column, part.value)
        right = [one for one in _RANGES.get(part.unit, _YEARS) if _holds(one, part.operator, part.value)]
        wanted = "|".join(f"{one:02d}" for one in right)
        return atom("regex", self.dialect, column, _TIME[part.unit] % f"(?:{wanted})" if right else r"^\b$")

    def _count(self, more: int) -> None:
        self.comparisons += more
        if self.comparisons > MOST_COMPARISONS:
            raise RefusedError("the rule has more than %(most)s comparisons", "detection", most=MOST_COMPARISONS)


def _asked(
    value: Compare | Null | Exists | Regex | Network, dialect: Dialect, column: str
) -> tuple[str, Dialect, str, str | float | None]:
    """Shape, dialect, column and literal of a comparison that is a single atom."""
    match value:
        case Compare(operator, number):
            return operator, dialect, column, float(number)
        case Regex(pattern, flags):
            return "regex", dialect, column, flagged(pattern, flags)
        case Network(cidr):
            return "regex", dialect, column, address_pattern(ip_network(cidr))
        case Exists(True):
            return "present", dialect, column, None
    return "null", dialect, column, None


def _field_and_case(one: Condition) -> tuple[str, bool]:
    return (one.field or "", one.value.cased) if isinstance(one, Match) and isinstance(one.value, Text) else ("", False)


def shape_of(value: Text) -> str:
    """How a text is compared: `equals`, `contains`, `starts`, `ends`, `any` or, with wildcards inside, `pattern`."""
    parts = value.parts
    wild = [isinstance(part, Wild) for part in parts]
    if not any(wild):
        return "equals"
    if Wild.ONE in parts or sum(wild) < len(wild) - 1:
        return "pattern"
    if all(wild):
        return "any"
    return {(True, True): "contains", (False, True): "starts", (True, False): "ends"}.get(
        (wild[0], wild[-1]), "pattern"
    )


def _plain(value: Text) -> str:
    """The characters of a text without its wildcards, lowered unless case counts."""
    return "".join(texts_of(value))


def texts_of(value: Text) -> list[str]:
    """The texts between the wildcards, lowered unless case counts."""
    texts = [part for part in value.parts if not isinstance(part, Wild)]
    return texts if value.cased else [text.lower() for text in texts]


def _inside(value: Text) -> Text:
    """A keyword is found anywhere in the text of an event."""
    parts = value.parts
    before = () if parts[:1] == (Wild.ANY,) else (Wild.ANY,)
    after = () if parts[-1:] == (Wild.ANY,) and len(parts) > 1 else (Wild.ANY,)
    return Text((*before, *parts, *after), value.cased)


def pattern_of(value: Text) -> str:
    """A text with wildcards as a regular expression over the whole value."""
    parts = [
        _WORDS[part] if isinstance(part, Wild) else re.escape(part if value.cased else part.lower())
        for part in value.parts
    ]
    return "(?s)^" + "".join(parts) + "$"


def flagged(pattern: str, flags: str) -> str:
    """Both engines let `.` match a line's end unless told otherwise; Sigma does not unless it says `s`."""
    off = "" if "s" in flags else "-s"
    return f"(?{flags}{off}){pattern}"


def digits(number: float) -> tuple[str, ...]:
    """A number as logs write it: YAML reads 0x3e7 as 999."""
    if isinstance(number, int) and number >= 0:
        return (str(number), hex(number))
    return (str(number),)


def _holds(one: int, operator: str, limit: int) -> bool:
    order = (one > limit) - (one < limit)
    signs: dict[str, Iterable[int]] = {
        "eq": (0,),
        "lt": (-1,),
        "lte": (-1, 0),
        "gt": (1,),
        "gte": (0, 1),
        "neq": (-1, 1),
    }
    return order in signs[operator]
