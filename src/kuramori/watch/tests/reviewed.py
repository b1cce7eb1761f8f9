"""Reviews ready to be looked at, without a lake: what two sources told, and as many lines as a test asks for."""

from datetime import UTC, date, datetime
from typing import Any

from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import Company
from kuramori.watch.acts.reviews import Line, Prepared, review_judge, review_prepare, review_sign
from kuramori.watch.models.reviews import Answer, Review, ReviewKind, ReviewSignature
from kuramori.watch.queries.reviews import sheets_of
from kuramori.watch.reviews.sheets import SheetSeen

BACK = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
"""Tuesday, 7:00 in Tokyo, after a weekend of three days."""
DUE = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SEEN_ROW = {"name": "材料サーバ", "channel": "", "state": "seen", "events": 1200, "usual": "900",
            "last": "2026-11-23T21:00:00.000000Z"}  # fmt: skip
BLIND_ROW = {"name": "", "channel": "mail", "state": "blind", "events": 0, "usual": "0", "last": ""}


def told(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sheet's content: coverage, and nothing left out."""
    return {
        "coverage": list(rows or (SEEN_ROW, BLIND_ROW)),
        "days": ["2026-11-22"],
        "left_out": 0,
        "late": False,
    } | more


def line(person: Person, tie: str = "", facts: tuple[str, ...] = (), **now: int) -> Line:
    """One person's line; by itself forty documents of secrets, usually none."""
    numbers = now or {"secret_documents": 40}
    content = {
        "now": numbers, "usual": dict.fromkeys(numbers, "0.0"), "peers": {}, "colleagues": 0, "active_before": 2,
        "days_before": 26, "weight": "12.0", "tie": tie, "facts": list(facts),
    }  # fmt: skip
    return Line(person_id=person.pk, told=content)


def kept(*lines: Line, **words: Any) -> Review:
    """Prepare a review of these lines; words change it."""
    plain: dict[str, Any] = {
        "key": "holiday:TYO:2026-11-21", "kind": ReviewKind.HOLIDAY, "since": date(2026, 11, 21),
        "until": date(2026, 11, 23), "due_at": DUE, "told": told(), "lines": lines,
    }  # fmt: skip
    return review_prepare(prepared=Prepared(**(plain | words)))


def weekend(company: Company) -> Review:
    """A long weekend at Tokyo: Chihiro stands first, then Botan."""
    return kept(line(company.chihiro), line(company.botan, documents=3), site=company.tokyo)


def shown(company: Company, review: Review, person: Person, ordinal: int = 1) -> SheetSeen:
    """A sheet as somebody sees it."""
    return sheets_of(company.viewer(person), review)[ordinal - 1]


def decide(company: Company, review: Review, person: Person, ordinal: int = 1) -> None:
    """Somebody says of every open line he sees that it is in the ordinary course."""
    items = [item for _who, item in shown(company, review, person, ordinal).lines if item.verdict == Answer.OPEN]
    if items:
        words: dict[str, Any] = {"verdict": Answer.ORDINARY, "note": "", "judge": person, "by": actor_of(person)}
        review_judge(review=review, items=items, **words)


def sign(company: Company, review: Review, person: Person, ordinal: int = 1, said: str = "") -> ReviewSignature:
    """Somebody decides on what is open and signs what he is shown."""
    decide(company, review, person, ordinal)
    seen = shown(company, review, person, ordinal)
    return review_sign(review=review, seen=seen, digest=seen.digest, statement=said, signer=person, by=actor_of(person))
