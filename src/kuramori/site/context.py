"""What every page's frame needs: menu, search, inbox, brightness, and the state of the proof in the footer."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from kuramori.site.inbox import count_of
from kuramori.site.menu import menu_for
from kuramori.site.proof_state import footer_state


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; signed-out people get the bare frame."""
    context: dict[str, Any] = {"theme": request.COOKIES.get("theme", ""), "menu": []}
    viewer = getattr(request, "viewer", None)
    user = getattr(request, "user", None)
    if viewer is None or user is None or not user.is_authenticated:
        return context
    today = localdate(timezone=viewer.zone)
    return context | {
        "menu": menu_for(viewer, request.path),
        "search_url": reverse("search"),
        "inbox_url": reverse("inbox"),
        "proof": footer_state(viewer),
        "inbox_count": count_of(viewer, today=today),
    }
