"""The check of a reply before it counts: the right answer to our query, soundly signed, by whom we trust (RFC 3161).

Everything is checked at the token's own time. `rfc3161-client` verifies signature and chain; what it leaves open
(weak hashes, the certificate's only purpose) is checked here, so that each fault has its own name.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from kuramori.evidence.rules.stamps import Failed, Problem

SOUND_HASHES = frozenset({"sha256", "sha384", "sha512"})
MIN_RSA_BITS = 2048
GRANTED = 0
# What the libraries raise over bytes that are no certificate or token, found by changing replies at random.
NOT_READABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reply has to fit: the bytes that were stamped, how, with which nonce; empty `policy` takes any."""

    content: bytes
    algorithm: str
    nonce: int
    policy: str
    roots: list[x509.Certificate]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A good reply: its time (UTC), its number (hex), and the end of the certificate that signed it."""

    gen_time: datetime
    serial: str
    not_after: datetime


def judge(raw: bytes, asked: Asked) -> Token:
    """Return the token in a reply if it is good in every respect; raise Failed with the first fault otherwise."""
    try:
        return _judged(raw, asked)
    except NOT_READABLE as error:  # both libraries read lazily: anywhere above
        raise Failed(Problem.MALFORMED, error) from error


def _judged(raw: bytes, asked: Asked) -> Token:
    response, signed = _read(raw)
    info = response.tst_info
    digest = hashlib.new(asked.algorithm, asked.content).digest()
    if info.message_imprint.message != digest:
        raise Failed(Problem.OTHER_DATA)
    if info.nonce != asked.nonce:
        raise Failed(Problem.NONCE_DIFFERS)
    if asked.policy and info.policy.dotted_string != asked.policy:
        raise Failed(Problem.OTHER_POLICY, info.policy.dotted_string)
    gen_time: datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
    certificates = [x509.load_der_x509_certificate(each) for each in response.signed_data.certificates]
    for each in certificates:
        _read_whole(each)
    signer = _signer(response, certificates)
    _refuse_weak(signed, signer)
    _refuse_wrong_purpose(signer)
    if not signer.not_valid_before_utc <= gen_time <= signer.not_valid_after_utc:
        raise Failed(Problem.EXPIRED, signer.not_valid_after_utc)
    _verify(response, asked, [signer, *certificates])
    return Token(gen_time=gen_time, serial=f"{info.serial_number:x}", not_after=signer.not_valid_after_utc)


def certificates_in(raw: bytes) -> list[x509.Certificate]:
    """Return the certificates that a good reply brings along."""
    response, _signed = _read(raw)
    return [x509.load_der_x509_certificate(each) for each in sorted(response.signed_data.certificates)]


def chain_pem(raw: bytes, roots_pem: str) -> bytes:
    """Return the certificates of a good reply and the roots it was checked against, each once, as PEM."""
    chain = [*certificates_in(raw), *x509.load_pem_x509_certificates(roots_pem.encode())]
    return b"".join(dict.fromkeys(each.public_bytes(Encoding.PEM) for each in chain))


def _read(raw: bytes) -> tuple[TimeStampResponse, cms.SignedData]:
    response = _decoded(raw)
    if response.status != GRANTED:
        raise Failed(Problem.NOT_GRANTED, f"{response.status} {' '.join(response.status_string)}".strip())
    return response, tsp.TimeStampResp.load(response.as_bytes(), strict=True)["time_stamp_token"]["content"]


def _decoded(raw: bytes) -> TimeStampResponse:
    """Decode a reply. OpenSSL writes the certificates, which nobody signs, unsorted; the library gets them sorted."""
    try:
        return decode_timestamp_response(raw)
    except ValueError:
        reply = tsp.TimeStampResp.load(raw, strict=True)
        signed = reply["time_stamp_token"]["content"]
        signed["certificates"] = sorted(signed["certificates"], key=lambda each: bytes(each.dump()))
        return decode_timestamp_response(reply.dump(force=True))


def _signer(response: TimeStampResponse, certificates: list[x509.Certificate]) -> x509.Certificate:
    infos = list(response.signed_data.signer_infos)
    if len(infos) != 1:
        raise Failed(Problem.MALFORMED, f"{len(infos)} signers")
    for each in certificates:
        if (each.issuer, each.serial_number) == (infos[0].issuer, infos[0].serial_number):
            return each
    raise Failed(Problem.CERTIFICATE_MISSING)


def _read_whole(certificate: x509.Certificate) -> None:
    """Read what the library reads only when asked: one that is broken inside must not come into a bundle."""
    for read in ("issuer", "subject", "extensions", "not_valid_after_utc"):
        getattr(certificate, read)
    with suppress(UnsupportedAlgorithm):  # beside the signer's, a kind of key that is not known does no harm
        certificate.public_key()


def _refuse_weak(signed: cms.SignedData, signer: x509.Certificate) -> None:
    (info,) = signed["signer_infos"]
    used = {info["digest_algorithm"]["algorithm"].native}
    if info["signature_algorithm"]["algorithm"].native not in {"rsassa_pkcs1v15", "ec"}:  # these name no hash
        used.add(info["signature_algorithm"].hash_algo)
    if signer.signature_hash_algorithm is not None:
        used.add(signer.signature_hash_algorithm.name)
    names = {each["type"].native for each in info["signed_attrs"]}
    if weak := used - SOUND_HASHES:
        raise Failed(Problem.WEAK, ", ".join(sorted(weak)))
    if "signing_certificate_v2" not in names:
        raise Failed(Problem.WEAK, "signingCertificate (SHA-1)")
    key = signer.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise Failed(Problem.WEAK, f"RSA {key.key_size}")


def _refuse_wrong_purpose(signer: x509.Certificate) -> None:
    """The certificate may serve nothing but time stamps, and must say so critically (RFC 3161, 2.3)."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise Failed(Problem.WRONG_CERTIFICATE) from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise Failed(Problem.WRONG_CERTIFICATE, signer.subject.rfc4514_string())


def _verify(response: TimeStampResponse, asked: Asked, certificates: list[x509.Certificate]) -> None:
    try:
        verifier = VerifierBuilder(roots=list(asked.roots), nonce=asked.nonce).build()
        verifier.verify_message(response, asked.content)
    except VerificationError as error:
        leads = _leads_to(certificates[0], certificates, asked.roots)
        raise Failed(Problem.SIGNATURE_WRONG if leads else Problem.CHAIN_BROKEN, error) from error


def _leads_to(one: x509.Certificate, others: list[x509.Certificate], roots: list[x509.Certificate]) -> bool:
    """Say whether a chain of signatures leads from a certificate to a root: which of two faults it was."""
    if one in roots or any(_issued(root, one) for root in roots):
        return True
    rest = [each for each in others if each != one]
    return any(_issued(each, one) and _leads_to(each, rest, roots) for each in rest)


def _issued(issuer: x509.Certificate, one: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
