"""What the watch list adds to the room's front page: menu, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.rules.permissions import Permission

DECIDERS = (Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER)
OVERSEERS = (Role.AUDITOR, Role.INFORMATION_MANAGER, *DECIDERS)

MENU = (
    MenuItem(
        section="find",
        title=_("Watch list"),
        url_name="watch:entry-list",
        icon="list-checks",
        permission=Permission.ENTRY_VIEW,
        order=25,
    ),
    MenuItem(
        section="find",
        title=_("Report early signs"),
        url_name="watch:entry-ask",
        icon="message-square-warning",
        permission=Permission.ENTRY_ASK,
        order=26,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.ENTRY_ASK: (Role.HR, Role.INFORMATION_MANAGER, Role.UNIT_HEAD),
    Permission.ENTRY_DECIDE: DECIDERS,
    Permission.ENTRY_EXPORT: (Role.AUDITOR, Role.LEGAL, Role.PRIVACY_OFFICER),
    Permission.ENTRY_OVERSEE: OVERSEERS,
    Permission.ENTRY_VIEW: (Role.UNIT_HEAD, *OVERSEERS),
}
VERBS = {
    "watch.entry.approve": _("%(by)s agreed to the watch-list entry %(subject)s; offices that agreed: %(offices)s"),
    "watch.entry.ask": _("%(by)s asked for the watch-list entry %(subject)s"),
    "watch.entry.look": _("%(by)s looked at the watch-list entry %(subject)s"),
    "watch.entry.refuse": _("%(by)s refused the watch-list entry %(subject)s"),
    "watch.entry.withdraw": _("%(by)s took the watch-list entry %(subject)s back"),
}
