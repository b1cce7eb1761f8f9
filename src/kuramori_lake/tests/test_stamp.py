"""Ids and keys of stored rows: occurrences counted across pieces of a file, keys that do not collide."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.event import EVENT, actor_key, path_key
from kuramori_lake.stamp import Occurrences, Stamp, nth_key, stamped
from kuramori_lake.tests.conftest import TOKYO

RECEIVED = datetime(2026, 11, 20, 1)  # noqa: DTZ001  # naive UTC, as stored
PIECES = st.lists(st.lists(st.integers(0, 5), max_size=12), max_size=5)
STAMP = Stamp(
    batch_id=7,
    source="samba",
    instance="fs01",
    parser_version=1,
    received_utc=RECEIVED,
    zone=TOKYO,
)


def keys(*numbers: int):
    return np.array(numbers, dtype=np.uint64)


@given(PIECES)
def test_rank_is_how_often_the_row_was_there_before_in_the_file(pieces):
    seen, before = Occurrences(), Counter[int]()
    for piece in pieces:
        ranks = seen.rank(keys(*piece)).tolist()
        for number, rank in zip(piece, ranks, strict=True):
            assert rank == before[number]
            before[number] += 1


@given(st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_later_occurrences_have_keys_of_their_own(numbers):
    several = keys(*numbers)
    everything = [key for rank in range(5) for key in nth_key(several, np.full(len(several), rank)).tolist()]
    assert len(set(everything)) == len(everything)


def test_first_occurrence_keeps_its_key_so_that_another_export_meets_it():
    assert nth_key(keys(1, 2), np.array([0, 0])).tolist() == [1, 2]
    assert nth_key(keys(1), np.array([3])).tolist() == nth_key(keys(1), np.array([3])).tolist()


def parsed(**columns):
    needed = {
        "row_key": [1], "time_utc": [RECEIVED], "tz_basis": ["explicit"], "activity": ["read"],
        "outcome": ["ok"],
    }  # fmt: skip
    return pa.table(needed | columns)


def test_columns_that_the_parser_left_out_are_null_and_the_schema_is_whole():
    table = stamped(parsed(), keys(1), STAMP, first_ordinal=4)
    assert table.schema == EVENT
    (row,) = table.to_pylist()
    assert (row["event_id"], row["actor_key"], row["path"]) == ((7 << 32) + 4, "", None)


def test_local_clock_is_that_of_the_site_unless_the_row_has_its_own():
    assert stamped(parsed(), keys(1), STAMP, first_ordinal=0)["local_hour"].to_pylist() == [10]
    own = parsed(offset_s=pa.array([3600], pa.int32()))
    assert stamped(own, keys(1), STAMP, first_ordinal=0)["local_hour"].to_pylist() == [2]
    none = parsed(offset_s=pa.array([None], pa.int32()))
    assert stamped(none, keys(1), STAMP, first_ordinal=0)["local_hour"].to_pylist() == [10]


def test_minute_ahead_is_tolerated_and_more_is_noted():
    times = [RECEIVED + timedelta(seconds=seconds) for seconds in (60, 61, -3600)]
    skews = [stamped(parsed(time_utc=[time]), keys(1), STAMP, first_ordinal=0)["skew_s"][0].as_py() for time in times]
    assert skews == [None, 61, None]


@given(st.text(max_size=20))
def test_key_of_a_key_is_the_key(name):
    assert actor_key(actor_key(name)) == actor_key(name)


def test_nobody_is_nobody():
    assert actor_key(None) == actor_key("") == actor_key("  ") == ""


def test_path_keys_meet_across_slashes_width_and_composition():
    assert path_key("\\\\FS01\\設計\\ｶﾞｽ\\") == path_key("//fs01/設計/カ\u3099ス") == "//fs01/設計/ガス"
