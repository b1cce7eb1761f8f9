"""The second step of an order: what is in the bundle, and what is kept back of it, as lists that stay short."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.evidence.bundles.asking import ask_contents, ask_ordered, renewed
from kuramori.evidence.bundles.contents import acts
from kuramori.evidence.bundles.contents.forms import NarrowForm, SettingsForm
from kuramori.evidence.bundles.contents.orders import as_order, is_made
from kuramori.evidence.bundles.contents.queries import contents_seen, group_members, order_seen
from kuramori.evidence.bundles.contents.showing import Row, choice_rows, deed, exhibit_rows, group_rows, member_words
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.order_form import KEPT
from kuramori.evidence.bundles.variants import variants
from kuramori.evidence.models import BundleOrder
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.views.trail import crumbs
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment

A_PAGE = 50
DIGITS = 15  # of a ledger index, which a database holds in eight bytes
TABS = ("exhibits", "groups", "chosen", "settings")


@page(Permission.BUNDLE_ORDER)
def order(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what is in a bundle before it is made: its exhibits, its entries in groups, what is kept back, settings."""
    row = _order(request.viewer, pk)
    told, found = as_order(row), contents_seen(request.viewer, row)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    context = _frame(row, told) | {
        "is_looked": found is not None,
        "bundle_there": is_made(row),
        "tab": tab,
        "tabs": _tabs(row, found, tab),
    }
    if tab == "settings":
        context["form"] = SettingsForm(told)
    elif found is not None:
        context |= _listed(request, tab, found, told)
    return render(request, "evidence/order.html", context)


