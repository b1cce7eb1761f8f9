"""What proves a subject, per legal element: collected from all rooms by the port `exhibits`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import get_language

from kuramori.evidence.rules.elements import TRADE_SECRET, Requirement
from kuramori.evidence.sealing import Seal, seals
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, rooms


class State(StrEnum):
    """How far an element is proven: something and no gap, something and a gap, nothing."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class ShownExhibit:
    """An exhibit in the reader's language, with its seal and age in days; None when nothing in the ledger dates it."""

    exhibit: Exhibit
    title: str
    statement: str
    seal: Seal | None
    age: int | None


@dataclass(frozen=True, kw_only=True)
class Element:
    """One legal requirement in the reader's language, with what shows it and what is missing."""

    code: str
    title: str
    law: str
    explanation: str
    absent: str
    exhibits: tuple[ShownExhibit, ...]
    gaps: tuple[Exhibit, ...]
    state: State


def exhibits_of(subject: Subject, viewer: Viewer, today: date) -> list[Exhibit]:
    """Return what all rooms can show for a subject, gaps included, as far as the viewer may see it."""
    offers = [offer for room in rooms() for offer in room.exhibits if callable(offer)]
    return [exhibit for offer in offers for exhibit in offer(subject, viewer, today)]


def proof_of(subject: Subject, viewer: Viewer, *, today: date) -> Sequence[Element]:
    """Return the legal elements of a subject in the present language, each with its exhibits, seals and gaps."""
    found = exhibits_of(subject, viewer, today)
    sealed = seals(each.entry_id for each in found if each.entry_id)
    return [_element(requirement, found, sealed, today, viewer) for requirement in TRADE_SECRET]


def _element(
    requirement: Requirement, found: Sequence[Exhibit], sealed: dict[UUID, Seal], today: date, viewer: Viewer
) -> Element:
    own = [each for each in found if each.element == requirement.code]
    gaps = tuple(each for each in own if each.is_gap)
    shown = tuple(
        ShownExhibit(
            exhibit=each,
            title=str(each.title),
            statement=str(each.statement),
            seal=sealed.get(each.entry_id) if each.entry_id else None,
            age=(today - each.at.astimezone(viewer.zone).date()).days if each.at else None,
        )
        for each in sorted((each for each in own if not each.is_gap), key=_newest_first)
    )
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    return Element(
        code=requirement.code,
        title=getattr(requirement, f"title_{language}"),
        law=getattr(requirement, f"law_{language}"),
        explanation=getattr(requirement, f"explanation_{language}"),
        absent=getattr(requirement, f"absent_{language}"),
        exhibits=shown,
        gaps=gaps,
        state=State.MISSING if not shown else State.PARTIAL if gaps else State.COMPLETE,
    )


def _newest_first(exhibit: Exhibit) -> float:
    return -(exhibit.at or datetime.min.replace(tzinfo=UTC)).timestamp()
