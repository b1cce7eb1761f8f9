"""How much of a file is read at most, and the words for what could not be read (faults I1, I2, I3, I10)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a file, or one part of it, gave no text or not all of it."""

    CRASHED = "crashed"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    """A picture, a program: a kind that has no text to read."""
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file may cost. Sizes in bytes, times in seconds."""

    file_bytes: int = 256 << 20
    total_bytes: int = 512 << 20
    """All that is unpacked of one file, archives in archives included."""
    ratio: int = 200
    """Unpacked to packed size of one member; `free_bytes` are unpacked whatever their ratio."""
    free_bytes: int = 4 << 20
    members: int = 20_000
    depth: int = 5
    """Archives, mails and documents inside one another."""
    nesting: int = 500
    """Elements inside one another in one XML part."""
    characters: int = 64 << 20
    pages: int = 10_000
    cpu_seconds: int = 30
    wall_seconds: int = 90
    memory_bytes: int = 2 << 30


LIMITS: Final = Limits()


class RefusalError(Exception):
    """A file or part is not read, or not to its end."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of text and where it stood: `報告.zip/設計.docx/word/header1.xml`."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A part that was not read, or not whole, and why."""

    name: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """The text of one file. Neither parts nor problems: the file is empty."""

    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()
    mail: dict[str, str] = field(default_factory=dict)
    """Of a mail: `message_id`, `from`, `to` as its head claims them."""


@dataclass(kw_only=True)
class Budget:
    """What is left for one file; every reader takes from it before it takes bytes."""

    limits: Limits = LIMITS
    unpacked: int = 0
    members: int = 0
    characters: int = 0

    def unpack(self, size: int) -> None:
        """Take unpacked bytes.

        Raises:
            RefusalError: too large.
        """
        self.unpacked += size
        if self.unpacked > self.limits.total_bytes:
            raise RefusalError(Reason.TOO_LARGE)

    def enter(self, depth: int) -> None:
        """Take one more member, at a depth.

        Raises:
            RefusalError: too many or too deep.
        """
        self.members += 1
        if self.members > self.limits.members:
            raise RefusalError(Reason.TOO_MANY)
        if depth > self.limits.depth:
            raise RefusalError(Reason.TOO_DEEP)

    def speak(self, characters: int) -> None:
        """Take characters of text.

        Raises:
            RefusalError: too large.
        """
        self.characters += characters
        if self.characters > self.limits.characters:
            raise RefusalError(Reason.TOO_LARGE)
