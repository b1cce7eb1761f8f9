"""Salted commitments in the disclosure form of SD-JWT (RFC 9901).

The ledger keeps the digest, the database keeps the disclosure. Who is given the disclosure can check the digest;
when it is erased by law, the digest says nothing (128-bit salt) and every proof over it still verifies.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kuramori.kernel.canonical import canonical

SALT_BYTES = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class DisclosureError(ValueError):
    """The disclosure does not open the commitment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Commitment:
    """A hidden member: `disclosure` is base64url of canonical [salt, name, value]; `digest` its base64url SHA-256."""

    disclosure: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What a disclosure says."""

    name: str
    value: Any


def commit(name: str, value: Any) -> Commitment:
    """Commit to one member under a fresh salt. Raises CanonicalError for a value without canonical form."""
    return _commit(secrets.token_bytes(SALT_BYTES), name, value)


def commit_many(members: Iterable[tuple[str, Any]]) -> list[Commitment]:
    """Commit to many (name, value) members, in order, with one call for randomness."""
    listed = list(members)
    salts = secrets.token_bytes(SALT_BYTES * len(listed))
    return [
        _commit(salts[i * SALT_BYTES : (i + 1) * SALT_BYTES], name, value) for i, (name, value) in enumerate(listed)
    ]


def open_commitment(disclosure: str, digest: str) -> Opened:
    """Check a disclosure against its digest and read it.

    Raises:
        DisclosureError: the digest differs, or the disclosure is not base64url of [salt, name, value].
    """
    if not hmac.compare_digest(digest_of(disclosure).encode(), digest.encode()):
        raise DisclosureError("the disclosure does not match its digest")
    try:
        salt, name, value = json.loads(_unbase64url(disclosure))
    except (ValueError, binascii.Error) as error:
        raise DisclosureError("the disclosure is not base64url of [salt, name, value]") from error
    if not isinstance(salt, str) or not isinstance(name, str):
        raise DisclosureError("salt and name of a disclosure are strings")
    return Opened(name=name, value=value)


def _commit(salt: bytes, name: str, value: Any) -> Commitment:
    disclosure = _base64url(canonical([_base64url(salt), name, value]))
    return Commitment(disclosure=disclosure, digest=digest_of(disclosure))


def digest_of(disclosure: str) -> str:
    """Return the digest that commits to a disclosure: base64url of its SHA-256."""
    return _base64url(hashlib.sha256(disclosure.encode()).digest())


def digests_of(disclosures: Iterable[str]) -> list[str]:
    """Return the digests of many disclosures; the ledger's check asks for eight an entry."""
    sha256, base64_of = hashlib.sha256, binascii.b2a_base64
    digests = [base64_of(sha256(each.encode()).digest(), newline=False) for each in disclosures]
    return b" ".join(digests).translate(_URL_SAFE, b"=").decode().split()


def _base64url(raw: bytes) -> str:
    # Twice as fast as base64.urlsafe_b64encode.
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def _unbase64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
