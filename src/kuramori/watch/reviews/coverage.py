"""Coverage first: what each source of a site lets us know of some days, and what nobody watches there (DET-10)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from kuramori.directory.api import Site
from kuramori.kernel.records import as_json
from kuramori.watch.models import LogSource
from kuramori.watch.rules.reviews import Seen, at_local, seen_of
from kuramori_lake.health import SourceHealth
from kuramori_lake.reviewing import Heard, heard_of
from kuramori_lake.store import Lake

CHANNELS: dict[str, frozenset[str]] = {
    "files": frozenset({"box", "cert:file", "dropbox", "evtx", "gdrive", "m365", "samba"}),
    "mail": frozenset({"cert:email", "exchange", "m365", "postfix"}),
    "web": frozenset({"cert:http", "elff", "squid", "zscaler"}),
    "print": frozenset({"cups", "table:ccas", "table:print"}),
    "door": frozenset({"table:alligate", "table:badge", "table:remotelock"}),
    "removable": frozenset(
        {
            *("cert:device", "evtx", "osquery", "setupapi", "table:endpoint_generic", "table:ism_cloudone"),
            *("table:jp1_itdm2", "table:systemwalker"),
        }
    ),
}
"""Which kinds of log see which channel: a channel without any source of a site is a blind spot there."""

Row = dict[str, Any]


def coverage_of_site(found: Lake | None, site: Site | None, days: Sequence[date], before: Sequence[date]) -> list[Row]:
    """Return a row per source, what is not seen in front; company-wide sources count for every site.

    `events` and `usual` are events on all the days, and on as many of the days before; without a site, all sources.
    """
    place = Q(site=site) | Q(site=None) if site else Q()
    sources = list(LogSource.objects.standing().filter(place).select_related("site").order_by("name"))
    health = {(each.source, each.instance): each for each in found.sources_health()} if found else {}
    heard = {(each.source, each.instance): each for each in heard_of(found, days, before)} if found else {}
    share = len(days) / len(before) if before else 0.0
    rows = [_row(source, health.get(_key(source)), heard.get(_key(source)), (max(days), share)) for source in sources]
    kinds = {source.kind for source in sources}
    rows += [_blind(channel) for channel, seers in CHANNELS.items() if not kinds & seers]
    order = list(Seen)
    return sorted(rows, key=lambda row: (order.index(Seen(row["state"])), row["name"]))


def _key(source: LogSource) -> tuple[str, str]:
    return source.kind, source.instance


def _row(source: LogSource, health: SourceHealth | None, heard: Heard | None, span: tuple[date, float]) -> Row:
    last_day, share = span
    zone = source.site.zone if source.site else source.zone
    last = _last_known(source, health)
    events = heard.events if heard else 0
    ends = at_local(last_day + timedelta(days=1), time.min, zone)
    return {
        "name": source.name,
        "channel": "",
        "state": str(seen_of(events=events, last=last, period_ends=ends)),
        "events": events,
        "usual": f"{heard.events_before * share:.0f}" if heard else "0",
        "last": as_json(last) if last else "",
    }


def _last_known(source: LogSource, health: SourceHealth | None) -> datetime | None:
    """Return up to when a source is known: what is collected by itself, up to its last collection that brought news."""
    if health is None or health.last_event_utc is None:
        return None
    last = min(health.last_event_utc, health.last_received_utc)
    return max(last, health.last_received_utc) if source.folder else last


def _blind(channel: str) -> Row:
    return {"name": "", "channel": channel, "state": str(Seen.BLIND), "events": 0, "usual": "0", "last": ""}
