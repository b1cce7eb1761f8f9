"""Devices, printing, programs, Sysmon, accounts and every other channel of Windows (connectors: Windows)."""

import html
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import windows
from kuramori_lake.sources.windows_channels import NOISE, serial_of
from kuramori_lake.sources.windows_deed import whole
from kuramori_lake.sources.windows_netapp import path_of
from kuramori_lake.tests.conftest import SAMPLES
from kuramori_lake.tests.windows_log import AKARI, LOGON, OK, OPTIONS, REFUSED, at, events_of, evtx, nxlog, parse, xml

STICK = "USBSTOR\\Disk&Ven_SanDisk&Prod_Ultra&Rev_1.00\\4C530001231120115142&0"
PNP = "Kernel-PnP/Configuration"
FRAMEWORK = "DriverFrameworks-UserMode/Operational"
SYSMON = {"User": "KURA\\akari", "Hashes": "MD5=00AA,SHA256=AB12", "Image": "C:\\Windows\\explorer.exe"}
SEATED = LOGON | {"LogonType": "2"}


def of(channel, event, data, *, number=1, second=0, user_data=None):
    """A record of another channel than the security log; `user_data` names the element of UserData."""
    system = {
        "Provider": {"#attributes": {"Name": f"Microsoft-Windows-{channel.partition('/')[0]}"}},
        "EventID": event, "EventRecordID": number, "Computer": "pc7.kura.example", "Keywords": OK,
        "Channel": f"Microsoft-Windows-{channel}" if "/" in channel else channel,
        "TimeCreated": {"#attributes": {"SystemTime": at(second)}},
    }  # fmt: skip
    body = {"UserData": {user_data: data}} if user_data else {"EventData": data}
    return orjson.dumps({"Event": {"System": system} | body})


def one(*records):
    """The last event of some records."""
    return events_of(*records)[-1]


def members(row):
    return json.loads(row["fields"])


# What a record says for itself


def test_members_keep_their_names_and_the_headers_have_those_of_sigma():
    row = one(of("Sysmon/Operational", 3, {"DestinationIp": "203.0.113.9", "User": "KURA\\akari", "Empty": ""}))
    assert (row["activity"], row["actor_raw"], row["object_kind"]) == ("system_event", "KURA\\akari", None)
    assert members(row) == {
        "DestinationIp": "203.0.113.9",
        "User": "KURA\\akari",
        "EventID": 3,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Computer": "pc7.kura.example",
        "Provider_Name": "Microsoft-Windows-Sysmon",
    }


def test_file_accesses_have_no_members_because_their_columns_say_all():
    share = AKARI | {"ShareName": "\\\\*\\a", "RelativeTargetName": "b.txt", "AccessMask": "0x1"}
    refused = AKARI | {"ObjectType": "File", "ObjectName": "D:\\a", "AccessMask": "0x1"}
    rows = events_of(evtx(1, 5145, share), evtx(2, 4656, refused, keywords=REFUSED))
    assert [row.get("fields") for row in rows] == [None, None]
    assert members(one(evtx(1, 4624, LOGON)))["LogonType"] == "3"


@pytest.mark.parametrize("event", [4719, 4697, 4698, 5136])
def test_security_records_that_only_rules_ask_for_are_system_events_of_their_subject(event):
    row = one(evtx(1, event, AKARI | {"ServiceName": "x"}))
    assert (row["activity"], row["actor_raw"], row["session_key"]) == (
        "system_event",
        "KURA\\akari",
        "fs02.kura.example:0x77",
    )


@pytest.mark.parametrize("event", sorted(NOISE))
def test_noise_is_that_of_the_security_log_only(event):
    assert events_of(evtx(1, event, AKARI)) == []
    assert one(of("System", event, {}))["activity"] == "system_event"


def test_ids_of_the_security_log_mean_nothing_in_another_channel():
    assert one(of("Application", 1102, {}))["activity"] == "system_event"
    assert one(of("Application", 4663, {"ObjectType": "File"}))["activity"] == "system_event"


