"""The register of exclusions: whose events are not evaluated or not taken in; for the two offices alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.forms import REASON, PersonField
from kuramori.watch.models import Exclusion, ExclusionKindChoice, ExclusionStandingChoice, GroundChoice, LogSource
from kuramori.watch.models.settings import NamespaceChoice
from kuramori.watch.privacy.exclusion_acts import Excluded, exclusion_add, exclusion_retire
from kuramori.watch.privacy.exclusion_rules import ExclusionKind, ExclusionStanding, ExclusionState, longest, may_judge
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.standing import company_day

TONES = {"waiting": "warn", "coming": "info", "active": "ok"}
DAY = {"type": "date"}


def exclusions_visible_to(viewer: Viewer) -> QuerySet[Exclusion]:
    """Return the exclusions, for the offices alone: who is protected, and as what, is nobody else's business."""
    found: QuerySet[Exclusion] = Exclusion.objects.select_related("person", "asked_by", "decided_by")
    return found if viewer.may(Permission.EXCLUSION_VIEW) else found.none()


def may_decide(viewer: Viewer, exclusion: Exclusion) -> bool:
    """Say whether a viewer may decide on one in his sight now."""
    waits = exclusion.standing(company_day()) is ExclusionStanding.WAITING
    is_other = may_judge(viewer.person_id, asker=exclusion.asked_by_id, concerned=exclusion.person_id)
    return waits and is_other and viewer.may(Permission.EXCLUSION_DECIDE)


