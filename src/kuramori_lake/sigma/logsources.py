"""Which events a Sigma log source means: by our activity, by source, or by Windows channel and event number.

Sources: Sigma taxonomy appendix 2.1; Microsoft's channel names; Sysmon's event numbers. A channel that the Windows
parser passes over has no events: its rules convert and never match.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kuramori_lake.event import FILE_ACTIVITIES, Activity
from kuramori_lake.sigma.records import LogSource
from kuramori_lake.sigma.refusals import RefusedError
from kuramori_lake.sources.file_services import BOX, DROPBOX, GDRIVE
from kuramori_lake.sources.m365 import M365
from kuramori_lake.sources.windows import EVTX

OURS: Final = "kuramori"
"""The product of rules over our own columns, whichever log the events came from."""

_SYSMON: Final = "microsoft-windows-sysmon/operational"
_POWERSHELL: Final = ("microsoft-windows-powershell/operational", "powershellcore/operational")


@dataclass(frozen=True)
class Clause:
    """Events for which all that is given holds; an empty part holds for every event."""

    sources: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


Events = tuple[Clause, ...]
"""Events of any of the clauses."""


def _sysmon(*numbers: int) -> Clause:
    return Clause(channels=(_SYSMON,), numbers=numbers)


WINDOWS: Final = "windows"
WINDOWS_SOURCE: Final = EVTX.name
_PRODUCTS: Final = {
    WINDOWS: (WINDOWS_SOURCE,),
    "linux": ("auditd", "sshd", "vsftpd", "samba", "cups", "udev", "postfix"),
    "m365": (M365.name,),
    "o365": (M365.name,),
    "gcp": (GDRIVE.name,),
    "google_workspace": (GDRIVE.name,),
    "box": (BOX.name,),
    "dropbox": (DROPBOX.name,),
    "postgresql": ("pgaudit",),
    "squid": ("squid",),
}
_BY_ACTIVITY: Final = {
    "process_creation": (Activity.PROCESS_START,),
    "file_event": (Activity.CREATE, Activity.WRITE, Activity.COPY),
    "file_access": (Activity.READ,),
    "file_delete": (Activity.DELETE,),
    "file_rename": (Activity.RENAME,),
    "authentication": (Activity.LOGON, Activity.LOGON_FAIL, Activity.LOGOFF),
    "database": (Activity.DB_READ, Activity.DB_EXPORT, Activity.DB_CHANGE),
    "proxy": (Activity.UPLOAD, Activity.DOWNLOAD, Activity.READ),
}
_IN_WINDOWS: Final = {
    "process_creation": (_sysmon(1), Clause(channels=("security",), numbers=(4688,))),
    "file_event": (_sysmon(11),),
    "file_delete": (_sysmon(23, 26),),
    "file_change": (_sysmon(2),),
    "file_block_executable": (_sysmon(27),),
    "file_block_shredding": (_sysmon(28),),
    "file_executable_detected": (_sysmon(29),),
    "create_stream_hash": (_sysmon(15),),
    "network_connection": (_sysmon(3),),
    "process_termination": (_sysmon(5),),
    "driver_load": (_sysmon(6),),
    "image_load": (_sysmon(7),),
    "create_remote_thread": (_sysmon(8),),
    "raw_access_thread": (_sysmon(9),),
    "process_access": (_sysmon(10),),
    "registry_event": (_sysmon(12, 13, 14),),
    "registry_add": (_sysmon(12),),
    "registry_delete": (_sysmon(12),),
    "registry_set": (_sysmon(13),),
    "registry_rename": (_sysmon(14),),
    "pipe_created": (_sysmon(17, 18),),
    "wmi_event": (_sysmon(19, 20, 21),),
    "dns_query": (_sysmon(22),),
    "clipboard_capture": (_sysmon(24),),
    "process_tampering": (_sysmon(25),),
    "sysmon_status": (_sysmon(4, 16),),
    "sysmon_error": (_sysmon(255),),
    "ps_module": (Clause(channels=_POWERSHELL, numbers=(4103,)),),
    "ps_script": (Clause(channels=_POWERSHELL, numbers=(4104,)),),
    "ps_classic_start": (Clause(channels=("windows powershell",), numbers=(400,)),),
    "ps_classic_provider_start": (Clause(channels=("windows powershell",), numbers=(600,)),),
    "ps_classic_script": (Clause(channels=("windows powershell",), numbers=(800,)),),
}
_MICROSOFT: Final = "microsoft-windows-{}/operational"
CHANNELS: Final = {
    "security": ("security",),
    "system": ("system",),
    "application": ("application",),
    "sysmon": (_SYSMON,),
    "powershell": _POWERSHELL,
    "powershell-classic": ("windows powershell",),
    "taskscheduler": (_MICROSOFT.format("taskscheduler"),),
    "wmi": (_MICROSOFT.format("wmi-activity"),),
    "ntlm": (_MICROSOFT.format("ntlm"),),
    "dhcp": (_MICROSOFT.format("dhcp-server"),),
    "dns-client": ("microsoft-windows-dns client events/operational", _MICROSOFT.format("dns-client")),
    "dns-server": ("dns server",),
    "dns-server-audit": ("microsoft-windows-dns-server/audit",),
    "dns-server-analytic": ("microsoft-windows-dns-server/analytical",),
    "driver-framework": (_MICROSOFT.format("driverframeworks-usermode"),),
    "kernel-pnp": ("microsoft-windows-kernel-pnp/configuration", "microsoft-windows-kernel-pnp/device configuration"),
    "partition": ("microsoft-windows-partition/diagnostic",),
    "printservice-admin": ("microsoft-windows-printservice/admin",),
    "printservice-operational": (_MICROSOFT.format("printservice"),),
    "smbclient-security": ("microsoft-windows-smbclient/security",),
    "smbclient-connectivity": ("microsoft-windows-smbclient/connectivity",),
    "smbserver-connectivity": ("microsoft-windows-smbserver/connectivity",),
    "codeintegrity-operational": (_MICROSOFT.format("codeintegrity"),),
    "bits-client": (_MICROSOFT.format("bits-client"),),
    "windefend": (_MICROSOFT.format("windows defender"),),
    "firewall-as": ("microsoft-windows-windows firewall with advanced security/firewall",),
    "terminalservices-localsessionmanager": (_MICROSOFT.format("terminalservices-localsessionmanager"),),
    "applocker": tuple(
        f"microsoft-windows-applocker/{part}"
        for part in ("msi and script", "exe and dll", "packaged app-deployment", "packaged app-execution")
    ),
    "msexchange-management": ("msexchange management",),
    "ldap": ("microsoft-windows-ldap-client/debug",),
    "ldap_debug": ("microsoft-windows-ldap-client/debug",),
    "security-mitigations": (
        "microsoft-windows-security-mitigations/kernel mode",
        "microsoft-windows-security-mitigations/user mode",
    ),
    "diagnosis-scripted": (_MICROSOFT.format("diagnosis-scripted"),),
    "shell-core": (_MICROSOFT.format("shell-core"),),
    "openssh": ("openssh/operational",),
    "bitlocker": ("microsoft-windows-bitlocker/bitlocker management",),
    "vhdmp": (_MICROSOFT.format("vhdmp"),),
    "appxdeployment-server": (_MICROSOFT.format("appxdeploymentserver"),),
    "appxpackaging-om": (_MICROSOFT.format("appxpackaging"),),
    "appmodel-runtime": ("microsoft-windows-appmodel-runtime/admin",),
    "lsa-server": (_MICROSOFT.format("lsa"),),
    "capi2": (_MICROSOFT.format("capi2"),),
    "certificateservicesclient-lifecycle-system": (_MICROSOFT.format("certificateservicesclient-lifecycle-system"),),
    "application-experience": (
        "microsoft-windows-application-experience/program-telemetry",
        "microsoft-windows-application-experience/program-compatibility-assistant",
    ),
    "iis-configuration": ("microsoft-iis-configuration/operational",),
    "servicebus-client": ("microsoft-servicebus-client/operational", "microsoft-servicebus-client/admin"),
    "microsoft-servicebus-client": ("microsoft-servicebus-client/operational", "microsoft-servicebus-client/admin"),
    "hyper-v-worker": ("microsoft-windows-hyper-v-worker",),
    "kernel-event-tracing": ("microsoft-windows-kernel-eventtracing/admin",),
    "kernel-shimengine": (_MICROSOFT.format("kernel-shimengine"),),
    "wmi-activity": (_MICROSOFT.format("wmi-activity"),),
}
_SERVICES: Final = {
    "auditd": ("auditd",),
    "sshd": ("sshd",),
    "auth": ("sshd",),
    "vsftpd": ("vsftpd",),
    "cups": ("cups",),
    "postfix": ("postfix",),
    "pgaudit": ("pgaudit",),
    "samba": ("samba",),
    "squid": ("squid",),
}
_OUR_GROUPS: Final = {
    "event": tuple(Activity),
    "file": tuple(sorted(FILE_ACTIVITIES)),
    "door": (Activity.DOOR_IN, Activity.DOOR_OUT, Activity.DOOR_DENIED),
    "device": (Activity.DEVICE_CONNECT, Activity.DEVICE_DISCONNECT, Activity.DEVICE_LOST),
    "sharing": (Activity.SHARE_ANONYMOUS, Activity.SHARE_EXTERNAL, Activity.SHARE_INTERNAL, Activity.UNSHARE),
    "database": (Activity.DB_READ, Activity.DB_EXPORT, Activity.DB_CHANGE),
}


def events_of(source: LogSource) -> Events:
    """The events a log source means.

    Raises:
        RefusedError: nothing that we collect.
    """
    found = _ours(source) if source.product == OURS else _theirs(source)
    if not found:
        raise RefusedError("no events of the log source %(source)s are collected", "logsource", source=str(source))
    return found


def _ours(source: LogSource) -> Events:
    if source.category in _OUR_GROUPS:
        activities: Iterable[str] = _OUR_GROUPS[source.category]
    else:
        activities = (source.category,) if source.category in set(Activity) else ()
    return (Clause(activities=tuple(activities)),) if activities else ()


def _theirs(source: LogSource) -> Events:
    if source.product and source.product not in _PRODUCTS:
        return ()
    product = _PRODUCTS.get(source.product or "", ())
    windows = source.product in {None, WINDOWS}
    if source.category:
        by_activity = _BY_ACTIVITY.get(source.category)
        clauses = (Clause(sources=product, activities=by_activity),) if by_activity else ()
        return clauses + (_IN_WINDOWS.get(source.category, ()) if windows else ())
    if source.service in CHANNELS and windows:
        return (Clause(channels=CHANNELS[source.service]),)
    if source.service in _SERVICES:
        return (Clause(sources=_SERVICES[source.service]),)
    return (Clause(sources=product),) if product and (not windows or source.service is None) else ()
