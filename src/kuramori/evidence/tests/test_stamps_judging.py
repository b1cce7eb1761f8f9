"""A reply counts only when everything in it is right, and each fault has its own name (EVD-08, L8; RFC 3161).

The third voice is OpenSSL's: whatever we accept, `openssl ts -verify` accepts too.
"""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from kuramori.evidence.rules.stamps import Failed, Problem
from kuramori.evidence.stamps.judging import Asked, Token, chain_pem, judge
from kuramori_verify.tests.authority import (
    DAY,
    POLICY,
    TestAuthority,
    certificate,
    key_of,
    openssl_accepts,
    seq,
    tlv,
)

HEAD = b"kuramori.example/ledger\n7\nAAAA\n"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
NOW = datetime.now(UTC)


def asked_of(authority: TestAuthority, **changes) -> tuple[bytes, Asked]:
    query = TimestampRequestBuilder().data(HEAD).hash_algorithm(HashAlgorithm.SHA256).build()
    roots = x509.load_pem_x509_certificates(authority.roots)
    values = {"content": HEAD, "algorithm": "sha256", "nonce": query.nonce, "policy": "", "roots": roots}
    return query.as_bytes(), Asked(**values | changes)


def fault_of(authority: TestAuthority, **changes) -> Problem:
    query, asked = asked_of(authority, **changes)
    with pytest.raises(Failed) as failed:
        judge(authority.reply(query), asked)
    return failed.value.problem


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa"])
def test_a_good_reply_is_taken_by_us_and_by_openssl(kind, tmp_path):
    authority = TestAuthority.make(kind)
    query, asked = asked_of(authority, policy=POLICY)
    reply = authority.reply(query)
    token = judge(reply, asked)
    assert abs((token.gen_time - datetime.now(UTC)).total_seconds()) < 60
    assert token.not_after == authority.cert.not_valid_after_utc
    assert openssl_accepts(tmp_path, reply, HEAD, authority.roots)


def test_what_openssl_answers_is_taken_although_its_certificates_are_unsorted(tmp_path):
    authority = TestAuthority.make()
    query, asked = asked_of(authority)
    reply = authority.openssl_reply(tmp_path, query)
    assert judge(reply, asked).serial == "2"
    authority.certificates, authority.is_unsorted = (authority.cert, authority.root), True
    unsorted = authority.reply(query)
    assert judge(unsorted, asked).gen_time
    assert openssl_accepts(tmp_path, unsorted, HEAD, authority.roots)
    chain = x509.load_pem_x509_certificates(chain_pem(unsorted, authority.roots.decode()))
    assert sorted(each.subject.rfc4514_string() for each in chain) == ["CN=Test Root,O=Test", "CN=Test TSA,O=Test"]


