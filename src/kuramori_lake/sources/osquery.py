"""Results of osquery: media that were plugged in, and changes of files (JSON lines; times are UTC).

Tables of devices are compared between polls: a stick that came and went between two of them is not in the log.
"""

from collections.abc import Iterable
from typing import Any, Final

from kuramori_lake import clock
from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind
from kuramori_lake.sources.json_records import Record, Row, json_source, records, size_of, words
from kuramori_lake.sources.parsed import Options, Source

_CHANGES: Final = {
    "CREATED": Activity.CREATE, "UPDATED": Activity.WRITE, "DELETED": Activity.DELETE, "MOVED_TO": Activity.RENAME,
    "MOVED_FROM": Activity.RENAME, "ACCESSED": Activity.READ, "OPENED": Activity.READ,
    "ATTRIBUTES_MODIFIED": Activity.PERMISSION_CHANGE,
}  # fmt: skip
_DISK_CLASSES: Final = frozenset({"8", "08"})


def meaning(record: Record, _options: Options) -> Iterable[Row]:
    """Events of one result; the first look at a machine (`snapshot`) and tables of other things are for rules only."""
    name, action = str(record.get("name") or ""), words(record.get("action")) or ""
    columns = record.get("columns")
    rows = records([columns]) or records(record.get("snapshot")) or records(record.get("diffResults"))
    table = name.replace("/", "_").replace("-", "_")
    return [_base(record) | _deed(table, action, one) for one in rows]


def _base(record: Record) -> Row:
    unix = size_of(record.get("unixTime"))
    time = clock.moment(unix * 1_000_000).isoformat() if unix is not None else None
    return {"time": time, "host": words(record.get("hostIdentifier"))}


def _deed(table: str, action: str, columns: Record) -> Row:
    if table.endswith("usb_devices") and action in {"added", "removed"}:
        return _device(action, columns)
    change = _CHANGES.get(str(columns.get("action") or "").upper())
    if table.endswith(("file_events", "ntfs_journal_events")) and change:
        path = words(columns.get("target_path")) or words(columns.get("path"))
        more = {"hash": words(columns.get("sha256")), "size": size_of(columns.get("size"))}
        return {"activity": change, "object_kind": ObjectKind.FILE, "path": path} | more
    user = words(columns.get("username")) or words(columns.get("user"))
    who: dict[str, Any] = {"actor_raw": user, "actor_namespace": Namespace.LOCAL if user else None}
    return who | {"activity": Activity.SYSTEM_EVENT, "name": table, "confidence": Confidence.CLAIMED if user else None}


def _device(action: str, columns: Record) -> Row:
    """A keyboard is no medium: only what osquery calls removable, or whose class is mass storage."""
    medium = words(columns.get("removable")) == "1" or words(columns.get("class")) in _DISK_CLASSES
    model = " ".join(word for name in ("vendor", "model") if (word := (words(columns.get(name)) or "").strip()))
    return {
        "activity": Activity.DEVICE_CONNECT if action == "added" else Activity.DEVICE_DISCONNECT,
        "object_kind": ObjectKind.DEVICE,
        "device": model or None,
        "device_serial": words(columns.get("serial")),
        "uid": f"{columns.get('vendor_id')}:{columns.get('model_id')}",
        "destination_class": DestinationClass.REMOVABLE if medium else None,
    }


OSQUERY: Final[Source] = json_source("osquery", 1, meaning, numbered=False)
