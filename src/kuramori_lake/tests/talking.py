"""Senders of syslog for tests: certificates made on the spot, connections, and waiting without a sleep too long."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


class Authority:
    """A certificate authority of one test, which signs servers and clients."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed(name, self._key, ca=True)
        self.path = self._written(f"{name}.pem", self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, days: int = 1) -> tuple[Path, Path]:
        """A certificate and its key; `days` below 0: it is over."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name, key, ca=False, days=days)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return (
            self._written(f"{self._name}-{name}.pem", certificate.public_bytes(serialization.Encoding.PEM)),
            self._written(f"{self._name}-{name}.key", key.private_bytes(*form)),
        )

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool, days: int = 1) -> x509.Certificate:
        now = datetime.now(UTC)
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)])
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        ) | {"decipher_only": False, "crl_sign": ca, "key_cert_sign": ca, "digital_signature": True}
        made = x509.CertificateBuilder().subject_name(who).issuer_name(issuer).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        made = made.add_extension(x509.KeyUsage(**usage), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(signer, critical=False)
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        return made.sign(self._key, hashes.SHA256())

    def _written(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path


def client(authority: Authority, shown: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """A sender that trusts an authority and shows a certificate, or none."""
    context = ssl.create_default_context(cafile=str(authority.path))
    if shown is not None:
        context.load_cert_chain(*map(str, shown))
    return context


async def send(port: int, *pieces: bytes, tls: ssl.SSLContext | None = None) -> bool:
    """Send pieces over a connection and hang up; False when the other side would not have it."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=tls)
    except (ssl.SSLError, ConnectionError):
        return False
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            return await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    except (ssl.SSLError, ConnectionError):
        return False
    finally:
        writer.close()
    return True


async def until(found: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; fails after so many seconds."""
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110  # what is waited for is on the disk or in another process
            await asyncio.sleep(0.01)
