"""Carrying an erasure out: shown once more, then done for good."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kuramori.evidence.acts import erasure as acts
from kuramori.evidence.erasure_register import erasures
from kuramori.evidence.queries.erasure import erasures_visible_to
from kuramori.evidence.queries.holds import refuse_if_held
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on


@page(Permission.ERASURE_EDIT)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth says no types of it
def carry_out(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Say what will go and what stays; then queue it."""
    erasure = erasures_visible_to(request.viewer).filter(pk=pk, done_at=None, retired_at=None).first()
    if erasure is None:
        raise Http404
    form, back = forms.Form(request.POST if request.method == "POST" else None), erasures.url("detail", erasure)
    if form.is_valid():
        with refusal_shown_on(form):
            refuse_if_held(request.viewer, [erasure.person_id])
            acts.erasure_ask(erasure=erasure, by=request.viewer.actor)
            messages.success(request, _("The erasure is under way. Its certificate will stand here."))
            return redirect(back)
    effects = [
        _("Names, numbers, addresses and texts that name %(person)s are erased from records, ledger and search.")
        % {"person": erasure.person.shown},
        _("The commitments in the ledger stay, and every proof still verifies."),
        _("It cannot be undone, not even by us."),
    ]
    crumbs = [{"title": erasures.title, "url": erasures.url("list")}]
    context = {"form": form, "effects": effects, "action": _("Erase for good"), "back": back, "crumbs": crumbs}
    status = 422 if form.errors else 200
    return render(request, "evidence/erase.html", context | {"title": _("Carry the erasure out")}, status=status)
