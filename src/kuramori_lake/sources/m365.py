"""Microsoft 365's unified audit log: content blobs of its interface, JSON lines, and Purview's CSV (`AuditData`).

`CreationTime` names no zone and is UTC. The same `Id` comes more than once; it is one event. Files have no size here.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from kuramori_lake.event import Activity, DestinationClass, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.json_records import Record, Row, domain_of, inside, json_source, records, size_of, words
from kuramori_lake.sources.parsed import Options, Source

_FILES: Final = {
    "fileaccessed": Activity.READ, "fileaccessedextended": Activity.READ, "filepreviewed": Activity.READ,
    "filedownloaded": Activity.DOWNLOAD, "filesyncdownloadedfull": Activity.DOWNLOAD,
    "filesyncdownloadedpartial": Activity.DOWNLOAD, "fileuploaded": Activity.UPLOAD,
    "filesyncuploadedfull": Activity.UPLOAD, "filesyncuploadedpartial": Activity.UPLOAD,
    "filemodified": Activity.WRITE, "filemodifiedextended": Activity.WRITE, "filecopied": Activity.COPY,
    "filemoved": Activity.RENAME, "filerenamed": Activity.RENAME, "filedeleted": Activity.DELETE,
    "filerecycled": Activity.DELETE, "filedeletedfirststagerecyclebin": Activity.DELETE,
    "filedeletedsecondstagerecyclebin": Activity.DELETE,
}  # fmt: skip
_LINKS: Final = {
    "anonymouslinkcreated": Activity.SHARE_ANONYMOUS, "anonymouslinkupdated": Activity.SHARE_ANONYMOUS,
    "anonymouslinkremoved": Activity.UNSHARE, "sharingrevoked": Activity.UNSHARE,
    "companylinkcreated": Activity.SHARE_INTERNAL, "securelinkcreated": Activity.SHARE_INTERNAL,
    "removedfromsecurelink": Activity.UNSHARE, "companylinkremoved": Activity.UNSHARE,
}  # fmt: skip
_GRANTS: Final = frozenset({"addedtosecurelink", "sharingset", "sharinginvitationcreated", "addedtogroup"})
_MAIL: Final = {
    "send": Activity.MAIL_SEND, "sendas": Activity.MAIL_SEND, "sendonbehalf": Activity.MAIL_SEND,
    "harddelete": Activity.DELETE, "softdelete": Activity.DELETE, "movetodeleteditems": Activity.DELETE,
}  # fmt: skip
_LOGONS: Final = {
    "userloggedin": (Activity.LOGON, Outcome.OK), "userloginfailed": (Activity.LOGON_FAIL, Outcome.DENIED),
    "mailboxlogin": (Activity.LOGON, Outcome.OK),
}  # fmt: skip
_FORWARDING: Final = frozenset(
    {"ForwardingSmtpAddress", "ForwardingAddress", "ForwardTo", "RedirectTo", "ForwardAsAttachmentTo"}
)
_SHOWN: Final = frozenset({"pageviewed", "pageviewedextended", "listviewed", "clientviewsignaled"})
_NOBODY: Final = frozenset({"app@sharepoint", "sharepoint\\system"})
_PORT: Final = re.compile(r"\A(?:\[(?P<v6>[^\]]+)\]|(?P<v4>\d+\.\d+\.\d+\.\d+))(?::\d+)?\Z")


def meaning(record: Record, _options: Options) -> Iterable[Row]:
    """The deeds of one record; what SharePoint itself does, and pages and lists that were only shown, are none."""
    lower = {name.lower(): value for name, value in record.items()}
    did, user = str(lower.get("operation") or "").casefold(), words(lower.get("userid"))
    page = str(lower.get("objectid") or "").endswith("/Forms/All.aspx")
    if did in _SHOWN or page or (user or "").casefold() in _NOBODY:
        return []
    base = _base(lower, user)
    return [base | one for one in _deeds(did, lower)]


def _deeds(did: str, lower: Row) -> list[Row]:
    if did in _LOGONS:
        activity, outcome = _LOGONS[did]
        return [{"activity": activity, "outcome": outcome, "object_kind": ObjectKind.ACCOUNT}]
    if did in _FILES:
        return [_file(lower) | {"activity": _FILES[did], "flags": "sync" if "sync" in did else None}]
    if did in _LINKS or did in _GRANTS or did == "anonymouslinkused":
        return [_file(lower) | _shared(did, lower)]
    if did == "mailitemsaccessed":
        return _mail_read(lower)
    return [one | {"activity": _MAIL[did]} for one in _mails(lower)] if did in _MAIL else [_forwarded(lower)]


def _base(lower: Row, user: str | None) -> Row:
    address = words(lower.get("clientip")) or words(lower.get("clientipaddress")) or words(lower.get("actoripaddress"))
    found = _PORT.match(address or "")
    status = str(lower.get("resultstatus") or "").casefold()
    return {
        "time": lower.get("creationtime"),
        "id": words(lower.get("id")),
        "actor_raw": user,
        "actor_namespace": Namespace.UPN if user and "@" in user else Namespace.LOCAL if user else None,
        "outcome": Outcome.ERROR if status in {"failed", "false"} else Outcome.OK,
        "ip": (found["v6"] or found["v4"]) if found else address,
        "host": words(lower.get("workload")),
    }


def _file(lower: Row) -> Row:
    url = words(lower.get("objectid"))
    return {
        "object_kind": ObjectKind.FOLDER if lower.get("itemtype") == "Folder" else ObjectKind.FILE,
        "path": unquote(url) if url else None,
        "name": words(lower.get("sourcefilename")),
        "uid": words(lower.get("listitemuniqueid")),
        "label_at_event": words(lower.get("sensitivitylabelid")),
        "size": size_of(lower.get("filesizebytes")),
        "destination_value": words(lower.get("destinationrelativeurl")),
    }


def guest(name: str | None) -> str | None:
    """The address of `tanaka_rival.example#ext#@ours.onmicrosoft.com`: how the directory calls people from outside."""
    account, mark, _ = (name or "").partition("#ext#")
    if not mark:
        account, mark, _ = (name or "").partition("#EXT#")
    user, _, domain = account.rpartition("_")
    return f"{user}@{domain}" if mark and user else name


def _shared(did: str, lower: Row) -> Row:
    target = words(lower.get("targetuserorgroupname"))
    kind = str(lower.get("targetuserorgrouptype") or "").casefold()
    if did == "anonymouslinkused":
        return {"activity": Activity.READ, "destination_class": DestinationClass.ANONYMOUS_LINK}
    if activity := _LINKS.get(did):
        anonymous = DestinationClass.ANONYMOUS_LINK if did.startswith("anonymous") else DestinationClass.CLOUD_SHARE
        return {
            "activity": activity,
            "destination_class": anonymous,
            "destination_value": words(lower.get("uniquesharingid")),
        }
    outside = kind == "guest" or "#ext#" in (target or "").casefold() or did == "sharinginvitationcreated"
    address = guest(target)
    return {
        "activity": Activity.SHARE_EXTERNAL if outside else Activity.SHARE_INTERNAL,
        "destination_class": DestinationClass.CLOUD_SHARE if outside else DestinationClass.PERSON,
        "destination_value": address,
        "destination_domain": domain_of(address),
    }


def _mail_read(lower: Row) -> list[Row]:
    """Bind: each message that was opened. Sync: a whole folder was copied to a client, however many it names."""
    properties = {str(one.get("Name")): one.get("Value") for one in records(lower.get("operationproperties"))}
    whole = properties.get("MailAccessType") == "Sync"
    owner = words(lower.get("mailboxownerupn"))
    read = {"activity": Activity.READ, "object_kind": ObjectKind.MAIL, "device": words(lower.get("clientinfostring"))}
    found: list[Row] = []
    for folder in records(lower.get("folders")):
        path = f"{owner or ''}{words(folder.get('Path')) or ''}"
        items = records(folder.get("FolderItems"))
        if whole or not items:
            flags = "whole_folder" if whole else None
            found.append(read | {"path": path, "count": len(items) or None, "flags": flags})
            continue
        found += [read | {"path": path, "uid": words(one.get("InternetMessageId"))} for one in items]
    return found or [read | {"path": owner, "count": size_of(lower.get("operationcount"))}]


def _mails(lower: Row) -> list[Row]:
    owner = words(lower.get("mailboxownerupn"))
    items = records(lower.get("affecteditems")) or records([lower.get("item")])
    flags = {1: "by_admin", 2: "by_delegate"}.get(lower.get("logontype", 0))
    return [
        {
            "object_kind": ObjectKind.MAIL,
            "path": f"{owner or ''}{words(inside(one, 'ParentFolder', 'Path')) or ''}",
            "name": words(one.get("Subject")),
            "uid": words(one.get("InternetMessageId")),
            "size": size_of(one.get("SizeInBytes")),
            "flags": flags,
        }
        for one in items or [{}]
    ]


def _forwarded(lower: Row) -> Row:
    """A mailbox that sends its mail on is a way out; any other act of an administrator is kept for rules."""
    parameters = {str(one.get("Name")): one.get("Value") for one in records(lower.get("parameters"))}
    to = next((words(parameters[name]) for name in parameters if name in _FORWARDING and words(parameters[name])), None)
    if to is None:
        return {
            "activity": Activity.SYSTEM_EVENT,
            "name": words(lower.get("operation")),
            "path": words(lower.get("objectid")),
        }
    address = to.removeprefix("smtp:")
    return {
        "activity": Activity.PERMISSION_CHANGE,
        "object_kind": ObjectKind.MAIL,
        "path": words(parameters.get("Mailbox")) or words(parameters.get("Identity")),
        "destination_class": DestinationClass.EXTERNAL_MAIL,
        "destination_value": address,
        "destination_domain": domain_of(address.partition(";")[0]),
        "flags": "forwarding",
    }


M365: Final[Source] = json_source("m365", 1, meaning)
