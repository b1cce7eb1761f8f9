"""The damage worksheet: what can be claimed by which route, and how amounts are written (EVD-05)."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum


class Item(StrEnum):
    """What was lost."""

    LOST_SALES = "lost_sales"
    INFRINGER_PROFIT = "infringer_profit"
    LICENCE_VALUE = "licence_value"
    DEVELOPMENT_COST = "development_cost"
    INVESTIGATION_COST = "investigation_cost"


class Route(StrEnum):
    """How the law measures a loss: Unfair Competition Prevention Act, art. 5(1)–(3); Civil Code, art. 416, 709."""

    LOST_SALES = "5-1"
    PROFIT = "5-2"
    LICENCE = "5-3"
    ACTUAL = "709"


class Currency(StrEnum):
    """Currencies of the sites, ISO 4217."""

    JPY = "JPY"
    USD = "USD"
    EUR = "EUR"
    CNY = "CNY"


ROUTE_OF = {
    Item.LOST_SALES: Route.LOST_SALES,
    Item.INFRINGER_PROFIT: Route.PROFIT,
    Item.LICENCE_VALUE: Route.LICENCE,
    Item.DEVELOPMENT_COST: Route.ACTUAL,
    Item.INVESTIGATION_COST: Route.ACTUAL,
}
DECIMALS = {Currency.JPY: 0, Currency.USD: 2, Currency.EUR: 2, Currency.CNY: 2}


def smallest(amount: Decimal, currency: Currency) -> int:
    """Return an amount in the smallest unit. Raises ValueError for parts of a yen or a cent: money is never rounded."""
    units = amount.scaleb(DECIMALS[currency])
    if units != units.to_integral_value():
        raise ValueError(amount)
    return int(units)


def written(units: int, currency: Currency) -> str:
    """Write an amount for people: "12,000,000 JPY", "1,200.50 USD"."""
    return f"{Decimal(units).scaleb(-DECIMALS[currency]):,.{DECIMALS[currency]}f} {currency}"


def sums(lines: Iterable[tuple[Item, int, Currency]]) -> dict[Route, dict[Currency, int]]:
    """Add lines up by route and currency.

    The routes of art. 5 are alternatives for one loss, so they are never added to each other; no rate is guessed.
    """
    found: dict[Route, Counter[Currency]] = {route: Counter() for route in Route}
    for item, amount, currency in lines:
        found[ROUTE_OF[item]][currency] += amount
    return {route: dict(totals) for route, totals in found.items()}
