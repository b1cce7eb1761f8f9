"""A person's account, for those who look after accounts; and which roles need a second factor."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kuramori.directory.acts import accounts as acts
from kuramori.directory.forms import MfaForm
from kuramori.directory.models import Account, Person
from kuramori.directory.queries.people import account_of, mfa_roles, sessions_of
from kuramori.directory.rules.permissions import Permission
from kuramori.directory.signin import password_path
from kuramori.directory.views.people import person_of
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Forbidden, Role
from kuramori.kernel.registers.forms import RetireForm

STEPS = {
    "open": gettext_lazy("Open an account"),
    "recover": gettext_lazy("Give a new link"),
    "sign-out": gettext_lazy("Sign out everywhere"),
    "close": gettext_lazy("Close the account"),
}


@page(Permission.ACCOUNT_MANAGE)
@require_http_methods(["GET", "POST"])
def account(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an account and take a step with it; a link to set a password is shown once, in the answer to the step."""
    if not request.viewer.may_everywhere(Permission.ACCOUNT_MANAGE):
        raise Forbidden(Permission.ACCOUNT_MANAGE)
    person = person_of(request, pk)
    held = account_of(request.viewer, person)
    form = RetireForm(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        step = request.POST.get("step", "")
        try:
            held = _step(step, person, held, by=request.viewer.actor, why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.next_step}")
        else:
            link = settings.PUBLIC_URL.rstrip("/") + password_path(held) if step in {"open", "recover"} else ""
            form = RetireForm()
    context = {
        "title": _("Account"),
        "crumbs": [
            {"title": _("People"), "url": reverse("directory:person-list")},
            {"title": person.shown, "url": reverse("directory:person-detail", args=[person.pk])},
        ],
        "person": person,
        "account": held,
        "sessions": sessions_of(request.viewer, held) if held else 0,
        "steps": [(step, word) for step, word in STEPS.items() if (step == "open") is (held is None)],
        "form": form,
        "link": link,
    }
    return render(request, "directory/account.html", context, status=422 if form.errors else 200)


def _step(step: str, person: Person, held: Account | None, *, by: Actor, why: str) -> Account:
    if held is None and step == "open":
        return acts.account_open(person=person, at=now(), by=by, why=why)
    if held is None or step not in STEPS:
        raise Http404
    if step == "recover":
        acts.account_recover(account=held, by=by, why=why)
    elif step == "sign-out":
        acts.sessions_end(account=held, by=by, why=why)
    elif step == "close":
        acts.account_close(account=held, by=by, why=why)
    return held


@page(Permission.SETTING_EDIT)
def second_factor(request: ViewedRequest) -> HttpResponse:
    """Decide which roles need a second factor."""
    form = MfaForm(request.POST or None, initial={"roles": sorted(mfa_roles(request.viewer))})
    reason = RetireForm(request.POST or None)
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        roles = frozenset(Role(role) for role in form.cleaned_data["roles"])
        acts.mfa_roles_set(roles=roles, by=request.viewer.actor, why=reason.cleaned_data["why"])
        messages.success(request, _("The rule holds from now on."))
        return redirect("directory:second-factor")
    title = _("Second factor at sign-in")
    context = {"title": title, "form": form, "reason": reason, "action": _("Save"), "back": "/"}
    return render(request, "kernel/form.html", context, status=422 if form.errors or reason.errors else 200)
