"""A sheet as one viewer is shown it, and the digest that he signs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewSheet, ReviewSignature
from kuramori.watch.rules.reviews import canonical, digest_of


@dataclass(frozen=True, kw_only=True)
class SheetSeen:
    """A sheet as one viewer sees it: `digest` is of exactly this, lines, verdicts and notes."""

    sheet: ReviewSheet
    lines: tuple[tuple[str, ReviewItem], ...]
    """Pseudonym and line, weightiest first."""
    digest: str
    signatures: tuple[ReviewSignature, ...]
    is_signed: bool
    """For this viewer nothing is left to sign: he signed, or others did for every line."""
    settled: frozenset[UUID]
    """Lines whose verdict stays: somebody else has signed over them."""

    @property
    def open_lines(self) -> int:
        """Return how many lines in sight wait for a verdict."""
        return sum(item.verdict == Answer.OPEN for _who, item in self.lines)


def shown_digest(review: Review, sheet: ReviewSheet, lines: Iterable[tuple[str, ReviewItem]]) -> str:
    """Return the digest of what somebody is shown: the frozen sheet, its lines in sight, verdicts and notes."""
    told: list[Any] = [[who, item.content, item.verdict, item.note] for who, item in lines]
    return digest_of(
        canonical({"review": review.number, "sheet": sheet.ordinal, "frozen": sheet.digest, "lines": told})
    )


def is_untouched(sheet: ReviewSheet) -> bool:
    """Say whether a sheet still is what was frozen."""
    return digest_of(sheet.content) == sheet.digest
