"""The same records in every wrapping are the same events; damage is found, told and survived."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import windows
from kuramori_lake.sources.parsed import Reject
from kuramori_lake.sources.windows_records import places, read
from kuramori_lake.tests.conftest import SAMPLES
from kuramori_lake.tests.windows_log import (
    AKARI,
    CLOSED,
    FILE,
    LOGON,
    OPTIONS,
    REFUSED,
    SHARE,
    WRAPPINGS,
    events_of,
    evtx,
    nxlog,
    parse,
    winlogbeat,
    xml,
)

REAL = (SAMPLES / "md_5145_user_files.evtx").read_bytes()
SMALL = (SAMPLES / "md_4656_file_failures.evtx").read_bytes()
PLACE = {"raw_row", "raw_offset", "raw_length", "original_text"}


def story(wrap):
    """Every kind of record once, in one wrapping."""
    return [
        wrap(1, 4624, LOGON | {"IpAddress": "192.0.2.7", "WorkstationName": "PC-7"}),
        wrap(2, 4663, FILE | {"AccessMask": "0x1"}, second=1),
        wrap(3, 4663, FILE | {"AccessMask": "0x2"}, second=2),
        wrap(4, 4658, CLOSED, second=3),
        wrap(5, 4656, FILE | {"AccessMask": "0x10000"}, second=4),
        wrap(6, 4660, CLOSED | {"ObjectServer": "Security"}, second=5),
        wrap(7, 4656, FILE | {"AccessMask": "0x1"}, second=6, keywords=REFUSED),
        wrap(8, 5145, SHARE | {"RelativeTargetName": "営業 & 設計\\<A>.dwg"}, second=7),
        wrap(12, 4634, LOGON, second=8),
    ]


def without_place(rows):
    return [{name: value for name, value in row.items() if name not in PLACE} for row in rows]


@pytest.mark.parametrize("wrap", WRAPPINGS[1:])
def test_every_wrapping_tells_the_same_story_with_the_same_keys(wrap):
    assert without_place(events_of(*story(wrap))) == without_place(events_of(*story(evtx)))


def test_story_is_what_happened():
    assert [row["activity"] for row in events_of(*story(evtx))] == [
        "logon", "read", "write", "delete", "read", "read", "logoff", "log_gap",
    ]  # fmt: skip


def test_xml_may_stand_inside_one_element_and_over_many_lines():
    inside = (
        b"<?xml version='1.0'?>\n<Events>\n"
        + b"\n".join(story(xml)).replace(b"<System>", b"\n <System>")
        + b"</Events>"
    )
    rows = [row for one in windows.parse(inside, OPTIONS) for row in one.events.to_pylist()]
    assert [row["row_key"] for row in rows] == [row["row_key"] for row in events_of(*story(evtx))]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_xml_as_the_event_viewer_saves_it_is_read(encoding):
    text = b"\n".join(story(xml)).decode().encode(encoding)
    rows = [row for one in windows.parse(text, OPTIONS) for row in one.events.to_pylist()]
    assert [row["row_key"] for row in rows] == [row["row_key"] for row in events_of(*story(evtx))]


def test_cut_xml_gives_its_whole_events_and_says_that_it_is_cut():
    found = list(read(xml(1, 4624, LOGON) + xml(2, 4624, LOGON)[:100]))
    assert [getattr(one, "event_id", None) for one in found] == [4624, None]
    assert found[1].reason == "file is cut: the last event is not closed"


@pytest.mark.parametrize(
    "wrong",
    [
        b'<Event a="1"><System><EventID>x</EventID></System></Event>',
        b"<Event ><EventData/></Event>",
        b"<Event ><System></Event>",
        b"<Event >\xff\xfe</Event>",
        b'<Event a="1"><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><System>&a;</System></Event>',
    ],
)
def test_event_that_is_no_event_is_rejected_with_its_bytes(wrong):
    (rejected,) = read(wrong)
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("not an event")
    assert rejected.excerpt == wrong[:200]


@pytest.mark.parametrize(
    "wrong", [b"{", b"[]", b"7", b"{}", b'{"winlog": {}}', b'{"Event": {"System": {}}}', b"\xff\xfe\x00"]
)
def test_line_of_json_that_is_no_event_is_rejected_alone(wrong):
    events, rejects = parse(evtx(1, 1102, AKARI), b" " + wrong, evtx(2, 1102, AKARI))
    assert [row["activity"] for row in events] == ["log_cleared", "log_cleared"]
    assert [one.row for one in rejects] == [2]


def test_blank_lines_are_no_rows():
    (reading, _) = windows.parse(evtx(1, 1102, AKARI) + b"\n\n  \n", OPTIONS)
    assert (reading.events.num_rows, reading.ignored) == (1, 0)


@pytest.mark.parametrize("time", ["yesterday", "0000-00-00T00:00:00Z", "2026-13-01T00:00:00Z"])
def test_impossible_time_is_rejected_not_guessed(time):
    record = evtx(1, 1102, AKARI).replace(b"2026-11-20T01:00:00.106986Z", time.encode())
    events, rejects = parse(record)
    assert (events, len(rejects)) == ([], 1)


@pytest.mark.parametrize(
    "time", ["0001-01-03T00:00:00Z", "1601-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "9999-12-29T00:00:00Z"]
)
def test_possible_time_is_kept_however_strange(time):
    (row,) = events_of(evtx(1, 1102, AKARI).replace(b"2026-11-20T01:00:00.106986Z", time.encode()))
    assert row["time_utc"].isoformat() == time.removesuffix("Z")


def test_time_is_that_of_the_event_not_of_the_record_header():
    at, _ = next(iter(places(SMALL)[0].values()))
    content = bytearray(SMALL)
    struct.pack_into("<Q", content, at + 16, 0)  # 1601-01-01
    before = [(one.record_id, one.time) for one in read(SMALL) if not isinstance(one, Reject)]
    after = [(one.record_id, one.time) for one in read(bytes(content)) if not isinstance(one, Reject)]
    assert after == before


@pytest.mark.parametrize("wrap", [winlogbeat, nxlog])
def test_record_numbers_with_a_hole_are_told_in_every_wrapping(wrap):
    rows = events_of(*(wrap(n, 4690, {}, second=n) for n in (1, 2, 3, 6)))
    assert [(row["activity"], row["name"]) for row in rows] == [("log_gap", "4-5")]


@pytest.mark.parametrize("keywords", [["監査の失敗"], ["Audit Failure"]])
def test_refusal_is_known_in_the_language_of_the_server(keywords):
    record = winlogbeat(1, 4656, FILE | {"AccessMask": "0x1"}).replace(b'"Audit Success"', f'"{keywords[0]}"'.encode())
    assert [row["outcome"] for row in events_of(record)] == ["denied"]


def test_names_are_data_whatever_letters_they_hold():
    """Line breaks, escapes, bidi and a forged actor inside a name stay inside the name."""
    name = 'D:\\a\r\n1102\x1b[31m\u202egpj.exe"}|KURA\\daichi'
    (row,) = events_of(evtx(1, 4663, FILE | {"AccessMask": "0x1", "ObjectName": name}))
    assert (row["path"], row["actor_raw"]) == (name, "KURA\\akari")


# binary files


@pytest.mark.parametrize("name", ["md_4656_4663_4658", "md_4656_file_failures", "md_4660_etc", "md_5145_user_files"])
def test_real_logs_are_read_without_a_reject(name):
    readings = list(windows.parse((SAMPLES / f"{name}.evtx").read_bytes(), OPTIONS))
    assert [one for reading in readings for one in reading.rejects] == []
    for row in (row for one in readings for row in one.events.to_pylist()):
        assert row["time_utc"].year > 2000
        assert row["host"]


def test_binary_and_json_of_the_same_real_records_are_the_same_events():
    records = [one for one in read(SMALL) if not isinstance(one, Reject)]
    lines = [
        evtx(
            one.record_id,
            one.event_id,
            dict(one.data),
            computer=one.computer,
            keywords=REFUSED if one.failed else "0x0",
        )
        .replace(b"2026-11-20T01:00:00.106986Z", one.time.encode())
        .replace(b'"Security","Computer"', f'"{one.channel}","Computer"'.encode())
        for one in records
    ]
    binary = [row["row_key"] for reading in windows.parse(SMALL, OPTIONS) for row in reading.events.to_pylist()]
    assert [row["row_key"] for row in parse(*lines)[0]] == binary


def test_salt_keys_every_record():
    other = next(windows.parse(evtx(1, 1102, AKARI), type(OPTIONS)(zone=OPTIONS.zone, salt=b"other")))
    assert other.events["row_key"].to_pylist() != [row["row_key"] for row in events_of(evtx(1, 1102, AKARI))]


@pytest.mark.parametrize("size", [0, 7, 8, 100, 4095, 4096, 4097, 5000])
def test_file_cut_inside_its_header_says_that_it_is_cut(size):
    found = list(read(SMALL[:size]))
    if size >= 8:
        assert found[0].reason.startswith("file is cut")
    assert all(isinstance(one, Reject) for one in found)


@given(st.integers(4096, len(SMALL)))
def test_file_cut_anywhere_is_read_up_to_the_cut(size):
    found = list(read(SMALL[:size]))
    whole = [one.record_id for one in read(SMALL) if not isinstance(one, Reject)]
    kept = [one.record_id for one in found if not isinstance(one, Reject)]
    assert kept == whole[: len(kept)]


@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_flipped_bytes_never_stop_the_reader(flips):
    content = bytearray(SMALL)
    for at, value in flips:
        content[at] = value
    readings = list(windows.parse(bytes(content), OPTIONS))
    assert readings
    assert all(row["activity"] for one in readings for row in one.events.to_pylist())


@given(st.binary(max_size=300))
def test_any_bytes_are_either_events_or_rejects(junk):
    for reading in windows.parse(junk, OPTIONS):
        assert reading.events.num_rows == 0 or reading.derived


def test_record_that_claims_to_be_longer_than_its_chunk_is_not_followed():
    where, _ = places(SMALL)
    first, (at, _) = next(iter(where.items()))
    content = bytearray(SMALL)
    struct.pack_into("<I", content, at + 4, 0x7FFFFFFF)
    assert first not in places(bytes(content))[0]


def test_events_of_large_files_come_in_pieces(monkeypatch):
    monkeypatch.setattr(windows, "ROWS_A_READING", 3)
    records = [evtx(n, 4634, LOGON, second=n) for n in range(1, 9)]
    readings = list(windows.parse(b"\n".join(records), OPTIONS))
    assert [one.events.num_rows for one in readings] == [3, 3, 2, 0]


def test_handle_open_across_pieces_is_still_one_event(monkeypatch):
    monkeypatch.setattr(windows, "ROWS_A_READING", 2)
    records = [evtx(n, 4663, FILE | {"AccessMask": "0x1"}, second=n) for n in range(1, 6)]
    assert [(row["activity"], row["stitched_from"]) for row in events_of(*records)] == [("read", "2,3,4,5")]


def test_real_refusals_and_share_accesses():
    refusals = [row for one in windows.parse((SAMPLES / "md_4656_file_failures.evtx").read_bytes(), OPTIONS)
                for row in one.events.to_pylist()]  # fmt: skip
    assert [row["activity"] for row in refusals].count("log_cleared") == 1
    assert sum(row["outcome"] == "denied" for row in refusals) == 19
    shares = list(windows.parse((SAMPLES / "md_5145_user_files.evtx").read_bytes(), OPTIONS))
    assert sum(one.events.num_rows for one in shares) == 316
    assert sum(one.ignored for one in shares) == 33


def test_place_of_a_real_record_is_where_its_bytes_are():
    content = (SAMPLES / "md_5145_user_files.evtx").read_bytes()
    for row in next(windows.parse(content, OPTIONS)).events.to_pylist()[:20]:
        raw = content[row["raw_offset"] : row["raw_offset"] + row["raw_length"]]
        assert raw.startswith(b"**\x00\x00")
        assert raw[4:8] == raw[-4:]  # a record repeats its size at its end


def test_cut_file_gives_its_whole_chunks_and_says_that_it_is_cut():
    content = (SAMPLES / "md_5145_user_files.evtx").read_bytes()
    found = list(read(content[: 4096 + 2 * 65536 + 1000]))
    rejects = [one for one in found if hasattr(one, "reason")]
    assert rejects[0].reason == "file is cut: 4 chunks promised, 2.0 present"
    assert len(found) - len(rejects) > 100


def test_damaged_chunk_is_reported_and_the_next_ones_are_read():
    content = bytearray((SAMPLES / "md_5145_user_files.evtx").read_bytes())
    content[4096 + 65536 + 600 : 4096 + 65536 + 5000] = b"\xff" * 4400
    found = list(read(bytes(content)))
    assert any("damaged" in one.reason for one in found if hasattr(one, "reason"))
    whole = len(list(read((SAMPLES / "md_5145_user_files.evtx").read_bytes())))
    assert whole // 2 < len([one for one in found if not hasattr(one, "reason")]) < whole


def test_records_before_the_cut_in_a_chunk_are_read():
    content = (SAMPLES / "md_4656_file_failures.evtx").read_bytes()
    cut, *records, last = read(content[:30_000])
    assert cut.reason.startswith("file is cut")
    assert {record.event_id for record in records} == {1102, 4656}
    assert last.reason == "record is cut"  # never an event with its second half made of zeros
