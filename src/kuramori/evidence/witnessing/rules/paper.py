"""A head on paper and in mails: its QR code is an address of our own that carries the whole signed note."""

import base64
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlencode

from kuramori.evidence.rules.note import KEY_ID_BYTES, Checkpoint, NoteError, VerifierKey, is_decimal, parts

GROUP = 8


def query_of(note: str) -> str:
    """Return size, root and signature of a head as the query of an address."""
    text, signatures = parts(note)
    head = Checkpoint.parse(text)
    words = {"size": head.size, "root": _short(head.root), "signature": _short(signatures[0][1])}
    return urlencode(words)


def note_of(query: Mapping[str, str], keys: Sequence[VerifierKey]) -> str:
    """Put the note together again from such a query. Raises NoteError when no key of ours has this signature's id."""
    size, root, signature = query.get("size", ""), _long(query.get("root", "")), _long(query.get("signature", ""))
    name = next((key.name for key in keys if key.id == signature[:KEY_ID_BYTES]), None)
    if name is None or not is_decimal(size):
        raise NoteError("not a head of this ledger")
    text = Checkpoint(name, int(size), root).text
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def head_in(text: str, names: Collection[str]) -> str:
    """Find a head of a ledger of these names in a mail as people paste it: reply marks, other words, other line ends.

    What is found need not be a head; whoever opens it will see.
    """
    lines = [line.strip().removeprefix(">").strip() for line in text.splitlines()]
    start = next((place for place, line in enumerate(lines) if line in names), len(lines))
    signatures = [line for line in lines[start:] if line.startswith("— ")]
    return "\n".join([*lines[start : start + 3], "", *signatures, ""])


def grouped(digits: str) -> str:
    """Write hex digits so that two people can compare them aloud: groups of eight."""
    return " ".join(digits[place : place + GROUP] for place in range(0, len(digits), GROUP))


def _short(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _long(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise NoteError("not base64url") from error
