"""The small parts every page is made of, built into every template. Usage: docs/development/components.md.

Nothing here reads the database or decides what may be seen: the view hands over what it has already allowed.
"""

from functools import lru_cache
from typing import Protocol

import lucide
from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kuramori.kernel.svg import figure

register = Library()
register.filter("figure", figure)

TOP_TONE = 5
NOTICE_ICONS = {"ok": "circle-check", "info": "info", "warn": "triangle-alert", "bad": "octagon-alert"}


class Level(Protocol):
    """What a seal needs of a level: its word, and its frame from 0 (dotted, open to all) to 5 (filled, the highest)."""

    name: str
    tone: int


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """Draw a Lucide icon in the text's colour and size, hidden from readers: a word always stands beside it.

    Raises `lucide.IconDoesNotExist` for an unknown name. Drawn once per process: parsing one costs 60 µs.
    """
    return SafeString(lucide._render_icon(str(name) or "circle", None, **{"class": "i", "aria-hidden": "true"}))  # noqa: SLF001 (the package's Django tag calls the same function; its files are static)


@register.simple_tag
def seal(level: Level) -> SafeString:
    """Stamp a level: word, colour and frame together, so that none has to be seen alone."""
    return seal_mark(level.name, level.tone)


@register.simple_tag
def seal_mark(word: str, tone: int) -> SafeString:
    """Stamp a word with the frame of a tone (0 to 5; others are brought into that range)."""
    return format_html('<span class="seal l{}">{}</span>', min(max(int(tone), 0), TOP_TONE), word)


@register.simple_tag
def tag(word: str, tone: str = "") -> SafeString:
    """Name a state; tone is ok, warn, bad, info, or nothing for a neutral one."""
    return format_html('<span class="{}">{}</span>', f"tag {tone}".strip(), word)


@register.simple_tag
def person(name: str, note: str = "", url: str = "", *, veiled: bool = False) -> SafeString:
    """Show a person with the first letter of the name; `veiled` for a pseudonym, which gets a mask instead."""
    initial = icon("venetian-mask") if veiled else str(name)[:1]
    face = format_html(
        '<span class="ava{}" aria-hidden="true" translate="no">{}</span>', " veil" if veiled else "", initial
    )
    words = format_html('<a href="{}">{}</a>', url, name) if url else name
    aside = format_html("<small>{}</small>", note) if note else ""
    return format_html('<span class="person">{}<span>{} {}</span></span>', face, words, aside)


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: object) -> str:
    """Give this page's address with some parameters changed; None or "" takes one out, the rest stays."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def meter(value: float, of: float, label: str) -> SafeString:
    """Draw how much of a whole is done; `label` says in words what is measured, the tag adds the percentage."""
    share = min(max(value / of, 0), 1) if of else 0
    return format_html(
        '<svg class="meter" role="img" aria-label="{} {}"><rect width="{}" height="100%"/></svg>',
        label,
        f"{share:.1%}",
        f"{share:.1%}",
    )


@register.simple_block_tag
def card(content: SafeString, title: str = "", note: str = "", sign: str = "", *, flush: bool = False) -> SafeString:
    """Frame a part of the page; `flush` leaves out the padding, for tables and filter bars."""
    header = ""
    if title:
        aside = format_html("<p>{}</p>", note) if note else ""
        header = format_html("<header>{}<h2>{}</h2>{}</header>", icon(sign) if sign else "", title, aside)
    body = content if flush else format_html('<div class="body">{}</div>', content)
    return format_html('<section class="card">{}{}</section>', header, body)


@register.simple_block_tag
def notice(content: SafeString, tone: str = "info", *, live: bool = False) -> SafeString:
    """Say something above the content: tone ok, info, warn or bad; `live` when it answers what was just done."""
    role = format_html(' role="{}"', "alert" if tone == "bad" else "status") if live else ""
    return format_html('<div class="note {}"{}>{}<div>{}</div></div>', tone, role, icon(NOTICE_ICONS[tone]), content)


@register.simple_block_tag
def scroller(content: SafeString, label: str) -> SafeString:
    """Let a wide table scroll in its own region, reachable by keyboard, while the page never scrolls sideways."""
    return format_html('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>', label, content)


@register.simple_block_tag
def why(content: SafeString, practices: str = "") -> SafeString:
    """Close a page with the quiet words on why it exists; `practices` names the ids it serves ("GOV-15 CLS-01")."""
    served = format_html('<p class="meta">{} <span class="mono">{}</span></p>', gettext("Practices:"), practices)
    return format_html(
        '<details class="quiet-box why noprint"><summary>{}</summary><div>{}{}</div></details>',
        gettext("Why this page"),
        content,
        served if practices else "",
    )
