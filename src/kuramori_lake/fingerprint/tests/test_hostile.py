"""Hostile files fail alone, with a reason, and the next is read as if nothing had been (faults I1, I2, I3, I10)."""

import gzip
import io
import os
import resource
import struct
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.fingerprint.reading import child as child_side
from kuramori_lake.fingerprint.reading import reader as parent_side
from kuramori_lake.fingerprint.reading.child import ANSWER, REQUEST
from kuramori_lake.fingerprint.reading.files import read
from kuramori_lake.fingerprint.reading.limits import LIMITS, Extracted, Limits, Problem, Reason
from kuramori_lake.fingerprint.reading.reader import Reader, decoded
from kuramori_lake.fingerprint.tests import made

SMALL = Limits(total_bytes=50_000, ratio=20, free_bytes=5_000, members=12, depth=3, nesting=20, characters=20_000)
GOOD = "配合の本文です。".encode()


def reasons(data, limits=SMALL):
    found = read("x", data, limits)
    return sorted({problem.reason.value for problem in found.problems}), [part.text for part in found.parts]


def nested(depth):
    data = GOOD
    for _ in range(depth):
        data = made.packed({"a": data})
    return data


def encrypted():
    data = bytearray(made.packed({"a.txt": GOOD}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:document xmlns:w="x"><w:t>&b;</w:t></w:document>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="x"><w:t>&a;</w:t></w:document>'


def document(xml):
    return made.packed({made.TYPES: "<Types/>", "word/document.xml": xml, "word/header1.xml": made.word("hdr", "柱")})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.packed({"a": b"0" * 200_000, "b": GOOD}), Reason.TOO_LARGE),
        (made.packed({"b": GOOD} | {f"{n}": os.urandom(12_000) for n in range(5)}), Reason.TOO_LARGE),
        (made.packed({"b": GOOD, "a": nested(5)}), Reason.TOO_DEEP),
        (made.packed({"b": GOOD, "a": encrypted()}), Reason.ENCRYPTED),
        (made.packed({"b": GOOD, "a": b"PK\x03\x04" + bytes(50)}), Reason.DAMAGED),
        (made.packed({"b": GOOD, "a": made.pdf()[:120]}), Reason.DAMAGED),
        (made.packed({"b": GOOD, "a": gzip.compress(bytes(90_000))}), Reason.TOO_LARGE),
        (made.packed({"b": GOOD, "a": gzip.compress(GOOD)[:-9]}), Reason.DAMAGED),
        (made.packed({"b": GOOD, "a": b"Rar!\x1a\x07\x00"}), Reason.UNSUPPORTED),
        (made.packed({"b": GOOD, "a": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(99)}), Reason.UNSUPPORTED),
    ],
)
def test_member_fails_alone_and_says_why(data, reason):
    found, parts = reasons(data)
    assert reason.value in found
    assert GOOD.decode() in parts


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.packed({str(n): GOOD for n in range(20)}), Reason.TOO_MANY),
        (encrypted(), Reason.ENCRYPTED),
        (made.docx()[:-30], Reason.DAMAGED),
        (b"%PDF-1.7 nothing", Reason.DAMAGED),
        (("文" * 30_000).encode(), Reason.TOO_LARGE),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), Reason.ENCRYPTED),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le"), Reason.DAMAGED),
    ],
)
def test_file_that_cannot_be_read_says_why(data, reason):
    assert reasons(data) == ([reason.value], [])


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, "<w:document", "", "<a>" * 30, "\x00\x00"])
def test_hostile_xml_part_is_refused_and_the_others_are_read(xml):
    found, parts = reasons(document(xml))
    assert found in ([Reason.DAMAGED.value], [Reason.TOO_DEEP.value])
    assert parts == ["柱"]


def test_damaged_spreadsheet_is_told_not_taken_for_empty():
    whole = made.xlsx()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/workbook.xml"] = members["xl/workbook.xml"][:40]
    found, parts = reasons(made.packed(members))
    assert found == [Reason.DAMAGED.value]
    assert parts == ["注記"]


def test_mail_of_endless_parts_is_read_without_calling_itself():
    head = b"From: a@x\nTo: b@x\nDate: x\nMIME-Version: 1.0\n"
    body = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3_000))
    found = read("x", head + body + b"\n\n" + GOOD)
    assert found.problems or found.parts


SAMPLES = [made.docx(), made.xlsx(), made.pdf(), made.mail(attached=[("a.zip", made.packed({"a": GOOD}))]), made.odt()]


@settings(max_examples=60, deadline=None)
@given(
    sample=st.sampled_from(SAMPLES), at=st.integers(0, 5_000), flip=st.binary(min_size=1, max_size=8), cut=st.booleans()
)
def test_broken_file_gives_what_is_left_or_a_reason(sample, at, flip, cut):
    at %= len(sample)
    data = sample[:at] + flip + (b"" if cut else sample[at + len(flip) :])
    found = read("x", data, SMALL)
    assert all(isinstance(problem.reason, Reason) for problem in found.problems)
    assert sum(len(part.text) for part in found.parts) <= SMALL.characters + 1_000


