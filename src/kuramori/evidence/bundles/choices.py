"""What is kept back of a bundle by choice: whole exhibits, a member of all acts of a kind, or a single member (EVD-08).

A choice is written as one word: `exhibit:<key>`, `group:<verb>:<place>` or `member:<ledger index>:<place>`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kuramori.kernel.pen import NAME

EXHIBIT, GROUP, MEMBER = "exhibit", "group", "member"
SINGLE = "single"
"""Before the words of a choice's reason, wherever a bundle says why a member is kept back."""
FORM = re.compile(
    r"exhibit:[0-9a-f-]{16,36}|group:[a-z0-9_.]{3,80}:[A-Za-z0-9_.:*-]{1,200}|member:\d{1,16}:[A-Za-z0-9_.:-]{1,200}",
    re.ASCII,
)
_PLACE = re.compile(r"^changes\.\d+\.")


def is_choice(word: str) -> bool:
    """Say whether a word is a choice, whether or not there is something that it names."""
    return FORM.fullmatch(word) is not None


def kind_of_place(place: str) -> str:
    """Return a member's place without what differs from act to act: `changes.3.title` is `changes.*.title`."""
    if place.startswith(f"notes.{NAME}"):
        return f"notes.{NAME}*"
    return _PLACE.sub("changes.*.", place)


def of_exhibit(key: str) -> str:
    """Return the choice of an exhibit."""
    return f"{EXHIBIT}:{key}"


def of_group(verb: str, place: str) -> str:
    """Return the choice of the member at a place, in all acts of a verb."""
    return f"{GROUP}:{verb}:{kind_of_place(place)}"


def of_member(index: int, place: str) -> str:
    """Return the choice of one member of the entry with a ledger index."""
    return f"{MEMBER}:{index}:{place}"


def reason_of(why: str) -> str:
    """Return what the manifest says of a member kept back by choice."""
    return f"{SINGLE}: {why}"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The choices of an order, with their reasons."""

    reasons: Mapping[str, str] = field(default_factory=dict)

    def member(self, index: int, verb: str, place: str) -> str | None:
        """Return the reason why a member is kept back, the narrowest choice first; None when none speaks of it."""
        return self.reasons.get(of_member(index, place)) or self.reasons.get(of_group(verb, place))

    def exhibit(self, key: str) -> str | None:
        """Return the reason why an exhibit is kept back, None when it is not."""
        return self.reasons.get(of_exhibit(key))

    @property
    def exhibits(self) -> frozenset[str]:
        """Return the keys of the exhibits kept back."""
        return frozenset(what.partition(":")[2] for what in self.reasons if what.startswith(f"{EXHIBIT}:"))
