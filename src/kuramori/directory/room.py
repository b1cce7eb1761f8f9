"""The front page of the room `directory`."""

from django.utils.translation import gettext_lazy as _

from kuramori.directory.matrix import MATRIX
from kuramori.directory.wording import VERBS
from kuramori.kernel.room import Room

ROOM = Room(name="directory", title=_("People and units"), permissions=MATRIX, verbs=VERBS)
