"""A bundle's manifest, read as a stream: what it says of each entry is kept in some bytes, or read again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kuramori_verify.canonical import FormError
from kuramori_verify.events import SEGMENT
from kuramori_verify.merkle import HASH_BYTES
from kuramori_verify.shape import (
    COUNT,
    DIGEST_HEX,
    MOMENT,
    NOTHING,
    PLAIN_PATH,
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
from kuramori_verify.sources import Source, open_limited
from kuramori_verify.streams import ByIndex, CanonicalStream
from kuramori_verify.witnesses import WITNESS

MANIFEST = "data/manifest.json"
MAX_MANIFEST_BYTES = 2 * 2**30

EXHIBIT = members_of(
    entry=either(NOTHING, COUNT),
    file=PLAIN_PATH,
    kind=one_of("record", "entries", "log"),
    number=COUNT,
    root=either(NOTHING, DIGEST_HEX),
    segment=either(NOTHING, RECORD_ID),
)
NAMED_FILE = members_of(file=PLAIN_PATH, sha256=DIGEST_HEX)
COUNTS = {"entries": COUNT, "files": COUNT, "rows": COUNT, "segments": COUNT, "withheld": COUNT}
NAMED_ENTRY = {"file": PLAIN_PATH, "index": COUNT, "leaf": DIGEST_HEX}
# The lists that grow with what is shown, by the form of one item; they are read item by item.
LISTS: dict[str, Check] = {
    "entries": members_of(**NAMED_ENTRY),
    "files": NAMED_FILE,
    "tags": NAMED_FILE,
    "withheld": members_of(entry=COUNT, member=TEXT, reason=TEXT),
}
FIRST: dict[str, Check] = {
    "counts": members_of(**COUNTS),
    "format": one_of("kuramori-bundle/1"),
    "id": RECORD_ID,
    "info": map_of(TEXT),
    "kind": TEXT,
    "made_at": MOMENT,
    "origin": TEXT,
    "segments": list_of(SEGMENT),
    "subject": pair_of(TEXT, RECORD_ID),
}
SECOND: dict[str, Check] = FIRST | {
    "counts": members_of(exhibits=COUNT, **COUNTS),
    "exhibits": list_of(EXHIBIT),
    "format": one_of("kuramori-bundle/2"),
    "redaction": members_of(kinds=list_of(TEXT), why=TEXT),
    "stamps": list_of(members_of(authority=PLAIN_PATH, due=list_of(TEXT), name=TEXT)),
    "twin": DIGEST_HEX,
    "variant": TEXT,
    "witnesses": list_of(WITNESS),
}
SECOND_LISTS = LISTS | {"entries": members_of(shown=DIGEST_HEX, **NAMED_ENTRY)}


@dataclass(slots=True)
class Manifest:
    """`members` but for the long lists; of those `lengths`, and what they say in a form that takes little room.

    `unnamed` are the names of files that are there and that no entry, file or tag of the manifest names.
    """

    unnamed: set[str]
    members: dict[str, Any] = field(default_factory=dict)
    lengths: Counter[str] = field(default_factory=Counter)
    leaves: ByIndex = field(default_factory=lambda: ByIndex(HASH_BYTES))
    named: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, set[int]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def is_second(self) -> bool:
        """Whether exhibits are numbered, and what is shown of each entry is sealed."""
        return "exhibits" in self.members

    def withholds(self, index: int, member: str) -> bool:
        """Whether it says that a member of an entry is kept back."""
        return index in self.withheld.get(member, ())

    def take(self, name: str, item: dict[str, Any]) -> None:
        """Take one item of a long list."""
        self.lengths[name] += 1
        if name == "withheld":
            self.withheld.setdefault(item["member"], set()).add(item["entry"])
            self.reasons[item["reason"]] += 1
            return
        self.unnamed.discard(item["file"])
        if name == "entries":
            self.leaves.add(item["index"], bytes.fromhex(item["leaf"]))
        else:
            self.named[item["file"]] = item["sha256"]


def read_manifest(source: Source) -> Manifest:
    """Read the manifest of a bundle of either version of the format. Raises FormError, UnreadableError."""
    manifest = Manifest(set(source.files))
    with open_limited(source, MANIFEST, MAX_MANIFEST_BYTES) as file:
        stream = CanonicalStream(file)
        form, lists = FIRST, LISTS
        for name in stream.members():
            if name in lists:
                manifest.lengths[name] = 0
                for place, item in enumerate(stream.items()):
                    lists[name](item, f"{MANIFEST}.{name}[{place}]")
                    manifest.take(name, item)
                continue
            value = stream.value()
            if name == "counts" and isinstance(value, dict) and "exhibits" in value:
                form, lists = SECOND, SECOND_LISTS  # it is the first member, and says which version this is
            if name not in form:
                raise FormError(f"{MANIFEST}: the members are {', '.join(sorted({*form, *lists}))}")
            manifest.members[name] = form[name](value, f"{MANIFEST}.{name}")
    if manifest.members.keys() != form.keys() or manifest.lengths.keys() != lists.keys():
        raise FormError(f"{MANIFEST}: the members are {', '.join(sorted({*form, *lists}))}")
    return manifest


def listed_again(source: Source, name: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a long list of a manifest that `read_manifest` found to be in form."""
    with open_limited(source, MANIFEST, MAX_MANIFEST_BYTES) as file:
        stream = CanonicalStream(file)
        for member in stream.members():
            if member == name:
                yield from stream.items()
                return
            stream.value()
