"""Our RSA and ECDSA agree with the library that made the signature, and take nothing else for one."""

import hashlib
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as some

from kuramori_verify.canonical import FormError
from kuramori_verify.der import read_der
from kuramori_verify.signatures import (
    CURVES,
    EcKey,
    RsaKey,
    Scheme,
    UnknownError,
    WeakError,
    hash_named,
    read_public_key,
    read_scheme,
    signature_holds,
)
from kuramori_verify.tests.authority import ECDSA, HASHES, PSS, hash_of, integer, key_of, oid, seq, tlv

SAID = b"what was signed"
SOUND = ("sha256", "sha384", "sha512")


def public_of(key):
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return read_public_key(read_der(der))


def pss_of(digest: str, salt: bytes = b"", mask: str | None = None) -> bytes:
    generator = seq(oid("1.2.840.113549.1.1.8"), hash_of(mask or digest))
    return seq(oid(PSS), seq(tlv(0xA0, hash_of(digest)), tlv(0xA1, generator), salt))


def refusal_of(read, raw: bytes) -> type[Exception]:
    with pytest.raises((FormError, WeakError)) as error:
        read(read_der(raw))
    return error.type


NULL_WITH_CONTENT = tlv(0x05, b"x")


@pytest.mark.parametrize("kind", ["p256", "p384", "p521"])
@pytest.mark.parametrize("digest", SOUND)
def test_ecdsa_agrees_with_the_library(kind, digest):
    key = key_of(kind)
    public, scheme = public_of(key), Scheme("ecdsa", digest)
    for said in (SAID, b"", SAID * 99):
        signature = key.sign(said, ec.ECDSA(HASHES[digest]))
        assert signature_holds(public, scheme, digest, said, signature)
        assert not signature_holds(public, scheme, digest, said + b".", signature)
    assert not signature_holds(
        public_of(key_of(kind, 1)), scheme, digest, SAID, key.sign(SAID, ec.ECDSA(HASHES[digest]))
    )


@pytest.mark.parametrize("digest", SOUND)
def test_rsa_agrees_with_the_library_in_both_paddings(digest):
    key, used = key_of("rsa"), HASHES[digest]
    public = public_of(key)
    plain = key.sign(SAID, padding.PKCS1v15(), used)
    salted = key.sign(SAID, padding.PSS(padding.MGF1(used), used.digest_size), used)
    bare = key.sign(SAID, padding.PSS(padding.MGF1(used), 0), used)
    size = used.digest_size
    assert signature_holds(public, Scheme("rsa", None), digest, SAID, plain)
    assert signature_holds(public, Scheme("pss", digest, size), digest, SAID, salted)
    assert signature_holds(public, Scheme("pss", digest, 0), digest, SAID, bare)
    for kind, salt, signature in (("rsa", 0, salted), ("pss", size, plain), ("pss", 0, salted), ("pss", size, bare)):
        assert not signature_holds(public, Scheme(kind, digest, salt), digest, SAID, signature)
    for scheme, signature in ((Scheme("rsa", digest), plain), (Scheme("pss", digest, size), salted)):
        assert not signature_holds(public, scheme, digest, SAID + b".", signature)
        assert not signature_holds(public, scheme, digest, SAID, signature[:-1])
        assert not signature_holds(public, scheme, digest, SAID, b"\xff" * len(signature))
        assert not signature_holds(public, scheme, digest, SAID, bytes(len(signature)))


def test_a_padding_with_a_gap_is_no_padding():
    """Bleichenbacher's forgery: a padded digest followed by room for garbage (CVE-2006-4339 and its many returns)."""
    key = public_of(key_of("rsa"))
    digest = hashlib.sha256(SAID).digest()
    info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    without_null = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest
    for forged in (
        b"\x00\x01\xff\x00" + info,
        b"\x00\x01" + b"\xff" * (key.size - 3 - len(without_null)) + b"\x00" + without_null,
    ):
        numbers = key_of("rsa").private_numbers()
        raw = int.from_bytes(forged.ljust(key.size, b"\x00"), "big")
        signature = pow(raw, numbers.d, key.modulus).to_bytes(key.size, "big")
        assert not signature_holds(key, Scheme("rsa", "sha256"), "sha256", SAID, signature)


def test_ecdsa_takes_no_r_or_s_outside_the_group():
    key = key_of("p256")
    public, scheme = public_of(key), Scheme("ecdsa", "sha256")
    r, s = decode_dss_signature(key.sign(SAID, ec.ECDSA(HASHES["sha256"])))
    n = public.curve.n
    for pair in ((0, 0), (0, s), (r, 0), (r + n, s), (r, s + n), (-r, s), (r, -s), (n, n), (1, 1)):
        assert not signature_holds(public, scheme, "sha256", SAID, seq(*map(integer, pair)))
    for raw in (
        b"",
        b"\x30\x00",
        seq(integer(r)),
        seq(integer(r), integer(s), integer(1)),
        seq(integer(r), integer(s)) + b"\x00",
    ):
        with pytest.raises(FormError):
            signature_holds(public, scheme, "sha256", SAID, raw)
    assert signature_holds(public, scheme, "sha256", SAID, seq(integer(r), integer(n - s)))


