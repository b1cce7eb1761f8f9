"""The front page of the room `directory`."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.room import Room

ROOM = Room(name="directory", title=_("People and units"), permissions={}, verbs={})
