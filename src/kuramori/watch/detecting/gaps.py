"""The register of blind spots, and what it asks of people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, sites, viewer_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register
from kuramori.kernel.room import Duty
from kuramori.watch.detecting.gap_acts import gap_add, gap_edit, gap_retire
from kuramori.watch.detecting.map_queries import gaps_owned_by, gaps_visible_to, ways_without_source
from kuramori.watch.forms import PersonField
from kuramori.watch.models import CoverageGap, StandingChoice, WayChoice
from kuramori.watch.rules.detecting import WAYS, Standing
from kuramori.watch.rules.permissions import Permission

SHOWN = 50
Tile = dict[str, str]
TONES = {Standing.OPEN: "warn", Standing.BLOCKED: "ok", Standing.ACCEPTED: "info"}


class GapForm(forms.ModelForm):  # type: ignore[type-arg]
    """A blind spot. Its owner has to be somebody who may open the map."""

    class Meta:
        model = CoverageGap
        fields = ("site", "way", "standing_as", "owner", "next_step", "due_on", "tested_on")

    def __init__(self, viewer: Viewer, gap: CoverageGap | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=gap)
        known = [site.pk for site in sites(viewer)]
        self.fields["site"].queryset = self.fields["site"].queryset.filter(pk__in=known)  # type: ignore[attr-defined]
        self.fields["owner"] = PersonField(
            viewer=viewer, label=_("who sees to it"), help_text=_("Employee number or mail address.")
        )

    def clean_owner(self) -> Person:
        """Refuse an owner whom the system would have to keep the map from."""
        owner: Person = self.cleaned_data["owner"]
        if not viewer_of(owner, now()).may(Permission.GAP_VIEW):
            raise forms.ValidationError(
                _("This person may not know where nobody looks. Choose somebody of IT or security.")
            )
        return owner


def gap_mark(gap: CoverageGap, viewer: Viewer) -> Mark:
    """Say what was decided, and whether its day has passed."""
    if gap.retired_at is not None:
        return Mark(word=_("closed"))
    if gap.due_on < localdate(timezone=viewer.zone):
        return Mark(word=_("overdue"), tone="bad")
    return Mark(word=StandingChoice(gap.standing_as).label, tone=TONES[Standing(gap.standing_as)])


gaps = Register(
    name="watch:gap",
    path="coverage/gaps",
    title=_("Blind spots"),
    title_one=_("blind spot"),
    why=_(
        "Where no log looks, nothing is found, and a quiet list there means nothing. So every blind spot has somebody "
        "who sees to it, a next step and a day; what is blocked by other means or accepted is looked at again."
    ),
    example=_(
        "For instance: removable media at the plant, USB ports are locked by policy, tried in May, again in November."
    ),
    model=CoverageGap,
    columns=(
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=gap_mark),
        Column(name="way", label=_("way"), kind=ColumnKind.LINK, value=lambda gap, _viewer: gap.get_way_display()),
        Column(name="site", label=_("site"), value=lambda gap, _viewer: gap.site.name),
        Column(
            name="owner", label=_("who sees to it"), kind=ColumnKind.PERSON, value=lambda gap, _viewer: gap.owner.shown
        ),
        Column(name="next_step", label=_("next step")),
        Column(name="due_on", label=_("due by"), kind=ColumnKind.DATE, sort="due_on"),
        Column(name="tested_on", label=_("tried on"), kind=ColumnKind.DATE),
    ),
    filters=(
        Filter(
            name="way",
            label=_("way"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: WayChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(way=value),
        ),
    ),
    form=GapForm,
    visible_to=gaps_visible_to,
    add=gap_add,
    edit=gap_edit,
    retire=gap_retire,
    state=gap_mark,
    order="due_on",
    practices="DET-02 DET-05",
    icon="eye-off",
)


def gap_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the blind spots that the viewer sees to, by their day; those nobody decided on for who adds them."""
    if viewer.person_id is None or not viewer.may(Permission.GAP_VIEW):
        return []
    duties = [
        Duty(
            title=gettext("Blind spot %(gap)s: %(step)s") % {"gap": gap, "step": gap.next_step},
            url=gaps.url("detail", gap),
            due=gap.due_on,
            kind=_("blind spot"),
            urgent=gap.due_on < today,
        )
        for gap in gaps_owned_by(viewer)[:SHOWN]
    ]
    undecided = len(ways_without_source(viewer)) if viewer.may(Permission.GAP_ADD) else 0
    if undecided:
        words = gettext("%(count)s ways out that no log sees and nobody decided on") % {"count": undecided}
        duties.append(Duty(title=words, url=reverse("watch:coverage"), due=today, kind=_("blind spot")))
    return duties


def gap_tiles(viewer: Viewer, _today: date) -> list[Tile]:
    """Return how many ways out have a log, for those who may see the map."""
    if not viewer.may(Permission.GAP_VIEW):
        return []
    total = len(WAYS) * len(sites(viewer))
    undecided = len(ways_without_source(viewer))
    return [
        {
            "label": gettext("Ways out with a log or a decision"),
            "value": f"{total - undecided} / {total}",
            "below": gettext("%(count)s blind") % {"count": undecided} if undecided else gettext("none is blind"),
            "url": reverse("watch:coverage"),
            "icon": "eye-off",
            "tone": "warn" if undecided else "ok",
        }
    ]
