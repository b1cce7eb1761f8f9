"""Windows event records out of their wrappings: EVTX, rendered XML, winlogbeat's and NXLog's JSON lines.

The time is System/TimeCreated. The record header of an EVTX file has a time of its own that may be 1601-01-01.
"""

import io
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from evtx import PyEvtxParser

from kuramori_lake.sources.lines import split
from kuramori_lake.sources.parsed import Reject, reject

EVTX_MAGIC: Final = b"ElfFile\x00"
_CHUNK_MAGIC: Final = b"ElfChnk\x00"
_FILE_HEADER: Final = 4096
_CHUNK: Final = 65536
_CHUNK_HEADER: Final = 512
_RECORD_HEADER: Final = struct.Struct("<4sIQ")  # magic, size, record id ([MS-EVEN6] 2.2.15 and libevtx's format notes)
UNNUMBERED: Final = -1
"""Record number of a record without one, as file servers of other makers write them."""
_AUDIT_FAILURE: Final = 0x10000000000000


@dataclass(slots=True)
class Record:
    """One event record. `data` has the names of EventData, or of the single element of UserData."""

    row: int
    offset: int
    length: int
    event_id: int
    record_id: int
    channel: str
    computer: str
    time: str
    failed: bool
    data: Mapping[str, Any]
    provider: str = ""


Places = dict[int, tuple[int, int]]


def read(data: bytes) -> Iterator[Record | Reject]:
    """All records of a file in its order; what cannot be read is a Reject."""
    if data.startswith(EVTX_MAGIC):
        yield from _evtx(data)
        return
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()  # offsets are then those of the UTF-8 text
        head = data[:512].lstrip()
    yield from _xml(data) if head.startswith(b"<") else _json(data)


def places(data: bytes) -> tuple[Places, list[Reject]]:
    """Offset and length of each record by its header's id, and the chunks that are missing or damaged."""
    found: Places = {}
    rejects = []
    promised = struct.unpack_from("<H", data, 42)[0] if len(data) >= _FILE_HEADER else 0
    present = max(len(data) - _FILE_HEADER, 0) / _CHUNK
    if present < promised or not promised:
        reason = f"file is cut: {promised} chunks promised, {present:.1f} present"
        rejects.append(reject(0, len(data), reason, data[-64:]))
    for start in range(_FILE_HEADER, len(data), _CHUNK):
        if data[start : start + 8] == _CHUNK_MAGIC:
            _chunk_places(data, start, found)
    return found, rejects


def _chunk_places(data: bytes, start: int, found: Places) -> None:
    at, end = start + _CHUNK_HEADER, min(start + _CHUNK, len(data))
    while at + _RECORD_HEADER.size <= end:
        magic, size, number = _RECORD_HEADER.unpack_from(data, at)
        if magic != b"**\x00\x00" or size < _RECORD_HEADER.size or at + size > end:
            return
        found[number] = (at, size)
        at += size


def _evtx(data: bytes) -> Iterator[Record | Reject]:
    where, rejects = places(data)
    yield from rejects
    row = 0
    for text, number in _texts(data):
        row += 1
        at, size = where.pop(number, (-1, 0))
        if at < 0 and rejects and isinstance(text, str):  # the reader fills what is missing with zeros
            yield reject(row, None, "record is cut", text.encode())
            continue
        if isinstance(text, RuntimeError):
            yield reject(row, None, f"damaged chunk or record: {text}", b"")
            continue
        try:
            yield _from_event(orjson.loads(text)["Event"], row, at, size)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            yield reject(row, at, f"not an event record: {error!r}", text.encode())


def _texts(data: bytes) -> Iterator[tuple[str | RuntimeError, int]]:
    """Records as JSON. The reader raises on a bad chunk but can go on with the next.

    It skips a chunk that is not whole, so a cut one is filled up with zeros: the records before the cut can be read.
    """
    padding = bytes(-(len(data) - _FILE_HEADER) % _CHUNK)
    try:
        records = PyEvtxParser(io.BytesIO(data + padding), number_of_threads=2).records_json()
    except (RuntimeError, OSError) as error:
        yield RuntimeError(str(error)), -1
        return
    while True:
        try:
            found: Any = next(records)
        except StopIteration:
            return
        except RuntimeError as error:
            yield error, -1
            continue
        yield found["data"], found["event_record_id"]


def _from_event(event: dict[str, Any], row: int, offset: int, length: int) -> Record:
    """A record out of the reader's JSON form of the event XML."""
    system = event["System"]
    number = system["EventID"]
    body = event.get("EventData")
    if body is None and event.get("UserData"):
        body = next(iter(event["UserData"].values()), None)
    return Record(
        row=row,
        offset=offset,
        length=length,
        event_id=int(number["#text"] if isinstance(number, dict) else number),
        record_id=int(system.get("EventRecordID", UNNUMBERED)),
        channel=system["Channel"] or "",
        computer=system["Computer"] or "",
        time=system["TimeCreated"]["#attributes"]["SystemTime"],
        failed=bool(int(system.get("Keywords") or "0", 16) & _AUDIT_FAILURE),
        data=body if isinstance(body, dict) else {},
        provider=_provider(system),
    )


