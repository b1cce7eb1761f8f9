"""Puts the viewer on the request, and shows those out who may not be here: left, or without their second factor."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control
from django.utils.timezone import now
from django.utils.translation import get_language

from kuramori.directory.acts.accounts import sessions_end
from kuramori.directory.models import Account
from kuramori.directory.viewing import standing_of, viewer_for, viewer_of
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.permissions import Viewer

NOBODY = Viewer(actor=Actor(kind=ActorKind.PERSON, id=None, name=""), person_id=None)
# What somebody who still has to set up a second factor may open, and nothing else (SYS-21).
WITHOUT_FACTOR = frozenset(
    {
        "account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn",
        "mfa_download_recovery_codes", "mfa_generate_recovery_codes", "mfa_index", "mfa_list_webauthn",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_view_recovery_codes", "set_language",
    }
)  # fmt: skip


class ViewerMiddleware:
    """Sets `request.viewer`: worked out once per request, in two queries; nobody when not signed in.

    The engagement is looked at in each request, so that access ends within a second of the last moment (LEV-07).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        if not isinstance(account, Account):
            _see_as(request, NOBODY)
            return self.get_response(request)
        if account.person is None:
            _see_as(request, viewer_for(account, now()))
            return self.get_response(request)
        moment = now()
        standing = standing_of(account.person.pk, moment)
        if not standing.is_engaged:
            return _show_out(request, account)
        if standing.needs_second_factor and _asked_for(request) not in WITHOUT_FACTOR:
            return redirect("mfa_index")
        language = get_language() or account.language
        _see_as(request, viewer_of(account.person, moment, language=language, standing=standing))
        return _kept_nowhere(self.get_response(request))


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """Forbid copies: on a shared computer nobody steps back into a page of somebody who has signed out (A2)."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def _see_as(request: HttpRequest, viewer: Viewer) -> None:
    request.viewer = viewer  # type: ignore[attr-defined]


def _show_out(request: HttpRequest, account: Account) -> HttpResponse:
    """End every session of somebody who has left, this one too."""
    sessions_end(account=account, by=SYSTEM)
    logout(request)
    return redirect("account_inactive")


def _asked_for(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
