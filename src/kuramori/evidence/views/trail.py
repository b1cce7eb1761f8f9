"""The way back from the pages of this room."""

from django.urls import reverse
from django.utils.translation import gettext as _


def crumbs() -> list[dict[str, str]]:
    """Return the room's own page as the first step."""
    return [{"title": _("Evidence"), "url": reverse("evidence:home")}]
