"""What logs prove of a secret: that access to it is recorded, since when, and under which seals (EVD-02, DET-01)."""

from datetime import UTC, date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import Subject
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind
from kuramori.register.api import Secret, secret_seen
from kuramori.watch.acts.sealing import VERB
from kuramori.watch.lake import folder, lake
from kuramori.watch.queries.alerts import alerts_on_secret
from kuramori.watch.traces import Coverage, coverage_of

MANAGED = "secrecy_management"
ACCESS = "access"


def access_exhibits(subject: Subject, viewer: Viewer, _today: date) -> list[Exhibit]:
    """Return what the logs show for a secret in sight, or that nothing records who reads it."""
    if subject.kind != Secret.record_kind() or secret_seen(viewer, subject.id) is None:
        return []
    covered = _coverage(subject.id)
    if covered is None or covered.first is None or covered.last is None:
        return [_gap()]
    found = _recorded(covered, _aware(covered.first, viewer), _aware(covered.last, viewer))
    alerts = alerts_on_secret(viewer, subject.id).count()
    if alerts:
        found.append(
            Exhibit(
                element=ACCESS,
                source="watch.alerts",
                kind=ExhibitKind.CIRCUMSTANTIAL,
                title=_("Alerts"),
                statement=format_lazy(
                    _("Alerts that concern it: {count}, each with reasons and events."), count=alerts
                ),
                practice="DET-01",
            )
        )
    return found


def _coverage(secret_id: UUID) -> Coverage | None:
    if not folder().exists():
        return None
    with lake() as found:
        return coverage_of(found, secret_id)


def _recorded(covered: Coverage, first: datetime, last: datetime) -> list[Exhibit]:
    seal = Entry.objects.filter(verb=VERB).order_by("-seq").first()
    since = format_lazy(_("Who reads it is recorded since {day}."), day=first.date().isoformat())
    events = format_lazy(
        _("{events} events of {people} people from {sources} log sources, the last on {day}."),
        events=f"{covered.events:,}",
        people=covered.people,
        sources=covered.sources,
        day=last.date().isoformat(),
    )
    sealed = seal.id if seal else None
    return [
        Exhibit(
            element=MANAGED,
            source="watch.recording",
            title=_("Access is recorded"),
            statement=since,
            at=last,
            entry_id=sealed,
            practice="DET-01",
        ),
        Exhibit(
            element=ACCESS,
            source="watch.events",
            title=_("Log events"),
            statement=events,
            at=last,
            entry_id=sealed,
            practice="DET-01",
        ),
    ]


def _gap() -> Exhibit:
    return Exhibit(
        element=ACCESS,
        source="watch.events",
        title=_("Log events"),
        statement=_("No log that came in names a place of this secret: nobody can say who read it."),
        is_gap=True,
        fix_url=reverse("watch:health"),
        practice="DET-01",
    )


def _aware(moment: datetime, viewer: Viewer) -> datetime:
    """Return a naive UTC time of the lake in the viewer's zone."""
    return moment.replace(tzinfo=UTC).astimezone(viewer.zone)
