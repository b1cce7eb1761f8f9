"""The German file server's Security channel as Winlogbeat 8 ships it: one JSON object a line, times in UTC.

4624/4634 are network log-ons (type 3), 5145 is the check of every file opened over a share (with the client's address),
4663 an access to a file in an audited folder: only the development share has such folders, as is usual.
Record numbers are consecutive, as the server counts them.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter

from kuramori_lake.simulator.calendars import Site
from kuramori_lake.simulator.company import AD_DOMAIN, Person
from kuramori_lake.simulator.library import WINDOWS_ROOT, Document
from kuramori_lake.simulator.outputs import HMS, SECONDS_A_DAY, MonthlyFile

COMPUTER = "FSDE01.sorei.example"
_SID = "S-1-5-21-3041876514-1906233187-2278412509-"
_READ, _WRITE, _DELETE = ("0x1", "%%4416"), ("0x2", "%%4417"), ("0x10000", "%%1537")
_TASKS = {"4624": "Logon", "4634": "Logoff", "4663": "File System", "5145": "Detailed File Share"}
_ACTIONS = {
    "4624": "logged-in",
    "4634": "logged-out",
    "4663": "File System",
    "5145": "Detailed File Share",
}
_by_second = itemgetter(0)
Entry = tuple[int, tuple[str, str]]


class Session:
    """One person's network session: the subject fields that all its records share."""

    def __init__(self, person: Person, account: str, logon: int) -> None:
        """`logon` is the log-on number, new for every session."""
        self.sid, self.account, self.logon, self.ip = (
            f"{_SID}{1100 + int(person.number[1:])}",
            account,
            hex(logon),
            person.ip,
        )
        self.pc = person.pc.upper()
        self.port = 49152 + logon % 16000
        self.subject = (
            f'"SubjectUserSid":"{self.sid}","SubjectUserName":"{account}","SubjectDomainName":"{AD_DOMAIN}",'
            f'"SubjectLogonId":"{self.logon}"'
        )

    def began(self) -> tuple[str, str]:
        """4624, type 3."""
        return "4624", (
            '"SubjectUserSid":"S-1-0-0","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0",'
            f'"TargetUserSid":"{self.sid}","TargetUserName":"{self.account}","TargetDomainName":"{AD_DOMAIN}",'
            f'"TargetLogonId":"{self.logon}","LogonType":"3","LogonProcessName":"Kerberos",'
            f'"AuthenticationPackageName":"Kerberos","WorkstationName":"{self.pc}","IpAddress":"{self.ip}","IpPort":"{self.port}"'
        )

    def ended(self) -> tuple[str, str]:
        """4634."""
        return "4634", (
            f'"TargetUserSid":"{self.sid}","TargetUserName":"{self.account}","TargetDomainName":"{AD_DOMAIN}",'
            f'"TargetLogonId":"{self.logon}","LogonType":"3"'
        )

    def checked(self, document: Document, *, writes: bool = False) -> tuple[str, str]:
        """5145: one open over the share."""
        share, path = document
        mask, code = _WRITE if writes else _READ
        root = f"{WINDOWS_ROOT}\\{share}"
        name, local = _text(f"\\\\*\\{share}"), _text(f"\\??\\{root}")
        return "5145", (
            f'{self.subject},"ObjectType":"File","IpAddress":"{self.ip}","IpPort":"{self.port}",'
            f'"ShareName":{name},"ShareLocalPath":{local},'
            f'"RelativeTargetName":{_text(path[len(root) + 1 :])},"AccessMask":"{mask}",'
            f'"AccessList":"{code}\\r\\n\\t\\t\\t\\t","AccessReason":"-"'
        )

    def accessed(self, document: Document, *, writes: bool = False) -> tuple[str, str]:
        """4663: the access itself, for audited folders."""
        mask, code = _WRITE if writes else _READ
        return "4663", (
            f'{self.subject},"ObjectServer":"Security","ObjectType":"File","ObjectName":{_text(document[1])},'
            f'"HandleId":"{hex(0x200 + 4 * (hash_of(document[1]) % 4000))}","AccessList":"{code}\\r\\n\\t\\t\\t\\t",'
            f'"AccessMask":"{mask}","ProcessId":"0x4","ProcessName":"","ResourceAttributes":"S:AI"'
        )


class WindowsLog:
    """The server's log, one file a month. `entries` takes (local second of the day, (event id, event data))."""

    def __init__(self, out: MonthlyFile, site: Site) -> None:
        """Times are handed over in the site's local clock and written in UTC."""
        self.out, self.site = out, site
        self.entries: list[Entry] = []
        self.record = 4_811_200
        self.logons = 0x2A41F0

    def session(self, person: Person, day: date) -> Session:
        """A new session of that person."""
        self.logons += 0x1B7
        return Session(person, person.account_on(day), self.logons)

    def close_day(self, day: date) -> None:
        """Write the day in order of time."""
        today, self.entries = self.entries, []
        today.sort(key=_by_second)
        self.out.write(day, self._lines(day, today))

    def _lines(self, day: date, entries: list[Entry]) -> Iterator[str]:
        offset = self.site.utc_offset(day)
        stamps = [f"{day + timedelta(days=shift):%Y-%m-%d}T" for shift in (-1, 0, 1)]
        for second, (code, data) in entries:
            shift, instant = divmod(second - offset, SECONDS_A_DAY)
            self.record += 1
            at = f"{stamps[shift + 1]}{HMS[instant]}.{self.record * 7919 % 1000:03d}Z"
            yield (
                f'{{"@timestamp":"{at}","event":{{"action":"{_ACTIONS[code]}","code":"{code}","kind":"event",'
                f'"outcome":"success","provider":"Microsoft-Windows-Security-Auditing"}},'
                f'"host":{{"name":"{COMPUTER}"}},"log":{{"level":"information"}},"winlog":{{"channel":"Security",'
                f'"computer_name":"{COMPUTER}","event_data":{{{data}}},"event_id":"{code}",'
                f'"keywords":["Audit Success"],'
                f'"opcode":"Info","process":{{"pid":4,"thread":{{"id":5104}}}},'
                f'"provider_guid":"{{54849625-5478-4994-a5ba-3e3b0328c30d}}",'
                f'"provider_name":"Microsoft-Windows-Security-Auditing","record_id":{self.record},"task":"{_TASKS[code]}"}}}}\n'
            )


def hash_of(text: str) -> int:
    """A small stable number for a text (`hash()` differs from process to process)."""
    return sum(map(ord, text)) * 31 + len(text)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
