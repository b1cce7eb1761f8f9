"""What each Windows event id means, one rule a test (connectors: Windows)."""

import pytest

from kuramori_lake.sources.windows_deed import number, text
from kuramori_lake.sources.windows_deeds import asked, used
from kuramori_lake.tests.windows_log import (
    AKARI,
    CLOSED,
    FILE,
    LOGON,
    REFUSED,
    SHARE,
    deeds,
    events_of,
    evtx,
)

PATH = FILE["ObjectName"]
UNC = "\\\\fs02\\設計\\A\\A-17.dwg"


def access(number, mask, *, second=0, **changes):
    return evtx(number, 4663, FILE | {"AccessMask": mask} | changes, second=second)


# 4624, 4625, 4634, 4647: sessions


@pytest.mark.parametrize(
    ("event", "activity", "outcome"),
    [(4624, "logon", "ok"), (4625, "logon_fail", "denied"), (4634, "logoff", "ok"), (4647, "logoff", "ok")],
)
def test_session_is_the_deed_of_its_target(event, activity, outcome):
    (row,) = events_of(evtx(1, event, LOGON | {"SubjectUserName": "SVC"}))
    assert (row["activity"], row["outcome"], row["actor_raw"], row["object_kind"]) == (
        activity,
        outcome,
        "KURA\\akari",
        "account",
    )
    assert (row["session_key"], row["name"]) == ("fs02.kura.example:0x77", "logon type 3")


def test_logon_tells_where_the_person_sat():
    (row,) = events_of(evtx(1, 4624, LOGON | {"IpAddress": "192.0.2.7", "WorkstationName": "PC-7"}))
    assert (row["ip"], row["client"], row["host"]) == ("192.0.2.7", "PC-7", "fs02.kura.example")


@pytest.mark.parametrize(
    "noise",
    [
        {"TargetUserName": "PC-7$"},
        {"TargetUserSid": "S-1-5-7", "TargetUserName": "ANONYMOUS LOGON"},
        {"TargetUserSid": "S-1-5-18", "TargetUserName": "SYSTEM"},
        {"TargetUserSid": "S-1-5-19", "TargetUserName": "LOCAL SERVICE"},
        {"TargetUserSid": "S-1-5-20", "TargetUserName": "NETWORK SERVICE"},
        {"TargetDomainName": "Window Manager", "TargetUserName": "DWM-3"},
        {"TargetDomainName": "Font Driver Host", "TargetUserName": "UMFD-0"},
    ],
)
@pytest.mark.parametrize("event", [4624, 4625, 4634])
def test_sessions_of_machines_and_of_the_system_are_noise(event, noise):
    assert deeds(evtx(1, event, LOGON | noise)) == []


def test_account_of_the_machine_itself_is_local_and_never_meets_a_domain_account():
    (row,) = events_of(evtx(1, 4624, LOGON | {"TargetDomainName": "FS02", "TargetUserName": "admin"}))
    assert (row["actor_raw"], row["actor_namespace"]) == ("FS02\\admin", "local")
    assert events_of(evtx(1, 4624, LOGON))[0]["actor_namespace"] == "ad"


# 4663: the address comes from the logon


def test_file_access_without_its_logon_has_no_address():
    assert events_of(access(1, "0x1"))[0]["ip"] is None


def test_address_is_that_of_the_same_logon_only():
    logons = [
        evtx(1, 4624, LOGON | {"IpAddress": "192.0.2.7", "WorkstationName": "PC-7"}),
        evtx(2, 4624, LOGON | {"IpAddress": "192.0.2.8", "WorkstationName": "PC-8", "TargetLogonId": "0x88"}),
    ]
    found = events_of(*logons, access(3, "0x1"), access(4, "0x1", SubjectLogonId="0x88"))
    assert [row["ip"] for row in found if row["activity"] == "read"] == ["192.0.2.7", "192.0.2.8"]


def test_logon_number_of_another_computer_is_another_logon():
    elsewhere = evtx(1, 4624, LOGON | {"IpAddress": "192.0.2.9"}, computer="dc01.kura.example")
    found = events_of(elsewhere, access(2, "0x1"))
    assert [row["ip"] for row in found if row["activity"] == "read"] == [None]


def test_latest_logon_with_a_number_counts_because_numbers_are_reused():
    first = evtx(1, 4624, LOGON | {"IpAddress": "192.0.2.7"})
    second = evtx(2, 4624, LOGON | {"IpAddress": "192.0.2.8"}, second=60)
    assert events_of(first, second, access(3, "0x1", second=61))[-1]["ip"] == "192.0.2.8"


# 4663: what the mask means, and the chain of one handle


@pytest.mark.parametrize(
    ("mask", "activity"),
    [
        ("0x1", "read"),
        ("0x2", "write"),
        ("0x4", "write"),
        ("0x6", "write"),
        ("0x3", "write"),
        ("0x40000", "permission_change"),
        ("0x80000", "permission_change"),
    ],
)
def test_access_mask_tells_the_deed(mask, activity):
    assert deeds(access(1, mask)) == [(activity, PATH)]


