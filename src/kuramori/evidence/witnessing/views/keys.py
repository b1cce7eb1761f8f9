"""The pages of the keys: which have signed the ledger, and the three steps that let another one sign on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.evidence.keys import next_origin, signer, witness_signer
from kuramori.evidence.rules.note import VerifierKey
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.views.trail import crumbs
from kuramori.evidence.witnessing.acts.keys import key_revoke, key_rotate, ledger_fork
from kuramori.evidence.witnessing.forms import ForkForm, RevokeForm, RotateForm
from kuramori.evidence.witnessing.queries import keys_of, standing_against
from kuramori.evidence.wording import against_words
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.wording import moment


@page(Permission.LEDGER_VIEW)
def keys(request: ViewedRequest) -> HttpResponse:
    """Show every key that has signed the ledger, since when and up to which size it counts."""
    signer()
    rows = [
        {
            "key": VerifierKey(row.origin, bytes(row.public)),
            "since": moment(row.since, request.viewer),
            "ended": change.get_kind_display() if change else "",
            "valid_to": change.valid_to if change else None,
        }
        for row, change in keys_of(request.viewer)
    ]
    context = {
        "title": _("Keys of the ledger"),
        "rows": rows,
        "witness_key": witness_signer().verifier,
        "may_change": request.viewer.may(Permission.KEY_CHANGE),
        "may_fork": request.viewer.may(Permission.LEDGER_FORK) and bool(standing_against(request.viewer)),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/keys.html", context)


@page(Permission.KEY_CHANGE)
def rotate(request: ViewedRequest) -> HttpResponse:
    """Change the key as planned."""
    effects = [
        _("A new key signs every head from now on; the private half of the old one is deleted."),
        _("Heads that the old key has signed stay valid."),
        _("Each second server that witnesses this ledger has to be given the new key, or it will refuse."),
    ]
    return _step(request, _("Change the key"), RotateForm(request.POST or None), key_rotate, effects)


@page(Permission.KEY_CHANGE)
def revoke(request: ViewedRequest) -> HttpResponse:
    """Revoke a key that may be in other hands."""
    effects = [
        _("A new key signs every head from now on; the private half of the old one is deleted."),
        _("Heads of the old key over more entries than you enter no longer count, here and in what is exported."),
        _("Tell the auditor and those who run the witnesses the new fingerprint on another way, such as by voice."),
    ]
    return _step(request, _("Revoke the key"), RevokeForm(request.POST or None), key_revoke, effects)


@page(Permission.LEDGER_FORK)
def fork(request: ViewedRequest) -> HttpResponse:
    """Declare a new branch, when entries that somebody outside holds a head over are lost for good."""
    found = standing_against(request.viewer)
    effects = [
        *(against_words(each, request.viewer) for each in found),
        _("The ledger goes on under the name %(name)s, with a new key.") % {"name": next_origin(signer().origin)},
        _("What you state, and the head that was lost, stand in the ledger and cannot be taken back."),
        _("Witnesses see a new ledger: each second server has to be given its key."),
    ]
    return _step(request, _("Declare a new branch"), ForkForm(request.POST or None), ledger_fork, effects)


def _step(request: ViewedRequest, title: str, form: Form, do: Callable[..., Any], effects: list[str]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        do(by=request.viewer.actor, **form.cleaned_data)
        messages.success(request, _("A new key signs from now on."))
        return redirect("evidence:keys")
    words = {"title": title, "form": form, "effects": effects, "action": title, "back": reverse("evidence:keys")}
    return render(request, "evidence/ask.html", words | {"crumbs": crumbs()})
