"""Acts of Kuramori itself, so that reading inside it is seen by the same detections as reading elsewhere.

One JSON object a line, as the exporting side writes it (`docs/connectors/ledger.md`): `id`, `at` (ISO, with its zone),
`actor` (`name` and `namespace`), `verb`, `subjects` (`kind`, `id`, `name`, `path`), and, if known, `activity`, `ip` and
`outcome`.
"""

from collections.abc import Iterable
from typing import Any, Final

from kuramori_lake.event import Activity, DestinationClass, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.json_records import Record, RecordError, Row, inside, json_source, records, size_of, words
from kuramori_lake.sources.parsed import Options, Source

_DONE: Final = {
    "added": Activity.CREATE, "created": Activity.CREATE, "uploaded": Activity.UPLOAD, "viewed": Activity.READ,
    "opened": Activity.READ, "read": Activity.READ, "shown": Activity.READ, "downloaded": Activity.DOWNLOAD,
    "exported": Activity.DOWNLOAD, "printed": Activity.PRINT, "changed": Activity.WRITE, "updated": Activity.WRITE,
    "renamed": Activity.RENAME, "erased": Activity.DELETE, "deleted": Activity.DELETE,
    "shared": Activity.SHARE_EXTERNAL,
    "granted": Activity.PERMISSION_CHANGE, "revoked": Activity.PERMISSION_CHANGE, "signed_in": Activity.LOGON,
    "signed_out": Activity.LOGOFF, "sign_in_failed": Activity.LOGON_FAIL,
}  # fmt: skip
"""By how a verb ends: `document.downloaded`, `file_downloaded`. Whoever knows better says it as `activity`."""
_KINDS: Final = {"person": ObjectKind.ACCOUNT, "account": ObjectKind.ACCOUNT, "paper": ObjectKind.PAPER}


def activity_of(verb: str) -> Activity:
    """What a verb of the ledger means here; what the lake has no word for is a system event."""
    plain = verb.replace(".", "_")
    fits = (activity for end, activity in _DONE.items() if plain == end or plain.endswith(f"_{end}"))
    return next(fits, Activity.SYSTEM_EVENT)


def meaning(record: Record, _options: Options) -> Iterable[Row]:
    """One event for each subject of an act.

    Raises:
        RecordError: the line has no verb or no id.
    """
    verb, known, actor = words(record.get("verb")), words(record.get("id")), words(inside(record, "actor", "name"))
    if not verb or not known:
        raise RecordError("an act has an id and a verb")
    meant = record.get("activity")
    activity = Activity(meant) if meant in set(Activity) else activity_of(verb)
    namespace, outcome = inside(record, "actor", "namespace"), record.get("outcome")
    base = {
        "id": known,
        "time": record.get("at"),
        "activity": activity,
        "outcome": outcome if outcome in set(Outcome) else Outcome.OK,
        "actor_raw": actor,
        "actor_namespace": (namespace if namespace in set(Namespace) else Namespace.EMPLOYEE) if actor else None,
        "ip": words(record.get("ip")),
        "flags": verb,
    }
    if activity is Activity.PRINT:
        base["destination_class"] = DestinationClass.PRINTER
    return [base | _subject(one) for one in records(record.get("subjects"))] or [base]


def _subject(subject: dict[str, Any] | Record) -> Row:
    """Its path is where the lake's context looks for secrets: the exporting side gives it, or it is made of the id."""
    kind, of = words(subject.get("kind")) or "record", words(subject.get("id")) or ""
    return {
        "object_kind": _KINDS.get(kind.rpartition(".")[2], ObjectKind.FILE),
        "path": words(subject.get("path")) or f"kuramori:/{kind}/{of}",
        "name": words(subject.get("name")),
        "uid": of or None,
        "size": size_of(subject.get("size")),
    }


LEDGER: Final[Source] = json_source("ledger", 2, meaning)
