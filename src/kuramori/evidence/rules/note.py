"""Signed notes and checkpoints as C2SP defines them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), Ed25519."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
COSIGNATURE = b"\x04"  # a witness's key: c2sp.org/tlog-cosignature
ROOT_BYTES = 32
KEY_ID_BYTES = 4
MAX_DIGITS = 16


class NoteError(ValueError):
    """The text is not a well-formed note, or no known key signed it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name; its text form is `name+keyid+base64` as Go's sumdb and C2SP tools read it."""

    name: str
    public: bytes
    algorithm: bytes = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes that point at the key; an identifier, not a fingerprint."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.algorithm + self.public).digest()[:KEY_ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key in hex: what people compare by voice or on paper."""
        return hashlib.sha256(self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.algorithm + self.public).decode()}"

    @classmethod
    def parse(cls, text: str, algorithm: bytes = ED25519) -> "VerifierKey":
        """Read `name+keyid+base64` of a log, or of a witness. Raises NoteError, also when the id is another key's."""
        parts = text.split("+", 2)
        try:
            name, key_id, encoded = parts
            raw = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise NoteError("a verifier key reads name+keyid+base64") from error
        key = cls(checked_name(name), raw[1:], algorithm)
        if raw[:1] != algorithm or len(key.public) != ROOT_BYTES or key.id.hex() != key_id:
            raise NoteError("not an Ed25519 key, or its id belongs to another key")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many entries, and the Merkle root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text. Extension lines are accepted and ignored. Raises NoteError."""
        lines = text.split("\n")
        try:
            origin, digits, encoded = lines[:3]
            root = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise NoteError("a checkpoint has origin, size and root lines") from error
        if not origin or not is_decimal(digits):
            raise NoteError("a checkpoint's size is a decimal number without leading zeroes")
        if len(root) != ROOT_BYTES:
            raise NoteError("a checkpoint's root has 32 bytes")
        return cls(origin, int(digits), root)


def is_decimal(digits: str) -> bool:
    """Say whether this is a size as C2SP writes it: below 10**16, without leading zeroes."""
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS
    return is_number and str(int(digits)) == digits


def sign(text: str, key: Ed25519PrivateKey, name: str) -> str:
    """Sign a text ending in a newline under the key's name; return the whole note.

    Raises:
        NoteError: the text or name cannot be in a note.
    """
    if not text.endswith("\n") or any(sign < " " and sign != "\n" for sign in text):
        raise NoteError("a note text ends in a newline and holds no control characters")
    verifier = VerifierKey(checked_name(name), key.public_key().public_bytes_raw())
    signature = base64.b64encode(verifier.id + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """Return the text that a known key signed; unknown signatures are ignored, as C2SP demands.

    Raises:
        NoteError: malformed, signed by no known key, or a known key's signature is wrong.
    """
    text, signatures = parts(note)
    verified = False
    for name, raw in signatures:
        for key in keys:
            if (key.name, key.id) == (name, raw[:KEY_ID_BYTES]):
                _verify(key, raw[KEY_ID_BYTES:], text)
                verified = True
    if not verified:
        raise NoteError("no known key has signed this note")
    return text


def parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a note into its text and its signatures, each (name, key id and signature). Raises NoteError."""
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteError("a note has a text, an empty line and signature lines")
    return f"{text}\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    try:
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise NoteError("a signature line reads: em dash, name, base64") from error
    if dash != "—" or not name or len(raw) <= KEY_ID_BYTES:
        raise NoteError("a signature line has a dash, a name, and a signature behind the key id")
    return name, raw


def _verify(key: VerifierKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature as error:
        raise NoteError(f"the signature of {key.name} is wrong") from error


def checked_name(name: str) -> str:
    """Return the name of a key, or raise NoteError."""
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise NoteError("a key name is not empty and has neither spaces nor plus signs")
    return name
