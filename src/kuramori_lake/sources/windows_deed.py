"""An event in the making out of a Windows record, and how Windows writes names, numbers and nothing."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import orjson

from kuramori_lake.event import Activity, Confidence, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.windows_records import Record

_BULKY: Final = frozenset(
    {"#attributes", "Mbr", "Vbr0", "Vbr1", "Vbr2", "Vbr3", "PartitionTableBytes", "PartitionTable"}
)
"""Members that are bytes of a disk or names of a schema: they stay in the raw file."""


@dataclass(slots=True)
class Deed:
    """An event in the making. `also` are the records joined into it beside its own."""

    record: Record
    micros: int
    activity: Activity
    outcome: Outcome = Outcome.OK
    actor: str | None = None
    namespace: Namespace = Namespace.AD
    confidence: Confidence = Confidence.AUTHENTICATED
    kind: ObjectKind | None = ObjectKind.FILE
    path: str | None = None
    name: str | None = None
    label: str | None = None
    ip: str | None = None
    client: str | None = None
    session: str | None = None
    count: int | None = None
    flags: str | None = None
    also: list[int] = field(default_factory=list)
    more: dict[str, Any] | None = None
    """Columns that few kinds of record have, such as a device's serial number; `fields` among them."""


def text(value: Any) -> str | None:
    """A field's text; Windows writes `-` for nothing."""
    return None if value in (None, "-", "") else str(value)


def number(value: Any) -> int:
    """A mask or an id, hexadecimal in XML and sometimes a number in JSON."""
    return value if isinstance(value, int) else int(str(value or "0"), 0)


def whole(value: Any) -> int | None:
    """A count or size that fits its column, None for anything else."""
    try:
        found = number(value)
    except ValueError:
        return None
    return int(found) if 0 <= found < 2**63 else None


def account(name: Any, domain: Any, record: Record) -> tuple[str | None, Namespace]:
    r"""`DOMAIN\name` and whether the machine itself keeps that account."""
    return _account(text(name), text(domain), record.computer)


@lru_cache(maxsize=4096)
def _account(name: str | None, domain: str | None, computer: str) -> tuple[str | None, Namespace]:
    if domain is None:
        return name, Namespace.AD
    local = domain.casefold() == computer.partition(".")[0].casefold()
    return f"{domain}\\{name}" if name else name, Namespace.LOCAL if local else Namespace.AD


def fields_of(record: Record) -> str:
    """The record's own members as JSON, with the names that Sigma rules use for those of its header."""
    found = {key: value for key, value in record.data.items() if key not in _BULKY and value not in (None, "")}
    found |= {"EventID": record.event_id, "Channel": record.channel, "Computer": record.computer}
    if record.provider:
        found["Provider_Name"] = record.provider
    return orjson.dumps(found, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
