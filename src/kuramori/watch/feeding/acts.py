"""Switching the feed of Kuramori's own acts on and off: never without a charter that covers it (PPC Q&A 5-7)."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import company_today, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.one_record import record_retire
from kuramori.watch.feeding.queries import KIND
from kuramori.watch.feeding.standing import standing_feed
from kuramori.watch.models import LedgerFeed, LogSource
from kuramori.watch.queries.charters import watched_sites


def feed_on(*, source: LogSource, since: date, by: Actor, why: str) -> LedgerFeed:
    """Tell the lake of acts from a day on, as the log of this source; each still needs a charter of its own day.

    Raises Refused for another kind of log, for a source out of use, beside a feed that is on, for a day to come, and
    where no monitoring charter holds today.
    """
    with act("watch.feed.on", by=by, why=why, subjects=[source]) as this:
        today = company_today()
        if source.kind != KIND or source.retired_at is not None:
            raise Refused(
                _("Only a log source for Kuramori itself can be fed by Kuramori."),
                _("Add a log source of that kind first."),
            )
        if standing_feed() is not None:
            raise Refused(
                _("Kuramori's own acts are taken into the logs already; twice would count each of them twice."),
                _("Switch the other feed off first."),
            )
        if since > today:
            raise Refused(_("This day lies ahead."), _("Choose today or an earlier day."))
        watched = watched_sites(viewer_of_system(), today)
        if not (watched if source.site_id is None else watched & {source.site_id}):
            raise Refused(
                _("No valid monitoring charter covers this source."),
                _("Set the charter of the site first, and tell the staff."),
            )
        feed = LedgerFeed(source=source, since=since)
        feed.save()
        this.about(feed)
    return feed


def feed_off(*, feed: LedgerFeed, by: Actor, why: str) -> LedgerFeed:
    """Tell the lake of nothing from now on; what it was told stays for as long as other logs do."""
    return record_retire(feed, "watch.feed.off", by=by, why=why)
