"""A text of any length is read as strictly as a short one, and takes no more memory than its longest item."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify import streams
from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.manifest import listed_again, read_manifest
from kuramori_verify.sources import UnreadableError
from kuramori_verify.streams import ByIndex, CanonicalStream
from kuramori_verify.tests.fuzzing import MemorySource
from kuramori_verify.tests.samples import Sample

MANIFEST = Sample.make().files[bundle.MANIFEST]
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53) + 1, 2**53 - 1) | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time, so that every place becomes an end of what was read."""

    def read(self, size=-1):
        return super().read(min(size, 3))


def whole(raw, file=Slow):
    stream = CanonicalStream(file(raw))
    return {name: stream.value() for name in stream.members()}


def rows(raw, file=Slow):
    stream = CanonicalStream(file(raw))
    return {name: list(stream.items()) for name in stream.members()}


@given(some.dictionaries(some.text("abc", min_size=1, max_size=4), VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_it_reads_what_the_writer_writes(members):
    assert whole(canonical(members)) == whole(canonical(members), io.BytesIO) == members
    lists = {name: [value, value] for name, value in members.items()}
    assert rows(canonical(lists)) == lists


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":1 }', b'{"a":1}\n', b'{"a":1}{', b'{"a":1', b'{"a":',
        b'{"a"', b"{", b"", b"[1]", b"1", b'{"a":1,}', b'{,"a":1}', b"{1:1}", b'{"a" :1}', b'{"a":1.0}', b'{"a":1e3}',
        b'{"a":-0}', b'{"a":NaN}', b'{"a":9007199254740992}', b'{"\\u0061":1}', b'{"a":"\\ud800"}', b'{"a":"\xff"}',
        b'{"a":"\xe3\x81', b'{"a":{"b":1,"a":1}}', b'{"a":tru}', b'\xef\xbb\xbf{"a":1}', b'{"a":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(raw):
    with pytest.raises(FormError):
        whole(raw, io.BytesIO)
    with pytest.raises(FormError):
        read_canonical(raw) if raw not in (b"[1]", b"1") else whole(raw)


@pytest.mark.parametrize("raw", [b'{"a":[1,]}', b'{"a":[,1]}', b'{"a":[1 ,2]}', b'{"a":[1;2]}', b'{"a":[1', b'{"a":1}'])
def test_a_list_is_read_strictly(raw):
    for file in (Slow, io.BytesIO):
        with pytest.raises(FormError):
            rows(raw, file)


def test_a_number_goes_on_in_what_was_not_read_yet():
    assert rows(b'{"a":[1234567,89]}') == {"a": [1234567, 89]}


def test_a_value_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(streams, "MAX_VALUE_CHARACTERS", 100)
    with pytest.raises(FormError, match="more than 100 characters"):
        whole(b'{"a":"' + b"x" * 1000 + b'"}')


def test_a_file_that_cannot_be_read_says_so():
    class Broken(io.BytesIO):
        def read(self, _size=-1):
            raise OSError("a bad sector")

    with pytest.raises(UnreadableError, match="a bad sector"):
        whole(b"", Broken)


def test_values_by_index_the_last_of_several_counts():
    found = ByIndex(2)
    for index, value in ((3, b"aa"), (7, b"bb"), (5, b"cc"), (7, b"dd")):
        found.add(index, value)
    assert [found.get(index) for index in (3, 5, 7, 0, 4, 9)] == [b"aa", b"cc", b"dd", None, None, None]
    assert list(found) == [b"aa", b"bb", b"cc", b"dd"]
    assert len(found) == 4
    ascending = ByIndex(1)
    for index in (1, 4):
        ascending.add(index, bytes([index]))
    assert [ascending.get(index) for index in (0, 1, 2, 4, 5)] == [None, b"\1", None, b"\4", None]


# The manifest


def source_of(raw):
    return MemorySource({bundle.MANIFEST: raw, "data/entries/0001.json": b"", "data/other": b""})


def test_a_manifest_says_the_same_as_its_json():
    told, source = json.loads(MANIFEST), source_of(MANIFEST)
    manifest = read_manifest(source)
    lists = ("entries", "files", "tags", "withheld")
    assert manifest.members == {name: value for name, value in told.items() if name not in lists}
    assert manifest.lengths == {name: len(told[name]) for name in lists}
    for name in lists:
        assert list(listed_again(source, name)) == told[name]
    assert list(manifest.leaves) == [bytes.fromhex(each["leaf"]) for each in told["entries"]]
    assert (manifest.withholds(9, "by.name"), manifest.withholds(9, "why"), manifest.withholds(2, "by.name")) == (
        True, False, False,
    )  # fmt: skip
    assert manifest.unnamed == {bundle.MANIFEST, "data/other"}
    assert manifest.reasons == {"need_to_know": 1}
    assert manifest.is_second


@pytest.mark.parametrize(
    "change",
    [
        {"counts": 1}, {"entries": {}}, {"format": "kuramori-bundle/1"}, {"format": "kuramori-bundle/3"}, {"more": 1},
        {"twin": None}, {"files": [{"file": "../x", "sha256": "0" * 64}]}, {"entries": [1]}, {"withheld": [{}]},
    ],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused(change):
    with pytest.raises(FormError):
        read_manifest(source_of(canonical(json.loads(MANIFEST) | change)))


@pytest.mark.parametrize("name", sorted(json.loads(MANIFEST)))
def test_a_manifest_without_one_of_its_members_is_refused(name):
    told = json.loads(MANIFEST)
    del told[name]
    with pytest.raises(FormError):
        read_manifest(source_of(canonical(told)))


def test_many_entries_take_little_memory():
    told, many = json.loads(MANIFEST), 6_000
    (first, *_others) = told["entries"]
    told["entries"] = [first | {"index": n, "file": f"data/entries/{n:04d}.json"} for n in range(many)]
    source = source_of(canonical(told))
    tracemalloc.start()
    manifest = read_manifest(source)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(manifest.leaves) == many
    assert held / many < 80
    assert peak < 12 * streams.PIECE_BYTES, "the text is never whole in memory"
