"""The pages of a secret that the register kit does not draw: level, scope, value, stocktaking."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.governance.api import ActionChoice, ApproverChoice, RulingChoice, definition, handling_of, levels_in_force
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Forbidden
from kuramori.register import acts, queries
from kuramori.register.audience import audience_names
from kuramori.register.forms import LevelForm, NonPublicForm, ReasonForm, ScopeForm, ValueForm
from kuramori.register.models import Secret
from kuramori.register.rules import Permission, proposed_rank


def _seen(request: ViewedRequest, pk: UUID) -> Secret:
    """Return the secret if it lies in the viewer's sight; otherwise it does not exist for him."""
    secret = queries.secret_seen(request.viewer, pk)
    if secret is None:
        raise Http404
    return secret


def _mine(request: ViewedRequest, pk: UUID) -> Secret:
    """Return the secret if the viewer may change it; seen but not his is 403, taken out of the register 409."""
    secret = _seen(request, pk)
    if not queries.may_edit(request.viewer, secret):
        raise Forbidden(Permission.SECRET_EDIT)
    if secret.retired_at is not None:
        raise Refused(
            _("This secret was taken out of the register; it stays as it was."), _("Enter it anew if it is needed.")
        )
    return secret


def _step(
    request: ViewedRequest,
    secret: Secret,
    form: forms.Form,
    *,
    title: str,
    action: str,
    do: Callable[[dict[str, Any]], object],
    done: str,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form on a secret, or do what it says and go back to the secret."""
    address = reverse("register:secret-detail", args=[secret.pk])
    if _is_done(request, form, do):
        messages.success(request, done)
        return redirect(address)
    context = {
        "title": title,
        "secret": secret,
        "form": form,
        "action": action,
        "back": address,
        "crumbs": _crumbs(secret),
        **(extra or {}),
    }
    return render(request, "register/step.html", context, status=422 if form.errors else 200)


def _is_done(request: ViewedRequest, form: forms.Form, do: Callable[[dict[str, Any]], object]) -> bool:
    """Do what was entered, if it was sent and is valid; a refusal becomes an error of the form, so nothing is lost."""
    if request.method != "POST" or not form.is_valid():
        return False
    with refusal_shown_on(form):
        do(form.cleaned_data)
    return form.is_valid()


def _crumbs(secret: Secret) -> Sequence[dict[str, str | Promise]]:
    return (
        {"title": _("Register of secrets"), "url": reverse("register:secret-list")},
        {"title": str(secret), "url": reverse("register:secret-detail", args=[secret.pk])},
    )


@page(Permission.SECRET_EDIT)
def level(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Give a secret another level; the page shows what each level demands, in the unit's own words (CLS-02)."""
    secret = _mine(request, pk)
    form = LevelForm(request.viewer, request.POST or None, initial={"level": secret.level})
    own = definition(request.viewer, level=secret.level_id)
    return _step(
        request,
        secret,
        form,
        title=_("Change level"),
        action=_("Change the level"),
        do=lambda data: acts.secret_reclassify(secret=secret, by=request.viewer.actor, **data),
        done=_("The level was changed."),
        extra={"definition": own, "proposal": _proposal(request, secret), "handling": _handling(request, secret)},
    )


def _proposal(request: ViewedRequest, secret: Secret) -> Any:
    """Return the level that the secret's valuation proposes, if it was valued (CLS-09)."""
    from_axes = (secret.value_technical, secret.value_economic, secret.value_legal)
    if not all(from_axes):
        return None
    technical, economic, legal = (int(mark or 1) for mark in from_axes)
    levels = {level.rank: level for level in levels_in_force(request.viewer)}
    return levels[proposed_rank(technical=technical, economic=economic, legal=legal, ranks=list(levels))]


def _handling(request: ViewedRequest, secret: Secret) -> list[tuple[str, str, str]]:
    """Return what the secret's level says to each action now, as (action, ruling, approver) in words."""
    return [
        (
            str(ActionChoice(cell.action).label),
            str(RulingChoice(cell.ruling).label),
            str(ApproverChoice(cell.approver).label) if cell.approver else "",
        )
        for cell in handling_of(request.viewer, level=secret.level_id)
    ]


@page(Permission.SECRET_EDIT)
def value(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Value a secret on three axes (CLS-09)."""
    secret = _mine(request, pk)
    marks = {"technical": secret.value_technical, "economic": secret.value_economic, "legal": secret.value_legal}
    return _step(
        request,
        secret,
        ValueForm(request.POST or None, initial=marks),
        title=_("Valuation"),
        action=_("Keep the valuation"),
        do=lambda data: acts.secret_value(secret=secret, by=request.viewer.actor, **data),
        done=_("The valuation was kept."),
    )


@page(Permission.SECRET_EDIT)
def confirm(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Confirm a secret at the stocktaking (CLS-05)."""
    secret = _mine(request, pk)
    places = [place.text for place in queries.places_of(request.viewer, secret) if place.valid_to is None]
    return _step(
        request,
        secret,
        ReasonForm(request.POST or None),
        title=_("Stocktaking"),
        action=_("It is there, as the register says"),
        do=lambda data: acts.secret_confirm(secret=secret, by=request.viewer.actor, **data),
        done=_("The stocktaking was recorded."),
        extra={"places": places},
    )


@page(Permission.SECRET_EDIT)
def non_public(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Confirm that a secret is still not publicly known (EVD-02)."""
    secret = _mine(request, pk)
    return _step(
        request,
        secret,
        NonPublicForm(request.POST or None),
        title=_("Check non-public nature"),
        action=_("Nothing was found in public"),
        do=lambda data: acts.non_public_confirm(secret=secret, by=request.viewer.actor, **data),
        done=_("The check was recorded."),
    )


@page(Permission.SECRET_EDIT)
def scope(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the scope of disclosure with its past, and open it further."""
    secret = _mine(request, pk)
    form = ScopeForm(request.viewer, request.POST or None)
    if _is_done(request, form, lambda data: acts.scope_open(secret=secret, by=request.viewer.actor, **data)):
        messages.success(request, _("The scope of disclosure was widened."))
        return redirect("register:secret-scope", pk=secret.pk)
    today = localdate(timezone=request.viewer.zone)
    rows = list(queries.scopes_of(request.viewer, secret))
    is_open = [row.is_open_on(today) for row in rows]
    context = {
        "title": _("Scope of disclosure"),
        "secret": secret,
        "form": form,
        "rows": list(zip(rows, audience_names(request.viewer, rows), is_open, strict=True)),
        "crumbs": _crumbs(secret),
        "back": reverse("register:secret-detail", args=[secret.pk]),
    }
    return render(request, "register/scope.html", context, status=422 if form.errors else 200)


@page(Permission.SECRET_EDIT)
def scope_close(request: ViewedRequest, pk: UUID, row: UUID) -> HttpResponse:
    """End a row of the scope, with a reason."""
    secret = _mine(request, pk)
    found = queries.scopes_of(request.viewer, secret).filter(pk=row, retired_at=None).first()
    if found is None:
        raise Http404
    words = audience_names(request.viewer, [found])[0]
    form = ReasonForm(request.POST or None)
    if _is_done(request, form, lambda data: acts.scope_close(scope=found, by=request.viewer.actor, **data)):
        messages.success(request, _("The scope of disclosure was narrowed."))
        return redirect("register:secret-scope", pk=secret.pk)
    context = {
        "title": _("Narrow the scope of disclosure"),
        "form": form,
        "effects": [_("From now on this audience no longer sees the secret: %(audience)s") % {"audience": words}],
        "action": _("Narrow the scope"),
        "back": reverse("register:secret-scope", args=[secret.pk]),
        "crumbs": _crumbs(secret),
    }
    return render(request, "register/confirm.html", context, status=422 if form.errors else 200)