# Accounts, rights, programs


@pytest.mark.parametrize(
    ("event", "activity"),
    [(4720, "account_enable"), (4725, "account_disable"), (4732, "permission_change"), (4672, "privilege")],
)
def test_accounts_and_rights(event, activity):
    row = one(evtx(1, event, AKARI | {"TargetUserName": "botan"}))
    assert (row["activity"], row["actor_raw"], row["name"], row["object_kind"]) == (
        activity,
        "KURA\\akari",
        "botan",
        "account",
    )


def test_use_of_another_accounts_password_is_the_subjects_deed_and_proves_no_entry():
    other = {"TargetUserName": "admin", "TargetDomainName": "KURA", "TargetServerName": "fs01", "IpAddress": "-"}
    row = one(evtx(1, 4648, AKARI | other))
    assert (row["activity"], row["outcome"], row["actor_raw"], row["name"], row["client"], row["flags"]) == (
        "logon",
        "unknown",
        "KURA\\akari",
        "KURA\\admin",
        "fs01",
        "other_credentials",
    )


def test_program_is_its_path_and_its_command_line():
    program = {"NewProcessName": "C:\\x\\7z.exe", "CommandLine": "7z a -pX a.7z D:\\設計"}
    row = one(evtx(1, 4688, AKARI | program))
    assert (row["activity"], row["actor_raw"], row["path"], row["name"]) == (
        "process_start",
        "KURA\\akari",
        "C:\\x\\7z.exe",
        "7z a -pX a.7z D:\\設計",
    )
    assert row["object_kind"] is None
    started = SYSMON | {"CommandLine": "notepad a.txt", "LogonId": "0x77", "Image": "C:\\n.exe"}
    row = one(of("Sysmon/Operational", 1, started))
    assert (row["activity"], row["path"], row["name"], row["hash"]) == (
        "process_start",
        "C:\\n.exe",
        "notepad a.txt",
        "ab12",
    )
    assert row["session_key"] == "pc7.kura.example:0x77"


# Devices


@pytest.mark.parametrize(
    ("instance", "serial"),
    [
        (STICK, "4C530001231120115142"),
        ("SWD\\WPDBUSENUM\\_??_" + STICK.replace("\\", "#") + "#{53f56307-b6bf}", "4C530001231120115142"),
        ("USBSTOR\\Disk&Ven_No&Prod_Name\\7&2a6b4f0&0", None),
        ("USBSTOR\\Disk", None),
        ("USB\\VID_18D1&PID_4EE1\\8C1X0PX9N1", "8C1X0PX9N1"),
        ("USB\\VID_18D1&PID_4EE2&MI_00\\6&2C24CE2E&0&0000", None),
        ("USB\\VID_18D1&PID_4EE1", None),
        ("SWD\\PRINTENUM\\{F98719DA}", None),
        ("", None),
    ],
)
def test_serial_number_is_the_devices_own_or_none(instance, serial):
    assert serial_of(instance) == serial


def test_stick_is_put_down_to_who_sits_at_the_machine_as_an_inference():
    machine = {"SubjectUserName": "-", "DeviceId": STICK, "ClassName": "DiskDrive", "DeviceDescription": "Ultra"}
    row = one(evtx(1, 4624, SEATED), evtx(2, 6416, machine, second=1))
    assert (row["activity"], row["actor_raw"], row["confidence"], row["device_serial"], row["device"]) == (
        "device_connect",
        "KURA\\akari",
        "inferred",
        "4C530001231120115142",
        "Ultra",
    )
    assert (row["object_kind"], row["destination_class"], row["session_key"]) == (
        "device",
        "removable",
        "fs02.kura.example:0x77",
    )


