"""The ledger's own key in a thief's hands, and what others hold: tokens, witnesses' heads, a head kept by the reader.

What a thief of the key makes is sound in itself. Only what lies outside contradicts him (L1, L3, L4).
"""

import json
from typing import Any

from kuramori.evidence.rules import bundle, tree
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.note import COSIGNATURE_TYPE, read_log_key
from kuramori_verify.tests.samples import KEY, STRANGER, VERIFIER_KEY, body, checkpoint, key_line
from kuramori_verify.tests.witnessed import FOLDER, HELD, VKEY, cosigned, held, proof
from tests.tampering.campaign import BROKEN, INCOMPLETE, tampering
from tests.tampering.good import (
    CHAIN,
    SHOWN,
    TAG_TOKEN,
    TOKEN,
    Bag,
    good_bundle,
    good_sample,
    pack,
    seal_again,
)

KNOWN_KEY = [read_log_key(str(VERIFIER_KEY))]
KNOWN_WITNESS = [read_log_key(VKEY, COSIGNATURE_TYPE)]
PROOF, WITNESS_KEY = f"{FOLDER}server-1.proof.json", f"{FOLDER}server-1.key"
WITNESSED = (HELD, PROOF, WITNESS_KEY)


def _rewritten() -> Bag:
    """Another history of the same length, signed with the stolen key; no authority stamps it in the past."""
    sample = good_sample()
    sample.bodies[2] = body(2, verb="register.secret.retire")
    raw = sample.bodies[2].raw
    leaf = bundle.BundleEntry(index=2, raw=raw).leaf.hex()
    seal_again(sample, lambda manifest: _retie(sample.files, manifest, leaf))
    bag = pack(sample)
    bag.remove(*WITNESSED)
    bag.fit_bag()
    return bag


def _retie(files: dict[str, bytes], manifest: dict[str, Any], leaf: str) -> None:
    """A thief leaves no loose end: leaves, exhibits and twin fit his history."""
    manifest["entries"][0]["leaf"] = leaf
    manifest["exhibits"][0]["root"] = leaf
    leaves = [bytes.fromhex(each["leaf"]) for each in manifest["entries"]]
    manifest["exhibits"][1]["root"] = bundle.leaves_root(leaves)
    for exhibit in manifest["exhibits"]:
        told = json.loads(files[exhibit["file"]])
        files[exhibit["file"]] = bundle.canonical(told | {"root": exhibit["root"]})
    for each in manifest["files"]:
        each["sha256"] = bundle.sha256_hex(files[each["file"]])
    pairs = [[each["number"], each["root"]] for each in manifest["exhibits"]]
    manifest["twin"] = bundle.sha256_hex(bundle.canonical(pairs))


@tampering("L4", BROKEN, "token.other_data", TOKEN, start=_rewritten)
def a_history_rewritten_with_the_stolen_key_beside_the_true_tokens(bag: Bag) -> None:
    true = good_bundle().files
    bag.files |= {TOKEN: true[TOKEN], TAG_TOKEN: true[TAG_TOKEN]}


@tampering("L4", INCOMPLETE, "token.missing", TOKEN, start=_rewritten)
def a_history_rewritten_with_the_stolen_key_without_tokens(bag: Bag) -> None:
    bag.remove(TOKEN, CHAIN, TAG_TOKEN)
    bag.fit_bag()


def _strangers() -> Bag:
    sample = good_sample()
    sample.prove(SHOWN, STRANGER)
    sample.files[bundle.KEYS] = key_line(STRANGER)
    return pack(sample)


@tampering("L4", BROKEN, "ledger.signature_wrong", bundle.CHECKPOINT, start=_strangers, keys=KNOWN_KEY)
def a_whole_bundle_of_a_stranger_with_his_key_enclosed(bag: Bag) -> None:
    bag.unstamp()


# ---- witnesses: what the thief rewrote, somebody else had seen


