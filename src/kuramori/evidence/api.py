"""What other rooms may ask of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class Element:
    """One legal requirement with what shows it and what is missing."""

    code: str


def proof_of(_subject: Subject, _viewer: Viewer, *, today: date) -> Sequence[Element]:  # noqa: ARG001
    """Return the legal elements of a subject."""
    return ()
