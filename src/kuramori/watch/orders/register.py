"""The register of monitoring orders, declared. It names nobody, and no secret: that does an order's own page."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.models.orders import KindChoice, MonitoringOrder, OrderStateChoice
from kuramori.watch.orders.duties import wait_in_words
from kuramori.watch.queries.orders import deciding_office, may_call_off, may_settle, orders_visible_to
from kuramori.watch.rules.orders import waited
from kuramori.watch.rules.watching import Standing
from kuramori.watch.watching.standing import company_day, is_standing

TONES = {"waiting": "warn", "active": "bad", "ended": "", "refused": "", "withdrawn": "", "lapsed": ""}


def order_mark_of(order: MonitoringOrder, _viewer: Viewer) -> Mark:
    """Return where an order stands now, as a mark."""
    standing = order.standing(now(), company_day())
    return Mark(word=OrderStateChoice(standing).label, tone=TONES[standing])


def order_actions(order: MonitoringOrder, viewer: Viewer) -> Sequence[Link]:
    """Lead to what this viewer can do now; looking has a button of its own, for it is written down."""
    links = []
    if deciding_office(viewer, order) is not None:
        links.append(Link(text=_("Decide on it"), url=reverse("watch:order-decide", args=[order.pk])))
    if may_settle(viewer, order):
        links.append(Link(text=_("Keep or erase"), url=reverse("watch:order-settle", args=[order.pk])))
    if may_call_off(viewer, order):
        links.append(Link(text=_("Take it back"), url=reverse("watch:order-withdraw", args=[order.pk])))
    return links


orders = Register(
    name="watch:order",
    path="orders",
    title=_("Monitoring orders"),
    title_one=_("monitoring order"),
    why=_(
        "A department that finds something odd asks for monitoring; offices decide within minutes. An order is bounded "
        "in people, channels, sites and days, stands under a charter, ends by itself, and every look is logged."
    ),
    example=_(
        "For instance: drawings print at night; the head asks for 14 days of print and media; three offices agree."
    ),
    model=MonitoringOrder,
    columns=(
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=order_mark_of),
        Column(name="kind", label=_("what it is about"), value=lambda order, _viewer: order.get_kind_display()),
        Column(
            name="asked_by",
            label=_("asked by"),
            kind=ColumnKind.PERSON,
            value=lambda order, _viewer: order.asked_by.shown,
        ),
        Column(name="created_at", label=_("asked at"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(
            name="wait",
            label=_("from report to order"),
            value=lambda order, _viewer: wait_in_words(waited(order.created_at, order.active_at)),
        ),
        Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE),
        Column(name="ends_on", label=_("until"), kind=ColumnKind.DATE),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: OrderStateChoice.choices,
            apply=lambda rows, value, _viewer: is_standing(rows, Standing(value)),
        ),
        Filter(
            name="kind",
            label=_("what it is about"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: KindChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(kind=value),
        ),
        Filter(
            name="mine",
            label=pgettext_lazy("request", "asked by me"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, viewer: (
                rows.filter(asked_by=viewer.person_id) if value == "yes" else rows.exclude(asked_by=viewer.person_id)
            ),
        ),
    ),
    visible_to=orders_visible_to,
    state=order_mark_of,
    actions=order_actions,
    withheld=lambda _viewer: frozenset(
        {"person", "alert", "secret", "thing", "reason", "milder", "ended_reason", "case", "sites"}
    ),
    order="-created_at",
    practices="DET-14",
    icon="binoculars",
)
