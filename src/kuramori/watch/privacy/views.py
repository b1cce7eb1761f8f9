"""The pages of privacy: everybody's own, the check of who looked, and the file of a report."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kuramori.directory.api import ROLE_WORDS, person_names, viewer_of_system
from kuramori.kernel.ledger import ReadEntry
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.forms import PlainSelect
from kuramori.kernel.wording import moment
from kuramori.register.api import Secret
from kuramori.watch.models import Alert, Case, WayChoice
from kuramori.watch.models.watching import WatchEntry
from kuramori.watch.privacy.look_acts import looks_export
from kuramori.watch.privacy.looks import VERBS, Choice, Look, looks_by_person, looks_page
from kuramori.watch.privacy.own_page import own_page
from kuramori.watch.privacy.report_acts import report_hand_out
from kuramori.watch.privacy.reports import reports, reports_visible_to
from kuramori.watch.privacy.wording import LOOK_WORDS, MAY_WORDS, RECORDED, few_in_words, lines_of
from kuramori.watch.registers import LACK_WORDS
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import SOURCE_WORDS, word

REASON = 1000
FIRST_SHOWN = timedelta(days=90)
DAY = {"type": "date"}
NAMED = frozenset(each.record_kind() for each in (Alert, Case, WatchEntry))
"""Subjects whose names in the ledger are numbers, and so name nobody; a secret's begins with its number."""


class LooksForm(forms.Form):
    """Which looks are shown."""

    since = forms.DateField(label=gettext_lazy("from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("until"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    kind = forms.ChoiceField(label=gettext_lazy("what"), required=False, widget=PlainSelect)
    by = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", "—"), *LOOK_WORDS.items()]  # type: ignore[attr-defined]

    @property
    def choice(self) -> Choice:
        """Return what was entered; the form is valid."""
        found = self.cleaned_data
        kind = Look(found["kind"]) if found["kind"] else None
        return Choice(since=found["since"], until=found["until"], kind=kind, by=found["by"])


class HandOutForm(forms.Form):
    """In which form a report leaves, and why."""

    form = forms.ChoiceField(label=gettext_lazy("format"), choices=[("xlsx", "Excel"), ("csv", "CSV")])
    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("To whom it is handed."),
    )  # fmt: skip


@page(Permission.CHARTER_VIEW)
def mine(request: ViewedRequest) -> HttpResponse:
    """Show everybody what is logged about him, under which charter, for how long, and who may look."""
    viewer, today = request.viewer, localdate(timezone=request.viewer.zone)
    found = own_page(viewer, today)
    between = pgettext("between words of a list", ", ")
    context = {
        "title": _("What is logged about me"),
        "found": found,
        "lack": LACK_WORDS[found.lack] if found.lack else "",
        "logged": [
            (
                WayChoice(each.way).label,
                RECORDED[each.way],
                between.join(word(SOURCE_WORDS, kind) for kind in each.kinds),
            )
            for each in found.logged
        ],
        "roles": [
            (MAY_WORDS[permission], between.join(str(ROLE_WORDS[role]) for role in roles))
            for permission, roles in found.roles
        ],
        "looks": [
            (quarter.name, [few_in_words(counts[look]) for look in Look]) for quarter, counts in found.looks.items()
        ],
        "look_words": list(LOOK_WORDS.values()),
    }
    return render(request, "watch/privacy/mine.html", context)


@page(Permission.LOOK_VIEW)
def looks(request: ViewedRequest) -> HttpResponseBase:
    """Show who looked at whom or what, and why; `?file=csv` hands it out, which is an act."""
    viewer, today = request.viewer, localdate(timezone=request.viewer.zone)
    form = LooksForm({"since": today - FIRST_SHOWN, "until": today} | request.GET.dict())
    is_valid = form.is_valid()
    before = request.GET.get("before", "")
    rows, older = looks_page(viewer, form.choice, int(before) if before.isdecimal() else None) if is_valid else ([], "")
    by_person = looks_by_person(viewer, form.choice) if is_valid else {}
    names = person_names(viewer_of_system(), by_person)
    context = {
        "title": _("Who looked"),
        "form": form,
        "rows": [_look(viewer, row) for row in rows],
        "people": [(names.get(pk, "–"), pk, count) for pk, count in by_person.items()],
        "older": older,
        "may_export": viewer.may(Permission.LOOK_EXPORT) and is_valid,
    }
    return render(request, "watch/privacy/looks.html", context, status=200 if is_valid else 422)


def _look(viewer: Viewer, row: ReadEntry) -> dict[str, str]:
    """Return one look: subjects under the numbers they have in the ledger, never a name."""
    about = [each.name for each in row.subjects if each.kind in NAMED]
    about += [each.name.partition(" ")[0] for each in row.subjects if each.kind == Secret.record_kind()]
    whom = row.notes.get("whom")
    told = [*filter(None, about), *([_("Person %(code)s") % {"code": whom}] if whom else [])]
    return {
        "at": moment(row.at, viewer),
        "who": row.actor_name,
        "what": str(LOOK_WORDS[VERBS[row.verb]]),
        "whom": pgettext("between words of a list", ", ").join(told) or "–",
        "why": row.why,
    }


@page(Permission.LOOK_EXPORT)
def looks_file(request: ViewedRequest) -> HttpResponseBase:
    """Hand the list of looks out as CSV, for a reason."""
    viewer, today = request.viewer, localdate(timezone=request.viewer.zone)
    form = LooksForm({"since": today - FIRST_SHOWN, "until": today} | request.GET.dict())
    asked = HandOutForm(request.POST if request.method == "POST" else None)
    del asked.fields["form"]
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        head = [_("time"), _("who"), _("what"), _("whom"), _("reason")]
        file = looks_export(
            viewer=viewer, choice=form.choice, columns=head, line=lambda row: list(_look(viewer, row).values()),
            by=viewer.actor, why=asked.cleaned_data["reason"],
        )  # fmt: skip
        return FileResponse(file, as_attachment=True, filename="looks.csv", content_type="text/csv; charset=utf-8")
    context = {
        "title": _("Hand out who looked"),
        "form": asked,
        "effects": [_("The file holds reasons that people wrote; it leaves the protection of this system.")],
        "action": _("Hand it out"),
        "back": reverse("watch:looks"),
    }
    return render(request, "watch/confirm.html", context, status=422 if asked.errors or not form.is_valid() else 200)


@page(Permission.REPORT_EXPORT)
def hand_out(request: ViewedRequest, pk: UUID) -> HttpResponseBase:
    """Hand a report out as a workbook or CSV."""
    viewer = request.viewer
    report = reports_visible_to(viewer).filter(pk=pk).first()
    if report is None:
        raise Http404
    form = HandOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        kind, head = form.cleaned_data["form"], [_("group"), _("what is counted"), _("count")]
        file = report_hand_out(
            report=report, columns=head, rows=lines_of(report), form=kind, by=viewer.actor,
            why=form.cleaned_data["reason"],
        )  # fmt: skip
        return FileResponse(file, as_attachment=True, filename=f"{report.number}.{kind}")
    context = {
        "title": _("%(number)s as a file") % {"number": report.number},
        "crumbs": [{"title": reports.title, "url": reports.url("list")}],
        "form": form,
        "effects": [_("The file holds counts only.")],
        "action": _("Hand it out"),
        "back": reports.url("detail", report),
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)
