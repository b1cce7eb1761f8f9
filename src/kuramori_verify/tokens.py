"""Time stamps by a third party (RFC 3161): a signed statement that some bytes existed at a time.

A reply is read strictly as DER. One thing is tolerated, as OpenSSL does: members of a SET in any order. The order of
the certificates is signed by nobody, and the signed attributes are hashed as they came.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kuramori_verify.canonical import FormError
from kuramori_verify.certificates import MAX_CERTIFICATES, SIGNS_CONTENT, Certificate, read_usable, root_above
from kuramori_verify.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    Der,
    DerReader,
    der_boolean,
    der_integer,
    der_oid,
    der_time,
    read_der,
)
from kuramori_verify.signatures import Scheme, WeakError, hash_named, read_scheme, signature_holds

MAX_TOKEN_BYTES = 1 << 20
SIGNED_DATA, TIME_STAMP_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
NAMES_SIGNER, NAMES_SIGNER_BY_SHA1 = "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.16.2.12"
STAMPS_TIME = "1.3.6.1.5.5.7.3.8"
GRANTED = (0, 1)
SIGNED_DATA_VERSIONS = frozenset({1, 3, 4, 5})


class TokenError(ValueError):
    """A reply proves nothing: `code` is the finding's, `detail` what was seen."""

    def __init__(self, code: str, detail: object = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Token:
    """What a sound reply says: these bytes existed at `moment` (UTC), says `signer`, vouched for by `root`."""

    moment: datetime
    serial: int
    policy: str
    signer: Certificate
    root: Certificate


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """The statement itself (TSTInfo)."""

    policy: str
    digest: str
    imprint: bytes
    serial: int
    moment: datetime


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed, how, and the attributes that were signed, by name."""

    issuer: bytes
    serial: int
    digest: str
    attributes: dict[str, Der]
    signed: bytes
    scheme: Scheme
    signature: bytes


def check_token(raw: bytes, content: bytes, roots: Sequence[Certificate], between: Sequence[Certificate] = ()) -> Token:
    """Check a reply over `content` in every respect, at the token's own time; `between` may help to reach a root.

    Raises TokenError with the first fault.
    """
    try:
        info_raw, certificates, signer = _read_reply(raw)
        info = _read_info(info_raw)
        if hashlib.new(info.digest, content).digest() != info.imprint:
            raise TokenError("token.other_data")
        certificate = _certificate_of(signer, certificates)
        _check_signature(signer, certificate, info_raw)
        _check_purpose(signer, certificate)
        _check_period(certificate, info.moment)
        root = root_above(certificate, [*certificates, *between], roots, info.moment)
    except WeakError as error:
        raise TokenError("token.weak", error) from error
    except FormError as error:
        raise TokenError("token.malformed", error) from error
    if root is None:
        raise TokenError("token.chain_broken", certificate.name)
    return Token(info.moment, info.serial, info.policy, certificate, root)


def _read_reply(raw: bytes) -> tuple[bytes, list[Certificate], SignerInfo]:
    """Take a TimeStampResp apart: the statement's bytes, the certificates that came along, the one signer."""
    reply = read_der(raw, SEQUENCE).inside()
    status = der_integer(reply.take(SEQUENCE).inside().take(INTEGER))
    if status not in GRANTED:
        raise TokenError("token.not_granted", status)
    outer = reply.take(SEQUENCE).inside()
    reply.end()
    _expect(outer.take(OID), SIGNED_DATA)
    signed = read_der(outer.take(0xA0).content, SEQUENCE).inside()
    outer.end()
    if der_integer(signed.take(INTEGER)) not in SIGNED_DATA_VERSIONS:
        raise FormError("signed data of an unknown version")
    digests = {hash_named(each) for each in signed.take(SET).inside().rest(SEQUENCE)}
    content = signed.take(SEQUENCE).inside()
    _expect(content.take(OID), TIME_STAMP_INFO)
    info = read_der(content.take(0xA0).content, OCTET_STRING).content
    content.end()
    sent = signed.maybe(0xA0)
    signed.maybe(0xA1)
    signers = signed.take(SET).inside().rest(SEQUENCE)
    signed.end()
    if len(signers) != 1:
        raise FormError(f"{len(signers)} signers")
    signer = _read_signer(signers[0].inside())
    if signer.digest not in digests:
        raise FormError("the signer's hash is not among those named")
    return info, _certificates(sent, signer), signer


def _certificates(sent: Der | None, signer: SignerInfo) -> list[Certificate]:
    """The certificates that came along; one beside the signer's whose methods are weak or unknown is left out."""
    found = sent.inside().rest(SEQUENCE) if sent else []
    if len(found) > MAX_CERTIFICATES:
        raise FormError(f"{len(found)} certificates")
    read, fault = read_usable(each.raw for each in found)
    if fault is not None and not any((each.issuer, each.serial) == (signer.issuer, signer.serial) for each in read):
        raise fault
    return read


def _read_signer(members: DerReader) -> SignerInfo:
    if der_integer(members.take(INTEGER)) != 1:
        raise FormError("a signer of an unknown version")
    number = members.take(SEQUENCE).inside()
    issuer, serial = number.take(SEQUENCE).raw, der_integer(number.take(INTEGER))
    number.end()
    digest = hash_named(members.take(SEQUENCE))
    signed = members.take(0xA0)
    scheme, signature = read_scheme(members.take(SEQUENCE)), members.take(OCTET_STRING).content
    members.maybe(0xA1)
    members.end()
    attributes: dict[str, Der] = {}
    for each in signed.inside().rest(SEQUENCE):
        pair = each.inside()
        name, values = der_oid(pair.take(OID)), pair.take(SET).inside()
        if name in attributes:
            raise FormError("the same signed attribute twice")
        attributes[name] = values.take()
        values.end()
        pair.end()
    # Signed as a SET, sent under a tag of its own (RFC 5652, 5.4).
    return SignerInfo(issuer, serial, digest, attributes, b"\x31" + signed.raw[1:], scheme, signature)


def _read_info(raw: bytes) -> TokenInfo:
    members = read_der(raw, SEQUENCE).inside()
    if der_integer(members.take(INTEGER)) != 1:
        raise FormError("a time stamp of an unknown version")
    policy = der_oid(members.take(OID))
    imprint = members.take(SEQUENCE).inside()
    digest, value = hash_named(imprint.take(SEQUENCE)), imprint.take(OCTET_STRING).content
    imprint.end()
    serial, moment = der_integer(members.take(INTEGER)), der_time(members.take(GENERALIZED_TIME))
    members.maybe(SEQUENCE)
    members.maybe(BOOLEAN)
    members.maybe(INTEGER)
    members.maybe(0xA0)
    extensions = members.maybe(0xA1)
    for each in extensions.inside().rest(SEQUENCE) if extensions else []:
        parts = each.inside()
        name, critical = der_oid(parts.take(OID)), parts.maybe(BOOLEAN)
        if critical is not None and der_boolean(critical):
            raise FormError(f"a time stamp demands {name}, which is not known here")
    members.end()
    return TokenInfo(policy, digest, value, serial, moment)


def _certificate_of(signer: SignerInfo, certificates: Sequence[Certificate]) -> Certificate:
    for each in certificates:
        if (each.issuer, each.serial) == (signer.issuer, signer.serial):
            return each
    raise TokenError("token.certificate_wrong", "the signer's certificate is not there")


def _check_signature(signer: SignerInfo, certificate: Certificate, info: bytes) -> None:
    """The statement is hashed into the signed attributes, and they are signed; they name the certificate too."""
    content_type, digest = signer.attributes.get(CONTENT_TYPE), signer.attributes.get(MESSAGE_DIGEST)
    if content_type is None or digest is None:
        raise FormError("the signed attributes lack type or digest")
    _expect(content_type, TIME_STAMP_INFO)
    hashed = hashlib.new(signer.digest, info).digest()
    if digest.tag != OCTET_STRING or digest.content != hashed:
        raise TokenError("token.signature_wrong", "message digest")
    if not signature_holds(certificate.key, signer.scheme, signer.digest, signer.signed, signer.signature):
        raise TokenError("token.signature_wrong")


def _check_purpose(signer: SignerInfo, certificate: Certificate) -> None:
    """The certificate serves time stamps alone and says so critically (RFC 3161, 2.3); the signature names it."""
    if certificate.purposes != (STAMPS_TIME,) or not certificate.purposes_are_critical:
        raise TokenError("token.certificate_wrong", "not for time stamps alone")
    if certificate.usage is not None and not certificate.usage & SIGNS_CONTENT:
        raise TokenError("token.certificate_wrong", "not for signatures")
    named = signer.attributes.get(NAMES_SIGNER)
    if named is None:
        if NAMES_SIGNER_BY_SHA1 in signer.attributes:
            raise WeakError("signingCertificate by SHA-1")
        raise TokenError("token.certificate_wrong", "the signature does not name it")
    first = named.inside().take(SEQUENCE).inside().take(SEQUENCE).inside()
    algorithm = first.maybe(SEQUENCE)
    digest = "sha256" if algorithm is None else hash_named(algorithm)
    if first.take(OCTET_STRING).content != hashlib.new(digest, certificate.raw).digest():
        raise TokenError("token.certificate_wrong", "the signature names another")


def _check_period(certificate: Certificate, moment: datetime) -> None:
    if not certificate.is_valid_at(moment):
        raise TokenError("token.expired", f"{certificate.not_before:%Y-%m-%d} - {certificate.not_after:%Y-%m-%d}")


def _expect(value: Der, name: str) -> None:
    if der_oid(value) != name:
        raise FormError(f"{name} is expected, not {der_oid(value)}")
