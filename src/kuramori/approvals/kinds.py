"""Kinds of request: what rooms offer through the port `requests`, as data. The room's own code does the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise

from kuramori.approvals.rules.binding import Content
from kuramori.approvals.rules.routing import Office
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms

Text = str | Promise
DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What exactly is asked: the subject, if there is one, the details as text, and for whom besides the asker."""

    detail: Mapping[str, str]
    subject: Subject | None = None
    concerned: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Decides:
    """Who decides, as a rule of the kind: an office, at a unit where it needs one, or people by their ids."""

    office: Office
    unit: UUID | None = None
    people: frozenset[UUID] = field(default_factory=frozenset)
    needs: int = 1


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What an approved request hands to the act of its room; `by` is who gave the last approval."""

    request_id: UUID
    number: str
    asked: Asked
    why: str
    by: Actor


@dataclass(frozen=True, kw_only=True)
class RequestKind:
    """A kind of request, declared by a room in its `room.py`.

    `form` gets (viewer, POST data or None, GET data); what it cleaned goes to `prepare`, which returns what is asked
    or raises Refused. `told` are the lines that who asks has typed himself: all that he is shown. `shown` are the
    lines a decider sees, read anew each time; raises Refused when there is nothing left to decide on. `labels` names
    the lines, `words` says a line's value in the language of the page. `decides` names the deciders in turn, the room
    adds those who stand above all; `grant` is what an approval does, an act of the declaring room in the transaction
    of the last approval. `effects` says in sentences what an approval will do. Of a kind that `conceals`, who asks
    is not told who decides until it is approved: that would tell whether there is such a thing at all (SYS-08).
    """

    name: str
    title: Text
    lead: Text
    permission: str
    form: Callable[[Viewer, Any, Mapping[str, Any]], forms.Form]
    prepare: Callable[[Viewer, Mapping[str, Any]], Asked]
    labels: Mapping[str, Text]
    told: Callable[[Asked], Content]
    shown: Callable[[Asked], Content]
    words: Callable[[str, str], Text] = lambda _name, value: value
    decides: Callable[[Asked], Sequence[Decides]]
    grant: Callable[[Granted], object]
    effects: Callable[[Asked], Sequence[Text]] = lambda _asked: ()
    conceals: bool = False
    days: int = DAYS
    icon: str = "file-question-mark"
    practices: str = ""

    def line(self, name: str, value: str) -> tuple[Text, Text]:
        """Return a line in words: what it is called, and its value."""
        return self.labels.get(name, name), self.words(name, value) or "–"


def kinds() -> dict[str, RequestKind]:
    """Return all declared kinds of request by name."""
    return {kind.name: kind for room in rooms() for kind in room.requests if isinstance(kind, RequestKind)}


def kinds_for(viewer: Viewer) -> list[RequestKind]:
    """Return what this viewer may ask."""
    return [kind for kind in kinds().values() if viewer.may(kind.permission)]
