import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_verify.ed25519 import FIELD, ORDER, ed25519_verifies

# RFC 8032 section 7.1: TEST 1, 2, 3, and SHA(abc): public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(public, message, signature):
    public, message, signature = (bytes.fromhex(each) for each in (public, message, signature))
    assert ed25519_verifies(public, message, signature)
    assert not ed25519_verifies(public, message + b".", signature)
    assert not ed25519_verifies(public, message, signature[:-1] + b"\x11")


@given(st.binary(max_size=40), st.integers(0, 63), st.integers(1, 255))
@settings(max_examples=12, deadline=None)
def test_it_agrees_with_openssl_and_sees_every_flipped_byte(message, place, flip):
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert ed25519_verifies(public, message, signature)
    broken = signature[:place] + bytes([signature[place] ^ flip]) + signature[place + 1 :]
    assert not ed25519_verifies(public, message, broken)


def test_the_second_way_to_write_a_signature_is_refused():
    """S and S + L give the same point; only S below L is accepted."""
    public, message, signature = (bytes.fromhex(each) for each in VECTORS[1])
    larger = int.from_bytes(signature[32:], "little") + ORDER
    assert not ed25519_verifies(public, message, signature[:32] + larger.to_bytes(32, "little"))


@pytest.mark.parametrize("y", [0, 1, FIELD - 1, FIELD, FIELD + 1, 2**255 - 1])
def test_keys_of_small_order_and_points_written_in_a_second_way_are_refused(y):
    for sign in (0, 1 << 255):
        public = (y | sign).to_bytes(32, "little")
        assert not ed25519_verifies(public, b"", public + bytes(32))
        assert not ed25519_verifies(public, b"", (1).to_bytes(32, "little") + bytes(32))


def test_wrong_lengths_are_refused():
    assert not ed25519_verifies(b"", b"", b"")
    assert not ed25519_verifies(bytes(32), b"", bytes(63))
