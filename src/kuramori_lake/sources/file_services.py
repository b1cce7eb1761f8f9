"""Google Drive, Box and Dropbox: what their administrators' logs say of files and shares.

Google's log comes hours to days late and has no sizes; a record whose `primary_event` is false is another one's side
effect. Box names sizes and SHA-1. Times are in UTC or name their zone.
"""

from collections.abc import Iterable
from typing import Any, Final

from kuramori_lake.event import Activity, DestinationClass, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.json_records import Record, Row, domain_of, inside, json_source, records, size_of, words
from kuramori_lake.sources.parsed import Options, Source

_DRIVE: Final = {
    "view": Activity.READ, "download": Activity.DOWNLOAD, "print": Activity.PRINT, "copy": Activity.COPY,
    "source_copy": Activity.COPY, "upload": Activity.UPLOAD, "create": Activity.CREATE, "edit": Activity.WRITE,
    "rename": Activity.RENAME, "move": Activity.RENAME, "trash": Activity.DELETE, "delete": Activity.DELETE,
    "sync_item_content": Activity.DOWNLOAD,
}  # fmt: skip
_LINKS: Final = frozenset({"people_with_link", "public_on_the_web"})
_BOX: Final = {
    "DOWNLOAD": Activity.DOWNLOAD, "ITEM_DOWNLOAD": Activity.DOWNLOAD, "PREVIEW": Activity.READ,
    "ITEM_PREVIEW": Activity.READ, "ITEM_OPEN": Activity.READ,
    "UPLOAD": Activity.UPLOAD, "ITEM_UPLOAD": Activity.UPLOAD,
    "EDIT": Activity.WRITE, "ITEM_MODIFY": Activity.WRITE, "COPY": Activity.COPY, "ITEM_COPY": Activity.COPY,
    "MOVE": Activity.RENAME, "RENAME": Activity.RENAME, "DELETE": Activity.DELETE, "ITEM_TRASH": Activity.DELETE,
    "CREATE": Activity.CREATE, "PRINT": Activity.PRINT, "LOGIN": Activity.LOGON, "FAILED_LOGIN": Activity.LOGON_FAIL,
    "ITEM_SHARED_CREATE": Activity.SHARE_ANONYMOUS, "SHARE": Activity.SHARE_ANONYMOUS,
    "ITEM_SHARED_UNSHARE": Activity.UNSHARE, "UNSHARE": Activity.UNSHARE, "COLLABORATION_REMOVE": Activity.UNSHARE,
    "CHANGE_FOLDER_PERMISSION": Activity.PERMISSION_CHANGE, "COLLABORATION_ROLE_CHANGE": Activity.PERMISSION_CHANGE,
}  # fmt: skip
_INVITING: Final = frozenset({"COLLABORATION_INVITE", "COLLABORATION_ACCEPT", "ITEM_SHARED"})
_DROPBOX: Final = {
    "file_download": Activity.DOWNLOAD, "file_view": Activity.READ, "file_preview": Activity.READ,
    "file_add": Activity.UPLOAD, "file_edit": Activity.WRITE, "file_copy": Activity.COPY, "file_move": Activity.RENAME,
    "file_rename": Activity.RENAME, "file_delete": Activity.DELETE, "file_permanently_delete": Activity.DELETE,
    "shared_link_view": Activity.READ, "shared_link_download": Activity.DOWNLOAD,
    "shared_link_create": Activity.SHARE_ANONYMOUS, "shared_link_change_visibility": Activity.SHARE_ANONYMOUS,
    "shared_link_disable": Activity.UNSHARE, "shared_content_unshare": Activity.UNSHARE,
    "shared_content_remove_member": Activity.UNSHARE, "login_success": Activity.LOGON,
    "login_fail": Activity.LOGON_FAIL, "sign_in_as_session_start": Activity.PRIVILEGE,
    "shared_folder_transfer_ownership": Activity.PERMISSION_CHANGE,
}  # fmt: skip


def _to_person(address: str | None, *, outside: bool) -> Row:
    return {
        "activity": Activity.SHARE_EXTERNAL if outside else Activity.SHARE_INTERNAL,
        "destination_class": DestinationClass.CLOUD_SHARE if outside else DestinationClass.PERSON,
        "destination_value": address,
        "destination_domain": domain_of(address),
    }


def _by(address: str | None) -> Row:
    return {"actor_raw": address, "actor_namespace": Namespace.MAIL if address else None}


