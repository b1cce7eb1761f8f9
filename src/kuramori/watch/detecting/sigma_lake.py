"""Sigma rules as the lake keeps them: one set at a time, so that a night reads only what somebody switched on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from kuramori.watch.lake import folder
from kuramori.watch.models import SigmaRule
from kuramori_lake.sigma.documents import RuleFile, load
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.planning import Plan, plan
from kuramori_lake.sigma.reading import gather
from kuramori_lake.sigma.records import About, RuleSet
from kuramori_lake.sigma.sets import FOLDER
from kuramori_lake.sigma.speaking import chosen, digest_of

OWN = "kuramori"
"""Name of the set that comes with Kuramori."""


def in_japanese() -> bool:
    """Say whether what is written now is read in Japanese."""
    return (get_language() or "").startswith("ja")


def place_of(name: str) -> Path:
    """Return the folder of a set."""
    return Path(str(files("kuramori_lake.sigma") / "rules")) if name == OWN else folder() / FOLDER / name


@dataclass(frozen=True)
class Listed:
    """A rule as a set holds it: what it says of itself, its log source or kind, the rest of its text."""

    about: About
    source: str
    content: Mapping[str, Any]

    @property
    def false_positives(self) -> str:
        """Return what its author knows to match without harm, a line each."""
        told = self.content.get("falsepositives") or []
        return "\n".join(map(str, told if isinstance(told, list) else [told]))


@dataclass(frozen=True)
class Read:
    """A set read from files: how many documents there were, what can be used, and why the rest cannot."""

    documents: int
    filters: int
    found: RuleSet
    plan: Plan
    listed: tuple[Listed, ...]


def read_set(paths: Iterable[Path], tell: Callable[[int, int], None] = lambda _done, _all: None) -> Read:
    """Read rules with everything said about them. A file that cannot be read counts as one document.

    `tell` hears of each rule how many were compiled, of how many documents, and may stop it by raising.
    """
    loaded, unread = load(paths)
    raw_rules, raw_correlations, raw_filters = gather(loaded)
    found = rule_set(loaded)
    documents = len(raw_rules) + len(raw_correlations) + len(raw_filters) + len(unread)
    done = count(1)
    compiled = plan(found, "duckdb", lambda: tell(next(done), documents))
    refused = {(each.file, each.rule) for each in compiled.refused}
    contents = {(raw.file, raw.named): raw.content for raw in (*raw_rules, *raw_correlations)}
    return Read(
        documents=documents,
        filters=sum((raw.file, raw.named) not in refused for raw in raw_filters),
        found=found,
        plan=Plan(
            compiled.dialect, compiled.groups, compiled.correlations, compiled.silent, (*unread, *compiled.refused)
        ),
        listed=tuple(Listed(about, source, contents[about.file, about.id]) for about, source in _usable(compiled)),
    )


def _usable(compiled: Plan) -> Iterator[tuple[About, str]]:
    for group in compiled.groups:
        for batch in group.batches:
            for ready in batch.rules:
                yield ready.rule.about, str(ready.rule.source)
    for one in compiled.correlations:
        yield one.about, str(one.kind)


def load_set(name: str) -> tuple[tuple[RuleFile, ...], RuleSet]:
    """Return a set as it is kept: its files, and its rules."""
    loaded, _ = load([place_of(name)])
    return tuple(loaded), rule_set(loaded)


def usable_of(rules: Iterable[SigmaRule]) -> RuleSet:
    """Return these rules out of their sets; one whose text no longer means what was switched on is left out."""
    by_set: dict[str, list[SigmaRule]] = {}
    for rule in rules:
        by_set.setdefault(rule.taken_in.name, []).append(rule)
    parts = []
    for name, some in sorted(by_set.items()):
        _files, found = load_set(name)
        parts.append(chosen(found, [each.rule for each in some if digest_of(found, each.rule) == each.digest]))
    return RuleSet(
        rules=tuple(rule for part in parts for rule in part.rules),
        correlations=tuple(one for part in parts for one in part.correlations),
    )


def text_of(rule: SigmaRule) -> str:
    """Return the file that holds a rule as it was written; empty when the lake no longer has it."""
    path = place_of(rule.taken_in.name) / rule.file
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