@pytest.mark.parametrize(
    "before",
    [
        [],
        [evtx(1, 4624, LOGON)],
        [evtx(1, 4624, SEATED), evtx(2, 4634, SEATED, second=1)],
        [evtx(1, 4624, SEATED, computer="pc8")],
    ],
    ids=["nobody", "over the net", "gone", "elsewhere"],
)
def test_stick_is_nobodys_when_nobody_sits_there(before):
    row = one(*before, evtx(7, 6416, {"DeviceId": STICK, "ClassName": "DiskDrive"}, second=2))
    assert (row["activity"], row["actor_raw"], row["confidence"]) == ("device_connect", None, None)


def test_printer_is_no_medium_in_the_real_sample():
    content = (SAMPLES / "md_4656_4663_4658.evtx").read_bytes()
    rows = [row for reading in windows.parse(content, OPTIONS) for row in reading.events.to_pylist()]
    assert "process_start" in {row["activity"] for row in rows}
    row = one(evtx(1, 6416, {"DeviceId": "SWD\\PRINTENUM\\{F9}", "ClassName": ""}))
    assert (row["activity"], row.get("destination_class")) == ("system_event", None)


DISK = {
    "BusType": 7, "Capacity": 31000000000, "Manufacturer": "SanDisk ", "Model": "Ultra", "SerialNumber": " 4C53 ",
    "ParentId": "USB\\VID_0781&PID_5581\\4C53", "Vbr0": "EB5890", "Mbr": "33C0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "activity"),
    [
        ({}, "device_connect"),
        ({"Capacity": 0}, "device_disconnect"),
        ({"BusType": "12"}, "device_connect"),
        ({"BusType": 17}, "system_event"),
        ({"BusType": "x"}, "system_event"),
    ],
)
def test_disk_that_can_be_carried_comes_with_capacity_and_goes_without(changes, activity):
    row = one(of("Partition/Diagnostic", 1006, DISK | changes))
    assert row["activity"] == activity
    assert "Mbr" not in members(row)
    if activity != "system_event":
        assert (row["device"], row["device_serial"], row["uid"]) == ("SanDisk Ultra", "4C53", DISK["ParentId"])
        assert row["size"] == ((DISK | changes)["Capacity"] or None)


@pytest.mark.parametrize(
    ("channel", "event", "data", "activity"),
    [
        (PNP, 410, {"DeviceInstanceId": STICK}, "device_connect"),
        (PNP, 420, {"DeviceInstanceId": STICK}, "device_disconnect"),
        (PNP, 410, {"DeviceInstanceId": "HID\\VID_1"}, "system_event"),
        (FRAMEWORK, 2003, {"#attributes": {"instance": STICK.replace("\\", "#")}}, "device_connect"),
        (FRAMEWORK, 2100, {"InstanceId": STICK, "minor": "23"}, "device_disconnect"),
        (FRAMEWORK, 2102, {"Request": {"major": 27, "minor": 2}, "InstanceId": STICK}, "device_disconnect"),
        (FRAMEWORK, 2100, {"InstanceId": STICK, "minor": 9}, "system_event"),
    ],
)
def test_second_witnesses_of_a_medium_are_marked(channel, event, data, activity):
    row = one(of(channel, event, data))
    assert row["activity"] == activity
    assert row["flags"] == (None if activity == "system_event" else "second_witness")


# Printing


PRINT = {
    "#attributes": {"xmlns": "http://manifests.microsoft.com/x"}, "Param1": 45, "Param2": "設計書", "Param3": "akari",
    "Param4": "\\\\PC-7", "Param5": "複合機5F", "Param6": "192.0.2.40", "Param7": 110128, "Param8": 2,
}  # fmt: skip


def test_print_job_is_claimed_by_a_name_and_counts_pages():
    row = one(of("PrintService/Operational", 307, PRINT, user_data="DocumentPrinted"))
    assert {name: row[name] for name in ("activity", "actor_raw", "confidence", "name", "device", "client")} == {
        "activity": "print",
        "actor_raw": "akari",
        "confidence": "claimed",
        "name": "設計書",
        "device": "複合機5F",
        "client": "PC-7",
    }
    assert (row["count"], row["bytes"], row["destination_class"], row["object_kind"], row["flags"]) == (
        2,
        110128,
        "printer",
        "paper",
        None,
    )


