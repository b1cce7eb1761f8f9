"""What proves a subject, per claim and legal element: collected from all rooms by the port `exhibits` (EVD-02, -07)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import get_language

from kuramori.evidence.claims.known import default_claims
from kuramori.evidence.claims.reading import Claim, Nature, Requirement, Stage, Words
from kuramori.evidence.sealing import Seal, seals
from kuramori.evidence.wording import KIND_WORDS, STRENGTH_WORDS
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength, rooms


class State(StrEnum):
    """How far an element is proven: something and no gap, something and a gap, nothing, nothing to prove yet."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class ShownExhibit:
    """An exhibit in the reader's language, with its seal and age in days; None when nothing in the ledger dates it.

    `strength` is what the room says of it, a step less for want of a date and for want of an entry in the ledger.
    """

    exhibit: Exhibit
    title: str
    statement: str
    strength: Strength
    seal: Seal | None
    age: int | None

    @property
    def kind_word(self) -> str:
        """Return how it proves, in words."""
        return str(KIND_WORDS[self.exhibit.kind])

    @property
    def strength_word(self) -> str:
        """Return how far it carries, in words."""
        return str(STRENGTH_WORDS[self.strength])


@dataclass(frozen=True, kw_only=True)
class Element:
    """One legal requirement in the reader's language, with what shows it and what is missing.

    `kinds` counts the exhibits of each kind of proof; `rests_on_conclusions` says that all of them are circumstantial.
    """

    code: str
    nature: Nature
    stage: Stage
    takes: tuple[str, ...]
    title: str
    law: str
    explanation: str
    absent: str
    exhibits: tuple[ShownExhibit, ...]
    gaps: tuple[Exhibit, ...]
    state: State

    @property
    def kinds(self) -> Mapping[ExhibitKind, int]:
        """Return how many exhibits there are of each kind, in the order of their weight before a court."""
        return {kind: sum(each.exhibit.kind is kind for each in self.exhibits) for kind in ExhibitKind}

    @property
    def rests_on_conclusions(self) -> bool:
        """Say whether the element has exhibits, but circumstantial ones only (EVD-07)."""
        return bool(self.exhibits) and self.kinds[ExhibitKind.CIRCUMSTANTIAL] == len(self.exhibits)


@dataclass(frozen=True, kw_only=True)
class ClaimMatrix:
    """One claim in the reader's language, with its elements in the order of the law."""

    code: str
    country: str
    title: str
    law: str
    note: str
    elements: tuple[Element, ...]

    @property
    def percent(self) -> int:
        """Return how much of what can be shown today is shown: a complete element counts whole, one with gaps half."""
        due = [each.state for each in self.elements if each.state is not State.LATER]
        return round(100 * (due.count(State.COMPLETE) + due.count(State.PARTIAL) / 2) / len(due)) if due else 0


def exhibits_of(subject: Subject, viewer: Viewer, today: date) -> list[Exhibit]:
    """Return what all rooms can show for a subject, gaps included, as far as the viewer may see it."""
    offers = [offer for room in rooms() for offer in room.exhibits if callable(offer)]
    return [exhibit for offer in offers for exhibit in offer(subject, viewer, today)]


def claim_matrix(
    subject: Subject,
    viewer: Viewer,
    claims: Iterable[Claim],
    today: date,
    *,
    extra: Iterable[Exhibit] = (),
) -> tuple[ClaimMatrix, ...]:
    """Return each claim with its elements, their exhibits, seals and gaps, in the present language.

    The rooms are asked once, however many claims. `extra` are exhibits beside those of the subject: what a person
    was shown and did (`person_exhibits`). An exhibit stands under every element that takes its code.
    """
    found = [*exhibits_of(subject, viewer, today), *extra]
    sealed = seals(each.entry_id for each in found if each.entry_id)
    shown = [_shown(each, sealed, today, viewer) for each in sorted(found, key=_newest_first) if not each.is_gap]
    gaps = [each for each in found if each.is_gap]
    return tuple(
        ClaimMatrix(
            code=claim.code,
            country=claim.country,
            title=_now(claim.title),
            law=_now(claim.law),
            note=_now(claim.note),
            elements=tuple(_element(each, shown, gaps) for each in claim.requirements),
        )
        for claim in claims
    )


def proof_of(subject: Subject, viewer: Viewer, *, today: date) -> Sequence[Element]:
    """Return the elements of the claim every secret is prepared for; of those of a case, only what something shows."""
    (matrix,) = claim_matrix(subject, viewer, default_claims(), today)
    return [each for each in matrix.elements if each.state is not State.LATER]


def _element(asked: Requirement, shown: Sequence[ShownExhibit], gaps: Sequence[Exhibit]) -> Element:
    own = tuple(each for each in shown if each.exhibit.element in asked.takes)
    lacking = tuple(each for each in gaps if each.element in asked.takes)
    return Element(
        code=asked.code,
        nature=asked.nature,
        stage=asked.stage,
        takes=asked.takes,
        title=_now(asked.title),
        law=_now(asked.law),
        explanation=_now(asked.explanation),
        absent=_now(asked.absent),
        exhibits=own,
        gaps=lacking,
        state=_state(asked, has_exhibits=bool(own), has_gaps=bool(lacking)),
    )


def _state(asked: Requirement, *, has_exhibits: bool, has_gaps: bool) -> State:
    if has_exhibits:
        return State.PARTIAL if has_gaps else State.COMPLETE
    return State.LATER if asked.stage is Stage.CASE else State.MISSING


def _shown(exhibit: Exhibit, sealed: Mapping[UUID, Seal], today: date, viewer: Viewer) -> ShownExhibit:
    return ShownExhibit(
        exhibit=exhibit,
        title=str(exhibit.title),
        statement=str(exhibit.statement),
        strength=_strength(exhibit),
        seal=sealed.get(exhibit.entry_id) if exhibit.entry_id else None,
        age=(today - exhibit.at.astimezone(viewer.zone).date()).days if exhibit.at else None,
    )


def _strength(exhibit: Exhibit) -> Strength:
    grades = list(Strength)
    steps = (exhibit.at is None) + (exhibit.entry_id is None)
    return grades[min(grades.index(exhibit.strength) + steps, len(grades) - 1)]


def _now(words: Words) -> str:
    return words.of(get_language() or "ja")


def _newest_first(exhibit: Exhibit) -> float:
    return -(exhibit.at or datetime.min.replace(tzinfo=UTC)).timestamp()
