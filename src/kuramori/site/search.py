"""One search over everything the viewer may see, register by register."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kuramori.kernel.pages import SIGNED_IN, ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Register
from kuramori.kernel.room import rooms

SHOWN = 6
Search = Callable[[QuerySet[Any], str], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one register holds for the words: the first few, and where the rest is."""

    register: Register
    hits: tuple[tuple[Any, str], ...]
    has_more: bool
    url: str


def find(viewer: Viewer, words: str) -> list[Found]:
    """Return what each register the viewer may open holds for the words; nothing for no words."""
    if not words.strip():
        return []
    registers = [r for room in rooms() for r in room.registers if r.may(viewer, "view")]
    found = [_in_register(viewer, r, r.search, words) for r in registers if r.search]
    return [one for one in found if one.hits]


def _in_register(viewer: Viewer, register: Register, search: Search, words: str) -> Found:
    rows = register.visible_to(viewer).filter(retired_at=None)
    hits = list(search(rows, words).order_by(register.order, "-pk")[: SHOWN + 1])
    return Found(
        register=register,
        hits=tuple((hit, register.url("detail", hit)) for hit in hits[:SHOWN]),
        has_more=len(hits) > SHOWN,
        url=f"{register.url('list')}?{urlencode({'q': words})}",
    )


@page(SIGNED_IN)
def search(request: ViewedRequest) -> HttpResponse:
    """Show what was found."""
    words = request.GET.get("q", "")[:100]
    context = {"title": _("Search"), "words": words, "found": find(request.viewer, words)}
    return render(request, "site/search.html", context)
