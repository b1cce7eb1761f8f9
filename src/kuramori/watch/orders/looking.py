"""Looking into an order: its timeline opened for a day, lines marked, and in the end kept under a case or erased."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.cases.timelines import opened
from kuramori.watch.models import TimelineOpening
from kuramori.watch.orders.acts import order_erase, order_keep, order_mark
from kuramori.watch.orders.forms import KEEP, SettleForm
from kuramori.watch.orders.page import facts_of, marked_lines
from kuramori.watch.orders.register import orders
from kuramori.watch.orders.views import frame, seen, shown
from kuramori.watch.queries.alerts import person_of
from kuramori.watch.queries.orders import may_look, may_settle
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.views import me

LARGEST = 2**63


@page(Permission.ORDER_LOOK)
@require_POST
def look(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Open the order's timeline to the viewer for a day, or go back to the one open to him: a look is an act."""
    viewer, order = request.viewer, seen(request, pk)
    if not may_look(viewer, order):
        raise Refused(_("Nobody looks into this order now, or not you."), _("Its page says where it stands."))
    mine = Q(order=order, by=viewer.person_id, expires_at__gt=now())
    opening = TimelineOpening.objects.filter(mine).order_by("-expires_at").first()
    if opening is None:
        reason = _("Monitoring order %(number)s") % {"number": order.number}
        opening = timeline_open(opener=person_of(viewer), reason=reason, order=order, by=viewer.actor)
    return redirect("watch:timeline", pk=opening.pk)


@page(Permission.ORDER_LOOK)
@require_POST
def mark(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Mark the chosen lines of an open timeline of an order."""
    viewer = request.viewer
    whose = opened(viewer, pk)
    if whose is None or whose.opening.order is None:
        raise Http404
    numbers = [int(each) for each in request.POST.getlist("event") if each.isascii() and each.isdigit()]
    events = [each for each in numbers if each < LARGEST]
    try:
        new = order_mark(order=whose.opening.order, events=events, person=me(viewer), by=viewer.actor)
        messages.success(request, _("%(count)s lines are marked.") % {"count": new})
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("watch:timeline", pk=pk)


@page(Permission.ORDER_LOOK)
def settle(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Decide what becomes of the marked lines of an order that is over."""
    viewer, order = request.viewer, seen(request, pk)
    if not may_settle(viewer, order):
        raise Refused(_("This order is settled, or was never in force."), _("Its page says where it stands."))
    lines, form = marked_lines(viewer, order), SettleForm(viewer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with refusal_shown_on(form):
            if told["decision"] == KEEP:
                order_keep(
                    order=order, case=told["case"], lines=lines, reason=told["reason"], person=me(viewer),
                    by=viewer.actor,
                )  # fmt: skip
            else:
                order_erase(order=order, reason=told["reason"], by=viewer.actor)
            messages.success(request, _("The order is settled."))
            return redirect(orders.url("detail", order))
    context = frame(order) | {
        "title": _("Keep what was marked, or erase it"),
        "facts": facts_of(viewer, order),
        "lines": lines,
        "effects": [
            _("Kept, the lines below are written on the case, names sealed; the marks go."),
            _("Erased, no mark is left; what the ledger keeps is that somebody looked, and how many lines."),
            _("Undecided, they are erased by themselves 14 days after the order's end."),
        ],
        "action": _("Settle the order"),
        "back": reverse("watch:order-detail", args=[order.pk]),
    }
    return shown(request, "watch/orders/settle.html", form, context)
