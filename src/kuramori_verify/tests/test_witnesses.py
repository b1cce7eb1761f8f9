"""Heads that somebody outside held: a second history shows (L3, L4), and what is absent or unproven is named."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kuramori.evidence.rules import bundle, tree
from kuramori.evidence.rules.note import COSIGNATURE, Checkpoint, VerifierKey, sign
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import main, verify
from kuramori_verify.merkle import is_consistent
from kuramori_verify.note import read_any_key
from kuramori_verify.tests.samples import KEY, ORIGIN, STRANGER, Sample
from kuramori_verify.tests.witnessed import (
    DUE,
    FOLDER,
    HELD,
    NAME,
    VKEY,
    WITNESS,
    add_witness,
    cosigned,
    held,
    leaves_of,
    proof,
)  # fmt: skip


@pytest.fixture
def sample():
    """A bundle whose ledger of 13 entries a second server had seen at 5."""
    return add_witness(Sample.make(witnesses=DUE))


@pytest.fixture
def found(sample, tmp_path):
    """Write the sample as it is now, verify it, and return exit status and codes."""

    def look(**options):
        report = verify(sample.write(tmp_path / "bag"), **options)
        return report["exit"], [(each["code"], each["file"]) for each in report["findings"]]

    return look


def limits(report):
    return {each["code"] for each in report["does_not_prove"]}


def test_a_head_that_the_ledger_continues_says_by_when_it_was_seen(sample, tmp_path):
    report = verify(sample.write(tmp_path / "bag"))
    assert (report["exit"], report["findings"]) == (0, [])
    (told,) = report["witnesses"]
    assert (told["size"], told["time"], told["signer"], told["given"]) == (5, "2026-11-23T06:00:00Z", NAME, False)
    assert "limit.witness_key" in limits(report)
    assert "limit.unwitnessed" not in limits(report)


def test_a_witness_s_key_from_outside_is_trusted_instead(sample, tmp_path, capsys):
    folder = sample.write(tmp_path / "bag")
    report = verify(folder, [read_any_key(VKEY)])
    assert report["witnesses"][0]["given"]
    assert "limit.witness_key" not in limits(report)
    assert "limit.key_from_bundle" in limits(report), "it says nothing of the ledger's own key"
    assert main([str(folder), "--lang", "en", "--key", VKEY]) == 0
    assert NAME in capsys.readouterr().out
    other = read_any_key(str(VerifierKey(NAME, bytes(32), COSIGNATURE)))
    report = verify(folder, [other])
    assert [each["code"] for each in report["findings"]] == ["witness.cosignature_missing"]


def test_the_same_head_needs_no_proof(sample, found):
    sample.files[HELD] = cosigned(held(sample, len(sample.bodies))).encode()
    del sample.files[f"{FOLDER}server-1.proof.json"]
    assert found() == (0, [])


def test_the_empty_head_is_continued_by_every_ledger(sample, found):
    sample.files[HELD] = cosigned(sign(Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT).text, KEY, ORIGIN)).encode()
    sample.files[f"{FOLDER}server-1.proof.json"] = proof(sample, 0)
    assert found() == (0, [])


@pytest.mark.parametrize("size", [1, 4, 5, 12, 13])
def test_a_second_history_is_a_fork(sample, found, size):
    """The holder of the key rewrote an early entry, signed anew, and made everything in the bundle fit."""
    leaves = [leaf_hash(b"another"), *leaves_of(sample)[1:]]
    sample.files[HELD] = cosigned(held(sample, size, leaves=leaves)).encode()
    sample.files[f"{FOLDER}server-1.proof.json"] = proof(sample, size)
    assert found() == (1, [("ledger.fork", HELD)])


@pytest.mark.parametrize("spoil", [lambda p: p[:-1], lambda p: [*p, "00" * 32], lambda p: p[::-1], lambda _p: []])
def test_a_proof_that_does_not_fit_proves_nothing(sample, found, spoil):
    told = json.loads(proof(sample, 5))
    sample.files[f"{FOLDER}server-1.proof.json"] = canonical(told | {"proof": spoil(told["proof"])})
    assert found() == (1, [("ledger.fork", HELD)])


def test_a_witness_that_was_there_and_gave_no_head_is_named(sample, found):
    for name in ("txt", "key", "proof.json"):
        del sample.files[f"{FOLDER}server-1.{name}"]
    assert found() == (2, [("witness.absent", HELD)])


def test_a_head_without_its_proof_or_beyond_the_bundle_is_not_compared(sample, found):
    del sample.files[f"{FOLDER}server-1.proof.json"]
    assert found() == (2, [("witness.proof_missing", HELD)])


def test_a_head_that_is_ahead_asks_for_a_newer_export(sample, found):
    sample.files[HELD] = cosigned(held(sample, 40, root=bytes(32))).encode()
    assert found() == (2, [("witness.ahead", HELD)])


def test_a_head_on_paper_counts_when_it_is_compared_only(tmp_path):
    made = Sample.make(witnesses=[{"kind": "print", "name": "金庫", "slug": "print-1"}])
    made.files |= {
        f"{FOLDER}print-1.txt": held(made, 5).encode(), f"{FOLDER}print-1.proof.json": proof(made, 5)
    }  # fmt: skip
    report = verify(made.write(tmp_path / "bag"))
    assert report["exit"] == 0
    assert (report["witnesses"][0]["signer"], report["witnesses"][0]["time"]) == (None, None)
    assert "limit.unwitnessed" in limits(report)


@pytest.mark.parametrize(
    ("name", "change", "outcome"),
    [
        ("txt", lambda sample: held(sample, 5, key=STRANGER), (2, "witness.key_unknown")),
        ("txt", lambda sample: held(sample, 5, key=KEY, origin="other.example/ledger"), (2, "witness.key_unknown")),
        ("txt", lambda sample: held(sample, 5), (2, "witness.cosignature_missing")),
        ("txt", lambda _sample: "no note", (1, "witness.malformed")),
        ("txt", lambda _sample: "", (1, "witness.malformed")),
        ("txt", lambda sample: cosigned(held(sample, 5)).replace("\n", "\r\n"), (1, "witness.malformed")),
        ("key", lambda _sample: "a+b+c\n", (1, "witness.malformed")),
        ("key", lambda _sample: VKEY.replace(NAME, "other"), (1, "witness.malformed")),
        ("proof.json", lambda _sample: "[]", (1, "witness.malformed")),
        ("proof.json", lambda _sample: '{"from":5,"proof":["00"],"to":13}', (1, "witness.malformed")),
    ],
)
def test_what_is_wrong_with_a_witness_s_files_is_named(sample, found, name, change, outcome):
    sample.files[f"{FOLDER}server-1.{name}"] = change(sample).encode()
    status, codes = found()
    assert (status, codes[0][0]) == outcome


@pytest.mark.parametrize("place", [5, 11, 12, -1])
def test_a_touched_cosignature_is_wrong(sample, found, place):
    note = sample.files[HELD].decode()
    encoded = note.rsplit(" ", maxsplit=1)[-1].strip()
    raw = bytearray(base64.b64decode(encoded))
    raw[place] ^= 1
    sample.files[HELD] = note.replace(encoded, base64.b64encode(raw).decode()).encode()
    assert found() == (1, [("witness.cosignature_wrong", HELD)])


def test_a_time_that_no_calendar_has_is_malformed(sample, found):
    text = held(sample, 5)
    seconds = 2**63
    message = f"cosignature/v1\ntime {seconds}\n{text.rpartition(chr(10) * 2)[0]}\n".encode()
    key = VerifierKey(NAME, WITNESS.public_key().public_bytes_raw(), COSIGNATURE)
    raw = key.id + seconds.to_bytes(8, "big") + WITNESS.sign(message)
    sample.files[HELD] = f"{text}— {NAME} {base64.b64encode(raw).decode()}\n".encode()
    assert found() == (1, [("witness.malformed", HELD)])


@pytest.mark.parametrize("name", ["server-1.exe", "Server.txt", "a/b.txt", "-.txt"])
def test_nothing_else_lies_among_the_witnesses(sample, found, name):
    sample.files[f"{FOLDER}{name}"] = b"x"
    assert ("bundle.file_unknown", f"{FOLDER}{name}") in found()[1]


def test_a_branch_left_behind_is_another_ledger(tmp_path):
    made = Sample.make()
    former = "kuramori.example/before"
    made.files[bundle.KEYS] += f"{VerifierKey(former, KEY.public_key().public_bytes_raw())}\n".encode()
    made.files[HELD] = held(made, 5, origin=former).encode()
    report = verify(made.write(tmp_path / "bag"))
    assert (report["exit"], report["findings"][0]["code"]) == (1, "witness.other_ledger")


@given(some.integers(0, 70), some.integers(0, 70))
def test_every_tree_continues_its_beginnings_and_no_other(old, new):
    leaves = [leaf_hash(bytes([number])) for number in range(70)]
    others = [leaf_hash(b"x"), *leaves[1:]]
    hashes = tree.over(leaves)
    if not old < new:
        return
    proof = tree.consistency_proof(old, new, hashes) if old else []
    old_root, new_root = tree.root_at(old, hashes), tree.root_at(new, hashes)
    assert is_consistent(old, new, old_root, new_root, proof)
    assert not is_consistent(old, new, old_root, new_root, [*proof, bytes(32)])
    if old:
        assert not is_consistent(old, new, tree.root_at(old, tree.over(others)), new_root, proof)
        assert not is_consistent(old, new, old_root, tree.root_at(new, tree.over(others)), proof)
        assert not is_consistent(old, new, old_root, new_root, proof[:-1])
    assert not is_consistent(new, old, new_root, old_root, proof)
