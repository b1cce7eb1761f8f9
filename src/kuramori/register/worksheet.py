"""The damage worksheet of a secret: its lines with what the secret was worth then, and sums by route (EVD-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.evidence.api import DECIMALS, ROUTE_OF, Currency, Item, Route, Seal, losses_of, seals, sums, written
from kuramori.kernel.columns import Column, ColumnKind
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit
from kuramori.register.exhibits import valuations_of
from kuramori.register.models import Secret

ROUTES = {
    Route.LOST_SALES: _("Unfair Competition Prevention Act, art. 5(1): units sold by the other side × own profit"),
    Route.PROFIT: _("Unfair Competition Prevention Act, art. 5(2): the other side's profit"),
    Route.LICENCE: _("Unfair Competition Prevention Act, art. 5(3): licence fee"),
    Route.ACTUAL: _("Civil Code, art. 709, 415: actual loss"),
}
COLUMNS = (
    Column(name="item", label=_("item"), value=lambda loss, _viewer: loss.get_item_display()),
    Column(name="route", label=_("route"), value=lambda loss, _viewer: ROUTES[ROUTE_OF[Item(loss.item)]]),
    Column(name="amount", label=_("amount"), kind=ColumnKind.NUMBER, value=lambda loss, _viewer: amount_of(loss)),
    Column(name="currency", label=_("currency")),
    Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE),
    Column(name="ends_on", label=_("until"), kind=ColumnKind.DATE),
    Column(name="basis", label=_("basis")),
    Column(name="source", label=_("source")),
)


@dataclass(frozen=True, kw_only=True)
class Valued:
    """A line of the worksheet with the valuation in force on its first day, None before the first valuation."""

    loss: Any
    amount: str
    valuation: Exhibit | None
    seal: Seal | None


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """Lines, sums as (route, amounts), and every valuation of the secret, the newest first."""

    lines: tuple[Valued, ...]
    sums: tuple[tuple[Any, tuple[str, ...]], ...]
    valuations: tuple[tuple[Exhibit, Seal | None], ...]


def worksheet_of(viewer: Viewer, secret: Secret, *, today: date) -> Worksheet:
    """Return the worksheet of a secret that the viewer sees; lines he may not see are not there."""
    losses: list[Any] = list(losses_of(viewer, secret.pk))  # each with its `entry`
    valued = valuations_of(viewer, secret)
    sealed = seals([each.entry_id for each in valued if each.entry_id] + [loss.entry for loss in losses if loss.entry])
    added = sums((Item(loss.item), loss.amount, Currency(loss.currency)) for loss in losses)
    return Worksheet(
        lines=tuple(
            Valued(
                loss=loss,
                amount=written(loss.amount, Currency(loss.currency)),
                valuation=_in_force(valued, loss.starts_on or today, viewer),
                seal=sealed.get(loss.entry),
            )
            for loss in losses
        ),
        sums=tuple(
            (ROUTES[route], tuple(written(amount, currency) for currency, amount in amounts.items()))
            for route, amounts in added.items()
        ),
        valuations=tuple((each, sealed.get(each.entry_id) if each.entry_id else None) for each in valued),
    )


def amount_of(loss: Any) -> Decimal:
    """Return an amount in whole yen, dollars, euros: what a workbook adds up."""
    return Decimal(loss.amount).scaleb(-DECIMALS[Currency(loss.currency)])


def _in_force(valued: Sequence[Exhibit], day: date, viewer: Viewer) -> Exhibit | None:
    return next((each for each in valued if each.at and each.at.astimezone(viewer.zone).date() <= day), None)
