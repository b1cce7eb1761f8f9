"""Signing in to the demo with one click, by role. The page exists in demo mode only; nobody has a password there."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.models import ROLE_WORDS
from kuramori.directory.queries.people import role_holders
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.pages import OPEN, page
from kuramori.kernel.permissions import Role


@page(OPEN)
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """Show who can be played; a POST signs in as that person."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        return _enter(request, request.POST.get("person", ""))
    holders = role_holders(viewer_of_system(), limit=3)
    parts = [(ROLE_WORDS[Role(role)], people) for role, people in holders.items()]
    first = {role: people[0] for role, people in holders.items()}
    return render(request, "directory/demo.html", {"title": _("Enter the demo"), "parts": parts, "first": first})


def _enter(request: HttpRequest, person_id: str) -> HttpResponse:
    found = [p for people in role_holders(viewer_of_system(), limit=3).values() for p in people]
    playable = {str(person.pk): person for person in found}
    person = playable.get(person_id)
    if person is None:
        raise Http404
    account = getattr(person, "account", None) or account_open(person=person, at=now(), by=SYSTEM)
    get_adapter(request).login(request, account)
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if is_ours else settings.LOGIN_REDIRECT_URL)
