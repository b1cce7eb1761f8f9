"""Heads that somebody outside held: each must be of the same ledger, and the bundle's head must continue it.

A second server's cosignature (c2sp.org/tlog-cosignature) also says by when it had seen its head. A head on paper or
in a mail lies here as a copy; it counts when it is compared with the one that its holder has.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.ed25519 import ed25519_verifies
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import is_consistent
from kuramori_verify.note import (
    COSIGNATURE_TYPE,
    KEY_ID_BYTES,
    MAX_NOTE_BYTES,
    Head,
    LogKey,
    SignatureError,
    read_head,
    read_log_key,
    read_signatures,
)
from kuramori_verify.shape import COUNT, DIGEST_HEX, PLAIN_PATH, TEXT, list_of, members_of
from kuramori_verify.sources import Source, UnreadableError, read_whole

WITNESS_FILE = re.compile(r"(?P<slug>[a-z0-9][a-z0-9-]{0,39})\.(txt|key|proof\.json)", re.ASCII)
WITNESS = members_of(kind=TEXT, name=TEXT, slug=PLAIN_PATH)
CONTINUATION = members_of(**{"from": COUNT, "to": COUNT, "proof": list_of(DIGEST_HEX)})
TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class CheckedWitness:
    """A head held outside that the ledger continues; `moment` and `signer` only where a server cosigned it.

    `given`: the witness's key was trusted from outside, not by the bundle.
    """

    file: str
    size: int
    moment: datetime | None = None
    signer: str | None = None
    fingerprint: str | None = None
    given: bool = False


def check_witnesses(
    source: Source,
    folder: str,
    head: Head | None,
    findings: Findings,
    *,
    keys: tuple[Sequence[LogKey], Sequence[LogKey]],
    due: Iterable[Mapping[str, Any]] = (),
) -> list[CheckedWitness]:
    """Check every head in `folder` against the verified `head`; `keys` are those of the ledger, and of witnesses.

    `due` is the sealed list of the witnesses that there were: one without a head is named.
    """
    checked = []
    for name in sorted(source.files):
        if not name.startswith(folder):
            continue
        found = WITNESS_FILE.fullmatch(name.removeprefix(folder))
        if not found or f"{folder}{found['slug']}.txt" not in source.files:
            findings.add("bundle.file_unknown", name)
        elif name.endswith(".txt") and head is not None:
            checked.append(_checked_witness(source, name, head, keys, findings))
    for item in due:
        if f"{folder}{item['slug']}.txt" not in source.files:
            findings.add("witness.absent", f"{folder}{item['slug']}.txt", record=item["name"])
    return [each for each in checked if each is not None]


def check_kept(
    source: Source, folder: str, head: Head, findings: Findings, *, notes: Sequence[bytes], keys: Sequence[LogKey]
) -> int:
    """Compare heads that the reader had kept himself; return how many of them the verified `head` surely continues."""
    continued = 0
    for note in notes:
        try:
            kept = read_head(note, keys)
            proof = [] if kept.size == head.size else _proof_from(source, folder, (kept.size, head.size))
        except (FormError, SignatureError, UnreadableError) as error:
            findings.add("ledger.older_head_malformed", detail=error)
            continue
        if proof is None:
            findings.add("limit.head_unproven", record=kept.size)
        elif kept.origin == head.origin and continues(kept, head, proof):
            continued += 1
        else:
            findings.add("ledger.history_differs", entry=kept.size)
    return continued


def _proof_from(source: Source, folder: str, sizes: tuple[int, int]) -> list[bytes] | None:
    """The proof that a witness's file holds between the same two sizes, None when no file does."""
    for name in source.files:
        if name.startswith(folder) and name.endswith(".proof.json"):
            try:
                return read_continuation(source, name, sizes)
            except (FormError, UnreadableError):
                continue  # a malformed one is found where its witness is checked
    return None


def _checked_witness(
    source: Source, name: str, head: Head, keys: tuple[Sequence[LogKey], Sequence[LogKey]], findings: Findings
) -> CheckedWitness | None:
    try:
        note = read_whole(source, name, MAX_NOTE_BYTES)
        held = read_head(note, keys[0])
        if held.origin != head.origin:
            findings.add("witness.other_ledger", name, detail=held.origin)
            return None
        if not _continued(source, name, held, head, findings):
            return None
        return _cosigned(source, name, note, findings, size=held.size, trusted=keys[1])
    except SignatureError as error:
        findings.add("witness.key_unknown", name, detail=error)
    except (FormError, UnreadableError) as error:
        findings.add("witness.malformed", name, detail=error)
    return None


def _continued(source: Source, name: str, held: Head, head: Head, findings: Findings) -> bool:
    """Whether the ledger continues the held head. Same size, other root: that alone proves two histories."""
    if held.size > head.size:
        findings.add("witness.ahead", name, detail=held.size)
        return False
    file = name.removesuffix(".txt") + ".proof.json"
    proof = read_continuation(source, file, (held.size, head.size)) if file in source.files else None
    if held.size < head.size and proof is None:
        findings.add("witness.proof_missing", name, detail=held.size)
        return False
    fits = continues(held, head, proof or ())
    if not fits:
        findings.add("ledger.fork", name, detail=held.size)
    return fits


def continues(held: Head, head: Head, proof: Sequence[bytes]) -> bool:
    """Whether the tree under `head` continues the one under `held`, which is not larger."""
    if held.size == head.size:
        return held.root == head.root and not proof
    return is_consistent(held.size, head.size, held.root, head.root, proof)


def read_continuation(source: Source, file: str, sizes: tuple[int, int]) -> list[bytes]:
    """Read the proof that a tree of the second size continues one of the first. Raises FormError, UnreadableError."""
    told = CONTINUATION(read_canonical(read_whole(source, file, MAX_NOTE_BYTES)), file)
    if (told["from"], told["to"]) != sizes:
        raise FormError(f"{file}: from {told['from']} to {told['to']}, not {sizes[0]} to {sizes[1]}")
    return [bytes.fromhex(each) for each in told["proof"]]


def _cosigned(
    source: Source, name: str, note: bytes, findings: Findings, *, size: int, trusted: Sequence[LogKey]
) -> CheckedWitness | None:
    file = name.removesuffix(".txt") + ".key"
    keys = list(trusted)
    if not keys and file in source.files:
        text = read_whole(source, file, MAX_NOTE_BYTES).decode("utf-8", "replace").strip()
        keys = [read_log_key(text, COSIGNATURE_TYPE)]
    text, signatures = read_signatures(note)
    for key in keys:
        for signer, raw in signatures:
            if (signer, raw[:KEY_ID_BYTES]) != (key.name, key.id):
                continue
            seconds, signature = raw[KEY_ID_BYTES:][:TIME_BYTES], raw[KEY_ID_BYTES + TIME_BYTES :]
            at = int.from_bytes(seconds, "big")
            if not ed25519_verifies(key.public, f"cosignature/v1\ntime {at}\n{text}".encode(), signature):
                findings.add("witness.cosignature_wrong", name, detail=signer)
                return None
            if not trusted:
                findings.add("limit.witness_key", name, record=key.fingerprint)
            return CheckedWitness(name, size, _moment(at), key.name, key.fingerprint, bool(trusted))
    if keys and file in source.files:
        findings.add("witness.cosignature_missing", name)
    return CheckedWitness(name, size)


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise FormError("a time that no calendar has") from error
