"""Microsoft 365, Google Drive, Box and Dropbox: one event for each deed, whatever form the records come in."""

import csv
import io
import json
from datetime import datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources.json_records import PAGES, domain_of, size_of
from kuramori_lake.sources.m365 import guest
from kuramori_lake.tests.conftest import SAMPLES, TOKYO
from kuramori_lake.tests.records import events_of, one_of, read

URL = "https://kura.sharepoint.com/sites/rd/Shared%20Documents/設計/A-17.dwg"
M365 = {
    "CreationTime": "2026-11-20T01:00:00", "Id": "a1", "Operation": "FileDownloaded", "RecordType": 6,
    "UserId": "akari@kura.example", "ClientIP": "192.0.2.7:50000", "Workload": "SharePoint", "ItemType": "File",
    "ObjectId": URL, "SourceFileName": "A-17.dwg", "ListItemUniqueId": "u1",
}  # fmt: skip
SERVICES = ("m365", "gdrive", "box", "dropbox")


# Forms in which records are handed out


def purview(*records):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["RecordId", "CreationDate", "AuditData"])
    writer.writerows(["x", "2026", json.dumps(record, ensure_ascii=False)] for record in records)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


FORMS = {
    "lines": lambda *records: b"\n".join(map(orjson.dumps, records)) + b"\n\n",
    "blob": lambda *records: orjson.dumps(list(records)),
    "blobs": lambda *records: b"\n".join(orjson.dumps([one]) for one in records),
    "printed": lambda *records: orjson.dumps(list(records), option=orjson.OPT_INDENT_2),
    "page": lambda *records: b"\xef\xbb\xbf" + orjson.dumps({"value": list(records)}),
    "purview": purview,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_records_gives_the_same_events(form):
    others = [M365 | {"Id": "a2", "Operation": "FileAccessed"}, M365 | {"Id": "a3", "Operation": "PageViewed"}]
    events, rejects, ignored = read("m365", FORMS[form](M365, *others))
    assert (rejects, ignored) == ([], 1)
    known = [row["row_key"] for row in events_of("m365", M365, others[0])]
    assert [(row["activity"], row["row_key"]) for row in events] == list(zip(["download", "read"], known, strict=True))


def test_same_id_twice_is_one_event_in_the_lake(lake, tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(FORMS["lines"](M365, M365 | {"ExtraOfTheSecond": 1}))
    counts = lake.ingest(path, source="m365", zone=TOKYO).counts
    assert (counts.rows, counts.accepted, counts.duplicate) == (2, 1, 1)
    path.write_bytes(FORMS["purview"](M365))
    assert lake.ingest(path, source="m365", zone=TOKYO).counts.duplicate == 1


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1, 2]",
        b"nonsense",
        b"[{]",
        b'{"a": 1}',
        b"\xff\xfe{}",
        b"AuditData\n{",
        b"null",
        b"\x00",
        b'{"id":1}\n{',
    ],
)
def test_what_is_no_record_is_a_reject(service, content):
    events, rejects, _ = read(service, content)
    assert events == []
    assert rejects


@pytest.mark.parametrize("service", SERVICES)
def test_empty_file_has_nothing(service):
    assert read(service, b"") == ([], [], 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    [
        "Operation", "UserId", "ClientIP", "ObjectId", "Folders", "Item", "Parameters", "TargetUserOrGroupName",
        "OperationProperties", "actor", "events", "parameters", "name", "source", "created_by", "event_type",
        "additional_details", "assets", "participants", "origin", "accessible_by", *PAGES,
    ]
)  # fmt: skip


@given(st.sampled_from(SERVICES), st.dictionaries(MEMBERS, JSON, max_size=5))
def test_no_record_of_any_shape_stops_the_reader(service, record):
    time = "2026-11-20T01:00:00Z"
    timed = record | {"CreationTime": time, "id": {"time": time}, "created_at": time, "timestamp": time}
    events, rejects, ignored = read(service, orjson.dumps(timed))
    assert len(events) + len(rejects) + ignored >= 1


