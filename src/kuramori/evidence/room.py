"""The front page of the room `evidence`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.room import Room

ROOM = Room(name="evidence", title=_("Evidence"), permissions={}, verbs={})
