"""What monitoring orders add to the room's front page: menu, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.orders.duties import order_duties, order_tiles
from kuramori.watch.orders.jobs import JOBS as ORDER_JOBS
from kuramori.watch.orders.register import orders
from kuramori.watch.rules.permissions import Permission

DATA_TEAM = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)
DECIDERS = (*DATA_TEAM, Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER)
ASKERS = (*DATA_TEAM, Role.HR, Role.PROMOTER, Role.UNIT_HEAD)

MENU = (
    MenuItem(
        section="review",
        title=_("Monitoring orders"),
        url_name="watch:order-list",
        icon="binoculars",
        permission=Permission.ORDER_VIEW,
        order=27,
    ),
    MenuItem(
        section="find",
        title=_("Ask for monitoring"),
        url_name="watch:order-ask",
        icon="message-circle-warning",
        permission=Permission.ORDER_ASK,
        order=28,
    ),
)
REGISTERS = (orders,)
DUTIES = (order_duties,)
MEASURES = (order_tiles,)
JOBS = ORDER_JOBS
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.ORDER_ASK: ASKERS,
    Permission.ORDER_DECIDE: DECIDERS,
    Permission.ORDER_EXPORT: (Role.AUDITOR, Role.LEGAL, Role.PRIVACY_OFFICER),
    Permission.ORDER_LOOK: DATA_TEAM,
    Permission.ORDER_OVERSEE: (Role.AUDITOR, *DECIDERS),
    Permission.ORDER_VIEW: (Role.AUDITOR, Role.PROMOTER, Role.UNIT_HEAD, *DECIDERS),
}
VERBS = {
    "watch.order.approve": _("%(by)s agreed to the monitoring order %(subject)s; offices missing: %(missing)s"),
    "watch.order.ask": _("%(by)s asked for the monitoring order %(subject)s"),
    "watch.order.erase": _("%(by)s erased what was marked in the monitoring order %(subject)s: %(lines)s lines"),
    "watch.order.keep": _("%(by)s kept lines of the monitoring order %(subject)s under a case: %(lines)s"),
    "watch.order.look": _("%(by)s read the monitoring order %(subject)s with the name"),
    "watch.order.mark": _("%(by)s marked lines in the monitoring order %(subject)s: %(lines)s"),
    "watch.order.refuse": _("%(by)s refused the monitoring order %(subject)s"),
    "watch.order.withdraw": _("%(by)s took the monitoring order %(subject)s back"),
}
