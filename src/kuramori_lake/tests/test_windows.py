"""Windows events: joins between records, the four wrappings, and files that are damaged."""

import orjson

from kuramori_lake.sources import windows
from kuramori_lake.sources.windows_records import read
from kuramori_lake.tests.conftest import SAMPLES

SUBJECT = {"SubjectUserName": "akari", "SubjectDomainName": "KURA", "SubjectLogonId": "0x77"}
FILE = SUBJECT | {"ObjectType": "File", "ProcessId": "0x4", "HandleId": "0x10", "ObjectName": "D:\\設計\\A-17.dwg"}


def record(number, event, /, second=0, keywords="0x8020000000000000", user_data=False, **data):
    body = {"UserData": {"LogFileCleared": data}} if user_data else {"EventData": data}
    system = {
        "EventID": event,
        "EventRecordID": number,
        "Channel": "Security",
        "Computer": "fs02.kura.example",
        "Keywords": keywords,
        "TimeCreated": {"#attributes": {"SystemTime": f"2026-11-20T01:{second // 60:02}:{second % 60:02}.106986Z"}},
    }
    return orjson.dumps({"Event": {"System": system, **body}})


def parse(options, *records):
    readings = list(windows.parse(b"\n".join(records) + b"\n", options))
    events = [row for reading in readings for row in reading.events.to_pylist()]
    derived = sum(reading.derived for reading in readings)
    rejects = [one for reading in readings for one in reading.rejects]
    assert len(events) - derived + len(rejects) + sum(one.ignored for one in readings) == len(records)
    return events, rejects


def test_deletion_gets_its_name_from_the_handle(options):
    events, _ = parse(
        options,
        record(1, 4656, AccessMask="0x10000", **FILE),
        record(2, 4663, AccessMask="0x10000", **FILE),
        record(3, 4660, ObjectServer="Security", **{k: FILE[k] for k in (*SUBJECT, "ProcessId", "HandleId")}),
    )
    (deleted,) = events
    assert (deleted["activity"], deleted["path"], deleted["stitched_from"]) == ("delete", FILE["ObjectName"], "2")


def test_reused_handle_does_not_lend_its_old_name(options):
    closed = {k: FILE[k] for k in (*SUBJECT, "ProcessId", "HandleId")}
    events, _ = parse(
        options,
        record(1, 4656, AccessMask="0x1", **FILE),
        record(2, 4658, **closed),
        record(3, 4660, ObjectServer="Security", **closed),
    )
    assert [(row["activity"], row["path"], row["flags"]) for row in events] == [("delete", None, "name_unknown")]


def test_file_access_gets_its_address_from_the_logon(options):
    who = {"TargetUserName": "akari", "TargetDomainName": "KURA", "TargetLogonId": "0x77", "LogonType": 3}
    events, _ = parse(
        options,
        record(1, 4624, IpAddress="192.0.2.7", WorkstationName="PC-7", **who),
        record(2, 4663, AccessMask="0x1", **FILE),
    )
    assert [(row["activity"], row["ip"], row["client"]) for row in events] == [
        ("logon", "192.0.2.7", "PC-7"),
        ("read", "192.0.2.7", "PC-7"),
    ]


def test_accesses_through_one_handle_are_one_event_per_deed(options):
    accesses = [record(n, 4663, second=n, AccessMask=mask, **FILE) for n, mask in enumerate(["0x1", "0x1", "0x2"], 1)]
    events, _ = parse(options, *accesses)
    assert [(row["activity"], row["stitched_from"]) for row in events] == [("read", "2"), ("write", None)]


def test_ten_idle_minutes_end_a_chain(options):
    events, _ = parse(options, *(record(n, 4663, second=n * 700, AccessMask="0x1", **FILE) for n in (1, 2)))
    assert [row["activity"] for row in events] == ["read", "read"]


def test_only_refused_handles_are_events(options):
    refused = record(2, 4656, keywords="0x8010000000000000", AccessMask="0x1", **FILE)
    events, _ = parse(options, record(1, 4656, AccessMask="0x1", **FILE), refused)
    assert [(row["activity"], row["outcome"]) for row in events] == [("read", "denied")]


def test_share_access_names_the_server_and_skips_noise(options):
    share = SUBJECT | {"ShareName": "\\\\*\\設計", "AccessMask": "0x120089", "IpAddress": "192.0.2.7"}
    events, _ = parse(
        options,
        record(1, 5145, RelativeTargetName="A\\A-17.dwg", **share),
        record(2, 5145, RelativeTargetName="A\\desktop.ini", **share),
        record(3, 5145, RelativeTargetName="srvsvc", **(share | {"ShareName": "\\\\*\\IPC$"})),
    )
    assert [(row["path"], row["flags"]) for row in events] == [("\\\\fs02\\設計\\A\\A-17.dwg", "requested")]


def test_cleared_log_is_an_event_with_its_person(options):
    events, _ = parse(options, record(9, 1102, user_data=True, **SUBJECT))
    assert [(row["activity"], row["actor_raw"], row["path"]) for row in events] == [
        ("log_cleared", "KURA\\akari", "Security")
    ]


