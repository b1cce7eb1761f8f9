"""The front page of the room `directory`."""

from django.utils.translation import gettext_lazy as _

from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.feeds.places import SITE_FEED, UNIT_FEED
from kuramori.directory.feeds.projects import PROJECT_FEED
from kuramori.directory.feeds.roles import ROLE_FEED
from kuramori.directory.jobs import END_ENGAGEMENTS
from kuramori.directory.matrix import MATRIX
from kuramori.directory.wording import VERBS
from kuramori.kernel.room import Room

ROOM = Room(
    name="directory",
    title=_("People and units"),
    permissions=MATRIX,
    verbs=VERBS,
    jobs=(END_ENGAGEMENTS,),
    imports=(SITE_FEED, UNIT_FEED, PEOPLE_FEED, PROJECT_FEED, ROLE_FEED),
)
