"""What the records beside file accesses mean: programs, devices, printing, Sysmon, accounts, and all other channels.

A record that no rule here knows becomes a `system_event` with its members in `fields`, so that a Sigma rule can use it;
`NOISE` of the security log, which comes by the thousand and which no rule names, does not.
"""

from collections.abc import Callable
from typing import Any, Final

from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.windows_deed import Deed, account, fields_of, text, whole
from kuramori_lake.sources.windows_records import Record

SECURITY: Final = "Security"
NOISE: Final = frozenset({4627, 4658, 4661, 4689, 4690, 4703, 5058, 5059, 5061, 5156, 5157, 5158, 5159})
"""Group lists of logons, handles, ends of programs, token rights, uses of keys, connections of the firewall."""

_USB: Final = frozenset({7, 12, 13})
"""BusType of a disk one can carry: USB, SD, MMC (STORAGE_BUS_TYPE, winioctl.h)."""
_MEDIA: Final = frozenset({"diskdrive", "wpd", "usbstor", "volume", "cdrom"})
_GONE: Final = frozenset({2, 23})
"""Minor functions of 2100 and 2102 that end a device's presence: removal and surprise removal."""
_COMING: Final = frozenset({410, 2003})
_TAKEN_AWAY: Final = 420
_ACCOUNTS: Final = {
    4720: Activity.ACCOUNT_ENABLE, 4722: Activity.ACCOUNT_ENABLE, 4767: Activity.ACCOUNT_ENABLE,
    4725: Activity.ACCOUNT_DISABLE, 4726: Activity.ACCOUNT_DISABLE, 4740: Activity.ACCOUNT_DISABLE,
    4704: Activity.PERMISSION_CHANGE, 4705: Activity.PERMISSION_CHANGE, 4717: Activity.PERMISSION_CHANGE,
    4728: Activity.PERMISSION_CHANGE, 4729: Activity.PERMISSION_CHANGE, 4732: Activity.PERMISSION_CHANGE,
    4733: Activity.PERMISSION_CHANGE, 4756: Activity.PERMISSION_CHANGE, 4757: Activity.PERMISSION_CHANGE,
    4672: Activity.PRIVILEGE, 4673: Activity.PRIVILEGE, 4674: Activity.PRIVILEGE,
}  # fmt: skip
"""Accounts made, locked and let in; rights and groups given and taken; rights used."""


def deed_of(record: Record, micros: int) -> Deed | None:
    """The deed of a record that stands for itself, None for noise."""
    if record.channel == SECURITY:
        if record.event_id in NOISE:
            return None
        reader = _SECURITY.get(record.event_id, _system_event)
    else:
        channel = record.channel.removeprefix("Microsoft-Windows-")
        reader = _CHANNELS.get((channel, record.event_id), _system_event)
    deed = reader(record, micros)
    deed.more = {"fields": fields_of(record)} | (deed.more or {})
    return deed


def _by_subject(record: Record, micros: int, activity: Activity, **more: Any) -> Deed:
    data = record.data
    actor, namespace = account(data.get("SubjectUserName"), data.get("SubjectDomainName"), record)
    logon = text(data.get("SubjectLogonId"))
    session = f"{record.computer}:{logon}" if logon else None
    outcome = Outcome.DENIED if record.failed else Outcome.OK
    return Deed(record, micros, activity, outcome, actor, namespace, session=session, **more)


def _system_event(record: Record, micros: int) -> Deed:
    """Whoever it names, so that it can be joined; what it is, its members say."""
    deed = _by_subject(record, micros, Activity.SYSTEM_EVENT, kind=None)
    if deed.actor is None and (user := text(record.data.get("User"))):
        deed.actor, deed.namespace = _user(user, record)
    return deed


def _user(user: str, record: Record) -> tuple[str | None, Namespace]:
    domain, _, name = user.rpartition("\\")
    return account(name, domain, record)


def _account(record: Record, micros: int) -> Deed:
    data = record.data
    target = text(data.get("TargetUserName")) or text(data.get("MemberName"))
    return _by_subject(record, micros, _ACCOUNTS[record.event_id], kind=ObjectKind.ACCOUNT, name=target)


def _other_credentials(record: Record, micros: int) -> Deed:
    """4648: somebody used another account's password; whether it was right, the 4624 or 4625 says."""
    data = record.data
    target, _ = account(data.get("TargetUserName"), data.get("TargetDomainName"), record)
    deed = _by_subject(record, micros, Activity.LOGON, kind=ObjectKind.ACCOUNT, name=target, flags="other_credentials")
    deed.ip, deed.client = text(data.get("IpAddress")), text(data.get("TargetServerName"))
    deed.outcome = Outcome.UNKNOWN
    return deed


