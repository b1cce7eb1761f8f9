r"""Windows' setupapi.dev.log: when a medium was first installed on a machine, on the machine's own clock.

Sections begin with `>>>  [Device Install (Hardware initiated) - USBSTOR\\…]`, then `>>>  Section start 2026/11/20
10:00:00.123`, and end with `<<<  [Exit status: SUCCESS]`. Only sections of media are events; all other lines are none.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, Activity, DestinationClass, ObjectKind, Outcome
from kuramori_lake.sources import dates
from kuramori_lake.sources.lines import split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.windows_channels import serial_of

_SECTION: Final = re.compile(
    r">>>\s+\[(?P<what>Device Install|Delete Device|Device and Driver Disk Cleanup)[^\]]*? - (?P<id>[^\]]+)\]"
)
_START: Final = re.compile(r">>>\s+Section start (?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?)")
_END: Final = re.compile(r"<<<\s+\[Exit status: (?P<status>[^\]]+)\]")
_MEDIA: Final = "USBSTOR"

Row = dict[str, Any]


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one log. A section without a time is a reject; the host is that of the options."""
    rows: list[Row] = []
    rejects: list[Reject] = []
    section: Row | None = None
    read = 0
    for chunk in split(data):
        for place in chunk.table.to_pylist():
            read += 1
            line = place["line"].decode(options.encoding, errors="replace")
            if found := _SECTION.match(line):
                section = _begun(found, place, options) if _MEDIA in found["id"].upper() else None
            elif section is not None and (start := _START.match(line)):
                section["original_text"] = start["time"]
                rows.append(section)
            elif section is not None and (end := _END.match(line)):
                section["outcome"] = Outcome.OK if end["status"].startswith("SUCCESS") else Outcome.ERROR
                if "original_text" not in section:
                    rejects.append(
                        reject(place["raw_row"], place["raw_offset"], "section without a time", place["line"])
                    )
                section = None
    table, wrong = _table(rows, options)
    rejects += wrong
    yield Reading(events=table, rejects=tuple(rejects), ignored=read - table.num_rows - len(rejects))


def _begun(found: re.Match[str], place: Row, options: Options) -> Row:
    gone = found["what"] == "Delete Device"
    return {
        "activity": Activity.DEVICE_DISCONNECT if gone else Activity.DEVICE_CONNECT,
        "outcome": Outcome.UNKNOWN,
        "object_kind": ObjectKind.DEVICE,
        "device": found["id"].strip(),
        "device_serial": serial_of(found["id"].strip()),
        "destination_class": DestinationClass.REMOVABLE,
        "host": options.host,
        "flags": "second_witness",
        "raw_row": place["raw_row"],
        "raw_offset": place["raw_offset"],
        "raw_length": place["raw_length"],
        "raw_encoding": options.encoding,
    }


def _table(rows: list[Row], options: Options) -> tuple[pa.Table, list[Reject]]:
    """Rows in UTC by the site's clock, keyed by device and time, so that a grown log adds only what is new."""
    good, wrong = [], []
    for row in rows:
        try:
            local, _ = dates.parse(row["original_text"])
        except dates.DateError as error:
            wrong.append(reject(row["raw_row"], row["raw_offset"], str(error), b""))
            continue
        name = f"{row['activity']}\0{row['device']}\0{row['original_text']}"
        good.append(row | {"local": local, "row_key": digest(options.salt, name.encode()), "tz_basis": options.basis})
    utc = clock.to_utc(np.array([row.pop("local") for row in good], dtype=np.int64), options.zone)
    names = dict.fromkeys(name for row in good for name in row) or {"row_key": None}
    table = pa.table({name: pa.array([row.get(name) for row in good], PARSED.field(name).type) for name in names})
    return table.append_column("time_utc", pa.array(utc).cast(pa.timestamp("us"))), wrong


SETUPAPI: Final = Source(name="setupapi", version=1, parse=parse, numbered=True)