def _plain(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _parameters(event: Record) -> Row:
    """Google's list of names and values, or the flat form that collectors make of it."""
    found = event.get("parameters")
    if isinstance(found, dict):
        return found
    kinds = ("value", "boolValue", "intValue", "multiValue")
    return {str(one.get("name")): next((one[k] for k in kinds if k in one), None) for one in records(found)}


def drive(record: Record, _options: Options) -> Iterable[Row]:
    """Deeds of one record of Google's reports; one record may hold several events."""
    time, unique = inside(record, "id", "time") or record.get("p_event_time"), inside(record, "id", "uniqueQualifier")
    customer = inside(record, "id", "customerId")
    base = _by(words(inside(record, "actor", "email"))) | {"time": time, "ip": words(record.get("ipAddress"))}
    base["id"] = f"{time}\0{unique}\0{customer}" if unique else None
    found = []
    for event in records(record.get("events")) or [record]:
        parameters = _parameters(event)
        if parameters.get("primary_event") in (False, "false"):
            continue
        name = words(parameters.get("doc_title"))
        item = {
            "path": f"{parameters.get('owner') or 'drive'}/{name}",
            "name": name,
            "uid": words(parameters.get("doc_id")),
        }
        found.append(
            base | item | {"object_kind": ObjectKind.FILE} | _drive_deed(words(event.get("name")) or "", parameters)
        )
    return found


def _drive_deed(name: str, parameters: Row) -> Row:
    if name in _DRIVE:
        return {"activity": _DRIVE[name]}
    new, visibility = _plain(parameters.get("new_value")), words(parameters.get("visibility"))
    if name == "change_user_access":
        if new == "none":
            return {"activity": Activity.UNSHARE, "destination_value": words(parameters.get("target_user"))}
        outside = parameters.get("visibility_change") == "external" or visibility == "shared_externally"
        return _to_person(words(parameters.get("target_user")), outside=outside)
    if name == "change_document_visibility":
        return _visible(new)
    return {"activity": Activity.SYSTEM_EVENT, "object_kind": None, "flags": name or None}


def _visible(new: Any) -> Row:
    if isinstance(new, str) and new in _LINKS:
        return {"activity": Activity.SHARE_ANONYMOUS, "destination_class": DestinationClass.ANONYMOUS_LINK}
    if new == "shared_externally":
        return _to_person(None, outside=True)
    return {"activity": Activity.UNSHARE if new == "private" else Activity.SHARE_INTERNAL}


def box(record: Record, _options: Options) -> Iterable[Row]:
    """The deed of one of Box's enterprise events; folders above the file make its path."""
    source, did = record.get("source"), str(record.get("event_type") or "")
    name = words(inside(source, "name")) or words(inside(source, "item_name"))
    above = [words(one.get("name")) for one in records(inside(source, "path_collection", "entries"))]
    parent = words(inside(source, "parent", "name"))
    folders = above or ([parent] if parent else [])
    kind = inside(source, "item_type") or inside(source, "type")
    is_item = kind in {"file", "folder"}
    row = _by(words(inside(record, "created_by", "login"))) | {
        "time": record.get("created_at") or record.get("p_event_time"),
        "id": words(record.get("event_id")),
        "activity": _BOX.get(did, Activity.SYSTEM_EVENT),
        "object_kind": ObjectKind.FOLDER if kind == "folder" else ObjectKind.FILE if is_item else ObjectKind.ACCOUNT,
        "path": "/".join(filter(None, ["box:", *folders, name])) if is_item else None,
        "name": name,
        "uid": words(inside(source, "id")) or words(inside(source, "item_id")),
        "hash": words(inside(source, "sha1")),
        "size": size_of(inside(source, "size")),
        "ip": words(record.get("ip_address")),
        "session_key": words(record.get("session_id")),
        "flags": did if did not in _BOX and did not in _INVITING else None,
    }
    if did == "FAILED_LOGIN":
        row["outcome"] = Outcome.DENIED
    if row["activity"] is Activity.SHARE_ANONYMOUS:
        row["destination_class"] = DestinationClass.ANONYMOUS_LINK
    if did in _INVITING:
        guest = words(inside(record, "accessible_by", "login"))
        outside = domain_of(guest) != domain_of(row["actor_raw"])
        row |= _to_person(guest, outside=outside)
    return [row]


def dropbox(record: Record, _options: Options) -> Iterable[Row]:
    """The deed of one of Dropbox's team events, one row for each file that it names."""
    did = words(_tag(record.get("event_type"))) or ""
    who = record.get("actor")
    person = next((one for one in (inside(who, "user"), inside(who, "admin"), who) if inside(one, "email")), None)
    base = _by(words(inside(person, "email"))) | {
        "time": record.get("timestamp"),
        "activity": _DROPBOX.get(did, Activity.SYSTEM_EVENT),
        "ip": words(inside(record, "origin", "geo_location", "ip_address")),
        "flags": None if did in _DROPBOX else did or None,
    }
    if did == "login_fail":
        base["outcome"] = Outcome.DENIED
    if base["activity"] is Activity.SHARE_ANONYMOUS:
        base["destination_class"] = DestinationClass.ANONYMOUS_LINK
    if did in {"shared_content_add_member", "shared_content_add_invitees", "shared_folder_join"}:
        guests = [inside(one, "user", "email") for one in records(record.get("participants"))]
        outside = record.get("involve_non_team_member") is True
        base |= _to_person(words(_plain(guests)), outside=outside) | {"flags": None}
    return [base | _asset(one) for one in records(record.get("assets"))] or [base]


def _tag(value: Any) -> Any:
    return inside(value, "_tag") or inside(value, ".tag")


def _asset(asset: Record) -> Row:
    path = words(inside(asset, "path", "contextual"))
    return {
        "object_kind": ObjectKind.FOLDER if _tag(asset) == "folder" else ObjectKind.FILE,
        "path": path,
        "name": words(asset.get("display_name")) or (path or "").rpartition("/")[2] or None,
        "uid": words(asset.get("file_id")),
        "size": size_of(asset.get("file_size")),
    }


GDRIVE: Final[Source] = json_source("gdrive", 1, drive)
BOX: Final[Source] = json_source("box", 1, box)
DROPBOX: Final[Source] = json_source("dropbox", 1, dropbox, numbered=False)
