"""Signed checkpoints of the ledger: c2sp.org/signed-note and c2sp.org/tlog-checkpoint, Ed25519."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from kuramori_verify.canonical import FormError
from kuramori_verify.ed25519 import ed25519_verifies
from kuramori_verify.merkle import HASH_BYTES

ED25519_TYPE = b"\x01"
COSIGNATURE_TYPE = b"\x04"  # a witness's key: c2sp.org/tlog-cosignature
KEY_ID_BYTES = 4
MAX_NOTE_BYTES = 65_536
MAX_SIGNATURES = 64
MAX_SIZE_DIGITS = 16


@dataclass(frozen=True, slots=True)
class LogKey:
    """A public key with its name."""

    name: str
    public: bytes
    type: bytes = ED25519_TYPE

    @property
    def id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.type + self.public).digest()[:KEY_ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the public key, to be compared with what the company published."""
        return hashlib.sha256(self.public).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """A verified head of the ledger: how many entries, their root, and whose key signed it."""

    origin: str
    size: int
    root: bytes
    key: LogKey


class SignatureError(ValueError):
    """A known key's signature is wrong, or no known key has signed."""


def read_log_key(text: str, of_type: bytes = ED25519_TYPE) -> LogKey:
    """Read `name+keyid+base64` of a ledger, or of a witness. Raises FormError."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):  # noqa: PLR2004 - name, id, key
        raise FormError("a key line reads name+keyid+base64")
    raw = _unbase64(parts[2])
    key = LogKey(parts[0], raw[1:], of_type)
    if raw[:1] != of_type or len(raw) != 1 + HASH_BYTES or key.id.hex() != parts[1]:
        raise FormError("not an Ed25519 key, or its id belongs to another key")
    return key


def read_any_key(text: str) -> LogKey:
    """Read the key of a ledger or of a witness, whichever it is. Raises FormError."""
    try:
        return read_log_key(text)
    except FormError:
        return read_log_key(text, COSIGNATURE_TYPE)


def read_log_keys(raw: bytes) -> list[LogKey]:
    """Read a file with one key a line; the first is the ledger's own. Raises FormError."""
    lines = _text(raw).split("\n")
    if len(lines) > MAX_SIGNATURES or lines[-1]:
        raise FormError(f"keys: at most {MAX_SIGNATURES} lines, each ended by a newline")
    keys = [read_log_key(line) for line in lines[:-1]]
    if not keys:
        raise FormError("no key in the file")
    return keys


def read_head(raw: bytes, keys: Sequence[LogKey]) -> Head:
    """Read a checkpoint and verify that one of `keys` signed it.

    Signatures of other keys (witnesses) are left alone, as the standard demands.

    Raises:
        FormError: not a checkpoint.
        SignatureError: see there.
    """
    text, signatures = read_signatures(raw)
    signer = _signer(text, signatures, keys)
    origin, size, root = _head_lines(text[:-1])
    if origin != signer.name:
        raise SignatureError(f"signed by {signer.name}, but the head is of {origin}")
    return Head(origin, size, root, signer)


def read_signatures(raw: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a note into its text and its signatures, each (name, key id and signature). Raises FormError."""
    text, gap, signatures = _text(raw).rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines[-1] or not 1 < len(lines) <= MAX_SIGNATURES:
        raise FormError("a note has a text, an empty line and 1 to 63 signature lines")
    return text + "\n", [_signature(line) for line in lines[:-1]]


def is_key_name(name: str) -> bool:
    """Key names are not empty and hold neither spaces nor plus signs."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def _signer(text: str, signatures: Sequence[tuple[str, bytes]], keys: Sequence[LogKey]) -> LogKey:
    if len(set(signatures)) != len(signatures):
        raise FormError("the same signature line twice")
    signer = None
    for key in keys:
        for name, raw in signatures:
            if (name, raw[:KEY_ID_BYTES]) != (key.name, key.id):
                continue
            if not ed25519_verifies(key.public, text.encode(), raw[KEY_ID_BYTES:]):
                raise SignatureError(f"the signature of {name} is wrong")
            signer = signer or key
    if signer is None:
        raise SignatureError("no known key has signed: " + ", ".join(name for name, _ in signatures))
    return signer


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not is_key_name(parts[1]):  # noqa: PLR2004 - dash, name, signature
        raise FormError("a signature line reads: em dash, name, base64")
    raw = _unbase64(parts[2])
    if len(raw) <= KEY_ID_BYTES:
        raise FormError("a signature line without a signature")
    return parts[1], raw


def _head_lines(text: str) -> tuple[str, int, bytes]:
    lines = text.split("\n")
    if len(lines) < 3 or not all(lines):  # noqa: PLR2004 - origin, size, root
        raise FormError("a checkpoint has origin, size and root, and no empty line")
    origin, digits, encoded = lines[:3]
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MAX_SIZE_DIGITS
    if not is_number or str(int(digits)) != digits:
        raise FormError("the size is a decimal number without leading zeroes")
    root = _unbase64(encoded)
    if len(root) != HASH_BYTES:
        raise FormError("the root has 32 bytes")
    return origin, int(digits), root


def _text(raw: bytes) -> str:
    if len(raw) > MAX_NOTE_BYTES:
        raise FormError(f"longer than {MAX_NOTE_BYTES} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise FormError("not UTF-8") from error
    if any(sign < " " and sign != "\n" for sign in text):
        raise FormError("control characters (such as CR) are not allowed")
    return text


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FormError("not base64") from error
    if base64.b64encode(raw) != text.encode():
        raise FormError("base64 with stray bits")
    return raw