@page(Permission.BUNDLE_ORDER)
def entries(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the single members of a group, entry by entry, to keep one of them back."""
    viewer, row = request.viewer, _order(request.viewer, pk)
    verb, place, after = (request.GET.get(name, "") for name in ("verb", "place", "after"))
    first = _number(after)
    members, later = group_members(viewer, row, verb=verb, place=place, after=first, most=A_PAGE)
    context = _frame(row, as_order(row)) | {
        "title": deed(verb),
        "member": member_words(place),
        "members": [(each, moment(each.at, viewer)) for each in members],
        "later": later,
        "back": _query(request),
    }
    context["crumbs"] += [{"title": row.name, "url": f"{reverse('evidence:bundle-order', args=[pk])}?tab=groups"}]
    return render(request, "evidence/order_entries.html", context)


@page(Permission.BUNDLE_ORDER)
@require_POST
def choose(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Keep parts back with a reason, or show them again: those ticked, or all that the filter leaves."""
    viewer, row = request.viewer, _order(request.viewer, pk)
    back = QueryDict(request.POST.get("back", ""))
    what = _all_matching(viewer, row, back) if "all" in request.POST else request.POST.getlist("what")
    if request.POST.get("step") == "show":
        acts.order_show(row=row, what=what, by=viewer.actor)
        messages.success(request, _("It will be shown."))
    else:
        acts.order_withhold(row=row, what=what, by=viewer.actor, why=request.POST.get("why", ""))
        messages.success(request, _("It will be withheld."))
    name = "bundle-order-entries" if "verb" in back else "bundle-order"
    return redirect(f"{reverse(f'evidence:{name}', args=[pk])}?{back.urlencode()}")


@page(Permission.BUNDLE_ORDER)
@require_POST
def settings(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Change an order's reader, claims, kinds kept back and keys; with other claims it is looked through again."""
    row = _order(request.viewer, pk)
    told = as_order(row)
    form = SettingsForm(told, request.POST)
    if not form.is_valid():
        context = _frame(row, told) | {"form": form, "tab": "settings", "is_looked": True}
        context["tabs"] = _tabs(row, contents_seen(request.viewer, row), "settings")
        return render(request, "evidence/order.html", context, status=422)
    _refuse_made(row)
    delivery = form.delivery
    claims = told.claims if "claims" not in form.fields else delivery.claims
    members = delivery.as_members() | {"claims": claims, "choices": told.choices}
    acts.order_edit(row=row, order=replace(told, **members), by=request.viewer.actor)
    if claims != told.claims:
        return redirect("kernel:job", ask_contents(request.viewer, row).pk)
    messages.success(request, _("The settings were kept."))
    return redirect("evidence:bundle-order", pk=pk)


@page(Permission.BUNDLE_ORDER)
@require_POST
def look(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Look through the bundle again, as of now: what was chosen stays chosen."""
    row = _order(request.viewer, pk)
    _refuse_made(row)
    acts.order_edit(row=row, order=renewed(row), by=request.viewer.actor)
    return redirect("kernel:job", ask_contents(request.viewer, row).pk)


@page(Permission.BUNDLE_ORDER)
@require_POST
def place(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Have the bundle made as it was put together."""
    job = ask_ordered(request.viewer, _order(request.viewer, pk))
    messages.success(request, _("The bundle is being made."))
    return redirect("kernel:job", job.pk)


@page(Permission.BUNDLE_ORDER)
@require_POST
def give_up(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Give an order up; nothing is made."""
    acts.order_retire(row=_order(request.viewer, pk), by=request.viewer.actor)
    messages.success(request, _("The order was given up."))
    return redirect("evidence:bundles")


def _order(viewer: Viewer, pk: UUID) -> BundleOrder:
    row = order_seen(viewer, pk)
    if row is None:
        raise Http404
    return row


def _refuse_made(row: BundleOrder) -> None:
    if is_made(row):
        raise Refused(_("This order was given already."), _("Make a twin of the bundle to show more or less of it."))


def _frame(row: BundleOrder, told: Order) -> dict[str, Any]:
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    return {
        "title": row.name,
        "row": row,
        "variant": variants()[told.variant].title[language],
        "kinds": [label for kind, label in KEPT if kind in told.withhold],
        "crumbs": [*crumbs(), {"title": _("Evidence bundles"), "url": reverse("evidence:bundles")}],
    }


def _tabs(row: BundleOrder, found: Mapping[str, Any] | None, current: str) -> list[dict[str, Any]]:
    titles = (_("Exhibits"), _("Entries by kind"), _("Chosen"), _("Settings"))
    counts = (len(found["exhibits"]), len(found["groups"])) if found else ("", "")
    return [
        {"title": title, "url": f"?tab={tab}", "current": tab == current, "count": count}
        for tab, title, count in zip(TABS, titles, (*counts, len(row.choices), ""), strict=True)
    ]


def _listed(request: ViewedRequest, tab: str, found: Mapping[str, Any], told: Order) -> dict[str, Any]:
    """Return a page of a list, narrowed, with the addresses of those before and after."""
    rows = _rows(tab, found, told, request.viewer)
    narrow = NarrowForm(request.GET, has_kinds=tab == "exhibits")
    rows = rows if tab == "chosen" else [each for each in rows if narrow.keeps(each)]
    first = min(_number(request.GET.get("after", "")), len(rows))
    part = rows[first : first + A_PAGE]
    return {
        "narrow": narrow,
        "rows": part,
        "matching": len(rows),
        "first": first + 1 if part else 0,
        "last": first + len(part),
        "earlier": max(first - A_PAGE, 0) if first else None,
        "later": first + A_PAGE if first + A_PAGE < len(rows) else None,
        "entries": found["entries"],
        "back": _query(request),
        "kept_filters": [("tab", tab)],
    }


def _rows(tab: str, found: Mapping[str, Any], told: Order, viewer: Viewer) -> list[Row]:
    if tab == "groups":
        return group_rows(found, told)
    return choice_rows(found, told, viewer) if tab == "chosen" else exhibit_rows(found, told, viewer)


def _all_matching(viewer: Viewer, row: BundleOrder, back: QueryDict) -> list[str]:
    """Return every choice of the list that `back` narrows, however many pages it has."""
    found, tab = contents_seen(viewer, row), back.get("tab", TABS[0])
    if found is None:
        return []
    narrow = NarrowForm(back, has_kinds=tab == TABS[0])
    rows = _rows(tab, found, as_order(row), viewer)
    return [each["what"] for each in rows if each["what"] and (tab == "chosen" or narrow.keeps(each))]


def _number(text: str) -> int:
    """Read where a page begins; an address that somebody has changed begins at the front."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else 0


def _query(request: ViewedRequest) -> str:
    return request.GET.urlencode()
