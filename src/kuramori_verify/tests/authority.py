"""Time-stamp authorities for tests: one that is right in everything, and every way to be wrong.

Replies are written byte by byte and signed with cryptography, so that each part can be spoilt; `openssl_reply` asks
OpenSSL for one instead. Keys and certificates are made once.
"""

import hashlib
import secrets
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}  # noqa: S303
POLICY = "1.3.6.1.4.1.99999.1.1"
DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
PSS = "1.2.840.113549.1.1.10"
ECDSA = {
    "sha1": "1.2.840.10045.4.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
OPENSSL = """[ tsa ]
default_tsa = t
[ t ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1.1
other_policies = 1.3.6.1.4.1.99999.1.2
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = 3
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def tlv(tag: int, *parts: bytes) -> bytes:
    """Write one DER value: tag, length, content."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def integer(number: int) -> bytes:
    return core.Integer(number).dump()


def oid(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()


def hash_of(name: str) -> bytes:
    return seq(oid(HASH_OIDS[name]), tlv(0x05, b""))


@cache
def key_of(kind: str, number: int = 0) -> Any:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    curve = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1(), "p256k": ec.SECP256K1()}[kind]
    return ec.generate_private_key(curve)


def name_of(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def certificate(
    subject: str,
    key: Any,
    issuer: str,
    issuer_key: Any,
    *,
    is_authority: bool = False,
    purposes: Any = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    start: datetime | None = None,
    end: datetime | None = None,
    digest: str = "sha256",
    path_length: int | None = None,
    more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(name_of(issuer))
        .public_key(key.public_key())
        .serial_number(secrets.randbits(64) | 1)
        .not_valid_before(start or now - 3 * DAY)
        .not_valid_after(end or now + 3650 * DAY)
        .add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
    )
    if purposes and not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    for extension, is_critical in more:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(issuer_key, HASHES[digest])


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def private_pem(key: Any) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class TestAuthority:
    """An authority in memory; change a member and the next reply is wrong in that way."""

    __test__ = False

    key: Any
    cert: x509.Certificate
    root: x509.Certificate
    between: tuple[x509.Certificate, ...] = ()
    digest: str = "sha256"
    is_pss: bool = False
    status: int = 0
    certificates: tuple[x509.Certificate, ...] | None = None
    at: datetime | None = None
    serial: int | None = None
    nonce: int | None = None
    ess: str = "sha256"
    policy: str = POLICY
    imprint: tuple[str, bytes] | None = None
    more_info: bytes = b""
    written_at: str = ""
    spoil_signature: bool = False
    attributes: dict[str, bytes | None] = field(default_factory=dict)
    is_unsorted: bool = False
    signers: int = 1

    @classmethod
    def make(cls, kind: str = "p256", root_kind: str = "p256", **options: Any) -> "TestAuthority":
        """Make an authority directly under its root; `options` are those of `certificate`."""
        key, root_key = key_of(kind), key_of(root_kind, 1)
        root = certificate("Test Root", root_key, "Test Root", root_key, is_authority=True, start=LONG_AGO)
        return cls(key, certificate("Test TSA", key, "Test Root", root_key, **options), root)

    @property
    def roots(self) -> bytes:
        return pem(self.root)

    def reply(self, query: bytes) -> bytes:
        """Answer a query (DER TimeStampReq) with a DER TimeStampResp."""
        asked = tsp.TimeStampReq.load(query)
        imprint = asked["message_imprint"]
        pair = self.imprint or (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native)
        return self.over(*pair, nonce=asked["nonce"].native)

    def stamp(self, content: bytes) -> bytes:
        """Stamp some bytes."""
        algorithm, digest = self.imprint or ("sha256", hashlib.sha256(content).digest())
        return self.over(algorithm, digest)

    def over(self, algorithm: str, digest: bytes, nonce: int | None = None) -> bytes:
        """Stamp a digest; without a token when the authority refuses."""
        if self.status > 1:
            return seq(seq(integer(self.status), seq(tlv(0x0C, b"no such thing"))))
        at = self.at or datetime.now(UTC).replace(microsecond=0)
        nonce = self.nonce if self.nonce is not None else nonce
        info = seq(
            integer(1),
            oid(self.policy),
            seq(hash_of(algorithm), tlv(0x04, digest)),
            integer(self.serial if self.serial is not None else secrets.randbits(63)),
            tlv(0x18, (self.written_at or at.strftime("%Y%m%d%H%M%SZ")).encode()),
            b"" if nonce is None else integer(nonce),
            self.more_info,
        )
        return seq(seq(integer(self.status)), seq(oid(SIGNED_DATA), tlv(0xA0, self._signed(info))))

    def _signed(self, info: bytes) -> bytes:
        attributes = b"".join(sorted(self._attributes(info)))
        signature = self._signature(tlv(0x31, attributes) + (b"!" if self.spoil_signature else b""))
        sent = self.certificates if self.certificates is not None else (self.cert, *self.between)
        ders = sorted((each.public_bytes(Encoding.DER) for each in sent), reverse=self.is_unsorted)
        issued = asn1_x509.Certificate.load(self.cert.public_bytes(Encoding.DER))
        signer = seq(
            integer(1),
            seq(issued.issuer.dump(), issued["tbs_certificate"]["serial_number"].dump()),
            hash_of(self.digest),
            tlv(0xA0, attributes),
            self._algorithm(),
            tlv(0x04, signature),
        )
        return seq(
            integer(3),
            tlv(0x31, hash_of(self.digest)),
            seq(oid(TST_INFO), tlv(0xA0, tlv(0x04, info))),
            tlv(0xA0, b"".join(ders)) if ders else b"",
            tlv(0x31, signer * self.signers),
        )

    def _attributes(self, info: bytes) -> list[bytes]:
        raw = self.cert.public_bytes(Encoding.DER)
        named = tlv(0x04, hashlib.new(self.ess, raw).digest())
        number = "1.2.840.113549.1.9.16.2.12" if self.ess == "sha1" else "1.2.840.113549.1.9.16.2.47"
        algorithm = b"" if self.ess in {"sha1", "sha256"} else hash_of(self.ess)
        values = {
            "1.2.840.113549.1.9.3": oid(TST_INFO),
            "1.2.840.113549.1.9.4": tlv(0x04, hashlib.new(self.digest, info).digest()),
            number: seq(seq(seq(algorithm, named))),
        }
        values |= self.attributes
        return [seq(oid(name), tlv(0x31, value)) for name, value in values.items() if value is not None]

    def _signature(self, to_sign: bytes) -> bytes:
        used = HASHES[self.digest]
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(to_sign, ec.ECDSA(used))
        scheme = padding.PSS(padding.MGF1(used), used.digest_size) if self.is_pss else padding.PKCS1v15()
        return self.key.sign(to_sign, scheme, used)

    def _algorithm(self) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return seq(oid(ECDSA[self.digest]))
        if not self.is_pss:
            return seq(oid("1.2.840.113549.1.1.1"), tlv(0x05, b""))
        mask = seq(oid("1.2.840.113549.1.1.8"), hash_of(self.digest))
        size = integer(HASHES[self.digest].digest_size)
        return seq(oid(PSS), seq(tlv(0xA0, hash_of(self.digest)), tlv(0xA1, mask), tlv(0xA2, size)))

    def openssl_reply(self, folder: Path, query: bytes) -> bytes:
        """Let OpenSSL answer; it writes the certificates (signer and root) as they come, unsorted or not."""
        (folder / "tsa.pem").write_bytes(pem(self.cert))
        (folder / "root.pem").write_bytes(self.roots)
        (folder / "tsa.key").write_bytes(private_pem(self.key))
        (folder / "serial").write_text("01")
        (folder / "ts.cnf").write_text(OPENSSL.format(folder=folder))
        (folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (folder / "reply").read_bytes()


def openssl_accepts(folder: Path, reply: bytes, content: bytes, roots: bytes) -> bool:
    """Ask the second judge: `openssl ts -verify`."""
    for name, raw in {"r.tsr": reply, "r.txt": content, "r.pem": roots}.items():
        (folder / name).write_bytes(raw)
    command = ["openssl", "ts", "-verify", "-in", "r.tsr", "-data", "r.txt", "-CAfile", "r.pem"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0
