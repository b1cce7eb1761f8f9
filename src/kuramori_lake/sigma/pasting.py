"""Rules tried on events that somebody pasted: which match which line by which comparisons, and what is no event.

The events go into a lake of their own, which goes with the answer; it knows no people, no secrets and no approved flow.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from kuramori_lake.health import Quarantined
from kuramori_lake.sigma.engines import Engine, on
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Match,
    Network,
    Not,
    Number,
    OtherField,
    Regex,
    Rule,
    RuleSet,
    Text,
    TimePart,
    Value,
    Wild,
)
from kuramori_lake.sigma.running import Match as Matched
from kuramori_lake.sigma.running import matches
from kuramori_lake.sigma.scanning import scan
from kuramori_lake.store import Lake

MOST_TOLD: Final = 200
"""Matches that are explained; of more only the number is told."""
_BETWEEN: Final = "\0"
_OPEN: Final = {(True, True): ("contains",), (True, False): ("startswith",), (False, True): ("endswith",)}


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """That a rule matches: lines (or records) from 1, and for each of them the comparisons that hold."""

    match: Matched
    rows: tuple[int, ...]
    why: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of pasted text: events in it, rows passed over by design, rows not understood, matches."""

    events: int
    ignored: int
    wrong: tuple[Quarantined, ...]
    spoke: tuple[Spoke, ...]
    more: int = 0


def try_on(text: bytes, rules: RuleSet, *, source: str, zone: ZoneInfo, below: Path) -> Tried:
    """Read text as a kind of log and run rules over it. It lies in a folder of its own in `below` meanwhile.

    Raises:
        UnknownSourceError: no such kind of log.
    """
    with TemporaryDirectory(dir=below, prefix="pasted-") as place, Lake.open(Path(place) / "lake") as lake:
        path = Path(place) / "pasted"
        path.write_bytes(text)
        report = lake.ingest(path, source=source, zone=zone)
        wrong = tuple(sorted(lake.quarantine(batch_id=report.batch_id), key=lambda each: each.row))
        with lake.asking() as events:
            engine = on(events)
            found = list(matches(plan(rules, engine.dialect), engine, date.min, date.max))
            told = _explained(found[:MOST_TOLD], rules, engine)
    counts = report.counts
    more = max(0, len(found) - MOST_TOLD)
    return Tried(events=counts.accepted, ignored=counts.ignored, wrong=wrong, spoke=told, more=more)


def _explained(found: Sequence[Matched], rules: RuleSet, engine: Engine) -> tuple[Spoke, ...]:
    if not found:
        return ()
    rows = dict(engine.rows("SELECT event_id, raw_row FROM events"))
    matched = {match.about.id for match in found}
    held = _held([rule for rule in rules.rules if rule.about.id in matched], engine)
    return tuple(
        Spoke(
            match=match,
            rows=tuple(sorted(rows[event] for event in match.event_ids)),
            why=tuple((rows[event], tuple(held[match.about.id, event])) for event in match.event_ids),
        )
        for match in found
    )


def _held(rules: Sequence[Rule], engine: Engine) -> dict[tuple[str, int], list[str]]:
    """By rule and event the comparisons that hold: each is looked for as if it were a rule of its own."""
    single, words = [], {}
    for rule in rules:
        for number, leaf in enumerate(dict.fromkeys(_leaves(rule.condition))):
            name = f"{rule.about.id}{_BETWEEN}{number}"
            single.append(replace(rule, about=replace(rule.about, id=name), condition=leaf))
            words[name] = written(leaf)
    held: dict[tuple[str, int], list[str]] = defaultdict(list)
    for hits in scan(plan(RuleSet(rules=tuple(single)), engine.dialect), engine, date.min, date.max):
        for hit in hits:
            name = hit.rule.rule.about.id
            held[name.rpartition(_BETWEEN)[0], hit.event_id].append(words[name])
    return held


def _leaves(condition: Condition) -> Iterator[Match]:
    """Comparisons that speak for a match; what is excluded does not."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Match():
            yield condition
        case Not():
            return


def written(one: Match) -> str:
    """A comparison in Sigma's own notation: `Image|endswith` is a star before the text, `bytes|gte: 100` a number."""
    words, value = _words(one.value)
    return f"{one.field or '*'}{''.join(f'|{word}' for word in words)}: {value}"


def _words(value: Value) -> tuple[tuple[str, ...], str]:
    """Modifiers and value."""
    words: tuple[str, ...] = ()
    told = "null"
    match value:
        case Text(parts, cased):
            words, told = ("cased",) * cased, "".join(one.value if isinstance(one, Wild) else one for one in parts)
        case Compare(operator, number):
            words, told = (operator,), str(number)
        case Regex(pattern, flags):
            words, told = ("re", *flags), pattern
        case Network(cidr):
            words, told = ("cidr",), cidr
        case Exists(wanted):
            words, told = ("exists",), str(wanted).lower()
        case OtherField(name, starts, ends):
            words, told = ("fieldref", *_OPEN.get((starts, ends), ())), name
        case TimePart(unit, number, operator):
            words, told = (unit, operator) if operator != "eq" else (unit,), str(number)
        case Number(number):
            told = str(number)
    return words, told
