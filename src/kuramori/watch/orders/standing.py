"""What an order stands on: the charters of its sites, whom they let it show, who has to agree, what time ended."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.permissions import Role
from kuramori.watch.models.orders import MonitoringOrder
from kuramori.watch.models.settings import MonitoringCharter
from kuramori.watch.queries.charters import sites_watched, watched_places
from kuramori.watch.rules.orders import Kind, Office, erased_after, office_of, offices_needed
from kuramori.watch.rules.unsealing import needs_two
from kuramori.watch.rules.watching import is_other
from kuramori.watch.watching.standing import company_day

Charters = Mapping[UUID, MonitoringCharter]


def charters_of(day: date) -> Charters:
    """Return the charter that holds on a day at each site; a site without one is missing."""
    watched = sites_watched(viewer_of_system(), day)
    return {each.site.pk: each.charter for each in watched if each.charter is not None}


def charters_holding(sites: Iterable[UUID], day: date) -> Charters:
    """Return the charter that holds on a day at each of these sites; a site without one is missing."""
    held, wanted = charters_of(day), set(sites)
    return {site: charter for site, charter in held.items() if site in wanted}


def is_covered(order: MonitoringOrder, day: date) -> bool:
    """Say whether valid charters of a day cover all that an order reaches: its sites, and its person."""
    if not order.sites or set(charters_holding(order.site_ids, day)) != order.site_ids:
        return False
    return order.person_id is None or order.person_id in seen_people(order, [order.person_id], day)


def seen_people(order: MonitoringOrder, people: Iterable[UUID], day: date) -> frozenset[UUID]:
    """Return whom of these people an order may show: those whose main place is one of its sites, under a charter."""
    places = watched_places(viewer_of_system(), people, day)
    return frozenset(person for person, place in places.items() if place.site_id in order.site_ids)


def needed_for(order: MonitoringOrder, held: Charters | None = None) -> frozenset[Office]:
    """Return the offices that have to agree, by its kind and by the charters of its sites.

    `held` are today's charters, for whoever asks about many orders.
    """
    known = charters_holding(order.site_ids, company_day()) if held is None else held
    charters = [known[site] for site in order.site_ids if site in known]
    by_two = any(needs_two(each.site.country, by_two=each.names_by_two) for each in charters)
    return offices_needed(Kind(order.kind), by_two=by_two)


def free_office(
    order: MonitoringOrder, person_id: UUID | None, roles: Collection[Role], held: Charters | None = None
) -> Office | None:
    """Return the office for which somebody of these roles is free to decide: never who asked, concerned, nor twice."""
    given = list(order.approvals.all())
    concerned = order.person_id or order.asked_by_id
    deciders = {each.by_id for each in given}
    if not is_other(person_id, asker=order.asked_by_id, concerned=concerned, deciders=deciders):
        return None
    return office_of(roles, needed_for(order, held), {Office(each.office) for each in given})


def overdue_orders(day: date) -> list[MonitoringOrder]:
    """Return the orders whose marks nobody kept in time; the system asks."""
    started = MonitoringOrder.objects.filter(settled_at=None, active_at__isnull=False).order_by("id")
    return [order for order in started if order.ends_on and day > erased_after(order.ends_on)]