@tampering("L4", BROKEN, "ledger.fork", HELD, start=_rewritten)
def a_fork_by_the_stolen_key_against_the_head_of_a_witness(bag: Bag) -> None:
    """His history is true to itself, his signatures hold: the witness's head is of another one."""
    true = good_bundle().files
    bag.files |= {name: true[name] for name in WITNESSED}
    bag.fit_bag()


@tampering("L3", BROKEN, "witness.ahead", HELD)
def a_ledger_restored_from_before_what_a_witness_saw(bag: Bag) -> None:
    sample = good_sample()
    longer = [*(leaf_hash(each.raw) for each in sample.bodies), leaf_hash(b"{}")]
    bag.files[HELD] = cosigned(held(sample, 14, leaves=longer)).encode()
    bag.remove(PROOF)
    bag.fit_bag()


@tampering("L3", BROKEN, "ledger.fork", HELD)
def two_servers_with_one_key_at_the_same_size(bag: Bag) -> None:
    sample = good_sample()
    bag.files[HELD] = cosigned(held(sample, 13, root=bytes(32))).encode()
    bag.files[PROOF] = proof(sample, 13, proof=[])
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.fork", HELD)
def a_proof_of_continuation_with_a_hash_more(bag: Bag) -> None:
    with bag.json(PROOF) as told:
        told["proof"].append("0" * 64)
    bag.fit_bag()


@tampering("L9", BROKEN, "witness.malformed", HELD)
def a_proof_of_continuation_between_other_sizes(bag: Bag) -> None:
    with bag.json(PROOF) as told:
        told["from"] = 4
    bag.fit_bag()


@tampering("L10", INCOMPLETE, "witness.absent", HELD)
def the_head_of_a_witness_taken_out(bag: Bag) -> None:
    bag.remove(*WITNESSED)
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", INCOMPLETE, "witness.proof_missing", HELD)
def the_proof_for_a_witness_taken_out(bag: Bag) -> None:
    bag.remove(PROOF)
    bag.fit_bag()
    bag.unstamp()


@tampering("L4", BROKEN, "witness.cosignature_wrong", HELD)
def the_cosignature_of_another_head(bag: Bag) -> None:
    sample = good_sample()
    bag.files[HELD] = cosigned(held(sample, 5), of=held(sample, 6)).encode()
    bag.fit_bag()


@tampering("L4", BROKEN, "witness.key_unknown", HELD)
def a_witness_to_a_strangers_head(bag: Bag) -> None:
    bag.files[HELD] = cosigned(held(good_sample(), 5, key=STRANGER)).encode()
    bag.fit_bag()


@tampering("L9", BROKEN, "witness.malformed", HELD)
def a_witness_with_windows_line_ends(bag: Bag) -> None:
    bag.files[HELD] = bag.files[HELD].replace(b"\n", b"\r\n")
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.file_unknown", f"{FOLDER}server-9.key")
def a_file_hidden_among_the_witnesses(bag: Bag) -> None:
    bag.files[f"{FOLDER}server-9.key"] = b"anything"
    bag.fit_bag()


@tampering("L4", INCOMPLETE, "witness.cosignature_missing", HELD, keys=KNOWN_WITNESS)
def a_witness_whose_cosignature_was_cut_away(bag: Bag) -> None:
    bag.files[HELD] = held(good_sample(), 5).encode()
    bag.fit_bag()
    bag.unstamp()


# ---- a head that the reader had kept himself


def _head_over(size: int) -> bytes:
    hashes = tree.over([leaf_hash(each.raw) for each in good_sample().bodies])
    return checkpoint(size, tree.root_at(size, hashes), KEY)


@tampering("L3", BROKEN, "ledger.history_differs", None, 13, start=_rewritten, older_heads=[_head_over(13)])
def a_history_rewritten_since_the_reader_kept_its_head(bag: Bag) -> None:
    bag.unstamp()


@tampering("L4", BROKEN, "ledger.older_head_malformed", older_heads=[checkpoint(5, bytes(32), STRANGER)])
def a_head_that_somebody_else_had_given_the_reader(bag: Bag) -> None:
    bag.unstamp()
