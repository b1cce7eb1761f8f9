"""Ledger entries shown in a bundle: their place in the tree, their members, and what was disclosed of them."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from kuramori_verify.canonical import FormError, as_canonical, read_canonical, unbase64url
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import leaf_hash, root_by_inclusion
from kuramori_verify.note import Head
from kuramori_verify.shape import (
    ANY_JSON,
    COUNT,
    DIGEST_HEX,
    DIGEST_TEXT,
    MOMENT,
    NOTHING,
    RECORD_ID,
    TEXT,
    Check,
    either,
    list_of,
    map_of,
    members_of,
    one_of,
    pair_of,
)
from kuramori_verify.sources import Source, UnreadableError, read_whole

MAX_ENTRY_FILE_BYTES = 64 * 2**20
MAX_BODY_BYTES = 65_535
# A disclosure reads [salt, name, value].
SALTED_LENGTH = 3

LISTED = list_of(members_of(item=TEXT, path=list_of(DIGEST_HEX), position=COUNT))
ENTRY_FILE = members_of(
    body=TEXT,
    changes=LISTED,
    disclosures=list_of(TEXT),
    index=COUNT,
    proof=list_of(DIGEST_HEX),
    subjects=LISTED,
    v=one_of(1),
)
ROOTED = members_of(count=COUNT, root=DIGEST_HEX)
CHANGE = members_of(
    fields=map_of(DIGEST_TEXT),
    id=RECORD_ID,
    on=TEXT,
    op=one_of("add", "edit", "purge", "retire"),
)
SUBJECT = pair_of(TEXT, RECORD_ID)
BODY = members_of(
    at=MOMENT,
    by=members_of(
        id=either(NOTHING, RECORD_ID),
        kind=TEXT,
        name=DIGEST_TEXT,
        **{"for": either(NOTHING, RECORD_ID)},
    ),
    changes=either(ROOTED, list_of(CHANGE)),
    id=RECORD_ID,
    notes=map_of(either(members_of(open=ANY_JSON), members_of(sd=DIGEST_TEXT))),
    steps=list_of(TEXT),
    subjects=either(ROOTED, list_of(SUBJECT)),
    v=one_of(1),
    verb=TEXT,
    why=DIGEST_TEXT,
)


@dataclass(slots=True)
class ShownEntry:
    """One entry as shown: `members` maps each committed digest in sight to (its place, the name it must carry).

    `shown` is the SHA-256 (hex) of what the file shows of it: disclosures, and items of lists held by root.
    """

    file: str
    index: int
    leaf: bytes
    body: dict[str, Any]
    members: dict[str, tuple[str, str]] = field(default_factory=dict)
    opened: dict[str, Any] = field(default_factory=dict)
    shown: str = ""

    @property
    def undisclosed(self) -> list[str]:
        """Places of members in sight that no disclosure opens."""
        return [place for place, _ in self.members.values() if place not in self.opened]

    def open_note(self, name: str) -> Any:
        """Value of a note that is in the clear, or None."""
        return self.body["notes"].get(name, {}).get("open")


def read_entry(source: Source, file: str, head: Head | None, findings: Findings) -> ShownEntry | None:
    """Check one entry file on its own and against the head; None when nothing of it can be used."""
    index = None
    try:
        shown = ENTRY_FILE(read_canonical(read_whole(source, file, MAX_ENTRY_FILE_BYTES)), "entry")
        index = shown["index"]
        entry = _shown(file, index, shown["body"].encode())
    except UnreadableError as error:
        findings.add("source.unreadable", file, detail=error)
        return None
    except (FormError, UnicodeEncodeError) as error:
        findings.add("entry.malformed", file, entry=index, detail=error)
        return None
    if head is not None:
        _check_place(entry, shown["proof"], head, findings)
    told = as_canonical([shown["changes"], shown["disclosures"], shown["subjects"]])
    entry.shown = hashlib.sha256(told).hexdigest()
    _check_members(entry, shown, findings)
    return entry


def _shown(file: str, index: int, raw: bytes) -> ShownEntry:
    if len(raw) > MAX_BODY_BYTES:
        raise FormError(f"the body has {len(raw)} bytes, at most {MAX_BODY_BYTES} fit")
    return ShownEntry(file, index, leaf_hash(raw), BODY(read_canonical(raw), "body"))


def _check_place(entry: ShownEntry, proof: list[str], head: Head, findings: Findings) -> None:
    if entry.index >= head.size:
        findings.add("entry.beyond_ledger", entry.file, entry=entry.index, detail=head.size)
    elif root_by_inclusion(entry.leaf, entry.index, head.size, _hashes(proof)) != head.root:
        findings.add("entry.not_in_ledger", entry.file, entry=entry.index)


def _check_members(entry: ShownEntry, shown: dict[str, Any], findings: Findings) -> None:
    body = entry.body
    entry.members = {body["by"]["name"]: ("by.name", "name"), body["why"]: ("why", "why")}
    entry.members |= {note["sd"]: (f"notes.{name}", name) for name, note in body["notes"].items() if "sd" in note}
    _listed(entry, "subjects", shown["subjects"], SUBJECT, findings)
    for position, change in _listed(entry, "changes", shown["changes"], CHANGE, findings):
        entry.members |= {digest: (f"changes.{position}.{name}", name) for name, digest in change["fields"].items()}
    for disclosure in shown["disclosures"]:
        _open(entry, disclosure, findings)


def _listed(
    entry: ShownEntry, member: str, shown: list[dict[str, Any]], check: Check, findings: Findings
) -> list[tuple[int, Any]]:
    """Items of a list in the body, or those shown of a list that the body holds by its root only."""
    held = entry.body[member]
    if isinstance(held, list):
        if shown:
            findings.add("entry.item_not_in_list", entry.file, entry=entry.index, record=member)
        return list(enumerate(held))
    items = []
    for each in shown:
        position, record = each["position"], f"{member}.{each['position']}"
        leaf = leaf_hash(each["item"].encode("utf-8", "replace"))
        root = root_by_inclusion(leaf, position, held["count"], _hashes(each["path"]))
        if root is None or root.hex() != held["root"]:
            findings.add("entry.item_not_in_list", entry.file, entry=entry.index, record=record)
            continue
        try:
            items.append((position, check(read_canonical(each["item"].encode()), record)))
        except (FormError, UnicodeEncodeError) as error:
            findings.add("entry.malformed", entry.file, entry=entry.index, record=record, detail=error)
    return items


def _open(entry: ShownEntry, disclosure: str, findings: Findings) -> None:
    raw_digest = hashlib.sha256(disclosure.encode("utf-8", "replace")).digest()
    digest = base64.urlsafe_b64encode(raw_digest).rstrip(b"=").decode()
    if digest not in entry.members:
        findings.add("entry.disclosure_foreign", entry.file, entry=entry.index, record=_claimed(disclosure))
        return
    place, name = entry.members[digest]
    try:
        entry.opened[place] = _disclosed(disclosure, name)
    except FormError as error:
        findings.add("entry.disclosure_malformed", entry.file, entry=entry.index, record=place, detail=error)


def _disclosed(disclosure: str, name: str) -> Any:
    salted = read_canonical(unbase64url(disclosure))
    if not isinstance(salted, list) or len(salted) != SALTED_LENGTH or salted[1] != name:
        raise FormError(f"a disclosure reads [salt, {name}, value]")
    return salted[2]


def _claimed(disclosure: str) -> str:
    """Say which member a disclosure claims to be, for the finding only."""
    try:
        salted = read_canonical(unbase64url(disclosure))
    except FormError:
        return disclosure[:40]
    is_salted = isinstance(salted, list) and len(salted) == SALTED_LENGTH
    return str(salted[1]) if is_salted else "?"


def _hashes(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]
