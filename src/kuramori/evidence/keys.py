"""The key that signs the ledger's heads: made at the first start, kept in the data folder, never in the database."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.timezone import now

from kuramori.evidence.models import LogKey
from kuramori.evidence.rules.note import Checkpoint, VerifierKey, sign

KEY_FILE = Path("keys") / "log-ed25519.pem"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The private key with the name it signs under."""

    verifier: VerifierKey
    key: Ed25519PrivateKey

    @property
    def origin(self) -> str:
        """The ledger's name, the first line of every head."""
        return self.verifier.name

    def signed(self, size: int, root: bytes) -> str:
        """Return the head of a tree as a signed note."""
        return sign(Checkpoint(self.origin, size, root).text, self.key, self.origin)


def signer() -> Signer:
    """Return the key of this ledger, made if the ledger has none yet.

    Raises:
        ImproperlyConfigured: others can read the file, it is no Ed25519 key, or it is not the ledger's key.
    """
    known = LogKey.objects.order_by("-id").first()
    path = settings.DATA / KEY_FILE
    if known is None and not path.exists():
        _make(path)
    if not path.exists():
        raise ImproperlyConfigured(f"{KEY_FILE} is gone: bring it back from the backup; no other key may sign on")
    key = _read(path)
    public = key.public_key().public_bytes_raw()
    if known is None:
        known = LogKey.objects.create(origin=settings.LEDGER_ORIGIN, public=public, since=now())
    if bytes(known.public) != public:
        raise ImproperlyConfigured(f"{KEY_FILE} is not the key of this ledger: bring the right one back")
    return Signer(verifier=VerifierKey(known.origin, public), key=key)


def verifier_keys() -> list[VerifierKey]:
    """Return the public keys that have signed heads of this ledger, the present one first."""
    return [VerifierKey(row.origin, bytes(row.public)) for row in LogKey.objects.order_by("-id")]


def _read(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{KEY_FILE} can be read by others: chmod 600 it, then start again")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise ImproperlyConfigured(f"{KEY_FILE} is damaged: bring it back from the backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{KEY_FILE} is no Ed25519 key")
    return key


def _make(path: Path) -> None:
    """Write a new key beside its place and link it there: a crash leaves a whole key or none, a race only one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
