"""Input made to hurt the verifier: refused with a finding, never a traceback, never without end."""

import json
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify.bag import MANIFEST_LINE
from kuramori_verify.canonical import FormError, read_canonical, unbase64url
from kuramori_verify.cli import verify
from kuramori_verify.note import SignatureError, read_head, read_log_key, read_log_keys
from kuramori_verify.sources import ZipSource, is_plain_name
from kuramori_verify.tests.samples import VERIFIER_KEY, Sample, checkpoint

KEYS = [read_log_key(str(VERIFIER_KEY))]
HEAD = checkpoint(3, bytes(32))
FILES = Sample.make().files
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def codes(report):
    return {each["code"] for each in report["findings"]}


def spoilt(raw, place, piece, length):
    place %= len(raw) + 1
    return raw[:place] + piece + raw[place + length :]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'"\\u0041"', b"1.0", b"1e3", b"NaN", b"-0",
        b"9007199254740992",
        b"1" * 5000, b"[" * 100_000, b'{"a":' * 50_000, b'"\\ud800"', b"\xff", b"", b"1\n", b"\xef\xbb\xbf1", b"1 2",
    ],
)  # fmt: skip
def test_json_that_is_not_canonical(raw):
    with pytest.raises(FormError):
        read_canonical(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
@FEW
def test_writer_and_verifier_agree_on_what_is_canonical(value):
    assert read_canonical(canonical(value)) == value


@given(st.binary(max_size=60))
@FEW
def test_any_bytes_are_read_or_refused(raw):
    for read in (
        read_canonical,
        read_log_keys,
        lambda raw: read_head(raw, KEYS),
        lambda raw: unbase64url(raw.decode("latin-1")),
    ):
        try:
            read(raw)
        except (FormError, SignatureError):
            continue


@given(st.integers(0, 10**6), st.binary(max_size=3), st.integers(0, 3))
@FEW
def test_a_spoilt_checkpoint_never_says_more_than_it_did(place, piece, length):
    raw = spoilt(HEAD, place, piece, length)
    try:
        head = read_head(raw, KEYS)
    except (FormError, SignatureError):
        return
    assert (head.size, head.root) == (3, bytes(32))


@pytest.mark.parametrize(
    "raw",
    [
        HEAD.replace(b"\n", b"\r\n"), HEAD + HEAD.rpartition(b"\n\n")[2], HEAD + b"\n", HEAD[:-1],
        HEAD.replace(b"\n3\n", b"\n03\n"), HEAD.replace(b"\n3\n", b"\n-3\n"),
        HEAD.replace(b"\n3\n", b"\n" + b"3" * 5000 + b"\n"),
        HEAD.replace(b"\n3\n", "\n３\n".encode()), HEAD[:-3] + b"B==\n", HEAD.replace("—".encode(), b"-"),
        b"x" * 70_000, HEAD + HEAD.rpartition(b"\n\n")[2].replace(b"kuramori", b"other") * 70,
    ],
)  # fmt: skip
def test_a_checkpoint_that_could_be_read_in_two_ways(raw):
    with pytest.raises((FormError, SignatureError)):
        read_head(raw, KEYS)


def test_a_witness_beside_the_ledgers_own_signature_is_left_alone():
    other = HEAD.rpartition(b"\n\n")[2].replace(b"kuramori.example/ledger", b"witness.example/w1")
    assert read_head(HEAD + other, KEYS).size == 3


@pytest.mark.parametrize("line", ["", "x", "a+b", "a+b+c", "a b+00000000+AAAA", f"{VERIFIER_KEY}="])
def test_what_is_no_key(line):
    with pytest.raises(FormError):
        read_log_key(line)


@given(st.sampled_from(sorted(FILES)), st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bundle_spoilt_anywhere_is_never_sound_and_never_a_traceback(tmp_path_factory, name, place, piece, length):
    raw = spoilt(FILES[name], place, piece, length)
    sample = Sample([], {**FILES, name: raw})
    report = verify(sample.write(tmp_path_factory.mktemp("spoilt") / "bag"))
    assert json.dumps(report).encode()
    if raw != FILES[name]:
        assert report["exit"] in (1, 2) or name == bundle.CHECKPOINT


@given(st.binary(max_size=300), st.sampled_from(["manifest-sha256.txt", "bag-info.txt", "bagit.txt", bundle.MANIFEST]))
@FEW
def test_any_bytes_in_place_of_a_manifest(tmp_path_factory, raw, name):
    folder = Sample([], FILES).write(tmp_path_factory.mktemp("bytes") / "bag")
    (folder / name).write_bytes(raw)
    assert verify(folder)["exit"] in (1, 2)


def test_numbers_and_lists_far_out_of_range(tmp_path):
    manifest = json.loads(FILES[bundle.MANIFEST])
    manifest["segments"][0]["ranges"] = [[1, 9007199254740991]]
    manifest["entries"] *= 3
    sample = Sample([], {**FILES, bundle.MANIFEST: canonical(manifest)})
    assert {"events.row_count_differs", "bundle.entries_unordered"} <= codes(verify(sample.write(tmp_path / "bag")))


def test_thousands_of_findings_end(tmp_path):
    sample = Sample([], {**FILES, **{f"data/x{n}": b"" for n in range(1500)}})
    report = verify(sample.write(tmp_path / "bag"))
    assert len(report["findings"]) == 1000
    assert report["more_findings"] == 501, "the withheld name, which is no damage, is the last"


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../x", "a//x", "a\\x", "C:/x", "a\nb", "図面", "", ".", "a/./b", "a b"]
)
def test_names_that_leave_the_bundle_or_deceive(name):
    assert not is_plain_name(name)
    assert not MANIFEST_LINE.fullmatch(f"{'0' * 64}  {name}") or not is_plain_name(name)


def zip_of(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files:
            archive.writestr(name, raw)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "code"),
    [("../../evil", "source.unsafe_name"), ("/etc/evil", "source.unsafe_name"), (bundle.MANIFEST, "source.doubled")],
)
def test_hostile_names_in_a_zip(tmp_path, name, code):
    report = verify(zip_of(tmp_path / "b.zip", [*FILES.items(), (name, b"x")]))
    assert code in codes(report)
    assert report["exit"] == 1


