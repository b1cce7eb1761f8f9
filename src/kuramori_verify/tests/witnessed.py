"""Heads as a second server, a folder or paper would hold them, for bundles of the tests."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kuramori.evidence.rules import bundle, tree
from kuramori.evidence.rules.note import COSIGNATURE, Checkpoint, VerifierKey, sign
from kuramori.evidence.witnessing.rules.witness import cosign
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.tests.samples import KEY, ORIGIN

WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NAME = "witness.example/w1"
VKEY = str(VerifierKey(NAME, WITNESS.public_key().public_bytes_raw(), COSIGNATURE))
AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DUE = [{"kind": "server", "name": "親会社", "slug": "server-1"}]
FOLDER = bundle.WITNESSES
HELD = f"{FOLDER}server-1.txt"


def leaves_of(sample):
    return [leaf_hash(each.raw) for each in sample.bodies]


def held(sample, size, *, leaves=None, key=KEY, origin=ORIGIN, root=None):
    """A head over the first `size` entries, as the ledger signed it."""
    hashes = tree.over(leaves or leaves_of(sample))
    return sign(Checkpoint(origin, size, root or tree.root_at(size, hashes)).text, key, origin)


def cosigned(note, of=None):
    """The note with the witness's signature under it, or with the one it gave `of` another note."""
    return note + cosign((of or note).rpartition("\n\n")[0] + "\n", WITNESS, NAME, AT)


def proof(sample, old, **other):
    told = tree.consistency_proof(old, len(sample.bodies), tree.over(leaves_of(sample))) if old else []
    return canonical({"from": old, "to": len(sample.bodies), "proof": [each.hex() for each in told]} | other)


def add_witness(sample, size=5, **files):
    """Let a second server have seen the ledger at `size`; `files` replace note, key or proof (None leaves one out)."""
    made = {
        "txt": cosigned(held(sample, size)).encode(), "key": f"{VKEY}\n".encode(), "proof.json": proof(sample, size)
    } | {name.replace("_", "."): content for name, content in files.items()}  # fmt: skip
    sample.files |= {f"{FOLDER}server-1.{name}": content for name, content in made.items() if content is not None}
    return sample