def _provider(system: dict[str, Any]) -> str:
    found = system.get("Provider")
    return str(found["#attributes"].get("Name") or "") if isinstance(found, dict) else ""


_EVENT: Final = re.compile(rb"<Event[ >].*?</Event>", re.DOTALL)


def _xml(data: bytes) -> Iterator[Record | Reject]:
    """Rendered XML: a file of `Event` elements, one a line or inside `Events`."""
    end = 0
    for row, found in enumerate(_EVENT.finditer(data), 1):
        end = found.end()
        try:
            yield _from_element(fromstring(found[0].decode()), row, found.start(), len(found[0]))
        except (ParseError, DefusedXmlException, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            yield reject(row, found.start(), f"not an event: {error!r}", found[0])
    rest = data.find(b"<Event ", end)
    if rest >= 0:
        yield reject(0, rest, "file is cut: the last event is not closed", data[rest:])


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _from_element(event: Element, row: int, offset: int, length: int) -> Record:
    parts = {_local(part): part for part in event}
    system = {_local(part): part for part in parts["System"]}
    if "EventData" in parts:
        data = {part.get("Name", _local(part)): part.text or "" for part in parts["EventData"]}
    else:
        inside = next(iter(parts["UserData"]), None) if "UserData" in parts else None
        data = {_local(part): part.text or "" for part in inside} if inside is not None else {}
    return Record(
        row=row,
        offset=offset,
        length=length,
        event_id=int(system["EventID"].text or ""),
        record_id=int(_text_of(system, "EventRecordID") or UNNUMBERED),
        channel=system["Channel"].text or "",
        computer=system["Computer"].text or "",
        time=system["TimeCreated"].attrib["SystemTime"],
        failed=bool(int(_text_of(system, "Keywords") or "0", 16) & _AUDIT_FAILURE),
        data=data if "EventName" not in system else data | {"EventName": _text_of(system, "EventName")},
        provider=system["Provider"].attrib.get("Name", "") if "Provider" in system else "",
    )


def _text_of(system: dict[str, Element], name: str) -> str:
    return (system[name].text or "") if name in system else ""


def _json(data: bytes) -> Iterator[Record | Reject]:
    for chunk in split(data):
        for place in chunk.table.to_pylist():
            line = place["line"].strip()
            if not line:
                continue
            row, offset = place["raw_row"], place["raw_offset"]
            try:
                yield _from_json(orjson.loads(line), row, offset, len(line))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                yield reject(row, offset, f"not an event: {error!r}", line)


def _from_json(found: dict[str, Any], row: int, offset: int, length: int) -> Record:
    """Winlogbeat's `winlog` object, the event as the EVTX reader writes it, or NXLog's flat fields."""
    if "Event" in found:
        return _from_event(found["Event"], row, offset, length)
    log = found.get("winlog")
    if log is None:
        return _from_flat(found, row, offset, length)
    words = " ".join(log.get("keywords", [])).lower()
    return Record(
        row=row,
        offset=offset,
        length=length,
        event_id=int(log["event_id"]),
        record_id=int(log["record_id"]),
        channel=log["channel"],
        computer=log["computer_name"],
        time=found["@timestamp"],
        failed="failure" in words or "失敗" in words,
        data=log.get("event_data") or log.get("user_data") or {},
        provider=log.get("provider_name") or "",
    )


_WRAPPING: Final = frozenset(
    {
        "Channel", "Computer", "EventID", "EventReceivedTime", "EventRecordID", "EventTime", "EventType", "Hostname",
        "Keywords", "OriginalLogfile", "Provider_Name", "RecordNumber", "Severity", "SeverityValue",
        "SourceModuleName", "SourceModuleType", "SourceName", "SystemTime",
    }
)  # fmt: skip
"""Members of flat forms that belong to the shipper or the record's header."""


def _from_flat(found: dict[str, Any], row: int, offset: int, length: int) -> Record:
    """NXLog's names, or those of flattened EVTX as hunting tools write them (`SystemTime`, `Computer`)."""
    keywords = str(found.get("Keywords") or "")
    failed = keywords.startswith("0x") and bool(int(keywords, 16) & _AUDIT_FAILURE)
    number = found.get("RecordNumber", found.get("EventRecordID", UNNUMBERED))
    return Record(
        row=row,
        offset=offset,
        length=length,
        event_id=int(found["EventID"]),
        record_id=int(number),
        channel=found["Channel"],
        computer=found.get("Hostname") or found["Computer"],
        time=found.get("EventTime") or found["SystemTime"],
        failed=failed or found.get("EventType") == "AUDIT_FAILURE",
        data={name: value for name, value in found.items() if name not in _WRAPPING},
        provider=found.get("SourceName") or found.get("Provider_Name") or "",
    )
