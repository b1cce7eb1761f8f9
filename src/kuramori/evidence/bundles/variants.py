"""Whom a bundle is for: which parts it has, what it keeps back unless asked otherwise, what its cover says (EVD-08).

The words lie in `variants.toml`: a lawyer may change them without reading Python.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("variants.toml")
COURT = "court"


class Part(StrEnum):
    """What a variant may leave out; entries, chronology and proofs are in every bundle."""

    STATEMENT = "statement"
    ELEMENTS = "elements"
    CUSTODY = "custody"


class Kept(StrEnum):
    """A kind of member that a bundle may keep back as a whole."""

    NAMES = "names"
    REASONS = "reasons"
    TITLES = "titles"
    NOTES = "notes"
    VALUES = "values"
    EVENTS = "events"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A kind of reader; texts by language. `mark` numbers an exhibit, with `{n}`."""

    code: str
    title: Mapping[str, str]
    cover: Mapping[str, str]
    mark: Mapping[str, str]
    parts: frozenset[Part]
    withhold: frozenset[Kept]

    def label(self, number: int, language: str) -> str:
        """Return the number of an exhibit as this reader cites it: 甲第3号証, Exhibit 3."""
        return self.mark[language].replace("{n}", str(number))


@cache
def variants() -> Mapping[str, Variant]:
    """Return the variants by code, in the order of the form."""
    return {code: _variant(code, told) for code, told in tomllib.loads(WORDS.read_text(encoding="utf-8")).items()}


def _variant(code: str, told: Mapping[str, Any]) -> Variant:
    return Variant(
        code=code,
        title=told["title"],
        cover=told["cover"],
        mark=told["mark"],
        parts=frozenset(map(Part, told["parts"])),
        withhold=frozenset(map(Kept, told["withhold"])),
    )
