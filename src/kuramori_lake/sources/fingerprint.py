"""What `kuramori-lake fingerprint check --json` found, as a log: a line is a mail or an upload with words of a secret.

One event for each receiver. Lines in which nothing was found are ignored. Do not take in checks of mails whose own log
the lake has as well: the same mail would count twice; `--link` marks the log's events instead.
"""

from collections.abc import Iterable
from typing import Final

import orjson

from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind
from kuramori_lake.sources.json_records import Record, RecordError, Row, domain_of, json_source, records, size_of, words
from kuramori_lake.sources.parsed import Options, Source

VERSION: Final = 1
_KINDS: Final = {
    Activity.MAIL_SEND: (ObjectKind.MAIL, DestinationClass.EXTERNAL_MAIL),
    Activity.UPLOAD: (ObjectKind.FILE, DestinationClass.WEB),
}
_TOLD: Final = ("secret_id", "document", "hits", "score", "part", "start", "end")


def checked(record: Record, options: Options) -> Iterable[Row]:
    """Events of one check."""
    matches = records(record.get("matches"))
    if not matches:
        return
    activity = Activity(str(record.get("activity")))
    if activity not in _KINDS:
        raise RecordError(f"not a deed that is checked: {activity}")
    kind, leaving = _KINDS[activity]
    to: list[str | None] = [str(one) for one in record.get("destinations") or () if one] or [None]
    base = {
        "time": words(record.get("time")),
        "actor_raw": words(record.get("actor")),
        "actor_namespace": Namespace(str(record.get("namespace"))) if record.get("actor") else None,
        "confidence": Confidence.CLAIMED if record.get("actor") else None,
        "activity": activity,
        "object_kind": kind,
        "name": words(record.get("file")),
        "uid": words(record.get("message_id")),
        "hash": words(record.get("sha256")),
        "size": size_of(record.get("size")),
        "bytes": size_of(record.get("size")),
        "count": len(to) if activity is Activity.MAIL_SEND else None,
        "flags": words(record.get("flags")),
        "fields": orjson.dumps({name: matches[0].get(name) for name in _TOLD} | {"secrets": len(matches)}).decode(),
    }
    for address in to:
        domain = domain_of(address) or (address if activity is Activity.UPLOAD else None)
        inside = activity is Activity.MAIL_SEND and domain in options.domains
        yield base | {
            "destination_class": DestinationClass.PERSON if inside else leaving if address else None,
            "destination_value": address,
            "destination_domain": domain,
        }


FINGERPRINT: Final[Source] = json_source("fingerprint", VERSION, checked, numbered=False)
