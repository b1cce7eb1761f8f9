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

ROOM = Room(
    name="directory",
    title=_("People and units"),
    menu=(
        MenuItem(
            section="protect",
            title=_("People"),
            url_name="directory:person-list",
            icon="users",
            permission=Permission.PERSON_VIEW,
            order=30,
        ),
        MenuItem(
            section="show",
            title=_("Units"),
            url_name="directory:unit-list",
            icon="network",
            permission=Permission.UNIT_VIEW,
            order=70,
        ),
        MenuItem(
            section="show",
            title=_("Projects"),
            url_name="directory:project-list",
            icon="folder-kanban",
            permission=Permission.PROJECT_VIEW,
            order=72,
        ),
        MenuItem(
            section="show",
            title=_("Sites"),
            url_name="directory:site-list",
            icon="map-pin",
            permission=Permission.SITE_EDIT,
            order=74,
        ),
        MenuItem(
            section="show",
            title=_("Roles"),
            url_name="directory:role-list",
            icon="shield-check",
            permission=Permission.ROLE_VIEW,
            order=76,
        ),
        MenuItem(
            section="show",
            title=_("Second factor at sign-in"),
            url_name="directory:second-factor",
            icon="key-round",
            permission=Permission.SETTING_EDIT,
            order=90,
        ),
    ),
    registers=ALL,
    permissions=MATRIX,
    verbs=VERBS,
    jobs=(END_ENGAGEMENTS,),
    imports=(SITE_FEED, UNIT_FEED, PEOPLE_FEED, PROJECT_FEED, ROLE_FEED),
    panels=PANELS,
)
