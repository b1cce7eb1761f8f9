"""Devices that PCs saw, forwarded to a collector: Windows 6416 and Partition/Diagnostic 1006 as Winlogbeat has them.

A PC without network keeps its records and sends them when it is back, under their own times. 6416 names the machine as
its subject, so the log-on (4624, type 2) that tells who sat there comes before it. PCs of the drawing offices forward
every such log-on, the others only those that belong to a device.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from kuramori_lake.simulator.company import AD_DOMAIN, MAIL_DOMAIN, Person
from kuramori_lake.simulator.outputs import HMS, SECONDS_A_DAY, MonthlyFile

SECURITY = ("Security", "Microsoft-Windows-Security-Auditing")
PARTITION = ("Microsoft-Windows-Partition/Diagnostic", "Microsoft-Windows-Partition")
PHONE = ("Pixel 8", "USB\\VID_18D1&PID_4EE1")
_WPD = "{eec5ad98-8080-425f-922a-dabf3de3f69a}"
_by_instant = itemgetter(0)
Entry = tuple[int, tuple[Person, int, dict[str, Any]]]


class DeviceLog:
    """All PCs. Entries are (UTC second counted from the local day, (person, event number, members))."""

    def __init__(self, out: MonthlyFile) -> None:
        """Nothing is written before `close_day`."""
        self.out = out
        self.entries: list[Entry] = []
        self._records: dict[tuple[str, str], int] = {}
        self._seats = 0x51000

    def phone(self, day: date, second: int, person: Person, serial: str) -> None:
        """A smartphone on the cable (MTP): 6416 with the class of portable devices; there is no partition.

        No member of the record is the serial number: it is the end of the device's instance id.
        """
        self.seated(day, second - 40, person)
        name, hardware = PHONE
        data = _machine(person) | {
            "DeviceId": f"{hardware}\\{serial}",
            "DeviceDescription": name,
            "ClassId": _WPD,
            "ClassName": "WPD",
            "VendorIds": f"\r\n\t\t{hardware}&REV_0440\r\n\t\t{hardware}\r\n\t\t",
            "CompatibleIds": "\r\n\t\tUSB\\MS_COMP_MTP\r\n\t\tUSB\\Class_06&SubClass_01&Prot_01\r\n\t\t",
            "LocationInformation": f"Port_#{1 + self._seats % 6:04d}.Hub_#0001",
        }
        self._add(day, second, person, 6416, data)

    def disk(self, day: date, second: int, person: Person, name: str, serial: str) -> None:
        """A disk or stick connected: the medium (1006); its size says that it is there."""
        maker, _, model = name.partition(" ")
        data = {
            "BusType": 7,
            "Capacity": 1_000_204_886_016,
            "Manufacturer": maker,
            "Model": model,
            "SerialNumber": serial,
            "ParentId": f"USB\\VID_0781&PID_5581\\{serial}",
            "UserName": f"{AD_DOMAIN}\\{person.account_on(day)}",
        }
        self.seated(day, second - 40, person)
        self._add(day, second, person, 1006, data)

    def close_day(self, day: date) -> None:
        """Write the day in order of the instants."""
        today, self.entries = self.entries, []
        today.sort(key=_by_instant)
        self.out.write(day, self._lines(day, today))

    def seated(self, day: date, second: int, person: Person) -> None:
        """Somebody logs on at the own PC."""
        self._seats += 0x3D
        account = person.account_on(day)
        data = {
            "SubjectUserSid": "S-1-5-18",
            "SubjectUserName": f"{person.pc.upper()}$",
            "SubjectDomainName": AD_DOMAIN,
            "SubjectLogonId": "0x3e7",
            "TargetUserSid": f"S-1-5-21-3041876514-1906233187-2278412509-{1100 + int(person.number[1:])}",
            "TargetUserName": account,
            "TargetDomainName": AD_DOMAIN,
            "TargetLogonId": hex(self._seats),
            "LogonType": "2",
            "IpAddress": "127.0.0.1",
        }
        self._add(day, second, person, 4624, data)

    def _add(self, day: date, second: int, person: Person, event: int, data: dict[str, Any]) -> None:
        self.entries.append((second - person.unit.site.utc_offset(day), (person, event, data)))

    def _lines(self, day: date, entries: list[Entry]) -> Iterator[str]:
        days = [f"{day + timedelta(days=shift):%Y-%m-%d}T" for shift in (-1, 0, 1)]
        for instant, (person, event, data) in entries:
            shift, second = divmod(instant, SECONDS_A_DAY)
            channel, provider = PARTITION if event == 1006 else SECURITY  # noqa: PLR2004 - the number of the event
            computer = f"{person.pc.upper()}.{MAIL_DOMAIN}"
            record = self._records.get((computer, channel), 1000) + 1
            self._records[computer, channel] = record
            line = {
                "@timestamp": f"{days[shift + 1]}{HMS[second]}.{record * 7919 % 1000:03d}Z",
                "event": {"code": str(event), "kind": "event", "provider": provider},
                "host": {"name": computer},
                "winlog": {
                    "channel": channel,
                    "computer_name": computer,
                    "event_data": data,
                    "event_id": str(event),
                    "provider_name": provider,
                    "record_id": record,
                },
            }
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def _machine(person: Person) -> dict[str, Any]:
    return {
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": f"{person.pc.upper()}$",
        "SubjectDomainName": AD_DOMAIN,
        "SubjectLogonId": "0x3e7",
    }
