"""Claims as data: what the law asks for one way of going to court, element by element, read from a TOML file.

claim → elements → what has to be shown → kinds of proof that serve it → which exhibits (by `element` code) it takes.
The files lie in `evidence/data/claims`; a company's lawyer may add his own to the data folder (docs/en/claims.md).
Reading is strict: an unknown or a missing word is an error that names file and place, never a silent gap.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

CODE = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
KINDS = ("direct", "testimony", "circumstantial")
TIERS = ("a", "b")
SUBJECTS = ("secret", "person")
COSTS = (1, 2, 3)
T = TypeVar("T")


class ClaimError(ValueError):
    """A file of claims says something that cannot be understood: `file`, `place` in it, `problem`."""

    def __init__(self, file: str, place: str, problem: str) -> None:
        super().__init__(f"{file}: {place}: {problem}" if place else f"{file}: {problem}")
        self.file, self.place, self.problem = file, place, problem


class Nature(StrEnum):
    """What sort of element it is (figure 8 of the report): a fact, a state of mind, a judgement on both."""

    FACTUAL = "factual"
    SUBJECTIVE = "subjective"
    NORMATIVE = "normative"


class Stage(StrEnum):
    """Since when an element can be proven: at any time, or only once somebody has done something."""

    ALWAYS = "always"
    CASE = "case"


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text in both languages."""

    ja: str
    en: str

    def of(self, language: str) -> str:
        """Return the Japanese for "ja", the English for every other reader."""
        return self.ja if language.startswith("ja") else self.en


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A kind of proof that serves an element: what keeps it (`Exhibit.source`), at which cost (1 none – 3 high).

    `of` says whether it is kept for the secret at any time, or found for a person once he is suspected.
    `tier` is the lightest tier of secrets that the default evidence plan keeps it for (EVD-01, CLS-04).
    """

    source: str
    of: str
    title: Words
    kind: str
    cost: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One element of a claim; `absent` says what would prove it when nothing does."""

    code: str
    nature: Nature
    stage: Stage
    takes: tuple[str, ...]
    title: Words
    law: Words
    explanation: Words
    absent: Words
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One way of going to court, with its elements in the order in which a statement of claim takes them."""

    code: str
    order: int
    country: str
    title: Words
    law: Words
    note: Words
    requirements: tuple[Requirement, ...]

    def words(self) -> Iterator[Words]:
        """Yield every text of the claim, for whoever checks that both languages are there."""
        yield from (self.title, self.law, self.note)
        for each in self.requirements:
            yield from (each.title, each.law, each.explanation, each.absent, *(one.title for one in each.proofs))


class _Table:
    """One table of the file, asked for its members; what nobody asked for is an error at `close`."""

    def __init__(self, file: str, place: str, members: Any) -> None:
        if not isinstance(members, Mapping):
            raise ClaimError(file, place, "a table is expected here")
        self.file, self.place, self.members, self.asked = file, place, members, set[str]()

    def take(self, name: str, sort: type[T]) -> T:
        """Return a member that must be there and of this sort."""
        self.asked.add(name)
        if name not in self.members:
            raise self.error(name, "is missing")
        found = self.members[name]
        if not isinstance(found, sort) or isinstance(found, bool):
            raise self.error(name, f"must be {sort.__name__}, not {type(found).__name__}")
        return found

    def code(self, name: str) -> str:
        """Return a member that is a code: lower-case ASCII, parts joined by . _ or -."""
        found = self.take(name, str)
        if not CODE.fullmatch(found):
            raise self.error(name, f"“{found}” is no code (a-z, 0-9, parts joined by . _ -)")
        return found

    def one_of(self, name: str, offered: tuple[T, ...]) -> T:
        """Return a member that is one of those offered."""
        found = self.take(name, type(offered[0]))
        if found not in offered:
            raise self.error(name, f"“{found}” is none of {', '.join(str(each) for each in offered)}")
        return found

    def words(self, name: str) -> Words:
        """Return a text in both languages, neither empty."""
        both = _Table(self.file, self._at(name), self.take(name, dict))
        found = {language: both.take(language, str).strip() for language in ("ja", "en")}
        for language, text in found.items():
            if not text:
                raise both.error(language, "is empty")
        both.close()
        return Words(**found)

    def tables(self, name: str, build: Callable[["_Table"], T]) -> tuple[T, ...]:
        """Return what is built of each table in a list, one at least."""
        listed = self.take(name, list)
        if not listed:
            raise self.error(name, "is empty")
        tables = [_Table(self.file, f"{self._at(name)}[{n}]", each) for n, each in enumerate(listed, start=1)]
        return tuple(map(build, tables))

    def close(self) -> None:
        """Refuse members that nobody asked for: a slip of the pen must not be a silent gap."""
        for name in self.members.keys() - self.asked:
            raise self.error(name, "is not known here")

    def error(self, name: str, problem: str) -> ClaimError:
        """Return the error that names a member."""
        return ClaimError(self.file, self._at(name), problem)

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def read_claim(text: str, *, file: str) -> Claim:
    """Read a claim from TOML. Raises ClaimError, which names file, place and problem."""
    try:
        members = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClaimError(file, "", f"no TOML: {error}") from error
    table = _Table(file, "", members)
    claim = Claim(
        code=table.code("code"),
        order=table.take("order", int),
        country=table.code("country"),
        title=table.words("title"),
        law=table.words("law"),
        note=table.words("note"),
        requirements=table.tables("element", _requirement),
    )
    table.close()
    _once(file, "element", (each.code for each in claim.requirements))
    return claim


def _requirement(table: _Table) -> Requirement:
    takes = table.take("takes", list)
    if not takes or not all(isinstance(each, str) and CODE.fullmatch(each) for each in takes):
        raise table.error("takes", "names one code of exhibits at least, as text")
    found = Requirement(
        code=table.code("code"),
        nature=Nature(table.one_of("nature", tuple(map(str, Nature)))),
        stage=Stage(table.one_of("stage", tuple(map(str, Stage)))),
        takes=tuple(takes),
        title=table.words("title"),
        law=table.words("law"),
        explanation=table.words("explanation"),
        absent=table.words("absent"),
        proofs=table.tables("proof", _proof),
    )
    table.close()
    _once(table.file, f"{table.place}.proof", (each.source for each in found.proofs))
    return found


def _proof(table: _Table) -> Proof:
    found = Proof(
        source=table.code("source"),
        of=table.one_of("of", SUBJECTS),
        title=table.words("title"),
        kind=table.one_of("kind", KINDS),
        cost=table.one_of("cost", COSTS),
        tier=table.one_of("tier", TIERS),
    )
    table.close()
    return found


def _once(file: str, place: str, codes: Iterator[str]) -> None:
    seen = set[str]()
    for code in codes:
        if code in seen:
            raise ClaimError(file, place, f"“{code}” stands there twice")
        seen.add(code)
