"""What a decision is bound to: the very words that were shown, as canonical bytes under one digest (A5, A6).

The digest covers values, not the language they are read in: two deciders who read Japanese and English decide on the
same thing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kuramori.kernel.canonical import canonical

Content = Sequence[tuple[str, str]]
"""What is shown, line by line: the name of the line and its value as text, in the order of the page."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One line that is not what it was; "" on a side where the line did not stand."""

    name: str
    before: str
    after: str


def digest_of(*, number: str, kind: str, detail: Mapping[str, str], why: str, content: Content) -> str:
    """Return the SHA-256 (hex) of everything a decider is shown, over its canonical bytes (RFC 8785).

    The number stands in it, so that what was agreed to in one request is never an agreement to a twin of it.
    """
    shown = [[name, value] for name, value in content]
    said = {"content": shown, "detail": dict(detail), "kind": kind, "number": number, "why": why}
    return hashlib.sha256(canonical(said)).hexdigest()


def changes(shown: Content, now: Content) -> list[Changed]:
    """Return the lines that differ between what was shown and what stands now, in the order of the page."""
    before, after = dict(shown), dict(now)
    names = [*after, *(name for name in before if name not in after)]
    return [
        Changed(name=name, before=before.get(name, ""), after=after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    ]
