"""The feed of a log source as its page shows it."""

from typing import Final

from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import LedgerFeed, LogSource
from kuramori.watch.rules.permissions import Permission

KIND: Final = "ledger"
"""The kind of log that Kuramori's own acts are, as the lake's parser calls it."""


def feed_of(viewer: Viewer, source: LogSource) -> LedgerFeed | None:
    """Return whether this source is fed, for who may see the log sources."""
    if not viewer.may(Permission.SOURCE_VIEW):
        return None
    return LedgerFeed.objects.standing().filter(source=source).first()
