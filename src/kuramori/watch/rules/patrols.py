"""Patrols of public posts: what matches, what may be looked at, where a post goes, and how long it is kept (DET-09).

A patrol looks for the company and what is said of it, never for a person. Words are compared folded: one width, one
kind of kana, no case, nothing invisible.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_HIRAGANA: Final = {ord(kata): ord(kata) - 0x60 for kata in map(chr, range(0x30A1, 0x30F7))}
_LATIN: Final = "0-9a-z\u00df-\u024f"
_VARIANTS: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))
_SPACES: Final = re.compile(r"\s+")
SHORTEST: Final = 2
SHORTEST_LATIN: Final = 3
LONGEST: Final = 60
MOST_SPELLINGS: Final = 20


class Kind(StrEnum):
    """What a term is: a name of the company, something improper, or a topic of surveys."""

    COMPANY = "company"
    IMPROPER = "improper"
    TOPIC = "topic"


@dataclass(frozen=True, kw_only=True)
class Term:
    """A term as matching needs it: which one, in which version, and how it may be spelt."""

    number: str
    version: int
    kind: Kind
    word: str
    spellings: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Return every way to write it."""
        return (self.word, *self.spellings)


def fold(text: str) -> str:
    """Return text in the form in which it is compared: NFKC, no case, hiragana for katakana, one space for many."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf" and letter not in _VARIANTS)
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return _SPACES.sub(" ", plain.translate(_HIRAGANA)).strip()


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of these words, folded; Latin letters and digits at an edge must end there."""
    return re.compile("|".join(_bounded(fold(word)) for word in sorted(words, key=len, reverse=True)))


def _bounded(word: str) -> str:
    left = f"(?<![{_LATIN}])" if re.match(f"[{_LATIN}]", word) else ""
    right = f"(?![{_LATIN}])" if re.search(f"[{_LATIN}]$", word) else ""
    return f"{left}{re.escape(word)}{right}"


def found_in(text: str, terms: Iterable[Term]) -> list[Term]:
    """Return the terms that a text holds, in their order."""
    folded = fold(text)
    return [term for term in terms if _pattern(term.words).search(folded)]


def matches(text: str, terms: Sequence[Term]) -> list[Term]:
    """Return what a post says of us: names of the company and improper words, nothing unless there is one of each."""
    found = [term for term in found_in(text, terms) if term.kind is not Kind.TOPIC]
    return found if {term.kind for term in found} == {Kind.COMPANY, Kind.IMPROPER} else []


class Fault(StrEnum):
    """Why a term is refused."""

    EMPTY = "empty"
    SHORT = "short"
    LONG = "long"
    SIGNS = "signs"
    ACCOUNT = "account"
    TWICE = "twice"
    MANY = "many"


def fault_of(word: str) -> Fault | None:
    """Return why a single spelling cannot be looked for, None for a good one."""
    folded = fold(word)
    if not folded:
        return Fault.EMPTY
    if word.strip()[:1] in {"@", "＠"}:
        return Fault.ACCOUNT
    if len(folded) > LONGEST:
        return Fault.LONG
    if not any(letter.isalpha() for letter in folded):
        return Fault.SIGNS
    is_latin = re.fullmatch(f"[{_LATIN}\\W_]+", folded) is not None
    return Fault.SHORT if len(folded) < (SHORTEST_LATIN if is_latin else SHORTEST) else None


def faults_of(words: Sequence[str], taken: Collection[str]) -> dict[str, Fault]:
    """Return by spelling why it is refused; `taken` holds the folded spellings of all other terms."""
    found: dict[str, Fault] = {}
    known = set(taken)
    for number, word in enumerate(words):
        fault = fault_of(word) or (Fault.TWICE if fold(word) in known else None)
        if fault or number > MOST_SPELLINGS:
            found[word] = fault or Fault.MANY
        known.add(fold(word))
    return found


