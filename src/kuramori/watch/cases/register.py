"""The register of cases, declared."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register
from kuramori.watch.alert_register import SEVERITY_TONES
from kuramori.watch.cases.queries import cases_visible_to, today_for
from kuramori.watch.models import Case, CaseStateChoice, Severity
from kuramori.watch.numbering import by_number
from kuramori.watch.pseudonyms import case_pseudonym
from kuramori.watch.rules.cases import UNSETTLED
from kuramori.watch.wording import CHANNEL_WORDS, channels_in_words

STATE_TONES = {
    "open": "warn", "in_review": "info", "waiting": "info", "explained": "ok", "escalated": "bad", "closed": "",
}  # fmt: skip
NEVER_TOLD = frozenset({"person", "unit", "channels"})
"""Fields of a case that its history never shows: the person, and what has a better place on the page."""


def case_weight(case: Case, _viewer: Viewer) -> Mark:
    """Return how heavy a case is, as a mark."""
    return Mark(word=Severity(case.severity).label, tone=SEVERITY_TONES[case.severity])


def case_mark(case: Case, _viewer: Viewer) -> Mark:
    """Return where a case stands, as a mark."""
    return Mark(word=CaseStateChoice(case.state).label, tone=STATE_TONES[case.state])


def _mine(rows: Any, value: str, viewer: Viewer) -> Any:
    return rows.filter(assignee=viewer.person_id) if value == "yes" else rows.exclude(assignee=viewer.person_id)


def _overdue(rows: Any, value: str, viewer: Viewer) -> Any:
    late = {"due_on__lt": today_for(viewer), "state__in": UNSETTLED}
    return rows.filter(**late) if value == "yes" else rows.exclude(**late)


cases = Register(
    name="watch:case",
    path="cases",
    title=pgettext_lazy("watch", "Cases"),
    title_one=pgettext_lazy("watch", "case"),
    why=_(
        "Ten alerts about one person are one question to be answered. A case holds them together, with who answers it "
        "until when, each step with its reason, and what was decided in the end."
    ),
    example=_("For instance: two alerts on removable media in one week; assigned; explained as the yearly audit."),
    model=Case,
    columns=(
        Column(name="severity", label=_("severity"), kind=ColumnKind.TAG, value=case_weight),
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(
            name="who",
            label=pgettext_lazy("watched", "person"),
            value=lambda case, _viewer: case_pseudonym(case.pk, case.person_id),
        ),
        Column(name="ways", label=_("ways out"), value=lambda case, _viewer: channels_in_words(case.channels) or None),
        Column(name="alerts", label=_("alerts"), kind=ColumnKind.NUMBER),
        Column(name="score", label=_("score"), kind=ColumnKind.NUMBER, sort="score"),
        Column(name="until", label=_("window to"), kind=ColumnKind.DATE, sort="until"),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=case_mark),
        Column(name="assignee", label=_("assigned to"), kind=ColumnKind.PERSON),
        Column(name="due_on", label=_("to be decided by"), kind=ColumnKind.DATE, sort="due_on"),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: CaseStateChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(state=value),
        ),
        Filter(
            name="way",
            label=_("way out"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: [(name, str(words)) for name, words in CHANNEL_WORDS.items()],
            apply=lambda rows, value, _viewer: rows.filter(channels__icontains=f'"{value}"'),
        ),
        Filter(name="mine", label=_("assigned to me"), kind=FilterKind.YES_NO, apply=_mine),
        Filter(name="late", label=_("overdue"), kind=FilterKind.YES_NO, apply=_overdue),
    ),
    visible_to=cases_visible_to,
    search=by_number,
    state=case_mark,
    import_kind="vendor-alerts",
    withheld=lambda _viewer: NEVER_TOLD,
    order="-score",
    practices="DET-01 DET-14",
    icon="briefcase",
)