def test_samples_of_others_are_read():
    counts = {}
    for name in ("m365_panther_rule_tests", "m365_plaso_audit_log", "dropbox_panther_rule_tests"):
        events, rejects, ignored = read(name.partition("_")[0], (SAMPLES / f"{name}.jsonl").read_bytes())
        counts[name] = (len(events), {one.reason for one in rejects}, ignored)
    assert counts == {
        "m365_panther_rule_tests": (6, {"not understood: no time"}, 0),
        "m365_plaso_audit_log": (4, set(), 0),
        "dropbox_panther_rule_tests": (6, {"not understood: no time"}, 0),
    }


# Microsoft 365


def test_time_without_a_zone_is_utc_and_the_port_is_no_part_of_the_address():
    (row,) = events_of("m365", M365)
    assert (row["time_utc"], row["tz_basis"]) == (datetime(2026, 11, 20, 1), "explicit")  # noqa: DTZ001
    assert (row["ip"], row["actor_raw"], row["actor_namespace"]) == ("192.0.2.7", "akari@kura.example", "upn")
    assert (row["path"], row["name"], row["uid"]) == (URL.replace("%20", " "), "A-17.dwg", "u1")
    assert row.get("fields") is None
    assert one_of("m365", M365 | {"ClientIP": "[2001:db8::7]:443"}, "ip") == ("2001:db8::7",)
    assert one_of("m365", M365 | {"ClientIP": "2001:db8::7"}, "ip") == ("2001:db8::7",)


@pytest.mark.parametrize(
    ("operation", "activity"),
    [
        ("FileSyncDownloadedFull", "download"),
        ("FilePreviewed", "read"),
        ("FileUploaded", "upload"),
        ("FileModified", "write"),
        ("FileRenamed", "rename"),
        ("FileRecycled", "delete"),
        ("AnonymousLinkCreated", "share_anonymous"),
        ("CompanyLinkCreated", "share_internal"),
        ("SharingRevoked", "unshare"),
        ("UserLoginFailed", "logon_fail"),
        ("Add-RoleGroupMember", "system_event"),
    ],
)
def test_operations(operation, activity):
    assert one_of("m365", M365 | {"Operation": operation}, "activity") == (activity,)


@pytest.mark.parametrize(
    "noise",
    [
        {"UserId": "app@sharepoint"},
        {"ObjectId": "https://k.sharepoint.com/sites/rd/Forms/All.aspx"},
        {"Operation": "ListViewed"},
    ],
)
def test_what_the_service_does_by_itself_is_ignored(noise):
    assert read("m365", orjson.dumps(M365 | noise)) == ([], [], 1)


def test_share_is_external_by_its_guest():
    shared = M365 | {"Operation": "AddedToSecureLink", "TargetUserOrGroupType": "Guest"}
    columns = ("activity", "destination_class", "destination_value", "destination_domain")
    stranger = {"TargetUserOrGroupName": "chihiro_rival.example#ext#@kura.onmicrosoft.com"}
    assert one_of("m365", shared | stranger, *columns) == (
        "share_external",
        "cloud_share",
        "chihiro@rival.example",
        "rival.example",
    )
    colleague = {"TargetUserOrGroupName": "botan@kura.example", "TargetUserOrGroupType": "Member"}
    assert one_of("m365", shared | colleague, *columns[:3]) == ("share_internal", "person", "botan@kura.example")
    used = {"Operation": "AnonymousLinkUsed", "UserId": "anonymous"}
    assert one_of("m365", M365 | used, *columns[:2]) == ("read", "anonymous_link")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("a_b_rival.example#EXT#@k.example", "a_b@rival.example"),
        ("a@b.example", "a@b.example"),
        ("#ext#", "#ext#"),
        (None, None),
    ],
)
def test_guest(name, address):
    assert guest(name) == address


MAIL = M365 | {"Operation": "MailItemsAccessed", "Workload": "Exchange", "MailboxOwnerUPN": "akari@kura.example"}
FOLDER = {"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<1@k>"}, {"InternetMessageId": "<2@k>"}]}