def _program(record: Record, micros: int) -> Deed:
    """4688: the account that the program runs as is the target's, where it differs from the starter's."""
    data = record.data
    path, line = text(data.get("NewProcessName")), text(data.get("CommandLine"))
    return _by_subject(record, micros, Activity.PROCESS_START, kind=None, path=path, name=line)


def serial_of(instance: str) -> str | None:
    r"""Serial number in `USBSTOR\Disk&Ven_X\SERIAL&0` or, of a phone, in `USB\VID_18D1&PID_4EE1\SERIAL`.

    None where Windows made one up (`&` as its second letter), as it does for a device without one and for the parts of
    a device that is several at once (`&MI_00`).
    """
    for mark in ("#", "\\"):
        parts = instance.split(mark)
        at = next((i for i, part in enumerate(parts) if part.upper().endswith(("USBSTOR", "USB"))), None)
        if at is not None and len(parts) > at + 2:
            serial = parts[at + 2].rpartition("&")[0] or parts[at + 2]
            return None if serial[1:2] == "&" else serial
    return None


def _device(record: Record, micros: int, activity: Activity, instance: str, model: str | None) -> Deed:
    more = {
        "device": model,
        "device_serial": serial_of(instance),
        "destination_class": DestinationClass.REMOVABLE,
        "uid": instance or None,
    }
    return Deed(record, micros, activity, kind=ObjectKind.DEVICE, more=more)


def _new_device(record: Record, micros: int) -> Deed:
    """6416 fires for printers and keyboards too; its subject is the machine's own account, so nobody's deed."""
    data = record.data
    instance = text(data.get("DeviceId")) or ""
    is_media = str(data.get("ClassName") or "").casefold() in _MEDIA or "USBSTOR" in instance.upper()
    if not is_media:
        return _system_event(record, micros)
    return _device(record, micros, Activity.DEVICE_CONNECT, instance, text(data.get("DeviceDescription")))


def _disk(record: Record, micros: int) -> Deed:
    """Partition/Diagnostic 1006 comes on connecting and, with no capacity, on taking away; disks inside stay out."""
    data = record.data
    if whole(data.get("BusType")) not in _USB:
        return _system_event(record, micros)
    activity = Activity.DEVICE_CONNECT if whole(data.get("Capacity")) else Activity.DEVICE_DISCONNECT
    model = " ".join(word for key in ("Manufacturer", "Model") if (word := str(data.get(key) or "").strip()))
    deed = _device(record, micros, activity, text(data.get("ParentId")) or "", model or None)
    serial = str(data.get("SerialNumber") or "").strip()
    deed.more = (deed.more or {}) | {"device_serial": serial or None, "size": whole(data.get("Capacity")) or None}
    return deed


def _instance(record: Record) -> str:
    """The device's instance id, wherever the channel keeps it; driver frameworks write `#` between its parts."""
    values = [record.data, *(one for one in record.data.values() if isinstance(one, dict))]
    named = (value for found in values for value in found.values() if isinstance(value, str))
    return next((value for value in named if "USBSTOR" in value.upper()), "")


def _plugged(record: Record, micros: int) -> Deed:
    """Kernel-PnP and DriverFrameworks: a second witness of a medium, marked so that it is not counted twice."""
    instance, gone = _instance(record), record.event_id not in _COMING
    ends = record.event_id == _TAKEN_AWAY or _minor(record.data) in _GONE
    if not instance or (gone and not ends):
        return _system_event(record, micros)
    activity = Activity.DEVICE_DISCONNECT if gone else Activity.DEVICE_CONNECT
    deed = _device(record, micros, activity, instance, None)
    deed.flags = "second_witness"
    return deed


def _minor(data: Any) -> int | None:
    inside = next((one for one in data.values() if isinstance(one, dict) and "minor" in one), {})
    return whole(data.get("minor", inside.get("minor")))


def _printed(record: Record, micros: int) -> Deed:
    """307 ([MS-RPRN] 2.2.1.15.5). The document's name is a generic one unless a policy lets it be logged."""
    data = record.data
    port, name = text(data.get("Param6")), text(data.get("Param3"))
    deed = Deed(record, micros, Activity.PRINT, actor=name, confidence=Confidence.CLAIMED, kind=ObjectKind.PAPER)
    deed.name, deed.count = text(data.get("Param2")), whole(data.get("Param8"))
    deed.client = str(data.get("Param4") or "").lstrip("\\") or None
    to_file = port is not None and (port[1:3] == ":\\" or port.casefold() in {"file:", "portprompt:"})
    deed.flags = "print_to_file" if to_file else None
    deed.more = {
        "device": text(data.get("Param5")),
        "bytes": whole(data.get("Param7")),
        "destination_class": DestinationClass.PRINTER,
        "destination_value": port,
    }
    return deed


