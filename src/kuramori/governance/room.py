"""The front page of the room `governance`: what the company decided, for everybody to read."""

from django.utils.translation import gettext_lazy as _

from kuramori.governance.registers import levels
from kuramori.governance.rules import Permission
from kuramori.governance.wording import action_in_words, ruling_in_words, scheme_in_words
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room

OFFICE = (Role.INFORMATION_MANAGER,)
READERS = (
    Role.AUDITOR,
    Role.COMMITTEE_MEMBER,
    Role.EMPLOYEE,
    Role.EXECUTIVE,
    Role.HR,
    Role.INFORMATION_MANAGER,
    Role.IP,
    Role.LEGAL,
    Role.PROMOTER,
    Role.SECURITY_ANALYST,
    Role.UNIT_HEAD,
)

ROOM = Room(
    name="governance",
    title=_("Rules and organisation"),
    menu=(
        MenuItem(
            section="show",
            title=_("Levels and handling"),
            url_name="governance:matrix",
            icon="table-properties",
            permission=Permission.HANDLING_VIEW,
            order=30,
        ),
    ),
    registers=(levels,),
    permissions={
        Permission.HANDLING_EDIT: OFFICE,
        Permission.HANDLING_VIEW: READERS,
        Permission.LEVEL_ADD: OFFICE,
        Permission.LEVEL_EDIT: OFFICE,
        Permission.LEVEL_EXPORT: (Role.AUDITOR, *OFFICE),
        Permission.LEVEL_RETIRE: OFFICE,
        Permission.LEVEL_VIEW: READERS,
    },
    verbs={
        "governance.scheme.install": _("%(by)s set up the level scheme “%(scheme)s”"),
        "governance.level.add": _("%(by)s added the level %(subject)s"),
        "governance.level.edit": _("%(by)s changed the level %(subject)s"),
        "governance.level.retire": _("%(by)s took the level %(subject)s out of use"),
        "governance.handling.set": _("%(by)s changed what %(level)s says to “%(action)s”: %(before)s → %(after)s"),
    },
    codes={
        "governance.scheme.install": {"scheme": scheme_in_words},
        "governance.handling.set": {
            "action": action_in_words,
            "before": ruling_in_words,
            "after": ruling_in_words,
        },
    },
)
