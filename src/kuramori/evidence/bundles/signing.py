"""The signature of the index on paper: PAdES (ETSI EN 319 142-1) with the company's own certificate.

Key and certificate lie in the data folder, `keys/report-signing.key.pem` and `.crt.pem`. `kuramori certificate` makes
a self-signed pair; one that a certification authority issued goes to the same place (docs/en/operators.md). Without
them the PDF is not signed, and the bundle loses nothing but that: its seal is in the ledger.
"""

import os
import secrets
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.kernel.acts import Refused
from kuramori.kernel.durable import made, put

KEY = Path("keys") / "report-signing.key.pem"
CERTIFICATE = Path("keys") / "report-signing.crt.pem"
RSA_BITS = 3_072
LIFE = timedelta(days=3 * 365)


def signed(pdf: bytes, *, at: datetime) -> bytes:
    """Return the PDF with a signature dated `at`, or as it is when no certificate is installed.

    Raises ImproperlyConfigured: others can read the key, or the two files do not belong together.
    """
    key, certificate = settings.DATA / KEY, settings.DATA / CERTIFICATE
    if not (key.exists() and certificate.exists()):
        return pdf
    if key.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{KEY} can be read by others: chmod 600 it")
    # Loaded when there is something to sign: the library takes longer than all of Kuramori does to start.
    written: bytes = import_module("kuramori.evidence.bundles.pades").signed(pdf, key, certificate, at=at)
    return written


def make_certificate(name: str) -> str:
    """Make a self-signed pair for `name`, valid three years; return its SHA-256 in hex.

    Raises Refused when there is one already.
    """
    key_path, certificate_path = settings.DATA / KEY, settings.DATA / CERTIFICATE
    if key_path.exists() or certificate_path.exists():
        raise Refused(_("There is a signing certificate already."), _("Move both files away first."))
    key = generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now())
        .not_valid_after(now() + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_documents(), critical=True)
        .sign(key, SHA256())
    )
    _keep(certificate_path, certificate.public_bytes(Encoding.PEM))
    _keep(key_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate.fingerprint(SHA256()).hex()


def _signs_documents() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _keep(path: Path, pem: bytes) -> None:
    """Write a file for this user alone: beside its place first, so that a crash leaves it whole or not at all."""
    made(path.parent)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    put(draft, path)
