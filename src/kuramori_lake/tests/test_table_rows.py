"""Tables are read column by column; whatever way a part is read, its rows, keys and places are the reader's."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake import sources
from kuramori_lake.sources import lines, table_rows
from kuramori_lake.sources.parsed import Options, digest
from kuramori_lake.tests.conftest import TOKYO

HEADER = "日時,カード番号,社員番号,扉名,方向,結果"
OPTIONS = Options(zone=TOKYO, salt=b"salt")
SOUND = "2026/11/20 09:05:{:02},001,E{},A,入室,許可"
QUOTED = '"2026/11/20 09:05:{:02}","001","E{}","A","入室","許可"'


def parse(content, name="badge"):
    readings = list(sources.source(f"table:{name}").parse(content, OPTIONS))
    events = [row for one in readings for row in one.events.to_pylist()]
    return events, [one for reading in readings for one in reading.rejects], sum(one.ignored for one in readings)


def table(*rows, end="\r\n"):
    return (end.join([HEADER, *rows]) + end).encode()


CELL = st.sampled_from(
    ["", " ", "入室", "退室", "許可", "拒否", "E1", "2026/11/20 09:05:01", "設,計", 'a"b', "x\ny", "　", "\x1f"]
)


@settings(max_examples=60)
@given(
    rows=st.lists(st.lists(CELL, max_size=8), max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    size=st.integers(40, 400),
)
def test_every_row_is_counted_once_with_the_readers_key_and_its_own_bytes(rows, quoting, encoding, size):
    """Chunks of any size: a quoted cell may hold the delimiter, a quote or a line feed, on any edge."""
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows([HEADER.split(","), *rows])
    content, before = text.getvalue().encode(encoding), lines.CHUNK_BYTES
    lines.CHUNK_BYTES = size
    try:
        events, rejects, ignored = parse(content)
    finally:
        lines.CHUNK_BYTES = before
    assert len(events) + len(rejects) + ignored == len(rows) + 1
    keys = [digest(OPTIONS.salt, "\x1f".join(row).encode()) for row in rows]
    assert {row["row_key"] for row in events} <= set(keys)
    for row in events:
        raw = content[row["raw_offset"] : row["raw_offset"] + row["raw_length"]].decode(row["raw_encoding"])
        (cells,) = csv.reader(io.StringIO(raw, newline=""))
        assert digest(OPTIONS.salt, "\x1f".join(cells).encode()) == row["row_key"]


@pytest.mark.parametrize("row", [SOUND, QUOTED])
def test_rows_of_one_second_each_come_in_the_order_of_the_file(row):
    events, rejects, ignored = parse(table(*(row.format(n, n) for n in range(60))))
    assert ([one["actor_raw"] for one in events], rejects, ignored) == ([f"E{n}" for n in range(60)], [], 1)
    assert [one["raw_row"] for one in events] == list(range(2, 62))


def test_same_row_has_one_key_whether_its_cells_are_quoted_or_not():
    """An export with quotes and one without are the same rows: none comes in twice."""
    plain, quoted, some = (parse(table(row.format(5, 1)))[0][0] for row in (SOUND, QUOTED, SOUND.replace("A", '"A"')))
    assert plain["row_key"] == quoted["row_key"] == some["row_key"]


def test_quoted_cell_over_the_edge_of_a_chunk_is_one_row_and_so_are_all_after_it(monkeypatch):
    """The first chunks are read at one go; from the one on whose quotes span lines, the reader goes on to the end."""
    monkeypatch.setattr(lines, "CHUNK_BYTES", 300)
    rows = [QUOTED.format(n, n) for n in range(30)]
    rows[20] = rows[20].replace('"A"', '"3F\r\n' + "x" * 400 + '\r\n開発室"')
    content = table(*rows)
    events, rejects, ignored = parse(content)
    assert ([one["actor_raw"] for one in events], rejects, ignored) == ([f"E{n}" for n in range(30)], [], 1)
    assert events[20]["device"].startswith("3F")
    assert [one["raw_row"] for one in events[19:22]] == [21, 22, 25]
    assert content[events[29]["raw_offset"] :] == (rows[29] + "\r\n").encode()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"\x81\x20,1", "not cp932"),
        (b"a\rb,1", "new-line character seen in unquoted field"),
        (b"x" * 131_073 + b",1", "field larger than field limit"),
        (b"x,001,E1,A,?,?", "unknown activity"),
        ("2026/13/20 9:05,001,E1,A,入室,許可".encode("cp932"), "no such day"),
        ("昨日,001,E1,A,入室,許可".encode("cp932"), "not a date"),
    ],
)
def test_row_that_cannot_be_read_is_rejected_alone_with_its_place(broken, reason):
    good = [SOUND.format(n, n).encode("cp932") for n in range(2)]
    content = b"\r\n".join([HEADER.encode("cp932"), good[0], broken, good[1], b""])
    events, (rejected,), ignored = parse(content)
    assert ([row["actor_raw"] for row in events], ignored) == (["E0", "E1"], 1)
    assert (rejected.row, content[rejected.offset :].startswith(broken)) == (3, True)
    assert rejected.reason.startswith(reason)


def test_many_rows_beside_a_bad_one_are_all_read():
    """More rows than one reading holds, all in one chunk that only the reader understands."""
    rows = [SOUND.format(n % 60, n) for n in range(table_rows.ROWS_A_READING + 5)]
    events, rejects, _ = parse(table(*rows, "a\rb", end="\n"))
    assert (len(events), len(rejects)) == (table_rows.ROWS_A_READING + 5, 1)


def test_exactly_as_many_rows_as_a_reading_holds(monkeypatch):
    monkeypatch.setattr(table_rows, "ROWS_A_READING", 4)
    for count in (3, 4, 5, 8):
        events, _, ignored = parse(table(*(SOUND.format(n, n) for n in range(count))).decode().encode("utf-16"))
        assert ([row["actor_raw"] for row in events], ignored) == ([f"E{n}" for n in range(count)], 1)


def test_short_rows_have_empty_cells_and_longer_ones_keep_their_key():
    events, rejects, _ = parse(table("2026/11/20 09:05:00,001,E1,A,入室", SOUND.format(1, 2) + ",more"))
    assert rejects == []
    assert [(row["activity"], row["actor_raw"]) for row in events] == [("door_in", "E1"), ("door_in", "E2")]
    assert len({row["row_key"] for row in events}) == 2


def test_passages_of_one_second_are_marked_across_chunks_but_not_those_of_others(monkeypatch):
    """A reader that writes one passage twice, with the edge of a chunk between the two lines."""
    monkeypatch.setattr(lines, "CHUNK_BYTES", 60)
    head = "日時,ゲート名,ログ名称,ユーザーID\r\n"
    seen = [("09:05:00", "東", "1"), ("09:05:02", "東", "1"), ("09:05:03", "東", "2"), ("09:05:03", "西", "1"),
            ("09:05:20", "東", "1"), ("09:05:19", "東", "1"), ("09:05:20", "東", "")]  # fmt: skip
    text = head + "".join(f"2026/11/20 {time},{gate},入室,{who}\r\n" for time, gate, who in seen)
    events, rejects, _ = parse(text.encode(), "alligate")
    assert rejects == []
    assert [row["flags"] for row in events] == [None, "repeat", None, None, None, None, None]


def test_a_file_without_rows_below_its_header_and_one_of_blank_rows():
    assert parse(HEADER.encode()) == ([], [], 1)
    assert parse(table("", ",,,,,", " , ,", "　")) == ([], [], 5)


def test_line_that_is_no_row_before_the_header_is_a_preamble():
    events, rejects, ignored = parse(b"a\rb\n" + table(SOUND.format(1, 1)))
    assert (len(events), rejects, ignored) == (1, [], 2)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_places_are_those_of_the_received_bytes(encoding):
    content = (HEADER + "\r\n\r\n" + SOUND.format(1, 1) + "\n" + SOUND.format(2, 2)).encode(encoding)
    first, second = parse(content)[0]
    assert content[first["raw_offset"] :][: first["raw_length"]] == (SOUND.format(1, 1) + "\n").encode(encoding)
    assert content[second["raw_offset"] :][: second["raw_length"]] == SOUND.format(2, 2).encode(encoding)
    assert (first["raw_row"], second["raw_row"]) == (3, 4)