PRIVATE_PLACES: Final[Mapping[str, str]] = {
    "x.com": "/messages /i/chat",
    "twitter.com": "/messages /i/chat",
    "instagram.com": "/direct",
    "facebook.com": "/messages",
    "messenger.com": "/",
    "web.whatsapp.com": "/",
    "web.telegram.org": "/",
    "discord.com": "/channels/@me",
    "mail.google.com": "/",
    "teams.microsoft.com": "/",
    "slack.com": "/",
}
"""Where messages lie that are not for everybody: what comes from there is not taken in."""


def public_url(address: str) -> str | None:
    """Return an address in one form (no fragment, small host), None for what is none or is not open to everybody."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "." not in host or parts.username or parts.password:
        return None
    for place, paths in PRIVATE_PLACES.items():
        is_there = host == place or host.endswith(f".{place}")
        if is_there and any(f"{parts.path}/".startswith(f"{path.rstrip('/')}/") for path in paths.split()):
            return None
    return urlunsplit(("https", host, parts.path.rstrip("/") or "/", parts.query, ""))


class HitState(StrEnum):
    """Where a post stands on the board."""

    NEW = "new"
    NOT_OURS = "not_ours"
    HARMLESS = "harmless"
    INQUIRY = "inquiry"
    DISCIPLINE = "discipline"


_NEXT: Final[Mapping[HitState, tuple[HitState, ...]]] = {
    HitState.NEW: (HitState.NOT_OURS, HitState.HARMLESS, HitState.INQUIRY),
    HitState.NOT_OURS: (HitState.HARMLESS, HitState.INQUIRY),
    HitState.HARMLESS: (HitState.NOT_OURS, HitState.INQUIRY),
    HitState.INQUIRY: (HitState.NOT_OURS, HitState.HARMLESS, HitState.DISCIPLINE),
    HitState.DISCIPLINE: (HitState.INQUIRY,),
}
HANDED_ON: Final = frozenset({HitState.INQUIRY, HitState.DISCIPLINE})
"""States in which HR and the lawyers see a post."""
KEPT_DAYS: Final = 30
"""So long a post that is not ours is kept unless the installation says otherwise."""
HARMLESS_DAYS: Final = 396
"""A harmless post is kept as long as raw logs are: thirteen months."""


def next_states(state: HitState) -> tuple[HitState, ...]:
    """Return where a post may go from here: to discipline only out of an inquiry (nobody is punished for a match)."""
    return _NEXT[state]


def erase_on(state: HitState, day: date, kept_days: int) -> date | None:
    """Return the day from which a post decided on `day` is erased, None while it is needed."""
    kept = {HitState.NOT_OURS: kept_days, HitState.HARMLESS: HARMLESS_DAYS}
    return day + timedelta(days=kept[state]) if state in kept else None


LEAST: Final = 5
"""Counts of survey answers below this are not kept at all (k-anonymity)."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many answers of a unit speak of a topic; no unit: small units together."""

    unit: str | None
    topic: str
    answers: int
    found: int


def counted(answers: Iterable[tuple[str, frozenset[str]]]) -> list[Counted]:
    """Count answers (unit, topics) by unit and topic; nothing is told of fewer than five people, nor left to reckon.

    Units with fewer than five answers count together; a number below five is left out, and no sum is given from which
    it could be found.
    """
    by_unit: dict[str, list[frozenset[str]]] = {}
    for unit, topics in answers:
        by_unit.setdefault(unit, []).append(topics)
    groups: dict[str | None, list[frozenset[str]]] = {u: told for u, told in by_unit.items() if len(told) >= LEAST}
    groups[None] = [topics for told in by_unit.values() if len(told) < LEAST for topics in told]
    return [
        Counted(unit=unit, topic=topic, answers=len(told), found=found)
        for unit, told in groups.items()
        for topic in sorted(frozenset().union(*told))
        if (found := sum(topic in topics for topics in told)) >= LEAST
    ]
