"""The search for cycles rests while records are made, and only then."""

import gc
from zoneinfo import ZoneInfo

import orjson
import pytest

from kuramori_lake.sources.parsed import Options, uncollected
from kuramori_lake.sources.windows import ROWS_A_READING, parse

RECORD = {
    "Channel": "Security", "Hostname": "pc1", "EventID": 4624, "EventType": "AUDIT_SUCCESS", "SourceName": "x",
    "TargetUserName": "akari", "TargetDomainName": "KURA", "LogonType": "2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def collecting():
    """As it was, whatever a test leaves."""
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


def test_it_rests_inside_and_works_again_afterwards_even_after_an_error():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="cut"), uncollected():
        raise ValueError("cut")
    assert gc.isenabled()


def test_whoever_switched_it_off_finds_it_off():
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_one_within_another_ends_with_the_outer_one():
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize("rows", [0, 1, ROWS_A_READING, ROWS_A_READING + 1])
def test_between_two_pieces_of_a_file_it_works(rows):
    """Whoever takes a piece in may make cycles: a file is read for minutes."""
    lines = (RECORD | {"RecordNumber": n + 1, "EventTime": f"2026-11-20T01:{n // 60 % 60:02}:{n % 60:02}Z"}
             for n in range(rows))  # fmt: skip
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    total = pieces = 0
    for reading in parse(data, Options(zone=ZoneInfo("Asia/Tokyo"))):
        assert gc.isenabled()
        total += reading.events.num_rows
        pieces += 1
    assert (total, pieces) == (rows, -(-rows // ROWS_A_READING) + 1)
