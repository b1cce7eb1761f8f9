"""The company's time of keeping after separation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.evidence.acts import holds as acts
from kuramori.evidence.forms.holds import KeepingTermForm
from kuramori.evidence.keeping import separation_months
from kuramori.evidence.models import KeepingTerm
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.views.trail import crumbs
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on


@page(Permission.SEPARATION_EDIT)
def keeping_term(request: ViewedRequest) -> HttpResponse:
    """Decide for how many months what is known of leavers is kept."""
    back = reverse("evidence:separation-list")
    standing = KeepingTerm(months=separation_months())
    form = KeepingTermForm(request.POST or None, instance=standing)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            acts.keeping_term_set(**form.cleaned_data, by=request.viewer.actor)
            messages.success(request, _("Your changes were saved."))
            return redirect(back)
    trail = [*crumbs(), {"title": _("Kept after separation"), "url": back}]
    context = {"title": _("Time of keeping"), "form": form, "action": _("Save"), "back": back, "crumbs": trail}
    return render(request, "evidence/keeping_term.html", context, status=422 if form.errors else 200)
