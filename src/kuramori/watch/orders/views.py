"""Asking for monitoring, reading an order, deciding for an office, taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.register.api import secrets_visible_to
from kuramori.watch.models.orders import MonitoringOrder, OrderOfficeChoice
from kuramori.watch.orders.acts import (
    Asked,
    order_approve,
    order_ask,
    order_look,
    order_refuse,
    order_withdraw,
)
from kuramori.watch.orders.forms import AskForm, OrderForm
from kuramori.watch.orders.page import approvals_in, facts_of
from kuramori.watch.orders.register import order_actions, order_mark_of, orders
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.queries.orders import deciding_office, knows_name, may_call_off, may_look, orders_visible_to
from kuramori.watch.rules.orders import Kind
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.forms import AGREE, AnswerForm, WithdrawForm
from kuramori.watch.watching.views import me


@page(Permission.ORDER_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an order; that somebody read it with the person's name is written down."""
    viewer, order = request.viewer, seen(request, pk)
    if named := knows_name(viewer, order):
        order_look(order=order, by=viewer.actor)
    context = frame(order) | {
        "title": order.number,
        "mark": order_mark_of(order, viewer),
        "is_named": named,
        "facts": facts_of(viewer, order),
        "approvals": approvals_in(viewer, order),
        "may_look": may_look(viewer, order),
        "actions": order_actions(order, viewer),
    }
    return render(request, "watch/orders/order.html", context)


@page(Permission.ORDER_ASK)
def ask(request: ViewedRequest) -> HttpResponse:
    """Ask for monitoring: of an alert's person (`?alert=`), a secret (`?secret=`), or of what the form names."""
    viewer, about = request.viewer, _about(request)
    data = request.POST or None
    form = (
        OrderForm(viewer=viewer, of_person="alert" in about, data=data) if about else AskForm(viewer=viewer, data=data)
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            order = order_ask(asked=_asked(form.cleaned_data | about), asker=me(viewer), by=viewer.actor)
            messages.success(request, _("Your request is with the offices now."))
            return redirect(orders.url("detail", order))
    context = {
        "title": _("Ask for monitoring"),
        "crumbs": [{"title": orders.title, "url": orders.url("list")}] if viewer.may(Permission.ORDER_VIEW) else [],
        "about": str(next(iter(about.values()), "")),
        "effects": [
            _("The data team decides; for a person HR and the lawyers too, each with a reason. Never you."),
            _("In force, the data team sees what happens in these channels in one order; names stay sealed."),
            _("It ends by itself. What mattered is kept under a case; the rest is erased."),
            _("Who is concerned is told nothing here, and finds nothing. Tell nobody either."),
        ],
        "action": _("Ask for monitoring"),
        "back": reverse("home"),
    }
    return shown(request, "watch/orders/ask.html", form, context)


def _about(request: ViewedRequest) -> dict[str, Any]:
    """Return the alert or the secret that the address names, none for a form of its own; 404 when out of sight."""
    for name, known in (("alert", alerts_visible_to), ("secret", secrets_visible_to)):
        if name in request.GET:
            try:
                record = known(request.viewer).filter(pk=UUID(request.GET[name])).first()
            except ValueError:
                raise Http404 from None
            if record is None:
                raise Http404
            return {name: record}
    return {}


def _asked(told: dict[str, Any]) -> Asked:
    kind = Kind.PERSON if told.get("alert") else Kind(told.get("kind") or Kind.SECRET)
    return Asked(
        kind=kind,
        person=told.get("person"),
        alert=told.get("alert"),
        secret=told.get("secret"),
        thing=told.get("thing") or "",
        reason=told["reason"],
        clause=told["clause"],
        milder=told["milder"],
        channels=tuple(told["channels"]),
        sites=tuple(map(UUID, told.get("sites") or ())),
        days=told["days"],
    )


@page(Permission.ORDER_DECIDE)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Agree or refuse, for one's office."""
    viewer, order = request.viewer, seen(request, pk)
    office = deciding_office(viewer, order)
    if office is None:
        raise Refused(_("You cannot decide on this request, or no longer."), _("Its page says where it stands."))
    if knows_name(viewer, order):
        order_look(order=order, by=viewer.actor)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decided = order_approve if form.cleaned_data["decision"] == AGREE else order_refuse
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"]
            decided(order=order, person=me(viewer), roles=viewer.roles, reason=reason, by=viewer.actor)
            messages.success(request, _("Your decision is recorded."))
            return redirect(orders.url("detail", order))
    context = frame(order) | {
        "title": _("Decide on a monitoring order"),
        "facts": facts_of(viewer, order),
        "effects": [
            _("You decide for: %(office)s. Other offices decide for themselves.")
            % {"office": OrderOfficeChoice(office).label},
            _("One refusal is enough. With the last office's word it takes effect at once and ends by itself."),
        ],
        "action": _("Record the decision"),
    }
    return shown(request, "watch/watching/decide.html", form, context)


@page(Permission.ORDER_VIEW)
def withdraw(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take a request back, or end an order before its time."""
    viewer, order = request.viewer, seen(request, pk)
    if not may_call_off(viewer, order):
        raise Refused(_("You cannot take this order back, or no longer."), _("Its page says where it stands."))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            order_withdraw(order=order, reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("The order is over: nobody looks any more."))
            return redirect(orders.url("detail", order))
    context = frame(order) | {
        "title": _("Take an order back"),
        "effects": [_("From now on nobody looks any more. What was marked is kept under a case, or erased.")],
        "action": _("Take it back"),
    }
    return shown(request, "watch/confirm.html", form, context)


def seen(request: ViewedRequest, pk: UUID) -> MonitoringOrder:
    """Return an order in the viewer's sight; 404 for any other."""
    order = orders_visible_to(request.viewer).select_related("person", "alert").filter(pk=pk).first()
    if order is None:
        raise Http404
    return order


def frame(order: MonitoringOrder) -> dict[str, Any]:
    """Return what every page of an order shows around its content."""
    return {
        "crumbs": [{"title": orders.title, "url": orders.url("list")}],
        "order": order,
        "back": reverse("watch:order-detail", args=[order.pk]),
    }


def shown(request: ViewedRequest, template: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    """Draw a form's page; 422 when something in it is wrong."""
    return render(request, template, context | {"form": form}, status=422 if form.errors else 200)
