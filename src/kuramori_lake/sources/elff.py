"""Web proxies that write the W3C's extended log format: ProxySG (Blue Coat), and any with the same names of fields.

Times are UTC by the format. An upload is a request that sent more than 2 KiB (`cs-bytes`); where the log has no such
field its size stays unknown and a POST counts. A CONNECT is one line at the end of an encrypted tunnel. Reading is
what proxies do all day: it is skipped unless it was refused. Names of fields: https://www.w3.org/TR/WD-logfile.html.
"""

from collections.abc import Iterable
from typing import Final

from kuramori_lake import clock
from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.named_fields import Format, Named, RowError, by_blanks, named_source
from kuramori_lake.sources.parsed import Options, Source, digest
from kuramori_lake.sources.squid import LEAST
from kuramori_lake.sources.text_rows import Row, number

_SENDING: Final = frozenset({"POST", "PUT", "PATCH"})
_ERROR: Final = 400


def proxied(named: Named, options: Options) -> Iterable[Row]:
    """The deed of one request, none for ordinary reading."""
    if "time" not in named or "date" not in named:
        raise RowError("no date and time")
    verb, sent = named.get("cs_method", "").upper(), number(named.get("cs_bytes"))
    host, path = _where(named)
    denied = _is_denied(named)
    is_sent = (verb in _SENDING and (sent is None or sent >= LEAST)) or (verb == "CONNECT" and (sent or 0) >= LEAST)
    if not is_sent and not denied:
        return []
    flags = [
        word for word, holds in (("size_unknown", is_sent and sent is None), ("tunnel", verb == "CONNECT")) if holds
    ]
    actor = named.get("cs_username") or named.get("cs_userdn")
    return [
        {
            "row_key": digest(options.salt, "\x1f".join(f"{name}={value}" for name, value in named.items()).encode()),
            "time_utc": clock.iso_micros(f"{named['date']}T{named['time']}"),
            "original_text": f"{named['date']} {named['time']}",
            "tz_basis": TimeBasis.EXPLICIT,
            "actor_raw": actor,
            "actor_namespace": (Namespace.UPN if "@" in actor else options.namespace) if actor else None,
            "confidence": Confidence.AUTHENTICATED if actor else None,
            "activity": Activity.UPLOAD if is_sent else Activity.READ,
            "outcome": _outcome(named, denied=denied),
            "object_kind": ObjectKind.URL,
            "path": path,
            "bytes": sent,
            "host": named.get("s_computername") or options.host,
            "ip": named.get("c_ip"),
            "destination_class": DestinationClass.WEB,
            "destination_value": path,
            "destination_domain": host,
            "flags": ",".join(flags) or None,
        }
    ]


def _is_denied(named: Named) -> bool:
    return "DENIED" in named.get("s_action", "").upper() or named.get("sc_filter_result", "").upper() == "DENIED"


def _outcome(named: Named, *, denied: bool) -> Outcome:
    status = number(named.get("sc_status"))
    if denied:
        return Outcome.DENIED
    if not status:
        return Outcome.UNKNOWN
    return Outcome.ERROR if status >= _ERROR else Outcome.OK


def _where(named: Named) -> tuple[str | None, str | None]:
    """Host, and address without its query: what is asked of a service may be a password."""
    uri = named.get("cs_uri", "")
    scheme, _, rest = uri.rpartition("://")
    authority = (named.get("cs_host") or named.get("cs_uri_host") or rest.partition("/")[0]).casefold()
    host = authority.rpartition("@")[2].partition(":")[0] or None
    stem = named.get("cs_uri_path") or named.get("cs_uri_stem")
    if host and not uri:
        return host, f"{named.get('cs_uri_scheme', 'http')}://{host}{stem or ''}"
    return host, (f"{scheme}://{rest}" if scheme else uri or stem or "").partition("?")[0] or None


ELFF: Final[Source] = named_source("elff", 1, Format(values=by_blanks), proxied)