def test_mails_that_were_opened_are_each_an_event_and_a_synchronised_folder_is_one():
    bind = MAIL | {"OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}], "Folders": [FOLDER]}
    rows = events_of("m365", bind)
    assert [(row["activity"], row["object_kind"], row["uid"]) for row in rows] == [
        ("read", "mail", "<1@k>"),
        ("read", "mail", "<2@k>"),
    ]
    assert len({row["row_key"] for row in rows}) == 2
    sync = bind | {"OperationProperties": [{"Name": "MailAccessType", "Value": "Sync"}]}
    assert one_of("m365", sync, "path", "flags", "count") == ("akari@kura.example\\Inbox", "whole_folder", 2)
    assert one_of("m365", MAIL | {"OperationCount": 9}, "path", "count") == ("akari@kura.example", 9)


def test_mail_sent_by_a_delegate_and_mails_deleted():
    item = {"Subject": "見積", "InternetMessageId": "<3@k>", "SizeInBytes": 900, "ParentFolder": {"Path": "\\Sent"}}
    sent = MAIL | {"Operation": "SendAs", "Item": item, "LogonType": 2}
    assert one_of("m365", sent, "activity", "name", "uid", "size", "flags") == (
        "mail_send",
        "見積",
        "<3@k>",
        900,
        "by_delegate",
    )
    deleted = MAIL | {"Operation": "HardDelete", "AffectedItems": [item, item]}
    assert [row["activity"] for row in events_of("m365", deleted)] == ["delete", "delete"]


def test_mailbox_that_sends_its_mail_on_is_a_way_out():
    rule = MAIL | {"Operation": "New-InboxRule", "Parameters": [{"Name": "ForwardTo", "Value": "smtp:x@rival.example"}]}
    assert one_of("m365", rule, "activity", "destination_class", "destination_domain", "flags") == (
        "permission_change",
        "external_mail",
        "rival.example",
        "forwarding",
    )


# Google Drive


DRIVE = {
    "id": {"time": "2026-11-20T01:00:00.617Z", "uniqueQualifier": "-1", "applicationName": "drive", "customerId": "C1"},
    "actor": {"email": "akari@kura.example"}, "ipAddress": "192.0.2.7",
}  # fmt: skip


def drive(name, **parameters):
    kinds = {bool: "boolValue", list: "multiValue", str: "value"}
    found = [{"name": key, kinds[type(value)]: value} for key, value in parameters.items()]
    return {"type": "access", "name": name, "parameters": found}


def test_drive_record_of_several_events_counts_the_first_hand_ones():
    title = {"doc_title": "設計書", "doc_id": "d1", "owner": "akari@kura.example"}
    events = [drive("download", **title), drive("view", primary_event=False, **title), drive("edit", **title)]
    rows = events_of("gdrive", DRIVE | {"events": events})
    assert [(row["activity"], row["path"], row["uid"]) for row in rows] == [
        ("download", "akari@kura.example/設計書", "d1"),
        ("write", "akari@kura.example/設計書", "d1"),
    ]
    assert len({row["row_key"] for row in rows}) == 2
    assert read("gdrive", orjson.dumps(DRIVE | {"events": events[1:2]})) == ([], [], 1)
    page = orjson.dumps({"kind": "admin#reports#activities", "items": [DRIVE | {"events": events}]})
    assert [row["row_key"] for row in read("gdrive", page)[0]] == [row["row_key"] for row in rows]


@pytest.mark.parametrize(
    ("event", "activity", "destination"),
    [
        (
            drive("change_user_access", new_value=["can_view"], visibility_change="external"),
            "share_external",
            "cloud_share",
        ),
        (drive("change_user_access", new_value=["can_view"], visibility="private"), "share_internal", "person"),
        (drive("change_user_access", new_value=["none"]), "unshare", None),
        (drive("change_document_visibility", new_value="people_with_link"), "share_anonymous", "anonymous_link"),
        (drive("change_document_visibility", new_value=["public_on_the_web"]), "share_anonymous", "anonymous_link"),
        (drive("change_document_visibility", new_value="shared_externally"), "share_external", "cloud_share"),
        (drive("change_document_visibility", new_value="people_within_domain"), "share_internal", None),
        (drive("change_document_visibility", new_value="private"), "unshare", None),
        (drive("shared_drive_settings_change"), "system_event", None),
    ],
)
def test_drive_shares(event, activity, destination):
    assert one_of("gdrive", DRIVE | {"events": [event]}, "activity", "destination_class") == (activity, destination)


# Box


BOX = {
    "event_id": "e1", "created_at": "2026-11-19T18:00:00-07:00", "created_by": {"login": "akari@kura.example"},
    "event_type": "DOWNLOAD", "ip_address": "192.0.2.7", "session_id": "s1",
    "source": {
        "type": "file", "id": "f1", "name": "A-17.dwg", "sha1": "ab", "size": 900,
        "path_collection": {"entries": [{"name": "All Files"}, {"name": "設計"}]},
    },
}  # fmt: skip


def test_box_names_folders_size_and_digest():
    (row,) = events_of("box", BOX)
    assert row["time_utc"] == datetime(2026, 11, 20, 1)  # noqa: DTZ001
    assert (row["activity"], row["path"], row["hash"], row["size"], row["session_key"], row["object_kind"]) == (
        "download",
        "box:/All Files/設計/A-17.dwg",
        "ab",
        900,
        "s1",
        "file",
    )
    parent = {"item_type": "file", "item_name": "b.pdf", "item_id": "f2", "parent": {"name": "設計"}}
    assert one_of("box", BOX | {"source": parent}, "path", "uid") == ("box:/設計/b.pdf", "f2")
    assert one_of("box", BOX | {"source": {"type": "user", "name": "B"}}, "path", "object_kind") == (None, "account")


@pytest.mark.parametrize(
    ("kind", "login", "activity", "destination", "flags"),
    [
        ("ITEM_SHARED_CREATE", None, "share_anonymous", "anonymous_link", None),
        ("COLLABORATION_INVITE", "x@rival.example", "share_external", "cloud_share", None),
        ("COLLABORATION_INVITE", "botan@KURA.example", "share_internal", "person", None),
        ("SHIELD_ALERT", None, "system_event", None, "SHIELD_ALERT"),
        ("ITEM_PREVIEW", None, "read", None, None),
    ],
)
def test_box_shares_and_unknown_kinds(kind, login, activity, destination, flags):
    record = BOX | {"event_type": kind, "accessible_by": {"login": login}}
    assert one_of("box", record, "activity", "destination_class", "flags") == (activity, destination, flags)


def test_box_failed_login():
    assert one_of("box", BOX | {"event_type": "FAILED_LOGIN"}, "activity", "outcome") == ("logon_fail", "denied")


# Dropbox


DROPBOX = {
    "timestamp": "2026-11-20T01:00:00Z", "event_type": {".tag": "file_download"},
    "actor": {".tag": "user", "user": {"email": "akari@kura.example"}},
    "origin": {"geo_location": {"ip_address": "192.0.2.7"}},
    "assets": [
        {".tag": "file", "path": {"contextual": "/設計/a.dwg"}, "file_id": "id:1", "file_size": 9},
        {".tag": "folder", "path": {"contextual": "/設計"}, "display_name": "設計"},
    ],
}  # fmt: skip


def test_dropbox_names_each_file_of_a_deed():
    rows = events_of("dropbox", DROPBOX)
    assert [(row["activity"], row["path"], row["name"], row["object_kind"], row["size"]) for row in rows] == [
        ("download", "/設計/a.dwg", "a.dwg", "file", 9),
        ("download", "/設計", "設計", "folder", None),
    ]
    assert {(row["actor_raw"], row["ip"]) for row in rows} == {("akari@kura.example", "192.0.2.7")}
    admin = DROPBOX | {"actor": {"_tag": "admin", "admin": {"email": "botan@kura.example"}}, "assets": []}
    assert one_of("dropbox", admin, "actor_raw", "path") == ("botan@kura.example", None)


@pytest.mark.parametrize(
    ("kind", "more", "activity", "destination"),
    [
        ("shared_link_create", {}, "share_anonymous", "anonymous_link"),
        ("shared_content_add_member", {"involve_non_team_member": True}, "share_external", "cloud_share"),
        ("shared_content_add_member", {"involve_non_team_member": False}, "share_internal", "person"),
        ("login_fail", {}, "logon_fail", None),
        ("tfa_change_status", {}, "system_event", None),
    ],
)
def test_dropbox_shares(kind, more, activity, destination):
    record = DROPBOX | {"event_type": {"_tag": kind}, "assets": []} | more
    assert one_of("dropbox", record, "activity", "destination_class") == (activity, destination)


def test_domains_and_sizes_are_those_of_text_or_none():
    assert [domain_of(one) for one in ("A@Rival.Example", "a", "a@", None)] == ["rival.example", None, None, None]
    assert [size_of(one) for one in (7, "7", "７", -1, 2**63, 1.5, None, True)] == [
        7,
        7,
        None,
        None,
        None,
        None,
        None,
        None,
    ]