@pytest.mark.parametrize("port", ["F:\\02\\zzz.pdf", "FILE:", "PORTPROMPT:"])
def test_printing_into_a_file_is_marked(port):
    row = one(of("PrintService/Operational", 307, PRINT | {"Param6": port}, user_data="DocumentPrinted"))
    assert (row["flags"], row["destination_value"]) == ("print_to_file", port)


# Sysmon and other logs


def test_file_made_on_a_drive_that_the_configuration_calls_removable_is_a_copy():
    plain = one(of("Sysmon/Operational", 11, SYSMON | {"TargetFilename": "E:\\a.dwg", "RuleName": "-"}))
    assert (plain["activity"], plain["path"], plain.get("destination_class")) == ("create", "E:\\a.dwg", None)
    tagged = one(of("Sysmon/Operational", 11, SYSMON | {"TargetFilename": "E:\\a.dwg", "RuleName": "usb_drive"}))
    assert (tagged["activity"], tagged["destination_class"], tagged["actor_raw"]) == (
        "copy",
        "removable",
        "KURA\\akari",
    )


def test_mark_of_the_web_tells_where_a_file_came_from():
    stream = {
        "TargetFilename": "C:\\Users\\akari\\a.zip:Zone.Identifier",
        "Contents": "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://rival.example/a.zip\r\n",
    }
    row = one(of("Sysmon/Operational", 15, SYSMON | stream | {"Hash": "SHA256=CD", "Hashes": None}))
    assert (row["activity"], row["path"], row["name"], row["hash"]) == (
        "download",
        "C:\\Users\\akari\\a.zip",
        "https://rival.example/a.zip",
        "cd",
    )
    other = one(of("Sysmon/Operational", 15, stream | {"TargetFilename": "C:\\a.txt:hidden"}))
    assert other["activity"] == "system_event"


@pytest.mark.parametrize("event", [23, 26])
def test_deletion_that_sysmon_saw_has_the_hash_of_what_is_gone(event):
    row = one(of("Sysmon/Operational", event, SYSMON | {"TargetFilename": "D:\\a", "Hashes": "MD5=00AA"}))
    assert (row["activity"], row["path"], row["hash"]) == ("delete", "D:\\a", "MD5=00AA")


def test_any_cleared_log_is_told():
    row = one(of("System", 104, AKARI | {"Channel": "Application"}, user_data="LogFileCleared"))
    assert (row["activity"], row["path"], row["actor_raw"], row["object_kind"]) == (
        "log_cleared",
        "Application",
        "KURA\\akari",
        "log",
    )


# NetApp


def netapp(event, name, data, keywords=OK, second=0):
    fields = "".join(f'<Data Name="{key}">{html.escape(value)}</Data>' for key, value in data.items())
    return (
        f'<Event><System><Provider Name="NetApp-Security-Auditing"/><EventID>{event}</EventID>'
        f"<EventName>{name}</EventName><Keywords>{keywords}</Keywords><Result>Audit Success</Result>"
        f'<TimeCreated SystemTime="{at(second)}"/><Channel>Security</Channel><Computer>cl1/svm1</Computer></System>'
        f"<EventData>{fields}</EventData></Event>"
    ).encode()


ONTAP = {
    "SubjectIP": "192.0.2.7", "SubjectUserName": "akari", "SubjectDomainName": "KURA", "ObjectServer": "Security",
    "ObjectType": "File", "HandleID": "00000000000401;00;000001e4;00176767", "ObjectName": "(data1);/設計/A-17.dwg:s1",
}  # fmt: skip