def test_points_that_meet_in_infinity_are_no_signature():
    """u1*G + u2*Q = 0 when Q = -(u1/u2)G; and a doubling in the middle of the sum (Q = G) is added rightly."""
    curve = CURVES["1.2.840.10045.3.1.7"]
    number = int.from_bytes(hashlib.sha256(SAID).digest(), "big") % curve.n
    base, negative = EcKey(curve, curve.x, curve.y), EcKey(curve, curve.x, curve.p - curve.y)
    # With r = e, u1 = u2: for Q = -G the sum is infinity, for Q = G it is a plain doubling.
    for key in (base, negative):
        assert not signature_holds(key, Scheme("ecdsa", "sha256"), "sha256", SAID, seq(integer(number), integer(5)))


@given(some.binary(max_size=120))
@settings(max_examples=200)
def test_no_bytes_do_more_than_be_no_signature(raw):
    for kind, scheme in (("p256", Scheme("ecdsa", "sha256")), ("rsa", Scheme("rsa", "sha256"))):
        with suppress(FormError):
            assert not signature_holds(public_of(key_of(kind)), scheme, "sha256", SAID, raw)


def test_a_key_of_one_kind_takes_no_signature_of_the_other():
    rsa, point = public_of(key_of("rsa")), public_of(key_of("p256"))
    assert isinstance(rsa, RsaKey)
    assert not signature_holds(rsa, Scheme("ecdsa", "sha256"), "sha256", SAID, bytes(rsa.size))
    assert not signature_holds(point, Scheme("rsa", "sha256"), "sha256", SAID, bytes(64))
    with pytest.raises(FormError, match="sha256 is named"):
        signature_holds(rsa, Scheme("rsa", "sha512"), "sha256", SAID, b"")


def test_schemes_are_read_by_their_numbers():
    assert read_scheme(read_der(seq(oid(ECDSA["sha384"])))) == Scheme("ecdsa", "sha384")
    assert read_scheme(read_der(seq(oid("1.2.840.113549.1.1.1"), tlv(0x05)))) == Scheme("rsa", None)
    assert read_scheme(read_der(seq(oid("1.2.840.10045.2.1")))) == Scheme("ecdsa", None)
    assert read_scheme(read_der(seq(oid("1.2.840.113549.1.1.13"), tlv(0x05)))) == Scheme("rsa", "sha512")
    assert read_scheme(read_der(pss_of("sha256", tlv(0xA2, integer(32))))) == Scheme("pss", "sha256", 32)
    assert read_scheme(read_der(pss_of("sha256"))) == Scheme("pss", "sha256", 20)
    assert hash_named(read_der(seq(oid("2.16.840.1.101.3.4.2.3")))) == "sha512"


@pytest.mark.parametrize(
    ("read", "raw", "refusal"),
    [
        (hash_named, seq(oid("1.3.14.3.2.26")), WeakError),
        (hash_named, seq(oid("1.2.840.113549.2.5"), tlv(0x05)), WeakError),
        (hash_named, seq(oid("1.2.3")), UnknownError),
        (hash_named, seq(oid("2.16.840.1.101.3.4.2.1"), NULL_WITH_CONTENT), FormError),
        (hash_named, seq(oid("2.16.840.1.101.3.4.2.1"), tlv(0x04)), FormError),
        (read_scheme, seq(oid(ECDSA["sha256"]), tlv(0x04)), FormError),
        (hash_named, seq(oid("2.16.840.1.101.3.4.2.1"), tlv(0x05), tlv(0x05)), FormError),
        (read_scheme, seq(oid("1.2.840.113549.1.1.5"), tlv(0x05)), WeakError),
        (read_scheme, seq(oid("1.2.840.10045.4.1")), WeakError),
        (read_scheme, seq(oid("1.3.101.112")), UnknownError),
        (read_scheme, seq(oid(PSS), seq()), WeakError),
        (read_scheme, seq(oid(PSS)), WeakError),
        (read_scheme, pss_of("sha256", mask="sha512"), FormError),
        (read_scheme, pss_of("sha1"), WeakError),
        (read_scheme, pss_of("sha256", tlv(0xA2, integer(33))), FormError),
        (read_scheme, pss_of("sha256", tlv(0xA2, integer(-1))), FormError),
    ],
)
def test_weak_and_unknown_methods_are_refused(read, raw, refusal):
    assert refusal_of(read, raw) is refusal


def key_info(algorithm: bytes, bits: bytes) -> bytes:
    return seq(algorithm, tlv(0x03, b"\x00", bits))


RSA_NAMED = seq(oid("1.2.840.113549.1.1.1"), tlv(0x05))
P256_NAMED = seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (key_info(RSA_NAMED, seq(integer((1 << 1023) + 1), integer(65537))), WeakError),
        (key_info(RSA_NAMED, seq(integer(-5), integer(65537))), WeakError),
        (key_info(RSA_NAMED, seq(integer((1 << 16_384) + 1), integer(65537))), FormError),
        (key_info(RSA_NAMED, seq(integer(1 << 2047), integer(65537))), FormError),
        (key_info(RSA_NAMED, seq(integer((1 << 2047) + 1), integer(1))), FormError),
        (key_info(RSA_NAMED, seq(integer((1 << 2047) + 1), integer(2**32))), FormError),
        (key_info(P256_NAMED, b"\x04" + bytes(64)), FormError),
        (key_info(P256_NAMED, b"\x02" + bytes(32)), FormError),
        (key_info(P256_NAMED, b"\x04" + b"\xff" * 64), FormError),
        (key_info(seq(oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")), bytes(65)), UnknownError),
        (key_info(seq(oid("1.3.101.112")), bytes(32)), UnknownError),
        (seq(P256_NAMED, tlv(0x03, b"\x01\x02")), FormError),
    ],
)
def test_keys_that_are_short_or_none_are_refused(raw, refusal):
    assert refusal_of(read_public_key, raw) is refusal
