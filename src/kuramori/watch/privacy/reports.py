"""The register of reports for the works council: made for a quarter that is over, printed, handed out."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.api import Site, sites
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.models import CouncilReport
from kuramori.watch.privacy.report_acts import report_add, report_retire
from kuramori.watch.privacy.wording import lines_of, period
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import FEW, Quarter, ended_quarters, quarter_named

OFFERED = 8


def reports_visible_to(viewer: Viewer) -> QuerySet[CouncilReport]:
    """Return the reports."""
    found: QuerySet[CouncilReport] = CouncilReport.objects.select_related("site")
    return found if viewer.may(Permission.REPORT_VIEW) else found.none()


class ReportForm(forms.Form):
    """Which quarter is reported, and for whom."""

    quarter = forms.ChoiceField(label=_("quarter"))
    site = forms.ModelChoiceField(
        label=_("site"), queryset=Site.objects.none(), required=False, empty_label=_("the whole company")
    )

    def __init__(self, viewer: Viewer, _report: None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        today = localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))
        names = [quarter.name for quarter in ended_quarters(today, OFFERED)]
        self.fields["quarter"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        known = Site.objects.filter(pk__in=[site.pk for site in sites(viewer)]).order_by("code")
        self.fields["site"].queryset = known  # type: ignore[attr-defined]

    def clean_quarter(self) -> Quarter:
        """Return the quarter that was chosen."""
        return quarter_named(self.cleaned_data["quarter"])


def report_mark(report: CouncilReport, _viewer: Viewer) -> Mark:
    """Say whether a report was withdrawn."""
    return Mark(word=_("withdrawn")) if report.retired_at else Mark(word=_("in force"), tone="ok")


def report_facts(report: CouncilReport, _viewer: Viewer) -> Sequence[Fact]:
    """Return the figures, and what they mean, ready to be printed."""
    return (
        Fact(label=_("period"), value=period(report.since, report.until)),
        Fact(label=_("site"), value=report.site.name if report.site else _("the whole company")),
        *(Fact(label=f"{group}: {what}", value=count) for group, what, count in lines_of(report)),
        Fact(
            label=_("how to read it"),
            value=_(
                "Counts only: no name, no pseudonym. A count from 1 to %(most)s is not told, nor one from which it "
                "could be worked out. No measure against anybody follows from a score: people decide."
            )
            % {"most": FEW - 1},
        ),
    )


def report_actions(report: CouncilReport, viewer: Viewer) -> Sequence[Link]:
    """Lead to the file of a report."""
    if not viewer.may(Permission.REPORT_EXPORT):
        return ()
    return (Link(text=_("As a file"), url=reverse("watch:report-hand-out", args=[report.pk])),)


reports = Register(
    name="watch:report",
    path="council-reports",
    title=_("Reports for the works council"),
    title_one=_("report for the works council"),
    why=_(
        "Who is watched has a right to know how much. Each quarter the works council is told how many alerts there "
        "were, what came of them, and how often a name was shown: in counts, from which nobody can be recognised "
        "(BetrVG § 80(2), § 87(1) no. 6; GDPR art. 88(2); PPC guideline Q&A 5-7)."
    ),
    example=_("For instance: third quarter, head office: 41 alerts, 38 explained, 6 names shown."),
    model=CouncilReport,
    columns=(
        Column(name="number", label=_("number"), kind=ColumnKind.LINK, sort="number"),
        Column(name="mark", label=_("state"), kind=ColumnKind.TAG, value=report_mark),
        Column(name="quarter", label=_("quarter"), value=lambda report, _viewer: report.quarter.name),
        Column(
            name="site",
            label=_("site"),
            value=lambda report, _viewer: report.site.name if report.site else _("the whole company"),
        ),
        Column(name="since", label=_("days from"), kind=ColumnKind.DATE, sort="since"),
        Column(name="until", label=_("days to"), kind=ColumnKind.DATE),
        Column(name="created_at", label=pgettext_lazy("report", "made at"), kind=ColumnKind.DATETIME),
    ),
    filters=(
        Filter(
            name="whole",
            label=_("the whole company"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, _viewer: rows.filter(site__isnull=value == "yes"),
        ),
    ),
    form=ReportForm,
    visible_to=reports_visible_to,
    add=report_add,
    retire=report_retire,
    facts=report_facts,
    actions=report_actions,
    state=report_mark,
    withheld=lambda _viewer: frozenset({"figures"}),
    order="-since",
    practices="GOV-15 SYS-17",
    icon="file-chart-column",
)
