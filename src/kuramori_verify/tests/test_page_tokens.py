"""The page's own reading of time stamps, keys and proofs, beside the Python verifier's: the same word on each.

What is right is made by the library; what is wrong, by changing bytes at random places of it.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kuramori_verify.canonical import FormError
from kuramori_verify.certificates import read_pem
from kuramori_verify.der import der_bits, der_boolean, der_integer, der_oid, der_time, read_der
from kuramori_verify.merkle import is_consistent, leaf_hash, root_of
from kuramori_verify.tests.authority import TestAuthority, integer, oid, tlv
from kuramori_verify.tests.test_page_library import NODE, node
from kuramori_verify.tests.test_tokens import HEAD, chained
from kuramori_verify.tokens import TokenError, check_token

pytestmark = pytest.mark.skipif(NODE is None, reason="no node here; the browser test covers the page")
PAGE = """
const said = ([reply, content, roots]) => {
  try {
    const trusted = readUsable(pemParts(unhex(roots))).read;
    const { moment, signer, root } = checkToken(unhex(reply), unhex(content), trusted, []);
    return ["good", String(moment), signer.name, root.fingerprint];
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return [error.code];
  }
};
return cases.map(said);"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHANGES = 24  # of each good reply: most end in the form, some in digest, signature or chain


def said(reply: bytes, content: bytes, roots: bytes) -> list[str]:
    try:
        token = check_token(reply, content, read_pem(roots))
    except TokenError as error:
        return [error.code]
    moment = (token.moment - EPOCH) // timedelta(microseconds=1)
    return ["good", str(moment), token.signer.name, token.root.fingerprint]


def authorities():
    for kind, digest in product(("p256", "p384", "p521", "rsa"), ("sha256", "sha384", "sha512")):
        authority = TestAuthority.make(kind, "rsa" if kind == "rsa" else "p256")
        authority.digest = authority.ess = digest
        yield authority
    salted = TestAuthority.make("rsa")
    salted.is_pss = salted.is_unsorted = True
    yield salted
    by_way_of, middle = chained()
    by_way_of.certificates = (by_way_of.cert, middle)
    yield by_way_of


def changed(raw: bytes, chance: random.Random) -> bytes:
    """One byte another, out, or in."""
    place, byte = chance.randrange(len(raw)), bytes([chance.randrange(256)])
    return raw[:place] + chance.choice([byte, b"", byte + raw[place : place + 1]]) + raw[place + 1 :]


def test_both_verifiers_say_the_same_of_every_reply_right_or_changed():
    chance = random.Random(3161)  # noqa: S311  (no secret: the same changes each time)
    cases = []
    for authority in authorities():
        reply = authority.stamp(HEAD)
        cases += [(reply, HEAD, authority.roots), (reply, HEAD + b".", authority.roots)]
        cases += [(changed(reply, chance), HEAD, authority.roots) for _ in range(CHANGES)]
    found = node(PAGE, cases=[[each.hex() for each in case] for case in cases])
    expected = [said(*case) for case in cases]
    assert found == expected
    told = {each[0] for each in expected}
    assert {"good", "token.other_data", "token.malformed", "token.signature_wrong"} <= told
    assert sum(each[0] == "good" for each in expected) >= len(list(authorities()))


def test_what_a_forger_would_like_best_is_no_signature():
    """Zeros, the group's own order, an empty padding: fixed answers to what random changes never meet."""
    authority = TestAuthority.make()
    reply = authority.stamp(HEAD)
    script = """
    const { signer } = readReply(unhex(reply)), key = readPublicKey(readDer(unhex(info)));
    const der = (r, s) => unhex(r + s).length && joined([0x30, unhex(r + s).length], unhex(r), unhex(s));
    return pairs.map(([r, s]) => signatureHolds(key, signer.scheme, signer.digest, signer.signed, der(r, s)));"""
    order = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
    numbers = [integer(each).hex() for each in (0, 1, -1, order - 1, order, order + 1)]
    info = authority.cert.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pairs = [list(each) for each in product(numbers, numbers)]
    assert node(script, reply=reply.hex(), info=info.hex(), pairs=pairs) == [False] * len(pairs)


READS = {
    "derBits": der_bits,
    "derBoolean": der_boolean,
    "derInteger": der_integer,
    "derOid": der_oid,
    "derTime": der_time,
}
WRITTEN = [
    integer(0), integer(-128), integer(2**70), oid("2.999.3"), oid("1.2.840.113549"),
    tlv(0x01, b"\xff"), tlv(0x01, b"\x01"),
    tlv(0x03, b"\x00ab"), tlv(0x03, b"\x01ab"), tlv(0x17, b"491231235959Z"), tlv(0x17, b"500101000000Z"),
    tlv(0x18, b"20261123051437.1234567Z"), tlv(0x18, b"20261123051437.10Z"), tlv(0x18, b"20260229000000Z"),
    tlv(0x18, b"20261123240000Z"), tlv(0x18, b"00000101000000Z"), tlv(0x02, b"\x00\x01"), tlv(0x06, b"\x80\x01"),
    b"\x02\x81\x01\x05", b"\x02\x01", b"\x1f\x01\x00", tlv(0x04, b"x" * 300), b"",
]  # fmt: skip


def test_der_is_read_alike_and_refused_alike():
    chance = random.Random(690)  # noqa: S311
    raws = WRITTEN + [changed(chance.choice(WRITTEN[:-1]), chance) for _ in range(400)]
    script = """
    const reads = { derBits, derBoolean, derInteger, derOid, derTime };
    const one = (read, raw) => {
      try {
        const value = reads[read](readDer(unhex(raw)));
        return value instanceof Uint8Array ? hex(value) : String(value);
      } catch (error) {
        if (!(error instanceof FormError)) throw error;
        return null;
      }
    };
    return raws.map((raw) => Object.keys(reads).map((read) => one(read, raw)));"""

    def one(read, raw):
        try:
            value = READS[read](read_der(raw))
        except FormError:
            return None
        if read == "derBits":
            return value.hex()
        if read == "derTime":
            return str((value - EPOCH) // timedelta(microseconds=1))
        return str(value).lower() if read == "derBoolean" else str(value)

    found = node(script, raws=[each.hex() for each in raws])
    assert found == [[one(read, raw) for read in READS] for raw in raws]


def test_consistency_is_proven_and_refused_alike_for_every_small_tree():
    leaves = [leaf_hash(bytes([each])) for each in range(9)]
    roots = [root_of(leaves[:size]) for size in range(len(leaves) + 1)]
    cases = []
    for old, new in product(range(10), range(10)):
        proof = continuation(leaves[:new], old) if 0 < old < new else []
        for tried in (proof, proof[:-1], [*proof, roots[1]], proof[::-1]):
            cases.append((old, new, roots[old], roots[new], tried))
            cases.append((old, new, roots[new], roots[new], tried))
    script = """
    return cases.map(([from, to, was, is, proof]) =>
      isConsistent({ size: from, root: unhex(was) }, { size: to, root: unhex(is) }, proof.map(unhex)));"""
    given = [[old, new, was.hex(), now.hex(), [each.hex() for each in proof]] for old, new, was, now, proof in cases]
    expected = [is_consistent(*case) for case in cases]
    assert node(script, cases=given) == expected
    assert sum(expected) >= 36  # each pair of sizes once


def continuation(leaves, old, *, is_whole=True):
    """The consistency proof of RFC 6962 section 2.1.2."""
    if old == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*continuation(leaves[:split], old, is_whole=is_whole), root_of(leaves[split:])]
    return [*continuation(leaves[split:], old - split, is_whole=False), root_of(leaves[:split])]
