"""The front page of the site itself: dashboard, inbox, health."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.imports.jobs import JOBS as IMPORT_JOBS
from kuramori.kernel.pages import SIGNED_IN
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room
from kuramori.site.rules import Permission

ROOM = Room(
    name="site",
    title=_("Kuramori"),
    menu=(
        MenuItem(
            section="", title=_("Dashboard"), url_name="home", icon="layout-dashboard", permission=SIGNED_IN, order=1
        ),
        MenuItem(section="", title=_("To do"), url_name="inbox", icon="list-checks", permission=SIGNED_IN, order=2),
        MenuItem(
            section="show",
            title=_("Health"),
            url_name="health",
            icon="heart-pulse",
            permission=Permission.HEALTH_VIEW,
            order=90,
        ),
    ),
    permissions={
        Permission.HEALTH_VIEW: (Role.AUDITOR, Role.INFORMATION_MANAGER, Role.IT, Role.SYSTEM_ADMINISTRATOR),
    },
    verbs={},
    jobs=IMPORT_JOBS,
)