def _cleared(record: Record, micros: int) -> Deed:
    """System 104: another log than the security log was cleared; its name is a member."""
    data = record.data
    actor, namespace = account(data.get("SubjectUserName"), data.get("SubjectDomainName"), record)
    path = text(data.get("Channel")) or record.channel
    return Deed(record, micros, Activity.LOG_CLEARED, actor=actor, namespace=namespace, kind=ObjectKind.LOG, path=path)


def _hash(hashes: Any) -> str | None:
    """SHA-256 among Sysmon's `MD5=…,SHA256=…`, else the first one with its name."""
    found = dict(part.partition("=")[::2] for part in str(hashes or "").split(",") if "=" in part)
    if sha256 := found.get("SHA256"):
        return str(sha256).lower()
    return next((f"{name}={value}" for name, value in found.items()), None)


def _sysmon(record: Record, micros: int, activity: Activity, path: Any, **more: Any) -> Deed:
    actor, namespace = _user(text(record.data.get("User")) or "", record)
    deed = Deed(record, micros, activity, actor=actor, namespace=namespace, path=text(path), **more)
    deed.more = {"hash": _hash(record.data.get("Hashes") or record.data.get("Hash"))}
    return deed


def _sysmon_program(record: Record, micros: int) -> Deed:
    data = record.data
    deed = _sysmon(record, micros, Activity.PROCESS_START, data.get("Image"), kind=None)
    deed.name, logon = text(data.get("CommandLine")), text(data.get("LogonId"))
    deed.session = f"{record.computer}:{logon}" if logon else None
    return deed


def _sysmon_made(record: Record, micros: int) -> Deed:
    """11: a rule of Sysmon's configuration whose name has `usb` or `removable` says that the drive is a medium."""
    data = record.data
    rule = str(data.get("RuleName") or "").casefold()
    deed = _sysmon(record, micros, Activity.CREATE, data.get("TargetFilename"))
    if "usb" in rule or "removable" in rule:
        deed.activity = Activity.COPY
        deed.more = (deed.more or {}) | {"destination_class": DestinationClass.REMOVABLE}
    return deed


def _sysmon_stream(record: Record, micros: int) -> Deed:
    """15: the stream Zone.Identifier tells that a file came from the web, and from where."""
    data = record.data
    path, _, stream = str(data.get("TargetFilename") or "").rpartition(":")
    lines = str(data.get("Contents") or "").replace("  ", "\n").splitlines()
    origin = next((line.partition("=")[2].strip() for line in lines if line.strip().startswith("HostUrl=")), None)
    if stream != "Zone.Identifier":
        return _system_event(record, micros)
    return _sysmon(record, micros, Activity.DOWNLOAD, path, name=origin)


def _sysmon_deleted(record: Record, micros: int) -> Deed:
    return _sysmon(record, micros, Activity.DELETE, record.data.get("TargetFilename"))


_Reader = Callable[[Record, int], Deed]
_SECURITY: Final[dict[int, _Reader]] = {
    4648: _other_credentials, 4688: _program, 6416: _new_device, **dict.fromkeys(_ACCOUNTS, _account),
}  # fmt: skip
_CHANNELS: Final[dict[tuple[str, int], _Reader]] = {
    ("System", 104): _cleared,
    ("PrintService/Operational", 307): _printed,
    ("Partition/Diagnostic", 1006): _disk,
    ("Kernel-PnP/Configuration", 410): _plugged,
    ("Kernel-PnP/Configuration", 420): _plugged,
    ("DriverFrameworks-UserMode/Operational", 2003): _plugged,
    ("DriverFrameworks-UserMode/Operational", 2100): _plugged,
    ("DriverFrameworks-UserMode/Operational", 2102): _plugged,
    ("Sysmon/Operational", 1): _sysmon_program,
    ("Sysmon/Operational", 11): _sysmon_made,
    ("Sysmon/Operational", 15): _sysmon_stream,
    ("Sysmon/Operational", 23): _sysmon_deleted,
    ("Sysmon/Operational", 26): _sysmon_deleted,
}
