"""X.509 certificates (RFC 5280) as far as time stamps need them: who signed whom, for what, and when."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kuramori_verify.canonical import FormError
from kuramori_verify.der import (
    BIT_STRING,
    BOOLEAN,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    Der,
    der_bits,
    der_boolean,
    der_integer,
    der_oid,
    der_time,
    read_der,
)
from kuramori_verify.signatures import PublicKey, UnknownError, WeakError, read_public_key, read_scheme, signature_holds

BASIC_CONSTRAINTS, KEY_USAGE, PURPOSES = "2.5.29.19", "2.5.29.15", "2.5.29.37"
# May be critical and change nothing here: policies, other names, key identifiers, where to find revocations.
HARMLESS = frozenset({"2.5.29.32", "2.5.29.17", "2.5.29.18", "2.5.29.14", "2.5.29.35", "2.5.29.31"})
COMMON_NAME = "2.5.4.3"
STRINGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
SIGNS_CERTIFICATES, SIGNS_CONTENT = 0x04, 0xC0
MAX_CHAIN = 8
MAX_CERTIFICATES = 16
MAX_PEM_BYTES = 1 << 20
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate; `issuer` and `subject` are compared as bytes. `usage` are the first eight bits, None: any."""

    raw: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    key: PublicKey
    signed: bytes
    algorithm: Der
    signature: bytes
    is_authority: bool
    path_length: int | None
    usage: int | None
    purposes: tuple[str, ...] | None
    purposes_are_critical: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the certificate, as its authority publishes it."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def name(self) -> str:
        """The subject's common name, for people; empty when there is none."""
        names = [value.content for kind, value in _name_parts(read_der(self.subject)) if kind == COMMON_NAME]
        return names[-1].decode(errors="replace") if names else ""

    @property
    def is_root(self) -> bool:
        """Whether it stands for itself: nobody above it is named."""
        return self.is_authority and self.issuer == self.subject

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether the moment lies in its period."""
        return self.not_before <= moment <= self.not_after


def read_certificate(raw: bytes) -> Certificate:
    """Read a DER certificate. Raises FormError, and WeakError for a short key.

    How it is signed counts only once a chain needs the signature: many a root has signed itself with SHA-1.
    """
    outer = read_der(raw, SEQUENCE).inside()
    signed, algorithm, signature = outer.take(SEQUENCE), outer.take(SEQUENCE), der_bits(outer.take(BIT_STRING))
    outer.end()
    members = signed.inside()
    version = members.maybe(0xA0)
    if version is not None and der_integer(read_der(version.content)) not in {1, 2}:
        raise FormError("a certificate of an unknown version")
    serial = der_integer(members.take(INTEGER))
    if members.take(SEQUENCE).raw != algorithm.raw:
        raise FormError("a certificate names two signature algorithms")
    issuer, period, subject = members.take(SEQUENCE), members.take(SEQUENCE).inside(), members.take(SEQUENCE)
    for name in (issuer, subject):
        _check_name(name)
    not_before, not_after = der_time(period.take()), der_time(period.take())
    period.end()
    key = read_public_key(members.take(SEQUENCE))
    members.maybe(0x81)
    members.maybe(0x82)
    extensions = _extensions(members.maybe(0xA3))
    members.end()
    is_authority, path_length = _constraints(extensions)
    purposes = extensions.get(PURPOSES)
    return Certificate(
        raw=raw,
        serial=serial,
        issuer=issuer.raw,
        subject=subject.raw,
        not_before=not_before,
        not_after=not_after,
        key=key,
        signed=signed.raw,
        algorithm=algorithm,
        signature=signature,
        is_authority=is_authority,
        path_length=path_length,
        usage=_usage(extensions),
        purposes=purposes and tuple(map(der_oid, read_der(purposes[1], SEQUENCE).inside().rest(OID))),
        purposes_are_critical=bool(purposes and purposes[0]),
    )


def read_pem(raw: bytes) -> list[Certificate]:
    """Read the certificates of a PEM file; at most 16. Raises FormError, WeakError."""
    return [read_certificate(each) for each in pem_parts(raw)]


def pem_parts(raw: bytes) -> list[bytes]:
    """Take the 1 to 16 certificates of a PEM file apart, each in DER. Raises FormError."""
    if len(raw) > MAX_PEM_BYTES:
        raise FormError(f"longer than {MAX_PEM_BYTES} bytes")
    found = PEM.findall(raw)
    if not 0 < len(found) <= MAX_CERTIFICATES:
        raise FormError(f"1 to {MAX_CERTIFICATES} certificates in PEM are expected")
    try:
        return [base64.b64decode(b"".join(text.split()), validate=True) for text in found]
    except ValueError as error:
        raise FormError("PEM: not base64") from error


def read_usable(parts: Iterable[bytes]) -> tuple[list[Certificate], UnknownError | WeakError | None]:
    """Read certificates, leaving out those whose methods are weak or unknown; the first such fault comes along.

    An authority sends what it has, an old root for instance; what no chain needs does no harm. Raises FormError.
    """
    read: list[Certificate] = []
    fault: UnknownError | WeakError | None = None
    for each in parts:
        try:
            read.append(read_certificate(each))
        except (UnknownError, WeakError) as error:
            fault = fault or error
    return read, fault


def root_above(
    one: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], moment: datetime
) -> Certificate | None:
    """Return the root to which a chain of signatures leads from a certificate, all valid at the moment; None: none.

    Raises WeakError when only a signature by SHA-1 leads on, FormError.
    """
    return _climb(one, list(others[:MAX_CERTIFICATES]), roots, moment, 0)


def _climb(
    one: Certificate, others: list[Certificate], roots: Sequence[Certificate], moment: datetime, below: int
) -> Certificate | None:
    if not one.is_valid_at(moment) or below > MAX_CHAIN:
        return None
    for root in roots:
        if root.is_valid_at(moment) and _has_issued(root, one, below):
            return root
    for each in list(others):
        if each in others and _has_issued(each, one, below):
            others.remove(each)  # each is climbed once, so that hostile crowds of one name end soon
            if (found := _climb(each, others, roots, moment, below + 1)) is not None:
                return found
    return None


def _has_issued(issuer: Certificate, one: Certificate, below: int) -> bool:
    may = issuer.is_authority and (issuer.usage is None or bool(issuer.usage & SIGNS_CERTIFICATES))
    fits = issuer.subject == one.issuer and (issuer.path_length is None or issuer.path_length >= below)
    if not may or not fits:
        return False
    scheme = read_scheme(one.algorithm)
    return scheme.digest is not None and signature_holds(issuer.key, scheme, scheme.digest, one.signed, one.signature)


def _name_parts(name: Der) -> list[tuple[str, Der]]:
    """The parts of a Name, each its kind and value. Raises FormError."""
    parts = []
    for relative in name.inside().rest(SET):
        for pair in relative.inside().rest(SEQUENCE):
            members = pair.inside()
            parts.append((der_oid(members.take(OID)), members.take()))
            members.end()
    return parts


def _check_name(name: Der) -> None:
    for _kind, value in _name_parts(name):
        codec = STRINGS.get(value.tag)
        try:
            if codec is None or not value.content.decode(codec):
                raise FormError("a name holds what is no text")
        except UnicodeDecodeError as error:
            raise FormError("a name holds what is no text") from error


def _extensions(outer: Der | None) -> dict[str, tuple[bool, bytes]]:
    found: dict[str, tuple[bool, bytes]] = {}
    for each in read_der(outer.content, SEQUENCE).inside().rest(SEQUENCE) if outer else []:
        members = each.inside()
        name, critical = der_oid(members.take(OID)), members.maybe(BOOLEAN)
        is_critical = critical is not None and der_boolean(critical)
        if name in found:
            raise FormError("a certificate has the same extension twice")
        if is_critical and name not in HARMLESS | {BASIC_CONSTRAINTS, KEY_USAGE, PURPOSES}:
            raise UnknownError(f"a certificate demands {name}, which is not known here")
        found[name] = (is_critical, members.take(OCTET_STRING).content)
        members.end()
    return found


def _constraints(extensions: dict[str, tuple[bool, bytes]]) -> tuple[bool, int | None]:
    if BASIC_CONSTRAINTS not in extensions:
        return False, None
    members = read_der(extensions[BASIC_CONSTRAINTS][1], SEQUENCE).inside()
    flag, length = members.maybe(BOOLEAN), members.maybe(INTEGER)
    members.end()
    return flag is not None and der_boolean(flag), None if length is None else der_integer(length)


def _usage(extensions: dict[str, tuple[bool, bytes]]) -> int | None:
    if KEY_USAGE not in extensions:
        return None
    bits = read_der(extensions[KEY_USAGE][1], BIT_STRING).content
    if not 2 <= len(bits) <= 3:  # noqa: PLR2004 - unused bits, then one or two bytes
        raise FormError("a certificate's key usage is malformed")
    return bits[1]
