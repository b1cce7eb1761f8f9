"""Text logs are cut into lines without losing, doubling or moving a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import lines
from kuramori_lake.sources.lines import split


def rows(data: bytes) -> list[dict[str, object]]:
    return [row for chunk in split(data) for row in chunk.table.to_pylist()]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a\n"]),
        (b"a\nb", [b"a\n", b"b"]),
        (b"\n\n", [b"\n", b"\n"]),
        (b"a\r\nb\r\n", [b"a\r\n", b"b\r\n"]),
        (b"a\rb\n", [b"a\rb\n"]),
        ("設計\n".encode("cp932"), ["設計\n".encode("cp932")]),
    ],
)
def test_line_ends_with_its_line_feed(data, expected):
    assert [row["line"] for row in rows(data)] == expected


CONTENT = st.lists(st.sampled_from([b"a", b"bb\xff", b"\n", b"\r\n", "髙".encode()]), max_size=60).map(b"".join)


@given(CONTENT, st.integers(1, 12))
def test_chunks_hold_every_byte_once_at_its_place(data, size):
    whole, before = rows(data), lines.CHUNK_BYTES
    try:
        lines.CHUNK_BYTES = size
        assert rows(data) == whole
    finally:
        lines.CHUNK_BYTES = before
    assert b"".join(row["line"] for row in whole) == data
    for number, row in enumerate(whole, 1):
        assert row["raw_row"] == number
        assert data[row["raw_offset"] :][: row["raw_length"]] == row["line"]


@given(CONTENT)
def test_only_the_last_chunk_is_the_last(data):
    found = [chunk.last for chunk in split(data)]
    assert found == [False] * (len(found) - 1) + [True] * bool(found)


def test_line_longer_than_a_chunk_stays_whole(monkeypatch):
    monkeypatch.setattr(lines, "CHUNK_BYTES", 10)
    assert [len(row["line"]) for row in rows(b"x" * 95 + b"\nshort\n")] == [96, 6]


def test_line_feeds_on_the_edges_of_pieces_are_found():
    """Line feeds are looked for piece by piece: the last byte of one and the first of the next are both looked at."""
    size = lines._PIECE
    data = b"x" * (size - 1) + b"\n\n" + b"y" * (size - 1) + b"\nz"
    assert [len(row["line"]) for row in rows(data)] == [size, 1, size, 1]


def test_chunk_whose_last_lines_are_longer_than_its_tail_is_cut_before_them():
    """The end of a chunk is looked for in its tail first; a line feed further in front is found as well."""
    longer = lines._TAIL + 7
    data = b"a\n" + b"x" * (lines.CHUNK_BYTES - longer) + b"\n" + b"y" * (2 * longer) + b"\nend\n"
    chunks = list(split(data))
    assert [chunk.table.num_rows for chunk in chunks] == [2, 2]
    assert chunks[1].table["raw_offset"].to_pylist() == [lines.CHUNK_BYTES - longer + 3, len(data) - 4]
