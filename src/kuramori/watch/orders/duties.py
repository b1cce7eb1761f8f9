"""What monitoring orders ask of people, and the figure that the dashboard shows of them."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.queries.orders import unsettled_orders, wait_lately, waiting_orders
from kuramori.watch.rules.orders import TARGET, erased_after
from kuramori.watch.rules.permissions import Permission

SHOWN = 50
LATELY = timedelta(days=90)


def order_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the orders on which the viewer may decide, urgent at once, and ended ones to be kept or erased."""
    waiting = [
        Duty(
            title=_("Monitoring order %(number)s: agree or refuse") % {"number": order.number},
            url=reverse("watch:order-decide", args=[order.pk]),
            due=localdate(order.created_at, timezone=viewer.zone),
            kind=_("monitoring order"),
            urgent=True,
        )
        for order in waiting_orders(viewer)[:SHOWN]
    ]
    return waiting + [
        Duty(
            title=_("Monitoring order %(number)s is over: keep what was marked, or erase it")
            % {"number": order.number},
            url=reverse("watch:order-settle", args=[order.pk]),
            due=(due := erased_after(order.ends_on or today)),
            kind=_("monitoring order"),
            urgent=due <= today,
        )
        for order in unsettled_orders(viewer)[:SHOWN]
    ]


def order_tiles(viewer: Viewer, _today: date) -> list[dict[str, str]]:
    """Return how many orders are in force, and the median time from report to order of the last 90 days."""
    if not viewer.may_everywhere(Permission.ORDER_OVERSEE):
        return []
    active, wait = wait_lately(viewer, LATELY)
    return [
        {
            "label": _("Monitoring orders in force"),
            "value": f"{active:,}",
            "below": _("from report to order: %(wait)s (median, 90 days)") % {"wait": wait_in_words(wait)},
            "url": reverse("watch:order-list"),
            "icon": "binoculars",
            "tone": "warn" if wait is not None and wait > TARGET else "ok",
        }
    ]


def wait_in_words(wait: timedelta | None) -> str:
    """Write how long it took from report to order, in whole minutes rounded up; a dash while it takes."""
    return "–" if wait is None else _("%(minutes)s min") % {"minutes": f"{-(-wait // timedelta(minutes=1)):,}"}
