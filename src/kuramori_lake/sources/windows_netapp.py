"""The file server audit of NetApp ONTAP, whose records look like Windows' own and are not.

Handles are `HandleID` texts, paths `(volume);/folder/file:stream`, and what was done is the event's name, not a mask
(ONTAP Auditing Schema Reference, December 2020). Records have no numbers, so gaps in them cannot show.
"""

import re
from dataclasses import replace
from typing import Any, Final

from kuramori_lake.sources.windows_records import Record

PROVIDERS: Final = frozenset({"NetApp-Security-Auditing", "Netapp-Security-Auditing"})

_NAME: Final = re.compile(r"\((?P<volume>[^)]*)\);(?P<path>.*)", re.DOTALL)
_STREAM: Final = re.compile(r":[^/:]+\Z")
_MASKS: Final = {"Read Object": "0x1", "Write Object": "0x2"}
_NOTHING: Final = "0x80"  # attributes


def path_of(name: str) -> str:
    """`/volume/folder/file` of `(volume);/folder/file:stream`: whoever reads a stream reads the file."""
    found = _NAME.fullmatch(name)
    path = f"/{found['volume']}{found['path']}" if found else name
    return _STREAM.sub("", path)


def as_windows(record: Record) -> Record:
    """The same record with the members that Windows has."""
    data = dict(record.data)
    did, wanted = str(data.get("EventName") or ""), str(data.get("DesiredAccess") or "")
    ours: dict[str, Any] = {
        "HandleId": data.pop("HandleID", data.get("HandleId")),
        "IpAddress": data.get("SubjectIP"),
        "WorkstationName": data.get("SubjectHostname"),
        "ObjectType": "File" if data.get("ObjectType") in {"File", "Stream"} else data.get("ObjectType"),
        "AccessMask": _MASKS.get(did, _NOTHING),
    }
    if isinstance(data.get("ObjectName"), str):
        ours["ObjectName"] = path_of(data["ObjectName"])
    if did in {"Open Object", "Create Object"}:
        ours["AccessMask"] = "0x1" if "Read Data" in wanted else "0x2" if "Write" in wanted else _NOTHING
    return replace(record, data=data | ours)
