"""The feed in words: how it stands, and what switching it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.watch.feeding.queries import KIND, feed_of
from kuramori.watch.models import LedgerFeed, LogSource
from kuramori.watch.rules.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class FeedShown:
    """How the feed of a source stands, as its set-up page shows it; `url` is the switch for who may use it."""

    feed: LedgerFeed | None
    url: str

    @property
    def is_on(self) -> bool:
        """Say whether own acts are told to the lake."""
        return self.feed is not None


def feed_shown(viewer: Viewer, source: LogSource) -> FeedShown | None:
    """Return how the feed stands; None for any other kind of log."""
    if source.kind != KIND:
        return None
    may = viewer.may_everywhere(Permission.FEED_SWITCH)
    return FeedShown(feed=feed_of(viewer, source), url=reverse("watch:feed-switch", args=[source.pk]) if may else "")


def effects_of(feed: LedgerFeed | None) -> list[str]:
    """Return what switching does, in sentences: off when there is a feed, on when there is none."""
    if feed is not None:
        return [
            _("From now on neither acts nor opened pages are taken into the logs."),
            _("What was taken stays for as long as the charter lets logs be kept."),
            _("Your name and your reason stand in the ledger."),
        ]
    return [
        _("Sign-ins, changes of permissions, and secrets opened, changed or taken out as a file become events."),
        _("Only of people whom a monitoring charter covers on that day. Exclusions hold as for every log."),
        _("Reasons, names and texts stay in the ledger. Work on alerts is not taken."),
        _("Everybody reads it on the page “What is logged about me”. Your name and your reason stand in the ledger."),
    ]


def checks() -> list[str]:
    """Return what to look at once it is on."""
    return [
        _("Switch the feed on. Whoever answers for monitoring does so, with a reason."),
        _("Open the page of a secret, as somebody whom a monitoring charter covers."),
        _("Come back after a minute: the newest event below must be the one you made, and no row left over."),
    ]


def page_words(row: Mapping[str, Any]) -> str:
    """Return what an event of Kuramori's own stands for: its path is an id, which says nothing to anybody."""
    return _("its page in the register") if row["source"] == KIND and row["secret_id"] is not None else ""
