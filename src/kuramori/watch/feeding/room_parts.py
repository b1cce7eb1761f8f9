"""What the feed gives to the room's front page: permissions and sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.watch.rules.permissions import Permission

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.FEED_SWITCH: (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER),  # who sets charters
}
VERBS = {
    "watch.feed.off": _("%(by)s stopped taking Kuramori's own acts into the logs"),
    "watch.feed.on": _("%(by)s began to take Kuramori's own acts into the logs"),
}
