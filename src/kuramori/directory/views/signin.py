"""What stands in place of allauth's pages for signing up, changing addresses and mailing links."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kuramori.kernel.pages import OPEN, page


@page(OPEN)
def closed_page(_request: HttpRequest) -> HttpResponse:
    """Say that there is no such page here: addresses come from HR."""
    raise Http404


@page(OPEN)
def ask_administrator(request: HttpRequest) -> HttpResponse:
    """Tell those who forgot their password whom to ask."""
    return render(request, "directory/forgotten.html", {"title": _("Forgotten password")})
