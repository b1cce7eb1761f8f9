"""The recognition timeline: what a person was shown, signed, opened and did, and when (EVD-03, EVD-04).

Rooms give what they know of a person by the third form of the port `exhibits`; the ledger's own acts and the day of
notice are added here. Whether the viewer may ask at all was decided when the timeline was opened to him for a reason.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Leaver, leavers, sees_leaving, viewer_of_system
from kuramori.evidence.visibility import records_seen
from kuramori.kernel.acts import Subject
from kuramori.kernel.ledger import ReadEntry, read
from kuramori.kernel.models import Entry, EntrySubject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength, rooms
from kuramori.kernel.sentences import actor_name, sentence

SECRET_KIND = "register.secret"  # noqa: S105  (a kind of subject, as the ledger names it)
LOOK_BACK = timedelta(days=730)
ACTS_READ = 300
DONE = frozenset({"access", "taking"})
AFTER_NOTICE_WEIGHT = 3


@dataclass(frozen=True, kw_only=True)
class PersonAsked:
    """Whom a timeline is about: one secret, or all in the viewer's sight; local days, both included."""

    person: Subject
    secret: Subject | None
    since: date
    until: date
    noticed_on: date | None


@dataclass(frozen=True, kw_only=True)
class PersonSource:
    """Stands in a room's port `exhibits` beside the functions: gives what the room knows of a person, with times.

    Elements: "recognition" for what he was shown or told, "access" and "taking" for what he did, "intent" for an
    indicator with its weight and its innocent explanation.
    """

    of_person: Callable[[PersonAsked, Viewer], Iterable[Exhibit]]


def asked_about(
    viewer: Viewer, person: Subject, secret: Subject | None, *, noticed_on: date | None, today: date
) -> PersonAsked:
    """Return what a timeline is about, up to his last day; HR's day of notice only for those who may know it."""
    leaver = _leaver(viewer, person.id, today)
    last = leaver.last_day if leaver else None
    return PersonAsked(
        person=person,
        secret=secret,
        since=today - LOOK_BACK,
        until=min(last or today, today),
        noticed_on=noticed_on or (leaver.notice_received_on if leaver else None),
    )


def person_exhibits(viewer: Viewer, asked: PersonAsked) -> list[Exhibit]:
    """Return all that is known of a person in the order of time, with what he did after notice as an indicator."""
    sources = [offer for room in rooms() for offer in room.exhibits if isinstance(offer, PersonSource)]
    found = [exhibit for source in sources for exhibit in source.of_person(asked, viewer)]
    found += _acts(viewer, asked)
    found += _notice(viewer, asked)
    found += _after_notice(asked, found, viewer)
    return sorted(found, key=_when)


def is_after_notice(asked: PersonAsked, exhibit: Exhibit, viewer: Viewer) -> bool:
    """Say whether something happened on the day of notice or later, by the viewer's clock."""
    return bool(asked.noticed_on and exhibit.at and exhibit.at.astimezone(viewer.zone).date() >= asked.noticed_on)


def _when(exhibit: Exhibit) -> datetime:
    return exhibit.at or datetime.max.replace(tzinfo=UTC)


def _leaver(viewer: Viewer, person_id: UUID, today: date) -> Leaver | None:
    if not sees_leaving(viewer):
        return None
    lines = leavers(viewer_of_system(), today - LOOK_BACK, today + LOOK_BACK)
    return next((each for each in lines if each.person_id == person_id), None)


def _notice(viewer: Viewer, asked: PersonAsked) -> Sequence[Exhibit]:
    if asked.noticed_on is None:
        return ()
    midnight = datetime.combine(asked.noticed_on, time.min, tzinfo=viewer.zone)
    return (
        Exhibit(
            element="notice",
            source="directory.notice",
            title=_("Notice"),
            statement=_("The person gave notice, or was warned, on this day."),
            at=midnight,
            practice="EVD-04",
        ),
    )


def _acts(viewer: Viewer, asked: PersonAsked) -> list[Exhibit]:
    """Return what the ledger says he did to the secrets in sight, or what was done to one of them about him."""
    about = EntrySubject.objects.filter(entry=OuterRef("pk"), kind=SECRET_KIND)
    if asked.secret is not None:
        about = about.filter(subject_id=asked.secret.id)
    named = EntrySubject.objects.filter(entry=OuterRef("pk"), subject_id=asked.person.id)
    entries = Entry.objects.filter(Q(actor_id=asked.person.id) | Q(Exists(named)))
    entries = entries.annotate(secret=Subquery(about.values("subject_id")[:1])).filter(secret__isnull=False)
    listed = list(entries.select_related("disclosure").order_by("-seq")[:ACTS_READ])
    names = {pk: str(record) for pk, record in records_seen(viewer, SECRET_KIND, {e.secret for e in listed}).items()}
    return [
        _act(entry, names[entry.entry.secret], own=entry.actor_id == asked.person.id)  # type: ignore[attr-defined]
        for entry in read(listed)
        if entry.entry.secret in names  # type: ignore[attr-defined]  # annotated above
    ]


def _act(entry: ReadEntry, secret: str, *, own: bool) -> Exhibit:
    others = {subject.kind.rpartition(".")[2] for subject in entry.subjects}
    words = {name: note for name, note in entry.notes.items() if name not in others}
    words |= {"by": actor_name(entry.actor_kind, entry.actor_name), "subject": secret, "secret": secret}
    return Exhibit(
        element="recognition",
        source="evidence.acts",
        title=_("Act in the register") if own else _("Named in an act"),
        statement=sentence(entry.verb, words),
        at=entry.at,
        entry_id=entry.entry.id,
        practice="EVD-03",
    )


def _after_notice(asked: PersonAsked, found: Sequence[Exhibit], viewer: Viewer) -> Sequence[Exhibit]:
    late = [each for each in found if each.element in DONE and is_after_notice(asked, each, viewer)]
    first = min(late, key=_when, default=None)
    if first is None:
        return ()
    return (
        Exhibit(
            element="intent",
            source="watch.intent",
            kind=ExhibitKind.CIRCUMSTANTIAL,
            strength=Strength.FAIR,
            title=_("After notice"),
            statement=format_lazy(_("{count} deeds in the logs on or after the day of notice."), count=len(late)),
            at=first.at,
            entry_id=first.entry_id,
            url=first.url,
            weight=AFTER_NOTICE_WEIGHT,
            against=_("Handing work over also means opening files: ask what was to be handed over."),
            practice="EVD-04",
        ),
    )
