"""The front page of the room `watch`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.room import Room

ROOM = Room(name="watch", title=_("Watch"), permissions={}, verbs={})
