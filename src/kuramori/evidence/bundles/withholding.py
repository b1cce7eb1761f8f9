"""What an order keeps back: single members, or all of a kind. What is kept back stays a digest, and is listed.

Fail closed: whoever withholds names withholds every member and every row in which a name could stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from kuramori.directory.api import Person
from kuramori.evidence.bundles.choices import Chosen, reason_of
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.variants import Kept
from kuramori.evidence.claims.exhibits import CASE_SOURCES
from kuramori.kernel.pen import NAME

MASK = "■■■"
TITLE_FIELDS = frozenset({"name", "name_en", "name_ja", "number", "title", "title_en", "title_ja"})
SHORTEST_NAME = 2


@dataclass(frozen=True, kw_only=True)
class Withholding:
    """What a bundle keeps back; `words` are the names and titles that must not be read anywhere in it.

    `entries` are the ledger indexes behind exhibits kept back as a whole, with the reason of each.
    """

    kinds: frozenset[str] = frozenset()
    chosen: Chosen = field(default_factory=Chosen)
    entries: Mapping[int, str] = field(default_factory=dict)
    words: frozenset[str] = field(default=frozenset(), repr=False)

    def reason(self, index: int, verb: str, place: str, *, is_person: bool, value: Any) -> str | None:
        """Say why the member at `place` of entry `index`, an act of `verb`, is kept back; None when it may be shown.

        `is_person`: the subject or record that the member speaks of is a person.
        """
        if why := self.chosen.member(index, verb, place):
            return reason_of(why)
        if index in self.entries:
            return self.entries[index]
        kind = self._kind(place, is_person=is_person)
        if kind in self.kinds:
            return kind
        return self._of_words if self.names(text_of(value)) else None

    def masked(self, text: str) -> str:
        """Return words of ours with every name and title that is kept back struck out."""
        parts, end = [], 0
        for start, stop in self._found(text):
            parts += [text[end:start], MASK]
            end = stop
        return "".join([*parts, text[end:]])

    def masked_all(self, value: Any) -> Any:
        """Return JSON with every word in it `masked`; keys are ours and stay."""
        if isinstance(value, str):
            return self.masked(value)
        if isinstance(value, dict):
            return {name: self.masked_all(each) for name, each in value.items()}
        return [self.masked_all(each) for each in value] if isinstance(value, list) else value

    def names(self, text: str) -> bool:
        """Say whether one of the words stands in a text."""
        return next(self._found(text), None) is not None

    def rows_reason(self, segment: UUID) -> str | None:
        """Say why the rows of a segment are kept back: they carry accounts, so withholding names withholds them."""
        if why := self.chosen.exhibit(str(segment)):
            return reason_of(why)
        return next((str(kind) for kind in (Kept.EVENTS, Kept.NAMES) if kind in self.kinds), None)

    def exhibit_reason(self, key: str, source: str) -> str | None:
        """Say why a room's exhibit is kept back whole: by choice, or as what was written by hand goes with values."""
        if why := self.chosen.exhibit(key):
            return reason_of(why)
        return str(Kept.VALUES) if source in CASE_SOURCES and Kept.VALUES in self.kinds else None

    def log_title(self, segment: UUID, title: str) -> str:
        """Return what a log extract is called, struck out when its exhibit is kept back."""
        return MASK if self.chosen.exhibit(str(segment)) else self.masked(title)

    @staticmethod
    def _kind(place: str, *, is_person: bool) -> str:
        if place == "by.name":
            return Kept.NAMES
        if place == "why":
            return Kept.REASONS
        if place.startswith(f"notes.{NAME}"):
            return Kept.NAMES if is_person else Kept.TITLES
        if place.startswith("notes."):
            return Kept.NOTES
        if place.rpartition(".")[2] in TITLE_FIELDS:
            return Kept.NAMES if is_person else Kept.TITLES
        return Kept.VALUES

    @property
    def _of_words(self) -> str:
        return Kept.NAMES if Kept.NAMES in self.kinds else Kept.TITLES

    @cached_property
    def _by_start(self) -> Mapping[str, Sequence[str]]:
        """Words by their first two letters, longest first: ten thousand names cost a text one look for each letter."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.words, key=lambda each: (-len(each), each)):
            found[word[:SHORTEST_NAME].lower()].append(word.lower())
        return found

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where words stand in a text, whatever their case, from left to right and never overlapping."""
        starts, low, end = self._by_start, text.lower(), 0
        if not starts:
            return
        low = low if len(low) == len(text) else text
        for place in range(len(low) - 1):
            if place < end:
                continue
            word = next((w for w in starts.get(low[place : place + 2], ()) if low.startswith(w, place)), None)
            if word is not None:
                end = place + len(word)
                yield place, end


def withholding_of(order: Order, *, is_person: bool) -> Withholding:
    """Return what an order keeps back; `is_person`: its subject is a person."""
    words: set[str] = set()
    if Kept.NAMES in order.withhold:
        words |= set(names_written())
    own = Kept.NAMES if is_person else Kept.TITLES
    if own in order.withhold:
        words.add(order.subject.name)
    return Withholding(
        kinds=order.withhold,
        chosen=Chosen(reasons=dict(order.choices)),
        words=frozenset(word for word in words if len(word) >= SHORTEST_NAME),
    )


def names_written() -> Iterable[str]:
    """Yield every way in which people of this company are written: read by the system, shown to nobody."""
    rows = Person.objects.values_list("name", "kana", "romaji", "mail", "account_name")
    for row in rows.iterator():
        for written in row[:3]:
            yield from (written, written.replace(" ", "").replace("\u3000", ""))
        yield from row[3:]


def text_of(value: Any) -> str:
    """Return all words in a disclosed value, to look for names in them."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(text_of(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return "\n".join(map(text_of, value))
    return ""
