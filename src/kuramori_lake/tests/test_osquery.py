"""osquery tells what came between two polls; only media and files are anybody's deeds."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.tests.records import events_of, one_of, read

STICK = {
    "vendor": "SanDisk",
    "model": "Ultra",
    "serial": "4C53",
    "vendor_id": "0781",
    "model_id": "5581",
    "removable": "1",
}
RESULT = {
    "name": "pack/kuramori/usb_devices", "hostIdentifier": "pc7", "unixTime": 1795136400, "action": "added",
    "columns": STICK,
}  # fmt: skip


@pytest.mark.parametrize(("action", "activity"), [("added", "device_connect"), ("removed", "device_disconnect")])
def test_stick_comes_and_goes(action, activity):
    (row,) = events_of("osquery", RESULT | {"action": action})
    assert (row["activity"], row["device"], row["device_serial"], row["destination_class"], row["uid"]) == (
        activity,
        "SanDisk Ultra",
        "4C53",
        "removable",
        "0781:5581",
    )
    assert (row["time_utc"].isoformat(), row["host"], row["object_kind"]) == ("2026-11-20T01:00:00", "pc7", "device")


def test_keyboard_is_a_device_and_no_medium_and_the_first_look_is_no_deed():
    assert one_of("osquery", RESULT | {"columns": STICK | {"removable": "0"}}, "destination_class") == (None,)
    assert one_of("osquery", RESULT | {"columns": STICK | {"removable": "0", "class": "8"}}, "destination_class") == (
        "removable",
    )
    snapshot = {name: value for name, value in RESULT.items() if name != "columns"} | {"snapshot": [STICK, STICK]}
    rows = events_of("osquery", snapshot | {"action": "snapshot"})
    assert [row["activity"] for row in rows] == ["system_event"] * 2


@pytest.mark.parametrize(
    ("action", "activity"),
    [("CREATED", "create"), ("UPDATED", "write"), ("DELETED", "delete"), ("MOVED_TO", "rename"), ("x", "system_event")],
)
def test_files(action, activity):
    columns = {"target_path": "/srv/設計/a.dwg", "action": action, "sha256": "ab", "size": "9"}
    row = {"name": "pack_file_events", "columns": columns}
    assert one_of("osquery", RESULT | row, "activity") == (activity,)
    if activity != "system_event":
        assert one_of("osquery", RESULT | row, "path", "hash", "size", "object_kind") == (
            "/srv/設計/a.dwg",
            "ab",
            9,
            "file",
        )


def test_other_tables_are_kept_with_their_members_and_claimed_names():
    history = {"name": "pack/shell_history", "columns": {"command": "aws s3 ls", "username": "akari"}}
    row = one_of("osquery", RESULT | history, "activity", "actor_raw", "confidence", "actor_namespace", "fields")
    assert row[:4] == ("system_event", "akari", "claimed", "local")
    assert orjson.loads(row[4])["columns"]["command"] == "aws s3 ls"


@pytest.mark.parametrize("wrong", [{"unixTime": None}, {"unixTime": "soon"}, {"unixTime": 10**18}])
def test_result_without_a_time_is_a_reject(wrong):
    events, rejects, _ = read("osquery", orjson.dumps(RESULT | wrong))
    assert (events, len(rejects)) == ([], 1)


def test_two_equal_results_are_two_events(lake, tmp_path):
    events, _, _ = read("osquery", orjson.dumps(RESULT) + b"\n" + orjson.dumps(RESULT))
    assert len(events) == 2
    assert read("osquery", orjson.dumps(RESULT | {"columns": None})) == ([], [], 1)


@given(
    st.dictionaries(st.sampled_from(list(RESULT)), st.none() | st.text(max_size=5) | st.integers(0, 9) | st.just([{}]))
)
def test_no_result_of_any_shape_stops_the_reader(changes):
    events, rejects, ignored = read("osquery", orjson.dumps(RESULT | changes))
    assert len(events) + len(rejects) + ignored == 1