@pytest.fixture(scope="module")
def reader():
    with Reader() as opened:
        yield opened


def test_one_child_reads_many_files(reader):
    assert reader.extract("a", GOOD).parts[0].text == GOOD.decode()
    first = reader._child.pid
    assert reader.extract("b.docx", made.docx()).parts
    assert reader.extract("c", bytes(5_000_000)).problems[0].reason is Reason.NO_TEXT
    assert reader._child.pid == first


def test_killed_child_costs_one_file_only(reader):
    reader.extract("a", GOOD)
    reader._child.kill()
    assert reader.extract("b", GOOD) == Extracted(problems=(Problem(name="b", reason=Reason.CRASHED),))
    assert reader.extract("c", GOOD).parts


def test_file_that_takes_too_long_is_given_up(reader):
    with Reader(wall_seconds=0.0) as hurried:
        assert hurried.extract("a", GOOD).problems[0].reason is Reason.TOO_SLOW
        assert hurried._child is None


def test_large_file_is_not_even_sent(reader, monkeypatch):
    monkeypatch.setattr(parent_side, "LIMITS", Limits(file_bytes=3))
    assert reader.extract("a", GOOD).problems[0].reason is Reason.TOO_LARGE


def test_fresh_child_takes_over_after_many_files(reader, monkeypatch):
    reader.extract("a", GOOD)
    before = reader._child.pid
    monkeypatch.setattr(parent_side, "_FILES", 1)
    assert reader.extract("b", GOOD).parts
    assert reader._child.pid != before


CONFINED = """
import os, socket, resource
from kuramori_lake.fingerprint.reading.child import confine, prepare, _allow_seconds
prepare(); confine(); _allow_seconds()
for attempt in (socket.socket, lambda: open("/etc/passwd"), lambda: open("/tmp/x", "w"), lambda: bytearray(3 << 30)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("reached")
print(resource.getrlimit(resource.RLIMIT_CPU)[0] <= 60)
"""


def test_child_reaches_no_file_no_network_and_no_endless_memory():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", CONFINED], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["OSError", "OSError", "OSError", "MemoryError", "True"]


SPINNING = """
import signal
from kuramori_lake.fingerprint.reading import child
from kuramori_lake.fingerprint.reading.limits import Limits
child.LIMITS = Limits(cpu_seconds=1)
child._allow_seconds()
while True: pass
"""


def test_child_that_spins_is_ended_by_the_system():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.Popen([sys.executable, "-c", SPINNING], env=environment)
    assert done.wait(timeout=60) < 0
    assert parent_side._ran_out_of_time(done)


def test_service_answers_each_request_in_turn(monkeypatch):
    monkeypatch.setattr(child_side, "_allow_seconds", lambda: resource.getrlimit(resource.RLIMIT_CPU))
    asked = b"".join(REQUEST.pack(1, len(data)) + b"x" + data for data in (GOOD, b"", b"%PDF-"))
    answers = io.BytesIO()
    child_side.serve(io.BytesIO(asked), answers)
    answers.seek(0)
    sizes = []
    while head := answers.read(ANSWER.size):
        sizes.append(ANSWER.unpack(head)[0])
        answers.read(sizes[-1])
    assert len(sizes) == 3


LYING = """
import sys, struct
sys.stdin.buffer.read(1)
sys.stdout.buffer.write({answer!r}); sys.stdout.flush()
sys.stdin.buffer.read()
"""


@pytest.mark.parametrize(
    "answer",
    [
        struct.pack("!Q", 1 << 60),
        struct.pack("!Q", 2) + b"{}",
        struct.pack("!Q", 3) + b"{{{",
        struct.pack("!Q", 2) + b"[]",
    ],
)
def test_answer_of_a_child_that_was_taken_over_is_not_believed(answer):
    child = subprocess.Popen(
        [sys.executable, "-c", LYING.format(answer=answer)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    with Reader() as deceived:
        deceived._child = child
        assert deceived.extract("a", GOOD).problems[0].reason is Reason.CRASHED
        assert deceived._child is None


def test_reason_that_is_none_is_refused():
    with pytest.raises(ValueError, match="none"):
        decoded({"parts": [], "problems": [{"name": "a", "reason": "none"}], "mail": {}})


def test_limits_are_those_that_the_manual_names():
    assert (LIMITS.depth, LIMITS.ratio, LIMITS.cpu_seconds) == (5, 200, 30)


def test_a_server_with_a_thousand_connections_open_still_reads():
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed[0], 2_048), allowed[1]))
    taken = [os.open(os.devnull, os.O_RDONLY) for _connection in range(1_100)]
    try:
        with Reader() as reader:
            assert reader.extract("notes.txt", "配合は三対一".encode()).parts[0].text == "配合は三対一"
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)
