"""Values as they are shown: drawn for a page, plain for a file. Dates are written here, once, in the viewer's zone.

Done in Python because fifty rows of template filters cost more than the query (stack.md, section 3).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from kuramori.kernel.columns import ColumnKind, Link, Mark
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.templatetags.kuramori import person, seal, tag
from kuramori.kernel.wording import in_words

NOTHING = SafeString('<span class="mut none">–</span>')
NARROW = {
    ColumnKind.CODE: "nw mono",
    ColumnKind.DATE: "nw",
    ColumnKind.DATETIME: "nw",
    ColumnKind.LINK: "title",
    ColumnKind.NUMBER: "num",
}


def drawn(kind: ColumnKind, value: Any, viewer: Viewer, *, url: str = "") -> SafeString:
    """Draw a value for a page; `url` is the record's own page, for a LINK."""
    if value is None or value == "":
        return NOTHING
    if kind is ColumnKind.LEVEL:
        return seal(value)
    if kind is ColumnKind.TAG:
        return tag(str(value), value.tone) if isinstance(value, Mark) else tag(str(value))
    own = url if kind is ColumnKind.LINK else ""
    link = value if isinstance(value, Link) else Link(text=in_words(value, viewer), url=own)
    if kind is ColumnKind.PERSON:
        return person(str(link.text), str(link.note), link.url)
    if not link.url:
        return conditional_escape(str(link.text))
    return format_html('<a href="{}">{}</a>', link.url, link.text)


def plain(value: Any, viewer: Viewer) -> str | int | bool | Decimal | date | datetime | UUID | None:
    """Return a value as a file holds it: types are kept, times stand in the viewer's zone."""
    if isinstance(value, datetime):
        return value.astimezone(viewer.zone)
    if value is None or isinstance(value, str | int | Decimal | date | UUID):
        return value
    return str(getattr(value, "name", value))
