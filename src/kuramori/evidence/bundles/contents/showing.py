"""What was found for an order in the reader's words, as rows of its lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kuramori.evidence.bundles.choices import EXHIBIT, MEMBER, Chosen, of_exhibit, of_group
from kuramori.evidence.bundles.numbering import ENTRIES
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.variants import variants
from kuramori.kernel.field_words import field_words
from kuramori.kernel.pen import NAME
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.sentences import sentence
from kuramori.kernel.wording import moment

Row = dict[str, Any]


def exhibit_rows(found: Mapping[str, Any], order: Order, viewer: Viewer) -> list[Row]:
    """Return the exhibits with number, date, size and why they are kept back; all entries are not chosen as one."""
    variant, chosen, language = variants()[order.variant], Chosen(reasons=dict(order.choices)), viewer.language
    return [
        {
            "label": variant.label(each["number"], language),
            "title": each["title"][language],
            "purport": each["purport"][language],
            "at": moment(datetime.fromisoformat(each["at"]), viewer) if each["at"] else "–",
            "size": _size(each),
            "people": each["people"],
            "kind": each["kind"],
            "what": of_exhibit(each["key"]) if each["kind"] != ENTRIES else "",
            "why": chosen.exhibit(each["key"]),
            "text": f"{each['title'][language]} {each['purport'][language]}",
        }
        for each in found["exhibits"]
    ]


def group_rows(found: Mapping[str, Any], order: Order) -> list[Row]:
    """Return the members of the entries in groups: what was done, which member, how many, and of how many people."""
    reasons = dict(order.choices)
    rows = []
    for each in found["groups"]:
        what = of_group(each["verb"], each["place"])
        done, member = deed(each["verb"]), member_words(each["place"], each["on"])
        words = {"done": done, "member": member, "text": f"{done} {member}", "why": reasons.get(what), "what": what}
        rows.append({**each, **words})
    return rows


def choice_rows(found: Mapping[str, Any], order: Order, viewer: Viewer) -> list[Row]:
    """Return what was chosen to be kept back, each in words with its reason; what is no longer there says so."""
    exhibits = {row["what"]: f"{row['label']} {row['title']}" for row in exhibit_rows(found, order, viewer)}
    groups = {row["what"]: f"{row['done']}: {row['member']}" for row in group_rows(found, order)}
    rows = []
    for what, why in order.choices:
        kind, _colon, rest = what.partition(":")
        words = exhibits.get(what) if kind == EXHIBIT else groups.get(what)
        if kind == MEMBER:
            index, _colon, place = rest.partition(":")
            told = {"index": f"{int(index):,}", "member": member_words(place)}
            words = _("Entry %(index)s: %(member)s") % told
        rows.append({"what": what, "why": why, "words": words or _("(no longer there)")})
    return rows


def deed(verb: str) -> str:
    """Say what acts of a verb do, without saying who did it."""
    return sentence(verb, {"by": "…", "subject": "…"})


def member_words(place: str, on: str = "") -> str:
    """Say which member stands at a place: who acted, why, a name, a remark, or a field of a record of kind `on`."""
    head, _dot, rest = place.partition(".")
    if place == "by.name":
        return _("who did it")
    if place == "why":
        return _("reason")
    if head == "notes":
        return _("names of what it is about") if rest.startswith(NAME) else _("remark: %(name)s") % {"name": rest}
    field = place.rpartition(".")[2]
    return _("value: %(field)s") % {"field": _field_words(on, field)}


def _field_words(on: str, field: str) -> str:
    try:
        fields = apps.get_model(on)._meta.concrete_fields  # noqa: SLF001
    except (LookupError, ValueError):
        return field
    return next((field_words(each) for each in fields if field in {each.name, each.attname}), field)


def _size(each: Mapping[str, Any]) -> str:
    if each["rows"] is not None:
        return ngettext("%(count)s row", "%(count)s rows", each["rows"]) % {"count": f"{each['rows']:,}"}
    return str(filesizeformat(each["bytes"])) if each["bytes"] else "–"
