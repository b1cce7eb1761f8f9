"""What logs prove of a secret: that access to it is recorded, since when, and under which seals (EVD-02, DET-01)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.acts import Subject
from kuramori.kernel.columns import Text
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind
from kuramori.register.api import Secret, secret_seen
from kuramori.watch.acts.sealing import VERB
from kuramori.watch.lake import folder, lake
from kuramori.watch.queries.alerts import alerts_on_secret
from kuramori.watch.queries.sources import source_states
from kuramori_lake.coverage import Coverage, coverage_of

MANAGED = "secrecy_management"
ACCESS = "access"


def access_exhibits(subject: Subject, viewer: Viewer, _today: date) -> list[Exhibit]:
    """Return what the logs show for a secret in sight; that nothing records who reads it, or that a log fell silent."""
    if subject.kind != Secret.record_kind():
        return []
    covered = _coverage(subject.id)
    if covered is None or covered.first is None or covered.last is None:
        return [_gap(_("No log that came in names a place of this secret: nobody can say who read it."))]
    if secret_seen(viewer, subject.id) is None:
        return []
    found = _recorded(covered, _aware(covered.first, viewer), _aware(covered.last, viewer))
    alerts = alerts_on_secret(viewer, subject.id).count()
    if alerts:
        words = format_lazy(_("Alerts that concern it: {count}, each with reasons and events."), count=alerts)
        found.append(_shown("alerts", _("Alerts"), words, kind=ExhibitKind.CIRCUMSTANTIAL))
    silent = _silent(covered)
    if silent:
        found.append(_gap(format_lazy(_("These logs have fallen silent: {names}."), names=", ".join(silent))))
    return found


def _coverage(secret_id: UUID) -> Coverage | None:
    if not folder().exists():
        return None
    with lake() as found:
        return coverage_of(found, str(secret_id))


def _silent(covered: Coverage) -> list[str]:
    """Return the names of the sources that told of the secret and are silent now: its proof has a hole from then on."""
    told = [each for each in source_states(viewer_of_system()) if each.is_silent and each.health]
    return [each.name for each in told if each.health and (each.health.source, each.health.instance) in covered.of]


def _recorded(covered: Coverage, first: datetime, last: datetime) -> list[Exhibit]:
    seal = Entry.objects.filter(verb=VERB).order_by("-seq").first()
    since = format_lazy(_("Who reads it is recorded since {day}."), day=first.date().isoformat())
    events = format_lazy(
        _("{events} events of {people} people from {sources} log sources, the last on {day}."),
        events=f"{covered.events:,}",
        people=covered.people,
        sources=len(covered.of),
        day=last.date().isoformat(),
    )
    dated: dict[str, Any] = {"at": last, "entry_id": seal.id if seal else None}
    recording = _shown("recording", _("Access is recorded"), since, element=MANAGED, **dated)
    return [recording, _shown("events", _("Log events"), events, **dated)]


def _shown(source: str, title: Text, statement: Text, *, element: str = ACCESS, **more: Any) -> Exhibit:
    return Exhibit(
        element=element, source=f"watch.{source}", title=title, statement=statement, practice="DET-01", **more
    )


def _gap(statement: Text) -> Exhibit:
    return _shown("events", _("Log events"), statement, is_gap=True, fix_url=reverse("watch:health"))


def _aware(moment: datetime, viewer: Viewer) -> datetime:
    """Return a naive UTC time of the lake in the viewer's zone."""
    return moment.replace(tzinfo=UTC).astimezone(viewer.zone)
