"""The front page of the room `site`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.imports.jobs import JOBS as IMPORT_JOBS
from kuramori.kernel.room import Room

ROOM = Room(name="site", title=_("Site"), permissions={}, verbs={}, jobs=IMPORT_JOBS)
