"""What an order keeps back: single members, or all of a kind. What is kept back stays a digest, and is listed.

Fail closed: whoever withholds names withholds every member and every row in which a name could stand.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kuramori.directory.api import Person
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.variants import Kept
from kuramori.kernel.pen import NAME

SINGLE = "single"
MASK = "■■■"
MEMBER = re.compile(r"\d{1,16}:[A-Za-z0-9_.:-]{1,200}", re.ASCII)
TITLE_FIELDS = frozenset({"name", "name_en", "name_ja", "number", "title", "title_en", "title_ja"})
SHORTEST_NAME = 2


@dataclass(frozen=True, kw_only=True)
class Withholding:
    """What a bundle keeps back; `words` are the names and titles that must not be read anywhere in it."""

    kinds: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    words: frozenset[str] = field(default=frozenset(), repr=False)

    def reason(self, index: int, place: str, *, is_person: bool, value: Any) -> str | None:
        """Say why the member at `place` of entry `index` is kept back, None when it may be shown.

        `is_person`: the subject or record that the member speaks of is a person.
        """
        if f"{index}:{place}" in self.members:
            return SINGLE
        kind = self._kind(place, is_person=is_person)
        if kind in self.kinds:
            return kind
        return self._of_words if next(self._found(_text(value)), None) else None

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

    @property
    def hides_rows(self) -> bool:
        """Say whether log rows are kept back: they carry accounts, so withholding names withholds them."""
        return bool(self.kinds & {Kept.EVENTS, Kept.NAMES})

    @property
    def rows_reason(self) -> str:
        """Say why rows are kept back."""
        return Kept.EVENTS if Kept.EVENTS in self.kinds else Kept.NAMES

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
        words |= set(_names())
    own = Kept.NAMES if is_person else Kept.TITLES
    if own in order.withhold:
        words.add(order.subject.name)
    return Withholding(
        kinds=order.withhold,
        members=order.withhold_members,
        words=frozenset(word for word in words if len(word) >= SHORTEST_NAME),
    )


def _names() -> Iterable[str]:
    """Yield every way in which people of this company are written: read by the system, shown to nobody."""
    rows = Person.objects.values_list("name", "kana", "romaji", "mail", "account_name")
    for row in rows.iterator():
        for written in row[:3]:
            yield from (written, written.replace(" ", "").replace("\u3000", ""))
        yield from row[3:]


def _text(value: Any) -> str:
    """Return all words in a disclosed value, to look for names in them."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_text(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return "\n".join(map(_text, value))
    return ""
