"""Deciding on an exclusion: somebody else of the offices than who asked."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import Exclusion
from kuramori.watch.privacy.exclusion_acts import exclusion_approve, exclusion_refuse
from kuramori.watch.privacy.exclusions import exclusion_facts, exclusions, exclusions_visible_to, may_decide
from kuramori.watch.queries.alerts import person_of
from kuramori.watch.rules.permissions import Permission

AGREE, REFUSE = "agree", "refuse"


class VerdictForm(forms.Form):
    """What the second person says, and why; nothing is chosen beforehand."""

    decision = forms.ChoiceField(
        label=gettext_lazy("decision"),
        choices=[
            (AGREE, gettext_lazy("Agree: a law asks for it, and nothing milder will do")),
            (REFUSE, gettext_lazy("Refuse")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the ledger for good; whoever checks the rules of monitoring reads it."),
    )  # fmt: skip


@page(Permission.EXCLUSION_DECIDE)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Agree or refuse, with a reason."""
    viewer, exclusion = request.viewer, _seen(request.viewer, pk)
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decided = exclusion_approve if form.cleaned_data["decision"] == AGREE else exclusion_refuse
        with refusal_shown_on(form):
            person = person_of(viewer)
            decided(exclusion=exclusion, person=person, reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("Your decision is recorded."))
            return redirect(exclusions.url("detail", exclusion))
    context = {
        "title": _("Decide on an exclusion"),
        "crumbs": [{"title": exclusions.title, "url": exclusions.url("list")}],
        "facts": [(each.label, each.value, "") for each in exclusion_facts(exclusion, viewer)],
        "form": form,
        "effects": [
            _("With your approval it takes effect on its first day, at the earliest today, and ends by itself."),
            _("What was found before stays; nobody sees by it that the person was ever suspected."),
        ],
        "action": _("Record the decision"),
        "back": exclusions.url("detail", exclusion),
    }
    return render(request, "watch/watching/decide.html", context, status=422 if form.errors else 200)


def _seen(viewer: Viewer, pk: UUID) -> Exclusion:
    """Return what the viewer may decide on: 404 where he sees it not, Refused where it is not his to decide."""
    exclusion = exclusions_visible_to(viewer).filter(pk=pk).first()
    if exclusion is None:
        raise Http404
    if not may_decide(viewer, exclusion):
        raise Refused(_("You cannot decide on this request, or no longer."), _("Its page says where it stands."))
    return exclusion