def test_a_chain_over_an_intermediate_counts_when_it_comes_along():
    authority = TestAuthority.make()
    root_key, middle_key = key_of("p256", 1), key_of("p256", 3)
    middle = certificate("Middle", middle_key, "Test Root", root_key, is_authority=True)
    authority.cert = certificate("Test TSA", authority.key, "Middle", middle_key)
    assert fault_of(authority) == Problem.CHAIN_BROKEN
    authority.between = (middle,)
    query, asked = asked_of(authority)
    assert judge(authority.reply(query), asked).serial
    authority.spoil_signature = True
    assert fault_of(authority) == Problem.SIGNATURE_WRONG


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"certificates": ()}, Problem.CERTIFICATE_MISSING),
        ({"nonce": 5}, Problem.NONCE_DIFFERS),
        ({"status": 2}, Problem.NOT_GRANTED),
        ({"status": 1}, Problem.NOT_GRANTED),
        ({"imprint": ("sha256", bytes(32))}, Problem.OTHER_DATA),
        ({"imprint": ("sha1", bytes(20))}, Problem.OTHER_DATA),
        ({"digest": "sha1"}, Problem.WEAK),
        ({"ess": "sha1"}, Problem.WEAK),
        ({"spoil_signature": True}, Problem.SIGNATURE_WRONG),
        ({"attributes": {MESSAGE_DIGEST: tlv(0x04, bytes(32))}}, Problem.SIGNATURE_WRONG),
        ({"signers": 0}, Problem.MALFORMED),
        ({"signers": 2}, Problem.MALFORMED),
        ({"more_info": seq(tlv(0x02, b"x"))}, Problem.MALFORMED),
    ],
)
def test_a_reply_with_one_fault_is_refused_by_its_name(wrong, problem):
    authority = TestAuthority.make()
    for name, value in wrong.items():
        setattr(authority, name, value)
    assert fault_of(authority) == problem


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"critical": False}, Problem.WRONG_CERTIFICATE),
        ({"purposes": ()}, Problem.WRONG_CERTIFICATE),
        ({"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)}, Problem.WRONG_CERTIFICATE),
        (
            {"purposes": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)},
            Problem.WRONG_CERTIFICATE,
        ),
        ({"start": NOW - 9 * DAY, "end": NOW - DAY}, Problem.EXPIRED),
        ({"start": NOW + DAY}, Problem.EXPIRED),
    ],
)
def test_a_certificate_must_serve_time_stamps_alone_and_be_valid_then(options, problem):
    assert fault_of(TestAuthority.make(**options)) == problem


def test_a_root_of_the_same_name_with_another_key_is_no_root():
    authority = TestAuthority.make()
    evil = key_of("p256", 2)
    authority.root = certificate("Test Root", evil, "Test Root", evil, is_authority=True)
    assert fault_of(authority) == Problem.CHAIN_BROKEN


def test_small_rsa_keys_and_other_policies_are_refused():
    assert fault_of(TestAuthority.make("rsa1024")) == Problem.WEAK
    assert fault_of(TestAuthority.make(), policy="1.2.3") == Problem.OTHER_POLICY


def test_a_token_that_expired_since_is_judged_at_its_own_time():
    authority = TestAuthority.make(start=NOW - 9 * DAY, end=NOW - DAY)
    authority.at = (NOW - 2 * DAY).replace(microsecond=0)
    authority.root = certificate(
        "Test Root", key_of("p256", 1), "Test Root", key_of("p256", 1), is_authority=True, start=NOW - 99 * DAY
    )
    query, asked = asked_of(authority)
    assert judge(authority.reply(query), asked).gen_time == authority.at


@pytest.mark.parametrize(
    "raw", [b"", b"<html>Login</html>", b"\x30\x00", bytes(100), b"\x30\x84\xff\xff\xff\xff", b"\x30\x80"]
)
def test_garbage_is_malformed_and_nothing_worse(raw):
    _query, asked = asked_of(TestAuthority.make())
    with pytest.raises(Failed) as failed:
        judge(raw, asked)
    assert failed.value.problem == Problem.MALFORMED


def test_every_byte_of_a_reply_matters_or_changes_nothing_that_counts():
    """Each flipped bit is refused, or lies in what nobody signs (a status text, unsigned parts): never another time."""
    authority = TestAuthority.make()
    query, asked = asked_of(authority)
    reply = authority.reply(query)
    good = judge(reply, asked)
    for place in range(0, len(reply), 5):
        spoilt = bytearray(reply)
        spoilt[place] ^= 1
        assert judged(bytes(spoilt), asked) in {good, *Problem}


def test_a_certificate_of_an_unknown_version_is_malformed_and_fails_nothing_else():
    authority = TestAuthority.make()
    query, asked = asked_of(authority)
    version = b"\xa0\x03\x02\x01\x02"
    assert judged(authority.reply(query).replace(version, version[:-1] + b"\x03"), asked) == Problem.MALFORMED


def judged(raw: bytes, asked: Asked) -> Token | Problem:
    try:
        return judge(raw, asked)
    except Failed as failed:
        return failed.problem
