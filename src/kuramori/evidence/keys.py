"""The keys of this installation: made at the first start, kept in the data folder, never in the database.

One signs the ledger's heads; when it is changed or revoked, a new file takes its place and the old one is deleted.
Another, made when it is first needed, signs what we witness for others.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

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

from kuramori.evidence.models import ChangeKind, LogKey
from kuramori.evidence.rules.note import COSIGNATURE, Checkpoint, NoteError, VerifierKey, open_note, sign
from kuramori.kernel.durable import flush, made

KEY_FILE = Path("keys") / "log-ed25519.pem"
BRANCH = re.compile(r"/(\d+)$")
WITNESS_FILE = Path("keys") / "witness-ed25519.pem"


class NotCounted(NoteError):
    """The head is signed by a key that was changed or revoked before the ledger had so many entries."""


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
    path = key_path(known)
    if known is None and not path.exists():
        _make(path)
    key = _read(path)
    public = key.public_key().public_bytes_raw()
    if known is None:
        known = LogKey.objects.create(origin=settings.LEDGER_ORIGIN, public=public, since=now())
    if bytes(known.public) != public:
        raise ImproperlyConfigured(f"{path.name} is not the key of this ledger: bring the right one back")
    return Signer(verifier=VerifierKey(known.origin, public), key=key)


def witness_signer() -> Signer:
    """Return the key that cosigns the heads of others' ledgers, made if there is none yet; otherwise as `signer`."""
    path = settings.DATA / WITNESS_FILE
    if not path.exists():
        _make(path)
    key = _read(path)
    name = f"{urlsplit(settings.PUBLIC_URL).hostname}/witness"
    return Signer(verifier=VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE), key=key)


def verifier_keys() -> list[VerifierKey]:
    """Return the public keys that have signed heads of this ledger, the present one first."""
    return [VerifierKey(row.origin, bytes(row.public)) for row in LogKey.objects.order_by("-id")]


def exported_keys() -> list[VerifierKey]:
    """Return the keys that exports and bundles tell a verifier to trust: all but those that were revoked."""
    rows = LogKey.objects.exclude(change__kind=ChangeKind.REVOKE).order_by("-id")
    return [VerifierKey(row.origin, bytes(row.public)) for row in rows]


def open_head(text: str) -> Checkpoint:
    """Return the head that one of the ledger's keys signed, of this branch or one left behind.

    Raises NotCounted when the key no longer counted for so many entries, otherwise NoteError.
    """
    reason = NoteError("the ledger has no key yet")
    rows = LogKey.objects.order_by("-id").values_list("origin", "public", "change__valid_to")
    for origin, public, valid_to in rows:
        key = VerifierKey(origin, bytes(public))
        try:
            head = Checkpoint.parse(open_note(text, [key]))
        except NoteError as error:
            reason = error
            continue
        if head.origin != origin:
            raise NoteError(f"signed by {origin}, but the head is of {head.origin}")
        if valid_to is not None and head.size > valid_to:
            raise NotCounted(f"the key {key.id.hex()} counts up to {valid_to} entries only")
        return head
    raise reason


def key_path(known: LogKey | None) -> Path:
    """Return where the private half of a ledger key lies: the first one's file is named by what it is for."""
    first: Path = settings.DATA / KEY_FILE
    if known is None:
        return first
    own = first.with_name(_file_name(VerifierKey(known.origin, bytes(known.public))))
    return own if own.exists() else first


def next_key(origin: str) -> VerifierKey:
    """Make the file of a key that is to sign next, and return its public half; it signs nothing yet. Raises OSError."""
    key = Ed25519PrivateKey.generate()
    verifier = VerifierKey(origin, key.public_key().public_bytes_raw())
    _put((settings.DATA / KEY_FILE).with_name(_file_name(verifier)), key)
    return verifier


def next_origin(origin: str) -> str:
    """Return the name of the branch after this one: example.jp/ledger, example.jp/ledger/2, example.jp/ledger/3."""
    number = BRANCH.search(origin)
    return f"{origin[: number.start()]}/{int(number[1]) + 1}" if number else f"{origin}/2"


def _file_name(verifier: VerifierKey) -> str:
    return f"log-{verifier.fingerprint[:16]}.pem"


def _read(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        raise ImproperlyConfigured(f"{path.name} is gone: bring it back from the backup; no other key may sign on")
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path.name} can be read by others: chmod 600 it, then start again")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise ImproperlyConfigured(f"{path.name} is damaged: bring it back from the backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path.name} is no Ed25519 key")
    return key


def _make(path: Path) -> None:
    _put(path, Ed25519PrivateKey.generate())


def _put(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a key beside its place and link it there: a crash leaves a whole key or none, a race only one."""
    made(path.parent)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
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
        flush(path.parent)
