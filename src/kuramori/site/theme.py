"""Light, dark, or as the device has it: kept in a cookie of the browser, for eyes differ by desk, not by account."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kuramori.kernel.pages import OPEN, ViewedRequest, page

COOKIE = "theme"
CHOICES = ("light", "dark")
ONE_YEAR = 365 * 24 * 3600  # seconds


@page(OPEN)
@require_POST
def choose(request: ViewedRequest) -> HttpResponse:
    """Remember the brightness and go back; anything but light and dark forgets it, and the device decides again."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    theme = request.POST.get("theme", "")
    if theme in CHOICES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, theme, max_age=ONE_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
