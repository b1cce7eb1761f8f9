"""Values in words, as the viewer reads them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer


def moment(at: datetime, viewer: Viewer) -> str:
    """Write a time in the viewer's zone: 2026-11-23 14:05."""
    return at.astimezone(viewer.zone).strftime("%Y-%m-%d %H:%M")


def in_words(value: Any, viewer: Viewer) -> str:
    """Write a value as text for people."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment(value, viewer)
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    return str(getattr(value, "name", value))
