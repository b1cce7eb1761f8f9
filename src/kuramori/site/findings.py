"""What a look at one part of the system finds."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class State(StrEnum):
    """How a part is doing, from well to broken."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part of the system, how it is doing, in words, and what to do."""

    part: str | Promise
    state: State
    words: str
    next_step: str = ""
