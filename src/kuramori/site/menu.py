"""The navigation: two levels, by what people do; everybody sees only what his roles use (pages.md, Navigation)."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from kuramori.kernel.pages import SIGNED_IN
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import MenuItem, rooms

SECTIONS: Mapping[str, Any] = {
    "": "",
    "protect": gettext_lazy("Protect"),
    "find": gettext_lazy("Find"),
    "review": gettext_lazy("Look through"),
    "rules": gettext_lazy("Rules and sources"),
    "privacy": gettext_lazy("Monitoring and privacy"),
    "show": gettext_lazy("Show"),
}


def menu_for(viewer: Viewer, path: str) -> list[dict[str, Any]]:
    """Return the sections with the items this viewer may open, the one that holds `path` marked as current."""
    items = [item for room in rooms() for item in room.menu if _may(viewer, item)]
    addresses = [reverse(item.url_name) for item in items]
    current = max(
        (one for one in addresses if path == one or (one != "/" and path.startswith(one))), key=len, default=""
    )
    return [
        {"title": str(title) if title else "", "items": lines}
        for section, title in SECTIONS.items()
        if (lines := [_line(item, current) for item in sorted(items, key=lambda i: i.order) if item.section == section])
    ]


def _may(viewer: Viewer, item: MenuItem) -> bool:
    return item.permission == SIGNED_IN or viewer.may(item.permission)


def _line(item: MenuItem, current: str) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {"title": item.title, "url": url, "icon": item.icon, "current": url == current}
