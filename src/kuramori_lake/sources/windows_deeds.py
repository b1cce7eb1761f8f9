"""What Windows' security events mean, with the joins that a single record cannot give.

4663 has no address: it is taken from the 4624 of the same computer and logon. 4660 has no name: it is taken from the
last 4656 or 4663 of the same computer, process and handle. Accesses through one handle are one event per kind of deed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from kuramori_lake.event import Activity, Confidence, ObjectKind, Outcome
from kuramori_lake.sources import windows_channels, windows_netapp
from kuramori_lake.sources.windows_deed import Deed, account, fields_of, number, text
from kuramori_lake.sources.windows_records import Record

READ: Final = 0x1
WRITE: Final = 0x6
DELETE: Final = 0x10000
PERMISSION: Final = 0xC0000  # write DAC, write owner
IDLE: Final = 600_000_000
MOST_HANDLES: Final = 200_000
BULK: Final = frozenset({4656, 4658, 4663, 5140, 5145})
"""Their members are all in columns of their own; a file server writes little else."""
SEATED: Final = frozenset({"2", "7", "10", "11"})
"""Logon types of somebody who sits there or works there from afar: console, unlocking, remote desktop, cached."""

NOBODY: Final = frozenset({"S-1-5-7", "S-1-5-18", "S-1-5-19", "S-1-5-20"})
_NOISE_DOMAINS: Final = frozenset({"window manager", "font driver host"})
_SKIPPED_NAMES: Final = frozenset({"desktop.ini", "thumbs.db"})


@dataclass(slots=True)
class _Chain:
    """What went through one open handle."""

    last: int
    deeds: dict[Activity, Deed] = field(default_factory=dict)


def used(mask: int) -> Activity | None:
    """The strongest deed of an access mask; None for attributes, listing rights and synchronising."""
    if mask & WRITE:
        return Activity.WRITE
    if mask & READ:
        return Activity.READ
    return Activity.PERMISSION_CHANGE if mask & PERMISSION else None


def asked(mask: int) -> Activity | None:
    """What an open asked for: an open for reading and writing is a read until a write is seen."""
    if mask & READ:
        return Activity.READ
    if mask & WRITE:
        return Activity.WRITE
    return Activity.DELETE if mask & DELETE else None


class Stitcher:
    """Turns records, in their order, into deeds. Records that become nothing are noise by design."""

    def __init__(self) -> None:
        """Begin with no sessions and no open handles."""
        self._addresses: dict[tuple[str, str], tuple[str | None, str | None]] = {}
        self._names: dict[tuple[str, str, str], tuple[str | None, bool]] = {}
        self._chains: dict[tuple[str, str, str, str], _Chain] = {}
        self._seated: dict[str, Deed] = {}
        self._readers: dict[int, Callable[[Record, int], Iterator[Deed]]] = {
            1102: self._cleared,
            4624: self._logon,
            4625: self._logon_fail,
            4634: self._logoff,
            4647: self._logoff,
            4656: self._asked_for_handle,
            4658: self._closed,
            4660: self._deleted,
            4663: self._accessed,
            4670: self._permission,
            5140: self._share,
            5142: self._share_changed,
            5143: self._share_changed,
            5144: self._share_changed,
            5145: self._share_file,
        }

    def take(self, record: Record, micros: int) -> Iterator[Deed]:
        """The deeds that are complete now that `record` (at `micros` since 1970) was seen."""
        reader = self._readers.get(record.event_id) if record.channel == windows_channels.SECURITY else None
        if reader is None:
            return self._other(record, micros)
        if record.provider in windows_netapp.PROVIDERS:
            record = windows_netapp.as_windows(record)
        return reader(record, micros)

    def _other(self, record: Record, micros: int) -> Iterator[Deed]:
        """Records that stand for themselves; a device is put down to who sat at the machine, as an inference."""
        deed = windows_channels.deed_of(record, micros)
        if deed is None:
            return
        who = self._seated.get(record.computer)
        if who and deed.activity is Activity.DEVICE_CONNECT and not deed.actor:
            deed.actor, deed.namespace, deed.confidence = who.actor, who.namespace, Confidence.INFERRED
            deed.session = who.session
        yield deed

    def finish(self) -> Iterator[Deed]:
        """The deeds of handles that were still open at the end of the file."""
        for chain in self._chains.values():
            yield from chain.deeds.values()
        self._chains.clear()

    def _deed(self, record: Record, micros: int, activity: Activity, **more: Any) -> Deed:
        data = record.data
        deed = Deed(record=record, micros=micros, activity=activity, **more)
        who = "Target" if record.event_id in {4624, 4625, 4634, 4647} else "Subject"
        deed.actor, deed.namespace = account(data.get(who + "UserName"), data.get(who + "DomainName"), record)
        if record.event_id not in BULK:
            deed.more = {"fields": fields_of(record)}
        logon = text(data.get(who + "LogonId"))
        deed.session = f"{record.computer}:{logon}" if logon else None
        deed.ip, deed.client = text(data.get("IpAddress")), text(data.get("WorkstationName"))
        if logon and not deed.ip:
            deed.ip, deed.client = self._addresses.get((record.computer, logon), (None, deed.client))
        return deed

    def _cleared(self, record: Record, micros: int) -> Iterator[Deed]:
        yield self._deed(record, micros, Activity.LOG_CLEARED, kind=ObjectKind.LOG, path=record.channel)

    def _logon(self, record: Record, micros: int) -> Iterator[Deed]:
        data = record.data
        logon = (record.computer, str(data.get("TargetLogonId")))
        self._addresses[logon] = (text(data.get("IpAddress")), text(data.get("WorkstationName")))
        yield from self._session(record, micros, Activity.LOGON, Outcome.OK)

    def _logon_fail(self, record: Record, micros: int) -> Iterator[Deed]:
        yield from self._session(record, micros, Activity.LOGON_FAIL, Outcome.DENIED)

    def _logoff(self, record: Record, micros: int) -> Iterator[Deed]:
        yield from self._session(record, micros, Activity.LOGOFF, Outcome.OK)

    def _session(self, record: Record, micros: int, activity: Activity, outcome: Outcome) -> Iterator[Deed]:
        data = record.data
        domain = str(data.get("TargetDomainName") or "").casefold()
        machine = str(data.get("TargetUserName") or "").endswith("$")
        if machine or data.get("TargetUserSid") in NOBODY or domain in _NOISE_DOMAINS:
            return
        kind = f"logon type {data['LogonType']}" if "LogonType" in data else None
        deed = self._deed(record, micros, activity, outcome=outcome, kind=ObjectKind.ACCOUNT, name=kind)
        self._seat(deed, str(data.get("LogonType")))
        yield deed

    def _seat(self, deed: Deed, kind: str) -> None:
        computer = deed.record.computer
        if deed.activity is Activity.LOGON and kind in SEATED:
            self._seated[computer] = deed
        elif deed.activity is Activity.LOGOFF and self._seated.get(computer, deed).session == deed.session:
            self._seated.pop(computer, None)

    def _asked_for_handle(self, record: Record, micros: int) -> Iterator[Deed]:
        """4656 is intent, not use: only refusals are events; the name is remembered for 4660."""
        is_file = record.data.get("ObjectType") == "File"
        if not record.failed:
            self._remember(record, is_file=is_file)
        elif is_file:
            wanted = asked(number(record.data.get("AccessMask"))) or Activity.READ
            yield self._deed(record, micros, wanted, outcome=Outcome.DENIED, path=text(record.data.get("ObjectName")))

    def _remember(self, record: Record, *, is_file: bool) -> None:
        data = record.data
        if len(self._names) > MOST_HANDLES:  # a log without 4658 would grow for ever; handle numbers are reused anyway
            self._names.clear()
        key = (record.computer, str(data.get("ProcessId")), str(data.get("HandleId")))
        self._names[key] = (text(data.get("ObjectName")), is_file)

    def _chain_key(self, record: Record) -> tuple[str, str, str, str]:
        data = record.data
        process, handle = str(data.get("ProcessId")), str(data.get("HandleId"))
        return record.computer, str(data.get("SubjectLogonId")), process, handle

    def _accessed(self, record: Record, micros: int) -> Iterator[Deed]:
        data = record.data
        is_file = data.get("ObjectType") == "File"
        self._remember(record, is_file=is_file)
        mask = number(data.get("AccessMask"))
        activity = used(mask) or (Activity.RENAME if mask & DELETE else None)
        if not is_file or not activity:
            return
        key = self._chain_key(record)
        chain = self._chains.get(key)
        path = text(data.get("ObjectName"))
        if chain and (micros - chain.last > IDLE or next(iter(chain.deeds.values())).path != path):
            yield from self._chains.pop(key).deeds.values()
            chain = None
        if chain is None:
            chain = self._chains[key] = _Chain(last=micros)
        chain.last = micros
        if activity in chain.deeds:
            chain.deeds[activity].also.append(record.record_id)
            return
        flags = "rename_inferred" if activity is Activity.RENAME else None
        label = text(data.get("ResourceAttributes"))
        chain.deeds[activity] = self._deed(record, micros, activity, path=path, label=label, flags=flags)

    def _closed(self, record: Record, _micros: int) -> Iterator[Deed]:
        chain = self._chains.pop(self._chain_key(record), None)
        data = record.data
        self._names.pop((record.computer, str(data.get("ProcessId")), str(data.get("HandleId"))), None)
        if chain:
            yield from chain.deeds.values()

    def _deleted(self, record: Record, micros: int) -> Iterator[Deed]:
        data = record.data
        key = (record.computer, str(data.get("ProcessId")), str(data.get("HandleId")))
        path, is_file = self._names.get(key, (text(data.get("ObjectName")), data.get("ObjectServer") == "Security"))
        chain = self._chains.get(self._chain_key(record))
        inferred = chain.deeds.pop(Activity.RENAME, None) if chain else None
        if chain and not chain.deeds:
            del self._chains[self._chain_key(record)]
        if not is_file:
            return
        deed = self._deed(record, micros, Activity.DELETE, path=path, flags=None if path else "name_unknown")
        deed.also = [inferred.record.record_id, *inferred.also] if inferred else []
        yield deed

    def _permission(self, record: Record, micros: int) -> Iterator[Deed]:
        """4670 fires for tokens and registry keys all day; only files are of interest."""
        if record.data.get("ObjectType") == "File":
            path = text(record.data.get("ObjectName"))
            yield self._deed(record, micros, Activity.PERMISSION_CHANGE, path=path)

    def _share_changed(self, record: Record, micros: int) -> Iterator[Deed]:
        """5142 share made, 5143 changed, 5144 taken away: who may reach a folder has changed."""
        did = {5142: "share created", 5143: "share changed", 5144: "share deleted"}[record.event_id]
        path = _share_of(record)
        yield self._deed(record, micros, Activity.PERMISSION_CHANGE, kind=ObjectKind.SHARE, path=path, name=did)

    def _share(self, record: Record, micros: int) -> Iterator[Deed]:
        share = str(record.data.get("ShareName") or "")
        if share.endswith("IPC$"):
            return
        outcome = Outcome.DENIED if record.failed else Outcome.OK
        activity = Activity.LOGON_FAIL if record.failed else Activity.LOGON
        yield self._deed(record, micros, activity, outcome=outcome, kind=ObjectKind.SHARE, path=_share_of(record))

    def _share_file(self, record: Record, micros: int) -> Iterator[Deed]:
        """5145 fires per open and says what was asked for; opens of attributes and of the share's root are noise."""
        data = record.data
        inside = text(data.get("RelativeTargetName"))
        activity = asked(number(data.get("AccessMask")))
        if str(data.get("ShareName") or "").endswith("IPC$") or not activity or not inside or inside == "\\":
            return
        if inside.rpartition("\\")[2].casefold() in _SKIPPED_NAMES:
            return
        outcome = Outcome.DENIED if record.failed else Outcome.OK
        path = f"{_share_of(record)}\\{inside}"
        yield self._deed(record, micros, activity, outcome=outcome, path=path, flags="requested")


def _share_of(record: Record) -> str:
    r"""`\\*\C$` of a 5140 or 5145 with the star replaced by the computer that wrote it."""
    share = str(record.data.get("ShareName") or "").rpartition("\\")[2]
    return f"\\\\{record.computer.partition('.')[0]}\\{share}"