@pytest.mark.parametrize("mask", ["0x80", "0x100", "0x20000", "0x100000", "0x0"])
def test_attributes_listing_of_rights_and_synchronising_are_noise(mask):
    assert deeds(access(1, mask)) == []


def test_access_to_something_else_than_a_file_is_noise():
    assert deeds(access(1, "0x1", ObjectType="Key")) == []


def test_delete_access_without_a_deletion_is_an_inferred_rename():
    (row,) = events_of(access(1, "0x10000"))
    assert (row["activity"], row["flags"]) == ("rename", "rename_inferred")


def test_label_that_the_file_server_knows_is_kept_as_it_was_seen():
    label = 'S:AI(RA;;;;;WD;("Impact_MS",TI,0x10020,3000))'
    assert events_of(access(1, "0x1", ResourceAttributes=label))[0]["label_at_event"] == label
    assert events_of(access(1, "0x1", ResourceAttributes="-"))[0]["label_at_event"] is None


def test_masks_of_one_handle_are_one_event_per_deed_until_it_is_closed():
    records = [
        access(1, "0x1"),
        access(2, "0x2", second=1),
        access(3, "0x1", second=2),
        evtx(4, 4658, CLOSED, second=3),
        access(5, "0x1", second=4),
    ]
    found = [(row["activity"], row["stitched_from"]) for row in events_of(*records)]
    assert found == [("read", "3"), ("write", None), ("read", None)]


def test_event_stands_at_its_first_access():
    row = events_of(access(1, "0x1"), access(2, "0x1", second=500), evtx(3, 4658, CLOSED, second=501))[0]
    assert row["original_text"] == "2026-11-20T01:00:00.106986Z"


def test_chain_lives_as_long_as_no_ten_minutes_pass():
    assert len(deeds(*(access(n, "0x1", second=n * 599) for n in range(1, 5)))) == 1
    assert len(deeds(*(access(n, "0x1", second=n * 601) for n in range(1, 5)))) == 4


def test_reused_handle_number_on_another_file_is_another_event():
    assert deeds(access(1, "0x1"), access(2, "0x1", ObjectName="D:\\設計\\B.dwg")) == [
        ("read", PATH),
        ("read", "D:\\設計\\B.dwg"),
    ]


@pytest.mark.parametrize("change", [{"HandleId": "0x14"}, {"ProcessId": "0x8"}, {"SubjectLogonId": "0x99"}])
def test_other_handle_process_or_logon_is_another_event(change):
    assert len(deeds(access(1, "0x1"), access(2, "0x1", **change))) == 2


def test_same_handle_number_on_another_computer_is_another_event():
    other = evtx(2, 4663, FILE | {"AccessMask": "0x1"}, computer="fs03.kura.example")
    assert len(deeds(access(1, "0x1"), other)) == 2


def test_handles_still_open_at_the_end_of_the_file_are_not_lost():
    assert deeds(access(1, "0x1"), evtx(2, 4690, {})) == [("read", PATH)]


def test_closing_an_unknown_handle_is_noise():
    assert deeds(evtx(1, 4658, CLOSED)) == []


# 4656: intent, not use


def test_granted_handle_is_no_deed():
    assert deeds(evtx(1, 4656, FILE | {"AccessMask": "0x1"})) == []


@pytest.mark.parametrize(
    ("mask", "activity"), [("0x1", "read"), ("0x2", "write"), ("0x10000", "delete"), ("0x0", "read")]
)
def test_refused_handle_is_a_denied_deed_of_what_was_asked(mask, activity):
    (row,) = events_of(evtx(1, 4656, FILE | {"AccessMask": mask}, keywords=REFUSED))
    assert (row["activity"], row["outcome"], row["path"]) == (activity, "denied", PATH)


def test_refused_handle_of_a_registry_key_is_noise():
    assert deeds(evtx(1, 4656, FILE | {"ObjectType": "Key", "AccessMask": "0x1"}, keywords=REFUSED)) == []


# 4660: the name comes from the handle


def deleted(number, **changes):
    return evtx(number, 4660, CLOSED | {"ObjectServer": "Security"} | changes)


def test_deletion_takes_the_name_from_the_handle_request():
    assert deeds(evtx(1, 4656, FILE | {"AccessMask": "0x10000"}), deleted(2)) == [("delete", PATH)]


def test_deletion_takes_the_name_from_the_access_and_is_no_rename():
    assert deeds(access(1, "0x10000"), deleted(2)) == [("delete", PATH)]


def test_what_was_read_before_the_deletion_stays_a_read():
    assert sorted(deeds(access(1, "0x1"), access(2, "0x10000"), deleted(3))) == [("delete", PATH), ("read", PATH)]


def test_deletion_of_a_registry_key_is_noise():
    assert deeds(evtx(1, 4656, FILE | {"ObjectType": "Key"}), deleted(2)) == []


def test_deletion_whose_name_is_gone_says_so():
    (row,) = events_of(deleted(1))
    assert (row["path"], row["flags"]) == (None, "name_unknown")


