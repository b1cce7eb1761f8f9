"""What every page's frame needs: menu, inbox count, theme."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context."""
    return {"theme": request.COOKIES.get("theme", ""), "menu": []}