def test_netapp_record_is_read_by_its_name_and_has_its_address():
    rows = events_of(netapp(4663, "Read Object", ONTAP), netapp(4663, "Write Object", ONTAP, second=1))
    assert [(row["activity"], row["path"], row["ip"]) for row in rows] == [
        ("read", "/data1/設計/A-17.dwg", "192.0.2.7"),
        ("write", "/data1/設計/A-17.dwg", "192.0.2.7"),
    ]
    assert len({row["row_key"] for row in rows}) == 2
    assert events_of(netapp(4663, "Get Object Attributes", ONTAP)) == []


def test_netapp_refusal_and_deletion():
    asked = ONTAP | {"DesiredAccess": "Read Data; List Directory; Synchronize"}
    (row,) = events_of(netapp(4656, "Open Object", asked, keywords=REFUSED))
    assert (row["activity"], row["outcome"]) == ("read", "denied")
    (row,) = events_of(netapp(4660, "Delete Object", ONTAP))
    assert (row["activity"], row["path"]) == ("delete", "/data1/設計/A-17.dwg")


@pytest.mark.parametrize(
    ("name", "path"),
    [("(v);/a/b.txt", "/v/a/b.txt"), ("/a/b", "/a/b"), ("(v);/a:b/c", "/v/a:b/c"), ("(v);/a/c:s", "/v/a/c"), ("", "")],
)
def test_netapp_path(name, path):
    assert path_of(name) == path


# Wrappings and hostile input


def test_flattened_records_of_hunting_tools_are_the_same_events():
    flat = {
        "EventID": 4688, "EventRecordID": 7, "Channel": "Security", "Computer": "fs02.kura.example",
        "SystemTime": at(0), "Provider_Name": "", "Keywords": OK, "OriginalLogfile": "a.evtx", "row_id": 1,
    }  # fmt: skip
    program = AKARI | {"NewProcessName": "C:\\x.exe"}
    rows = [one(orjson.dumps(flat | program)), one(evtx(7, 4688, program)), one(xml(7, 4688, program))]
    assert len({row["row_key"] for row in rows}) == 1
    assert [row["path"] for row in rows] == ["C:\\x.exe"] * 3
    assert members(rows[1]) == members(rows[2]) == {k: v for k, v in members(rows[0]).items() if k != "row_id"}
    refused = flat | AKARI | {"EventID": 4656, "Keywords": REFUSED, "ObjectType": "File", "ObjectName": "D:\\a"}
    assert one(orjson.dumps(refused))["outcome"] == "denied"
    assert one(nxlog(7, 4688, program))["row_key"] == rows[0]["row_key"]


@given(
    st.dictionaries(
        st.sampled_from(["BusType", "Capacity", "minor", "Param6", "Param7", "DeviceId", "User", "Hashes", "Contents"]),
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.text(max_size=12)
        | st.lists(st.just(1.5))
        | st.just({"a": 1}),
    ),
    st.sampled_from([1, 11, 15, 26, 104, 307, 410, 1006, 2100, 4648, 4688, 4720, 6416]),
)
def test_members_of_any_kind_never_stop_the_reader(data, event):
    channels = ["Security", "System", "Sysmon/Operational", "PrintService/Operational", "Partition/Diagnostic", PNP]
    records = [of(channel, event, data, number=n) for n, channel in enumerate([*channels, FRAMEWORK], 1)]
    events, rejects = parse(*records)
    assert len(events) + len(rejects) == len(records)


def test_numbers_beyond_a_column_are_none():
    assert [whole(value) for value in ("0x10", 2**63, -1, "x", None, True)] == [16, None, None, None, 0, 1]


@pytest.mark.parametrize(
    "wrong", [{"Channel": 7}, {"Computer": ["a"]}, {"EventRecordID": 2**63}, {"EventRecordID": -7}, {"SystemTime": 5}]
)
def test_header_of_the_wrong_kind_is_a_reject(wrong):
    flat = {"EventID": 4688, "EventRecordID": 7, "Channel": "Security", "Computer": "pc7", "SystemTime": at(0)}
    events, rejects = parse(orjson.dumps(flat | wrong))
    assert (len(events), len(rejects)) == (0, 1)
