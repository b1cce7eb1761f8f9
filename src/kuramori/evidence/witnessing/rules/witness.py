"""What logs and witnesses say to each other (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature), and when one is silent.

A cosignature is Ed25519 over the text, the witness's time (seconds since 1970, UTC) in front: who reads it knows that
the witness had seen this head, and no other history of the same log, by then.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kuramori.evidence.rules.note import COSIGNATURE, KEY_ID_BYTES, NoteError, VerifierKey, is_decimal, parts

MAX_BODY = 65_536
MAX_PROOF = 63
HASH_BYTES = 32
TIME_BYTES = 8
SIZE_TYPE = "text/x.tlog.size"


class WitnessKind(StrEnum):
    """Where a head is held outside."""

    SERVER = "server"
    FOLDER = "folder"
    MAIL = "mail"
    PRINT = "print"


# Between two heads given to a holder of this kind, and until one that took none is called silent (SYS-16).
EVERY = {WitnessKind.MAIL: timedelta(days=1), WitnessKind.PRINT: timedelta(days=7)}
SILENT_AFTER = {WitnessKind.MAIL: timedelta(days=2), WitnessKind.PRINT: timedelta(days=35)}
A_DAY = timedelta(days=1)


def is_silent(kind: str, since: datetime, at: datetime) -> bool:
    """Say whether a holder that was last heard of at `since` is silent too long at `at`."""
    return at - since > SILENT_AFTER.get(WitnessKind(kind), A_DAY)


def is_due(kind: str, held_at: datetime | None, at: datetime) -> bool:
    """Say whether a newer head is to be given to a holder that took its last one at `held_at`."""
    return held_at is None or at - held_at >= EVERY.get(WitnessKind(kind), timedelta(0))


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to a witness: take this head; you hold `old` entries, and the proof leads on from there."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof)]
        return "\n".join(lines) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, raw: bytes) -> "AddCheckpoint":
        """Read the body of a request. Raises NoteError."""
        try:
            head, gap, note = raw.decode().partition("\n\n")
            first, *proof = head.split("\n")
            hashes = tuple(base64.b64decode(line, validate=True) for line in proof)
        except ValueError as error:
            raise NoteError("not UTF-8, or a proof line is no base64") from error
        word, _space, digits = first.partition(" ")
        if word != "old" or not is_decimal(digits) or not gap or len(raw) > MAX_BODY:
            raise NoteError("a request reads: old size, proof lines, an empty line, the checkpoint")
        if len(hashes) > MAX_PROOF or any(len(each) != HASH_BYTES for each in hashes):
            raise NoteError("a proof has at most 63 lines of 32 bytes")
        return cls(int(digits), hashes, note)


def cosign(text: str, key: Ed25519PrivateKey, name: str, at: datetime) -> str:
    """Return the signature line of a witness under a head's text."""
    verifier = VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    seconds = int(at.timestamp())
    signed = seconds.to_bytes(TIME_BYTES, "big") + key.sign(_message(text, seconds))
    return f"— {name} {base64.b64encode(verifier.id + signed).decode()}\n"


def cosigned_at(note: str, keys: Sequence[VerifierKey]) -> datetime | None:
    """Return when the first of these witnesses that has signed a note did (UTC), None when none has.

    Raises NoteError: the note is malformed, or a witness's signature in it is wrong.
    """
    text, signatures = parts(note)
    for key in keys:
        for name, raw in signatures:
            if (name, raw[:KEY_ID_BYTES]) == (key.name, key.id):
                return _verified(key, raw[KEY_ID_BYTES:], text)
    return None


def _verified(key: VerifierKey, raw: bytes, text: str) -> datetime:
    seconds = int.from_bytes(raw[:TIME_BYTES], "big")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[TIME_BYTES:], _message(text, seconds))
        return datetime.fromtimestamp(seconds, UTC)
    except (InvalidSignature, ValueError, OverflowError, OSError) as error:
        raise NoteError(f"the cosignature of {key.name} is wrong") from error


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
