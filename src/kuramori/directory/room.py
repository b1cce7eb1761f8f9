"""The front page of the room `directory`."""

from django.utils.translation import gettext_lazy as _

from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.feeds.places import SITE_FEED, UNIT_FEED
from kuramori.directory.feeds.projects import PROJECT_FEED
from kuramori.directory.feeds.roles import ROLE_FEED
from kuramori.directory.jobs import END_ENGAGEMENTS
from kuramori.directory.matrix import MATRIX
from kuramori.directory.person_page import PANELS
from kuramori.directory.registers import ALL
from kuramori.directory.rules.permissions import Permission
from kuramori.directory.wording import VERBS
from kuramori.kernel.room import MenuItem, Room

SHOWN = (
    ("protect", _("People"), "directory:person-list", "users", Permission.PERSON_VIEW, 30),
    ("show", _("Units"), "directory:unit-list", "network", Permission.UNIT_VIEW, 70),
    ("show", _("Projects"), "directory:project-list", "folder-kanban", Permission.PROJECT_VIEW, 72),
    ("show", _("Sites"), "directory:site-list", "map-pin", Permission.SITE_EDIT, 74),
    ("show", _("Roles"), "directory:role-list", "shield-check", Permission.ROLE_VIEW, 76),
    ("show", _("Second factor at sign-in"), "directory:second-factor", "key-round", Permission.SETTING_EDIT, 90),
)
ROOM = Room(
    name="directory",
    title=_("People and units"),
    menu=tuple(
        MenuItem(section=section, title=title, url_name=url, icon=icon, permission=permission, order=order)
        for section, title, url, icon, permission, order in SHOWN
    ),
    registers=ALL,
    permissions=MATRIX,
    verbs=VERBS,
    jobs=(END_ENGAGEMENTS,),
    imports=(SITE_FEED, UNIT_FEED, PEOPLE_FEED, PROJECT_FEED, ROLE_FEED),
    panels=PANELS,
)
