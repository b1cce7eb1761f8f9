"""Sigma's field names as the columns and JSON members that hold them.

A record's own members (column `fields`) come first, by the name the source gave them; events of bulk kinds, whose
members are all in normalised columns, answer from those. Source: Sigma taxonomy appendix 2.1; event.PARSED.
"""

from dataclasses import dataclass
from typing import Final

from kuramori_lake.event import EVENT
from kuramori_lake.sigma.logsources import OURS
from kuramori_lake.sigma.records import LogSource
from kuramori_lake.sigma.refusals import RefusedError


@dataclass(frozen=True)
class Place:
    """Where a field's value stands: the first of these members and then columns that has one."""

    members: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


DERIVED: Final = (
    "event_number",
    "channel",
    "actor_name",
    "actor_domain",
    "share_name",
    "share_path",
    "object_type",
)
"""Columns that `prepared` works out for each event."""

JOINED: Final = (
    "person_id",
    "secret_id",
    "secret_number",
    "secret_level",
    "secret_weight",
    "excluded_reason",
    "after_notice",
    "approved",
)
"""Columns that only the joined view has: who it was, which secret, whether he had given notice, what was approved."""

MEMBER: Final = "fields."
"""Before a member's name in a rule over our own columns."""

COLUMNS: Final = frozenset({*EVENT.names, *JOINED, *DERIVED} - {"fields"})

_WINDOWS: Final = {
    "EventID": Place(columns=("event_number",)),
    "Channel": Place(columns=("channel",)),
    "Computer": Place(("Computer",), ("host",)),
    "ComputerName": Place(("ComputerName", "Computer"), ("host",)),
    "SubjectUserName": Place(("SubjectUserName",), ("actor_name",)),
    "SubjectDomainName": Place(("SubjectDomainName",), ("actor_domain",)),
    "IpAddress": Place(("IpAddress",), ("ip",)),
    "WorkstationName": Place(("WorkstationName", "Workstation"), ("client",)),
    "ObjectName": Place(("ObjectName",), ("path",)),
    "ObjectType": Place(("ObjectType",), ("object_type",)),
    "ShareName": Place(("ShareName",), ("share_name",)),
    "RelativeTargetName": Place(("RelativeTargetName",), ("share_path",)),
    "TargetFilename": Place(("TargetFilename", "ObjectName"), ("path",)),
    "FileName": Place(("FileName",), ("path",)),
    "Image": Place(("Image", "NewProcessName", "ProcessName", "exe")),
    "CommandLine": Place(("CommandLine", "ProcessCommandLine", "proctitle")),
    "ParentImage": Place(("ParentImage", "ParentProcessName")),
    "IntegrityLevel": Place(("IntegrityLevel", "MandatoryLabel")),
    "LogonId": Place(("LogonId", "SubjectLogonId")),
    "User": Place(("User", "SubjectUserName"), ("actor_raw",)),
    "Provider_Name": Place(("Provider_Name", "ProviderName")),
    "ProviderName": Place(("ProviderName", "Provider_Name")),
}
_PROXY: Final = {
    "c-uri": Place(("c-uri",), ("path",)),
    "cs-host": Place(("cs-host",), ("destination_domain",)),
    "r-dns": Place(("r-dns",), ("destination_domain",)),
    "cs-username": Place(("cs-username",), ("actor_raw",)),
    "c-ip": Place(("c-ip",), ("ip",)),
    "src_ip": Place(("src_ip",), ("ip",)),
    "cs-bytes": Place(("cs-bytes",), ("bytes",)),
}
_THEIRS: Final = _WINDOWS | _PROXY


def place_of(source: LogSource, field: str) -> Place:
    """Where a rule's field is looked for.

    Raises:
        RefusedError: a rule over our own columns names one that there is not.
    """
    if source.product != OURS:
        return _THEIRS.get(field, Place(members=(field,)))
    if field.startswith(MEMBER):
        return Place(members=(field.removeprefix(MEMBER),))
    if field not in COLUMNS:
        reason = "events of the log source %(source)s have no field %(field)s"
        raise RefusedError(reason, f"detection …{field}", source=str(source), field=field)
    return Place(columns=(field,))
