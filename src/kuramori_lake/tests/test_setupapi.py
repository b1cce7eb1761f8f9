"""setupapi.dev.log tells which medium a machine has met, and when for the first time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.records import read

STICK = "USBSTOR\\Disk&Ven_SanDisk&Prod_Ultra&Rev_1.00\\4C530001231120115142&0"


def section(device=STICK, *, time="2026/11/20 10:00:00.123", what="Device Install (Hardware initiated)", end="SUCCESS"):
    start = f">>>  Section start {time}\r\n" if time else ""
    body = "     dvi: {Build Driver List} 10:00:00.200\r\n     inf: usbstor.inf\r\n"
    ending = f"<<<  Section end 2026/11/20 10:00:01.0\r\n<<<  [Exit status: {end}]\r\n\r\n"
    return f">>>  [{what} - {device}]\r\n{start}{body}{ending}"


def test_medium_is_known_by_its_serial_and_the_machines_clock():
    ((row,), rejects, ignored) = read("setupapi", ("[Device Install Log]\r\n" + section()).encode())
    assert (row["activity"], row["device_serial"], row["destination_class"], row["outcome"]) == (
        "device_connect",
        "4C530001231120115142",
        "removable",
        "ok",
    )
    assert (row["time_utc"].isoformat(), row["tz_basis"]) == ("2026-11-20T01:00:00.123000", "configured")
    assert (row["device"], row["raw_row"], row["flags"], rejects, ignored) == (STICK, 2, "second_witness", [], 7)


@pytest.mark.parametrize(
    ("changes", "activity", "outcome"),
    [
        ({"what": "Delete Device"}, "device_disconnect", "ok"),
        ({"end": "FAILURE(0xe0000203)"}, "device_connect", "error"),
    ],
)
def test_removal_and_failure(changes, activity, outcome):
    ((row,), _, _) = read("setupapi", section(**changes).encode())
    assert (row["activity"], row["outcome"]) == (activity, outcome)


def test_sections_of_other_devices_and_loose_lines_are_no_deeds():
    text = section("HID\\VID_046D") + "     sto: usbstor.inf\n" + ">>>  Section start 2026/11/20 10:00:00\n"
    assert read("setupapi", text.encode()) == ([], [], 9)


@pytest.mark.parametrize("time", [None, "2026/02/30 10:00:00"])
def test_section_without_a_time_is_a_reject(time):
    events, rejects, ignored = read("setupapi", section(time=time).encode())
    assert (events, len(rejects)) == ([], 1)
    assert ignored == section(time=time).count("\n") - 1


def test_section_that_is_still_being_written_is_an_event_of_unknown_outcome():
    ((row,), _, _) = read("setupapi", section().partition("<<<")[0].encode())
    assert row["outcome"] == "unknown"


def test_grown_log_adds_only_what_is_new(lake, tmp_path):
    path = tmp_path / "setupapi.dev.log"
    path.write_text(section())
    assert lake.ingest(path, source="setupapi", zone=TOKYO).counts.accepted == 1
    path.write_text(section() + section(time="2026/11/21 09:00:00.000"))
    counts = lake.ingest(path, source="setupapi", zone=TOKYO).counts
    assert (counts.accepted, counts.duplicate) == (1, 1)


@given(st.lists(st.sampled_from([*section().splitlines(), "x", "\x00", ">>>  [", "<<<  [Exit status: ]"]), max_size=12))
def test_lines_in_any_order_add_up(lines):
    events, rejects, ignored = read("setupapi", "\n".join(lines).encode())
    assert len(events) + len(rejects) + ignored == len([line for line in lines if line]) + _blank(lines)


def _blank(lines):
    """Blank lines are lines; the last one has no line feed, so an empty one is none."""
    return sum(not line for line in lines[:-1])