def test_a_link_in_a_zip(tmp_path):
    member = zipfile.ZipInfo("data/link")
    member.external_attr = 0o120777 << 16
    assert "source.link" in codes(verify(zip_of(tmp_path / "b.zip", [*FILES.items(), (member, b"/etc/passwd")])))


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(bundle.MANIFEST, "w") as file,
    ):
        for _ in range(80):
            file.write(bytes(2**20))
    report = verify(tmp_path / "b.zip")
    assert (report["exit"], codes(report)) == (3, {"form.cannot_open"})
    assert "bomb" in report["findings"][0]["detail"]


@given(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4))
@FEW
def test_a_spoilt_zip_is_never_a_traceback(tmp_path_factory, place, piece, length):
    folder = tmp_path_factory.mktemp("zip")
    raw = zip_of(folder / "b.zip", FILES.items()).read_bytes()
    (folder / "spoilt.zip").write_bytes(spoilt(raw, place, piece, length))
    assert verify(folder / "spoilt.zip")["exit"] in (1, 2, 3)


@pytest.mark.parametrize(
    "make", [lambda path: path.write_bytes(b"PK"), lambda path: path.mkdir(), lambda _path: None, os.mkfifo]
)
def test_what_is_no_bundle_at_all(tmp_path, make):
    make(tmp_path / "x")
    report = verify(tmp_path / "x")
    assert (report["exit"], report["integrity"]) == (3, "unknown")


def test_a_pipe_in_a_bundle_is_not_waited_for(tmp_path):
    folder = Sample([], FILES).write(tmp_path / "bag")
    os.mkfifo(folder / "data/pipe")
    assert "source.not_a_file" in codes(verify(folder))


def test_a_zip_is_never_unpacked(tmp_path):
    zip_of(tmp_path / "b.zip", FILES.items())
    assert isinstance(ZipSource.__doc__, str)
    verify(tmp_path / "b.zip")
    assert [each.name for each in tmp_path.iterdir()] == ["b.zip"]
