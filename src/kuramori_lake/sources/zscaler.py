"""Zscaler Internet Access: the web log that NSS or Cloud NSS streams as JSON, with Zscaler's own names of fields.

The company chooses fields and their names; `setup/zscaler.py` writes the output format that is read here. Names and
their meaning: https://help.zscaler.com/zia/nss-feed-output-format-web-logs. `time` has no zone, so `epochtime` is asked
for; without it `tz` decides, and a zone that is not GMT goes to quarantine rather than be guessed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from kuramori_lake.event import Activity, DestinationClass, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.json_records import Record, RecordError, Row, inside, json_source, size_of, words
from kuramori_lake.sources.parsed import Options, Source
from kuramori_lake.sources.squid import LEAST

_SENDING: Final = frozenset({"POST", "PUT", "PATCH"})
_NOTHING: Final = frozenset({"None", "NA", "N/A", ""})
_ERROR: Final = 400


def proxied(record: Record, _options: Options) -> Iterable[Row]:
    """The deed of one request, none for ordinary reading."""
    told = inside(record, "event") or record
    found = {name: text for name, value in told.items() if (text := words(value)) is not None and text not in _NOTHING}
    verb, sent = found.get("reqmethod", "").upper(), size_of(found.get("reqsize"))
    denied = found.get("action", "").casefold().startswith("block")
    is_sent = (verb in _SENDING and (sent is None or sent >= LEAST)) or (verb == "CONNECT" and (sent or 0) >= LEAST)
    if not is_sent and not denied:
        return []
    address = (found.get("eurl") or found.get("url") or "").partition("?")[0]
    host = (found.get("ehost") or found.get("host") or address.partition("/")[0]).casefold().partition(":")[0]
    login, status = found.get("login"), size_of(found.get("respcode"))
    flags = [
        word for word, holds in (("size_unknown", is_sent and sent is None), ("tunnel", verb == "CONNECT")) if holds
    ]
    outcome = Outcome.BLOCKED if denied else Outcome.UNKNOWN if not status else Outcome.OK
    return [
        {
            "time": _time(found),
            "actor_raw": login,
            "actor_namespace": Namespace.UPN if login else None,
            "activity": Activity.UPLOAD if is_sent else Activity.READ,
            "outcome": Outcome.ERROR if outcome is Outcome.OK and (status or 0) >= _ERROR else outcome,
            "object_kind": ObjectKind.URL,
            "path": address or None,
            "bytes": sent,
            "ip": found.get("cip"),
            "client": found.get("devicehostname"),
            "destination_class": DestinationClass.WEB,
            "destination_value": found.get("appname") or address or None,
            "destination_domain": host or None,
            "flags": ",".join(flags) or None,
        }
    ]


def _time(found: dict[str, str]) -> str:
    if "epochtime" in found:
        return datetime.fromtimestamp(int(found["epochtime"]), UTC).isoformat()
    if found.get("tz", "").upper() not in {"GMT", "UTC"}:
        raise RecordError("no epochtime, and a time without a zone")
    return datetime.strptime(found.get("time", ""), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC).isoformat()


ZSCALER: Final[Source] = json_source("zscaler", 1, proxied, numbered=False)