def test_hole_in_record_numbers_is_an_event_but_a_selection_has_holes_by_nature(options):
    events, _ = parse(options, *(record(n, 4999) for n in (1, 2, 3, 6)))
    assert [(row["activity"], row["name"], row["count"]) for row in events] == [("log_gap", "4-5", 2)]
    assert parse(options, *(record(n, 4999) for n in (1, 20, 300)))[0] == []


def test_machine_accounts_and_anonymous_logons_are_noise(options):
    events, _ = parse(
        options,
        record(1, 4624, TargetUserName="PC-7$", TargetDomainName="KURA", TargetLogonId="0x1"),
        record(2, 4624, TargetUserName="ANONYMOUS LOGON", TargetUserSid="S-1-5-7", TargetLogonId="0x2"),
    )
    assert events == []


def test_winlogbeat_flat_and_xml_say_the_same(options):
    time, where = "2026-11-20T01:00:00.106Z", {"channel": "Security", "computer_name": "fs02.kura.example"}
    data = FILE | {"AccessMask": "0x1"}
    beat = orjson.dumps(
        {"@timestamp": time, "winlog": where | {"event_id": "4663", "record_id": 5, "event_data": data, "keywords": []}}
    )
    flat = orjson.dumps(
        data
        | {"EventID": 4663, "RecordNumber": 5, "Channel": "Security", "Hostname": "fs02.kura.example"}
        | {"EventTime": time}
    )
    inside = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in data.items())
    xml = (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>4663</EventID>'
        f'<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime="{time}"/><EventRecordID>5</EventRecordID>'
        f"<Channel>Security</Channel><Computer>fs02.kura.example</Computer></System><EventData>{inside}</EventData></Event>"
    ).encode()
    rows = [parse(options, form)[0][0] for form in (beat, flat, xml)]
    for row in rows:
        assert {name: row[name] for name in ("activity", "path", "actor_raw", "row_key", "time_utc")} == {
            name: rows[0][name] for name in ("activity", "path", "actor_raw", "row_key", "time_utc")
        }


def test_xml_with_entities_is_refused_not_expanded(options):
    bomb = b'<Event a="1"><!DOCTYPE x [<!ENTITY a "aaaa">]><System>&a;</System></Event>'
    events, rejects = parse(options, bomb)
    assert (events, len(rejects)) == ([], 1)


def test_line_that_is_no_event_is_rejected_with_its_row(options):
    events, rejects = parse(options, record(1, 1102, user_data=True, **SUBJECT), b'{"half": ')
    assert (len(events), [one.row for one in rejects]) == (1, [2])


def test_real_refusals_and_share_accesses(options):
    refusals = [row for one in windows.parse((SAMPLES / "md_4656_file_failures.evtx").read_bytes(), options)
                for row in one.events.to_pylist()]  # fmt: skip
    assert [row["activity"] for row in refusals].count("log_cleared") == 1
    assert sum(row["outcome"] == "denied" for row in refusals) == 19
    shares = list(windows.parse((SAMPLES / "md_5145_user_files.evtx").read_bytes(), options))
    assert sum(one.events.num_rows for one in shares) == 316
    assert sum(one.ignored for one in shares) == 33


def test_place_of_a_real_record_is_where_its_bytes_are(options):
    content = (SAMPLES / "md_5145_user_files.evtx").read_bytes()
    for row in next(windows.parse(content, options)).events.to_pylist()[:20]:
        raw = content[row["raw_offset"] : row["raw_offset"] + row["raw_length"]]
        assert raw.startswith(b"**\x00\x00")
        assert raw[4:8] == raw[-4:]  # a record repeats its size at its end


def test_cut_file_gives_its_whole_chunks_and_says_that_it_is_cut(options):
    content = (SAMPLES / "md_5145_user_files.evtx").read_bytes()
    found = list(read(content[: 4096 + 2 * 65536 + 1000]))
    rejects = [one for one in found if hasattr(one, "reason")]
    assert rejects[0].reason == "file is cut: 4 chunks promised, 2.0 present"
    assert len(found) - len(rejects) > 100


def test_damaged_chunk_is_reported_and_the_next_ones_are_read(options):
    content = bytearray((SAMPLES / "md_5145_user_files.evtx").read_bytes())
    content[4096 + 65536 + 600 : 4096 + 65536 + 5000] = b"\xff" * 4400
    found = list(read(bytes(content)))
    assert any("damaged" in one.reason for one in found if hasattr(one, "reason"))
    whole = len(list(read((SAMPLES / "md_5145_user_files.evtx").read_bytes())))
    assert whole // 2 < len([one for one in found if not hasattr(one, "reason")]) < whole


def test_records_before_the_cut_in_a_chunk_are_read():
    content = (SAMPLES / "md_4656_file_failures.evtx").read_bytes()
    cut, *records = read(content[:30_000])
    assert cut.reason.startswith("file is cut")
    assert [record.event_id for record in records] == [1102, *[4656] * 17]
