"""The pages by which an expert from outside may read one case, and may no longer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.watch.cases.expert_acts import expert_add, expert_end
from kuramori.watch.cases.forms import DAY, REASON, OpenForm
from kuramori.watch.cases.queries import cases_visible_to, experts_of, today_for
from kuramori.watch.forms import PersonField
from kuramori.watch.models import Case, ExpertAccess
from kuramori.watch.rules.permissions import Permission


class ExpertForm(forms.Form):
    """Who reads the case, until when, and why."""

    until = forms.DateField(label=gettext_lazy("until"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}))

    field_order = ("expert", "until", "reason")

    def __init__(self, viewer: Viewer, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        help_text = gettext_lazy("Employee number or mail address; holds the role of a forensic expert.")
        self.fields["expert"] = PersonField(viewer=viewer, label=gettext_lazy("expert"), help_text=help_text)
        self.order_fields(self.field_order)


def _seen(viewer: Viewer, pk: UUID) -> Case:
    case = cases_visible_to(viewer).filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


@page(Permission.EXPERT_ADD)
def add(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Let an expert read a case until a day."""
    viewer, case = request.viewer, _seen(request.viewer, pk)
    form = ExpertForm(viewer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            expert_add(case=case, today=today_for(viewer), by=viewer.actor, **form.cleaned_data)
            messages.success(request, _("The expert can read this case, and nothing else."))
            return redirect("watch:case-detail", pk=pk)
    effects = [
        _(
            "The expert reads this case, its alerts' reasons and its timeline; "
            "no name, no title of a secret, no other case."
        ),
        _("It ends by itself on the day, and each reading of the timeline is an act with a reason."),
    ]
    return _asked(request, case, form, _("Let an expert read it"), effects)


@page(Permission.EXPERT_ADD)
def end(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """End an expert's reading, with a reason."""
    viewer = request.viewer
    access = ExpertAccess.objects.filter(pk=pk).select_related("case").first()
    case = _seen(viewer, access.case_id) if access else None
    if case is None or access is None or not experts_of(viewer, case).filter(pk=pk).exists():
        raise Http404
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        expert_end(access=access, by=viewer.actor, why=form.cleaned_data["reason"])
        messages.success(request, _("The expert can no longer read this case."))
        return redirect("watch:case-detail", pk=case.pk)
    return _asked(request, case, form, _("End it"), [_("The expert sees this case no more.")])


def _asked(request: ViewedRequest, case: Case, form: forms.Form, action: str, effects: list[str]) -> HttpResponse:
    back = reverse("watch:case-detail", args=[case.pk])
    context = {
        "title": _("Experts on %(number)s") % {"number": case.number},
        "crumbs": [{"title": case.number, "url": back}],
        "form": form,
        "effects": effects,
        "action": action,
        "back": back,
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)
