"""What must be in an event for a rule to match it: lets many rules pass over an event after one look.

A rule's sieve is a set of texts of which at least one stands in a match. Rules are bundled; a bundle's sieves become
one regular expression a column (256 texts cost 0.6 µs an event, 64 searches 2.5 µs).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kuramori_lake.sigma.atoms import Dialect, atom, one_of
from kuramori_lake.sigma.compiling import NUL, Columns, digits, shape_of, texts_of
from kuramori_lake.sigma.records import AllOf, AnyOf, Condition, Match, Number, Regex, Text
from kuramori_lake.sigma.regex_text import certain_text

MOST_RULES: Final = 96
MOST_TEXTS: Final = 256
PROGRAM: Final = ".exe"
COMMON: Final = 0.02


@dataclass(frozen=True)
class Grain:
    """One text that a column has to hold: as a whole, at its start, at its end or anywhere."""

    field: str
    cased: bool
    shape: str
    text: str


Sieve = frozenset[Grain]


def sieve_of(condition: Condition) -> Sieve | None:
    """The best sieve of a condition; None if it can match without any certain text."""
    match condition:
        case Match():
            return _grains(condition)
        case AnyOf(parts):
            sieves = [sieve_of(part) for part in parts]
            return None if None in sieves else frozenset(grain for sieve in sieves if sieve for grain in sieve)
        case AllOf(parts):
            usable = [sieve for sieve in map(sieve_of, parts) if sieve]
            return min(usable, key=_cost, default=None)
    return None


def _grains(one: Match) -> Sieve | None:
    if one.field is None:
        return None
    if isinstance(one.value, Number):
        return frozenset(Grain(one.field, False, "equals", text) for text in digits(one.value.value))
    if isinstance(one.value, Regex):
        certain = certain_text(one.value.pattern)
        return frozenset({Grain(one.field, False, "contains", certain)}) if certain else None
    if not isinstance(one.value, Text):
        return None
    shape, texts = shape_of(one.value), texts_of(one.value)
    if shape == "pattern":
        shape, texts = "contains", [max(texts, key=len, default="")]
    text = "".join(texts)
    usable = text and shape != "any" and NUL not in text
    return frozenset({Grain(one.field, one.value.cased, shape, text)}) if usable else None


def _cost(sieve: Sieve) -> float:
    """How often an event passes, guessed."""
    return sum(_share(one) for one in sieve)


def _share(one: Grain) -> float:
    """Programs are few and popular; six letters of anything else are rare, and so is a whole value of four."""
    if one.text.endswith(PROGRAM):
        return COMMON
    return 4.0 ** -min(len(one.text) + 2 * (one.shape == "equals"), 6)


@dataclass(frozen=True)
class Bundle:
    """Rules that are looked at together, by their place in the list; `sieve` is None if each event has to be tried."""

    rules: tuple[int, ...]
    sieve: Sieve | None


def bundles(sieves: Sequence[Sieve | None]) -> Iterator[Bundle]:
    """All rules, those that look at the same columns beside each other."""
    yield from _cut([place for place, sieve in enumerate(sieves) if sieve is None], sieves)
    sifted = [place for place, sieve in enumerate(sieves) if sieve is not None]
    yield from _cut(sorted(sifted, key=lambda place: sorted({one.field for one in sieves[place] or ()})), sieves)


def _cut(places: Iterable[int], sieves: Sequence[Sieve | None]) -> Iterator[Bundle]:
    rules: list[int] = []
    grains: set[Grain] = set()
    for place in places:
        more = sieves[place] or frozenset()
        if rules and (len(rules) >= MOST_RULES or len(grains | more) > MOST_TEXTS):
            yield _bundle(rules, grains)
            rules, grains = [], set()
        rules.append(place)
        grains |= more
    if rules:
        yield _bundle(rules, grains)


def _bundle(rules: Sequence[int], grains: set[Grain]) -> Bundle:
    return Bundle(tuple(rules), frozenset(grains) or None)


def sieve_sql(sieve: Sieve, dialect: Dialect, columns: Columns) -> str:
    """The SQL that lets an event pass: per column one list of whole values and one regular expression."""
    by_column: dict[tuple[str, bool], list[Grain]] = {}
    for grain in sorted(sieve, key=lambda one: (one.field, one.cased, one.shape, one.text)):
        by_column.setdefault((grain.field, grain.cased), []).append(grain)
    parts = []
    for (name, cased), grains in by_column.items():
        column = columns.name(name, lowered=not cased)
        whole = [one.text for one in grains if one.shape == "equals"]
        if whole:
            parts.append(one_of(dialect, column, whole))
        if len(whole) < len(grains):
            pattern = "|".join(_pattern(one) for one in grains if one.shape != "equals")
            parts.append(atom("regex", dialect, column, f"(?s){pattern}"))
    return " OR ".join(parts)


def _pattern(grain: Grain) -> str:
    before, after = ("^" if grain.shape == "starts" else ""), ("$" if grain.shape == "ends" else "")
    return before + re.escape(grain.text) + after
