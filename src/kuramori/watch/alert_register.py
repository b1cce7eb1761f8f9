"""The register of alerts, declared."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import (
    Choices,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Mark,
    Register,
    Text,
)
from kuramori.watch.models import (
    Alert,
    Queue,
    Severity,
    StateChoice,
)
from kuramori.watch.numbering import by_number
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.queries import alerts as found
from kuramori.watch.wording import channels_in_words

SEVERITY_TONES = {"high": "bad", "medium": "warn", "low": "info", "note": ""}
STATE_TONES = {"new": "warn", "in_review": "info", "explained": "ok", "escalated": "bad", "closed": ""}
NEVER_TOLD = frozenset({"person", "unit", "key", "reasons", "channels", "queue"})
"""Fields of an alert that its history never shows: the person, his leaving, what has a better place on the page.

The list shows the queue as `group`, for it asks alert by alert who may be told."""


def severity_mark(alert: Alert, _viewer: Viewer) -> Mark:
    """Return how heavy an alert is, as a mark."""
    return Mark(word=Severity(alert.severity).label, tone=SEVERITY_TONES[alert.severity])


def state_mark(alert: Alert, _viewer: Viewer) -> Mark:
    """Return where an alert stands, as a mark."""
    return Mark(word=StateChoice(alert.state).label, tone=STATE_TONES[alert.state])


def levels_in_words(alert: Alert, _viewer: Viewer) -> str | None:
    """Return how many secrets of which levels an alert concerns: all that a list may say of them."""
    counts: dict[Any, int] = {}
    for row in alert.secrets.all():
        counts[row.secret.level] = counts.get(row.secret.level, 0) + 1
    told = sorted(counts.items(), key=lambda pair: -pair[0].rank)
    return pgettext("between words of a list", ", ").join(f"{level.name} {count}" for level, count in told) or None


def queue_in_words(alert: Alert, viewer: Viewer) -> str | None:
    """Return an alert's queue, None when it would tell the viewer that a person whom he knows by name leaves."""
    return str(Queue(alert.queue).label) if found.tells_leaving(viewer, alert) else None


def _choice(name: str, label: Text, choices: Callable[[], Choices]) -> Filter:
    return Filter(
        name=name,
        label=label,
        kind=FilterKind.CHOICE,
        choices=lambda _viewer: choices(),
        apply=lambda rows, value, _viewer: rows.filter(**{name: value}),
    )


def _mine(rows: Any, value: str, viewer: Viewer) -> Any:
    return rows.filter(assignee=viewer.person_id) if value == "yes" else rows.exclude(assignee=viewer.person_id)


alerts = Register(
    name="watch:alert",
    path="alerts",
    title=_("Alerts"),
    title_one=_("alert"),
    why=_(
        "A leak that is seen within days can be stopped; one that is seen after years is only regretted. What stands "
        "out from somebody's own usual and from his peers' is shown here, with its reasons, under a pseudonym."
    ),
    example=_("For instance: 1,240 drawings in two days, his usual 31, his team's 40; three days after his notice."),
    model=Alert,
    columns=(
        Column(name="severity", label=_("severity"), kind=ColumnKind.TAG, value=severity_mark),
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(
            name="who",
            label=pgettext_lazy("watched", "person"),
            value=lambda alert, _viewer: alert_pseudonym(alert.pk, alert.person_id),
        ),
        Column(name="score", label=_("score"), kind=ColumnKind.NUMBER, sort="score"),
        Column(name="since", label=_("window from"), kind=ColumnKind.DATE),
        Column(name="until", label=_("window to"), kind=ColumnKind.DATE, sort="until"),
        Column(
            name="ways", label=_("ways out"), value=lambda alert, _viewer: channels_in_words(alert.channels) or None
        ),
        Column(name="secrets", label=_("secrets by level"), value=levels_in_words),
        Column(name="group", label=_("queue"), value=queue_in_words, is_default=False),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=state_mark),
        Column(name="assignee", label=_("assigned to"), kind=ColumnKind.PERSON),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    filters=(
        _choice("state", _("state"), lambda: StateChoice.choices),
        _choice("severity", _("severity"), lambda: Severity.choices),
        Filter(
            name="group",
            label=_("queue"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: Queue.choices,
            apply=lambda rows, value, viewer: found.in_queue(viewer, rows, value),
        ),
        Filter(
            name="day",
            label=_("window to, from"),
            kind=FilterKind.DATE_FROM,
            apply=lambda rows, value, _viewer: rows.filter(until__gte=value),
        ),
        Filter(name="mine", label=_("assigned to me"), kind=FilterKind.YES_NO, apply=_mine),
    ),
    visible_to=found.alerts_visible_to,
    search=by_number,
    state=state_mark,
    withheld=lambda _viewer: NEVER_TOLD,
    order="-score",
    practices="DET-01 DET-02 LEV-09",
    icon="radar",
)
