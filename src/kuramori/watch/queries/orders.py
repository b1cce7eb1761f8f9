"""Which monitoring orders a viewer may see, decide on, look into and settle, and under which charters they stand."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.directory.api import Person, who_was_where
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import secrets_visible_to
from kuramori.watch.models.orders import MonitoringOrder
from kuramori.watch.orders.standing import Charters, charters_of, free_office, is_covered
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.rules.orders import Office, usual_wait
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.watching import Standing
from kuramori.watch.watching.standing import company_day, is_standing


def orders_visible_to(viewer: Viewer) -> QuerySet[MonitoringOrder]:
    """Return the orders of the offices, or those that the viewer asked for; never one that concerns himself."""
    found: QuerySet[MonitoringOrder] = MonitoringOrder.objects.select_related("asked_by", "secret__level", "case")
    found = found.prefetch_related("approvals__by")
    if not viewer.may(Permission.ORDER_VIEW) or viewer.person_id is None:
        return found.none()
    found = found.exclude(person=viewer.person_id)
    return found if viewer.may_everywhere(Permission.ORDER_OVERSEE) else found.filter(asked_by=viewer.person_id)


def may_order_about(viewer: Viewer, person: Person) -> bool:
    """Say whether a viewer may ask about somebody by name: an office about everybody but himself, a head his people."""
    if person.pk == viewer.person_id or not viewer.may(Permission.ORDER_ASK):
        return False
    if viewer.may_everywhere(Permission.ORDER_ASK):
        return True
    held = viewer.units_for(Permission.ORDER_ASK)
    return any(where.unit_id in held for where in who_was_where(viewer, company_day(), people=[person.pk]))


def deciding_office(viewer: Viewer, order: MonitoringOrder, held: Charters | None = None) -> Office | None:
    """Return for which office the viewer may decide on an order in his sight now, None when he may not."""
    if order.standing(now(), company_day()) is not Standing.WAITING or not viewer.may(Permission.ORDER_DECIDE):
        return None
    return free_office(order, viewer.person_id, viewer.roles, held)


def may_call_off(viewer: Viewer, order: MonitoringOrder) -> bool:
    """Say whether the viewer may take an order in his sight back: who asked, and the offices that decide."""
    is_over = order.standing(now(), company_day()) not in {Standing.WAITING, Standing.ACTIVE}
    return not is_over and (viewer.may(Permission.ORDER_DECIDE) or order.asked_by_id == viewer.person_id)


def may_look(viewer: Viewer, order: MonitoringOrder) -> bool:
    """Say whether the viewer may look at the timeline of an order in his sight, now.

    Only the data team, only while it is in force under charters that hold; who named the person does not look, for
    the timeline would undo the pseudonym.
    """
    return (
        viewer.may_everywhere(Permission.ORDER_LOOK)
        and not (order.is_named and order.asked_by_id == viewer.person_id)
        and order.standing(now(), company_day()) is Standing.ACTIVE
        and is_covered(order, company_day())
    )


def may_settle(viewer: Viewer, order: MonitoringOrder) -> bool:
    """Say whether the viewer may decide what becomes of an ended order's marked lines."""
    return (
        order.settled_at is None
        and viewer.may_everywhere(Permission.ORDER_LOOK)
        and not (order.is_named and order.asked_by_id == viewer.person_id)
        and order.active_at is not None
        and order.standing(now(), company_day()) in {Standing.ENDED, Standing.WITHDRAWN}
    )


def knows_name(viewer: Viewer, order: MonitoringOrder) -> bool:
    """Say whether an order in sight shows this viewer its person: who named him, and the offices that weigh it.

    Behind an alert the name stays sealed as it is there; the data team never gets it from an order (H3).
    """
    weighs = viewer.may(Permission.ENTRY_DECIDE) and not viewer.may(Permission.ORDER_LOOK)
    return order.is_named and (order.asked_by_id == viewer.person_id or weighs)


def order_called(viewer: Viewer, order: MonitoringOrder) -> str:
    """Return what an order's subject is called while names are sealed: a pseudonym, the secret if open, the thing."""
    if order.person_id:
        return pseudonym(f"order:{order.pk}", order.person_id)
    if order.secret is None:
        return order.thing
    known = secrets_visible_to(viewer).filter(pk=order.secret.pk).first()
    return str(known) if known else _("a secret that is not open to you (%(level)s)") % {"level": order.secret.level}


def waiting_orders(viewer: Viewer) -> list[MonitoringOrder]:
    """Return the orders on which the viewer may decide, the longest waiting first: minutes count."""
    if not viewer.may(Permission.ORDER_DECIDE):
        return []
    rows = list(is_standing(orders_visible_to(viewer), Standing.WAITING).order_by("created_at", "id"))
    held = charters_of(company_day()) if rows else {}
    return [order for order in rows if deciding_office(viewer, order, held) is not None]


def unsettled_orders(viewer: Viewer) -> list[MonitoringOrder]:
    """Return the ended orders whose marked lines the viewer has to keep or erase, the first to be erased first."""
    if not viewer.may_everywhere(Permission.ORDER_LOOK):
        return []
    rows = orders_visible_to(viewer).filter(settled_at=None, active_at__isnull=False).order_by("ends_on", "id")
    return [order for order in rows if may_settle(viewer, order)]


def wait_lately(viewer: Viewer, since: timedelta) -> tuple[int, timedelta | None]:
    """Return how many orders in sight are in force, and the median time from report to order within a while."""
    active = is_standing(orders_visible_to(viewer), Standing.ACTIVE).count()
    rows = orders_visible_to(viewer).filter(active_at__gte=now() - since).values_list("created_at", "active_at")
    return active, usual_wait(done - asked for asked, done in rows if done)