def test_name_of_the_same_handle_in_another_process_is_not_borrowed():
    asked_for = evtx(1, 4656, FILE | {"AccessMask": "0x10000", "ProcessId": "0x8"})
    assert deeds(asked_for, deleted(2)) == [("delete", None)]


def test_latest_name_of_a_reused_handle_is_taken():
    newer = evtx(2, 4656, FILE | {"ObjectName": "D:\\設計\\B.dwg", "AccessMask": "0x10000"})
    assert deeds(evtx(1, 4656, FILE | {"AccessMask": "0x10000"}), newer, deleted(3)) == [("delete", "D:\\設計\\B.dwg")]


# 4670, 5142 to 5144: who may reach it


def test_changed_permission_of_a_file_is_told():
    assert deeds(evtx(1, 4670, FILE | {"OldSd": "D:AI", "NewSd": "D:P"})) == [("permission_change", PATH)]


def test_changed_permission_of_a_token_is_noise():
    assert deeds(evtx(1, 4670, FILE | {"ObjectType": "Token"})) == []


@pytest.mark.parametrize(("event", "name"), [(5142, "share created"), (5143, "share changed"), (5144, "share deleted")])
def test_changed_share_is_a_change_of_permission(event, name):
    (row,) = events_of(evtx(1, event, AKARI | {"ShareName": "\\\\*\\設計", "ShareLocalPath": "D:\\設計"}))
    assert (row["activity"], row["object_kind"], row["path"], row["name"]) == (
        "permission_change",
        "share",
        "\\\\fs02\\設計",
        name,
    )


# 5140, 5145: shares


def test_share_reached_is_a_logon_to_the_share():
    (row,) = events_of(evtx(1, 5140, SHARE))
    assert (row["activity"], row["object_kind"], row["path"], row["ip"]) == (
        "logon",
        "share",
        "\\\\fs02\\設計",
        "192.0.2.7",
    )


def test_refused_share_is_a_failed_logon():
    (row,) = events_of(evtx(1, 5140, SHARE, keywords=REFUSED))
    assert (row["activity"], row["outcome"]) == ("logon_fail", "denied")


@pytest.mark.parametrize("event", [5140, 5145])
def test_ipc_share_is_noise(event):
    assert deeds(evtx(1, event, SHARE | {"ShareName": "\\\\*\\IPC$", "RelativeTargetName": "srvsvc"})) == []


def opened(mask, name="A\\A-17.dwg", **more):
    return evtx(1, 5145, SHARE | {"RelativeTargetName": name, "AccessMask": mask}, **more)


@pytest.mark.parametrize(
    ("mask", "activity"),
    [("0x1", "read"), ("0x120089", "read"), ("0x3", "read"), ("0x2", "write"), ("0x10000", "delete")],
)
def test_share_access_is_what_was_asked_for_and_says_that_it_was_only_asked(mask, activity):
    (row,) = events_of(opened(mask))
    assert (row["activity"], row["path"], row["flags"]) == (activity, UNC, "requested")


def test_refused_share_access_is_denied():
    assert events_of(opened("0x1", keywords=REFUSED))[0]["outcome"] == "denied"


@pytest.mark.parametrize("name", ["\\", "", "A\\desktop.ini", "A\\Desktop.INI", "Thumbs.db"])
def test_share_root_and_what_explorer_opens_by_itself_are_noise(name):
    assert deeds(opened("0x1", name)) == []


def test_share_access_that_only_asks_for_attributes_is_noise():
    assert deeds(opened("0x80")) == []


# 1102 and the rest


def test_cleared_log_names_who_and_which():
    (row,) = events_of(evtx(1, 1102, AKARI))
    assert (row["activity"], row["actor_raw"], row["object_kind"], row["path"]) == (
        "log_cleared",
        "KURA\\akari",
        "log",
        "Security",
    )


@pytest.mark.parametrize("event", [4627, 4689, 4690, 4703, 5058, 5156])
def test_what_comes_by_the_thousand_and_no_rule_names_is_noise(event):
    assert deeds(evtx(1, event, AKARI)) == []


def test_log_without_closings_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr("kuramori_lake.sources.windows_deeds.MOST_HANDLES", 3)
    asks = [evtx(n, 4656, FILE | {"HandleId": hex(n), "AccessMask": "0x10000"}) for n in range(1, 7)]
    assert deeds(*asks, deleted(7, HandleId="0x1")) == [("delete", None)]
    assert deeds(*asks, deleted(7, HandleId="0x6")) == [("delete", PATH)]


# fields


def test_dash_stands_for_nothing():
    assert [text(value) for value in ("-", "", None, "a", 7)] == [None, None, None, "a", "7"]


def test_masks_are_read_in_every_notation():
    assert [number(value) for value in ("0x10", "16", 16, "", None)] == [16, 16, 16, 0, 0]


def test_use_is_judged_by_the_strongest_right_and_asking_by_the_weakest():
    assert (used(0x3), asked(0x3)) == ("write", "read")
    assert (used(0x10000), asked(0x10000)) == (None, "delete")
