"""Windows records for tests, as every shipper wraps them."""

import html
from typing import Any

import orjson

from kuramori_lake.sources import windows
from kuramori_lake.sources.parsed import Options, Reject
from kuramori_lake.tests.conftest import TOKYO

OPTIONS = Options(zone=TOKYO, salt=b"salt")
COMPUTER = "fs02.kura.example"
OK, REFUSED = "0x8020000000000000", "0x8010000000000000"
AKARI = {"SubjectUserName": "akari", "SubjectDomainName": "KURA", "SubjectLogonId": "0x77"}
HANDLE = {"ProcessId": "0x4", "HandleId": "0x10"}
FILE = AKARI | HANDLE | {"ObjectServer": "Security", "ObjectType": "File", "ObjectName": "D:\\設計\\A-17.dwg"}
CLOSED = AKARI | HANDLE
LOGON = {"TargetUserName": "akari", "TargetDomainName": "KURA", "TargetLogonId": "0x77", "LogonType": "3"}
SHARE = AKARI | {"ShareName": "\\\\*\\設計", "AccessMask": "0x1", "IpAddress": "192.0.2.7"}

Row = dict[str, Any]


def at(second: int) -> str:
    """That many seconds after ten o'clock in Tokyo, as Windows writes it."""
    return f"2026-11-20T{1 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.106986Z"


def evtx(number: int, event: int, data: Row, *, second: int = 0, keywords: str = OK, computer: str = COMPUTER) -> bytes:
    """As the EVTX reader writes a record in JSON."""
    system = {
        "EventID": event, "EventRecordID": number, "Channel": "Security", "Computer": computer, "Keywords": keywords,
        "TimeCreated": {"#attributes": {"SystemTime": at(second)}},
    }  # fmt: skip
    return orjson.dumps({"Event": {"System": system, "EventData": data}})


def winlogbeat(number: int, event: int, data: Row, *, second: int = 0, keywords: str = OK) -> bytes:
    """As Winlogbeat ships it."""
    words = ["Audit Failure" if keywords == REFUSED else "Audit Success"]
    log = {"channel": "Security", "computer_name": COMPUTER, "event_id": str(event), "record_id": number}
    return orjson.dumps({"@timestamp": at(second), "winlog": log | {"event_data": data, "keywords": words}})


def nxlog(number: int, event: int, data: Row, *, second: int = 0, keywords: str = OK) -> bytes:
    """As NXLog writes it: flat, its time without a zone."""
    kind = "AUDIT_FAILURE" if keywords == REFUSED else "AUDIT_SUCCESS"
    system = {"EventID": event, "RecordNumber": number, "Channel": "Security", "Hostname": COMPUTER, "EventType": kind}
    return orjson.dumps(system | {"EventTime": at(second).removesuffix("Z").replace("T", " ")} | data)


def xml(number: int, event: int, data: Row, *, second: int = 0, keywords: str = OK) -> bytes:
    """As `wevtutil` and event forwarding render it."""
    fields = "".join(f'<Data Name="{name}">{html.escape(str(value))}</Data>' for name, value in data.items())
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f'<EventID>{event}</EventID><Keywords>{keywords}</Keywords><TimeCreated SystemTime="{at(second)}"/>'
        f"<EventRecordID>{number}</EventRecordID><Channel>Security</Channel><Computer>{COMPUTER}</Computer>"
        f"</System><EventData>{fields}</EventData></Event>"
    ).encode()


WRAPPINGS = (evtx, winlogbeat, nxlog, xml)


def parse(*records: bytes) -> tuple[list[Row], list[Reject]]:
    """Events and rejects of a file with these records; what was read adds up."""
    readings = list(windows.parse(b"\n".join(records) + b"\n", OPTIONS))
    events = [row for reading in readings for row in reading.events.to_pylist()]
    derived = sum(reading.derived for reading in readings)
    rejects = [one for reading in readings for one in reading.rejects]
    assert len(events) - derived + len(rejects) + sum(one.ignored for one in readings) == len(records)
    return events, rejects


def events_of(*records: bytes) -> list[Row]:
    """Events of records of which none may be refused."""
    events, rejects = parse(*records)
    assert rejects == []
    return events


def deeds(*records: bytes) -> list[tuple[str, str | None]]:
    """Activity and path of each event."""
    return [(row["activity"], row["path"]) for row in events_of(*records)]