class ExclusionForm(forms.Form):
    """Who is left out of what, by which law, and for how long."""

    namespace = forms.ChoiceField(
        label=_("kind of name"), choices=[("", "—"), *NamespaceChoice.choices], required=False,
        help_text=_("Only for an account."),
    )  # fmt: skip
    raw = forms.CharField(
        label=_("account"), max_length=200, required=False,
        help_text=_("As the log writes it; without a domain it matches in any."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("what becomes of the events"), choices=ExclusionKindChoice.choices)
    sources = forms.ModelMultipleChoiceField(
        label=_("only of these logs"), queryset=LogSource.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all. Only for what is not taken in."),
    )  # fmt: skip
    ground = forms.ChoiceField(label=_("legal ground"), choices=GroundChoice.choices)
    reason = forms.CharField(
        label=_("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The office and the decision or law behind it. Nothing of health, belief or family."),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"), initial=company_day)
    valid_to = forms.DateField(
        label=_("until"), widget=forms.DateInput(DAY, format="%Y-%m-%d"), help_text=_("A year at most; then anew.")
    )

    def __init__(self, viewer: Viewer, _exclusion: None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["person"] = PersonField(
            viewer=viewer, label=_("person"), required=False,
            help_text=_("Employee number or mail address; all names of the person. Empty for an account."),
        )  # fmt: skip
        self.order_fields(["person"])
        self.fields["sources"].queryset = LogSource.objects.standing().order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what the act would, each beside its field, and return what the act takes."""
        told: dict[str, Any] = super().clean() or {}
        person, namespace, raw = told.pop("person", None), told.pop("namespace", ""), told.pop("raw", "").strip()
        if "person" not in self.errors and (person is None) == (not raw):
            self.add_error("person", _("Name either a person, or an account with its kind of name."))
        if bool(raw) != bool(namespace):
            self.add_error("namespace", _("Name either a person, or an account with its kind of name."))
        if told.get("sources") and told.get("kind") != ExclusionKind.NOT_TAKEN_IN:
            self.add_error("sources", _("Who is not evaluated is so in all logs."))
        first, last = told.get("valid_from"), told.get("valid_to")
        if first and first < company_day():
            self.add_error("valid_from", _("An exclusion begins today or later."))
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first."))
        elif first and last and last > longest(first):
            self.add_error("valid_to", _("An exclusion holds for a year at most."))
        sources = tuple(sorted(str(each.pk) for each in told.get("sources") or ()))
        return told | {"who": Excluded(person=person, namespace=namespace, raw=raw), "sources": sources}


def exclusion_mark(exclusion: Exclusion, _viewer: Viewer) -> Mark:
    """Say where an exclusion stands today."""
    standing = exclusion.standing(company_day())
    return Mark(word=ExclusionStandingChoice(standing).label, tone=TONES.get(standing, ""))


def _who(exclusion: Exclusion, _viewer: Viewer) -> str:
    return exclusion.person.shown if exclusion.person else exclusion.raw


def _logs(exclusion: Exclusion) -> str:
    if not exclusion.sources:
        return str(pgettext_lazy("logs", "all"))
    return " / ".join(
        LogSource.objects.filter(pk__in=exclusion.sources).order_by("name").values_list("name", flat=True)
    )


def exclusion_facts(exclusion: Exclusion, viewer: Viewer) -> Sequence[Fact]:
    """Return what was asked and decided, and what it does and does not do."""
    found = [
        (_("person or account"), _who(exclusion, viewer)),
        (_("kind of name"), exclusion.get_namespace_display() if exclusion.raw else ""),
        (_("what becomes of the events"), exclusion.get_kind_display()),
        (_("only of these logs"), _logs(exclusion)),
        (_("legal ground"), exclusion.get_ground_display()),
        (_("reason"), exclusion.reason),
        (_("from"), exclusion.valid_from.isoformat()),
        (_("until"), exclusion.days[1].isoformat()),
        (_("asked by"), exclusion.asked_by.shown),
        (_("decided by"), exclusion.decided_by.shown if exclusion.decided_by else ""),
        (_("reason of the decision"), exclusion.decision),
        (
            _("what it does not do"),
            _(
                "What came in before it stays in the lake. Files that lie on the server itself, in the watched folder "
                "or in a receiver's folder are not changed: whoever keeps them decides how long."
            ),
        ),
    ]
    return [Fact(label=label, value=value) for label, value in found if value]


def exclusion_actions(exclusion: Exclusion, viewer: Viewer) -> Sequence[Link]:
    """Lead to the decision, where it is the viewer's."""
    if not may_decide(viewer, exclusion):
        return ()
    return (Link(text=_("Decide on it"), url=reverse("watch:exclusion-decide", args=[exclusion.pk])),)


def is_standing(rows: QuerySet[Exclusion], standing: ExclusionStanding) -> QuerySet[Exclusion]:
    """Return those exclusions that stand so today."""
    today, open_ = company_day(), Q(retired_at=None)
    waiting, approved = Q(state=ExclusionState.WAITING), Q(state=ExclusionState.APPROVED)
    over = Q(valid_to__lt=today)
    return rows.filter(
        {
            ExclusionStanding.WAITING: waiting & open_ & ~over,
            ExclusionStanding.LAPSED: waiting & open_ & over,
            ExclusionStanding.WITHDRAWN: waiting & ~open_,
            ExclusionStanding.REFUSED: Q(state=ExclusionState.REFUSED),
            ExclusionStanding.COMING: approved & open_ & Q(valid_from__gt=today),
            ExclusionStanding.ACTIVE: approved & open_ & Q(valid_from__lte=today, valid_to__gte=today),
            ExclusionStanding.ENDED: approved & (over | ~open_),
        }[standing]
    )


exclusions = Register(
    name="watch:exclusion",
    path="exclusions",
    title=_("Exclusions from monitoring"),
    title_one=_("exclusion from monitoring"),
    why=_(
        "A law protects some people from being watched: works councils, company doctors, data protection officers, "
        "lawyers. Their events are not evaluated or not even taken in, for a year at most, when two agree. Only the "
        "offices see this list, and it says nothing against anybody."
    ),
    example=_("For instance: the company doctor; not taken in; professional secrecy; one year, then decided anew."),
    model=Exclusion,
    columns=(
        Column(name="number", label=_("number"), kind=ColumnKind.LINK, sort="number"),
        Column(name="mark", label=_("state"), kind=ColumnKind.TAG, value=exclusion_mark),
        Column(name="who", label=_("person or account"), value=_who),
        Column(
            name="kind",
            label=_("what becomes of the events"),
            value=lambda exclusion, _viewer: exclusion.get_kind_display(),
        ),
        Column(name="ground", label=_("legal ground"), value=lambda exclusion, _viewer: exclusion.get_ground_display()),
        Column(name="valid_from", label=_("from"), kind=ColumnKind.DATE, sort="valid_from"),
        Column(name="valid_to", label=_("until"), kind=ColumnKind.DATE, sort="valid_to"),
        Column(
            name="asked_by",
            label=_("asked by"),
            kind=ColumnKind.PERSON,
            value=lambda exclusion, _viewer: exclusion.asked_by.shown,
        ),
    ),
    filters=(
        Filter(
            name="standing",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: ExclusionStandingChoice.choices,
            apply=lambda rows, value, _viewer: is_standing(rows, ExclusionStanding(value)),
        ),
        Filter(
            name="kind",
            label=_("what becomes of the events"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: ExclusionKindChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(kind=value),
        ),
    ),
    form=ExclusionForm,
    visible_to=exclusions_visible_to,
    add=exclusion_add,
    retire=exclusion_retire,
    facts=exclusion_facts,
    actions=exclusion_actions,
    retire_effects=lambda _records, _viewer: (
        _("A request is taken back. What is in force ends with today; the days it covered stay covered."),
    ),
    state=exclusion_mark,
    order="-valid_to",
    practices="GOV-15 SYS-17",
    icon="eye-off",
)
