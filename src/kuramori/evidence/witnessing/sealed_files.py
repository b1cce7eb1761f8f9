"""Files whose digests stand in acts: are they still there, and still what was sealed? Part of the nightly check.

Bundles are read back whole; other rooms offer theirs, such as the log segments of `watch`, through the port
`exhibits`. Read piece by piece, so memory does not grow.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.models import Bundle, Checkpoint, Leaf, Stamp
from kuramori.evidence.rules.bag import MANIFEST as PAYLOAD_MANIFEST
from kuramori.evidence.rules.bag import TAG_MANIFEST
from kuramori.evidence.rules.bundle import MANIFEST
from kuramori.evidence.rules.damage import Damage, Found
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.room import rooms

MANY = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedFile:
    """A file on this machine, the SHA-256 (hex) it must have, and the act whose open notes hold that digest."""

    path: Path
    sha256: str
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class FileSource:
    """Stands in a room's port `exhibits` beside the functions: the files that the nightly check compares with acts."""

    files: Callable[[], Iterable[SealedFile]]


def check_files(each_done: Callable[[], None]) -> Iterator[Found]:
    """Yield what is wrong with sealed files, with the index of the act that sealed them; `each_done` after every file.

    A bundle that was made away with is no damage: its record says so, and the digest stays.
    """
    sources = [offer for room in rooms() for offer in room.exhibits if isinstance(offer, FileSource)]
    part: list[SealedFile] = []
    for file in (file for source in sources for file in source.files()):
        part.append(file)
        if len(part) == MANY:
            yield from _compare(part, each_done)
            part = []
    yield from _compare(part, each_done)
    for bundle in Bundle.objects.order_by("id").iterator(MANY):
        yield from _bundle(bundle)
        each_done()
    yield from _stamps()


def _compare(files: list[SealedFile], each_done: Callable[[], None]) -> Iterator[Found]:
    rows = Entry.objects.filter(id__in={file.entry_id for file in files}).values_list("id", "body", "leaf__index")
    sealed = {entry: (index, _open_notes(bytes(body))) for entry, body, index in rows}
    for file in files:
        index, notes = sealed.get(file.entry_id, (None, frozenset()))
        if file.sha256 not in notes:
            yield Found(damage=Damage.FILE_UNSEALED, index=index, detail=file.path.name)
        elif not file.path.exists():
            yield Found(damage=Damage.FILE_MISSING, index=index, detail=file.path.name)
        elif _digest_of(file.path) != file.sha256:
            yield Found(damage=Damage.FILE_DIFFERS, index=index, detail=file.path.name)
        each_done()


def _bundle(bundle: Bundle) -> Iterator[Found]:
    """Read a bundle's zip back: its own manifests against the acts, and every file against the manifests."""
    entries = list(entries_about(bundle.pk).order_by("seq"))
    index = Leaf.objects.filter(entry__in=entries[:1]).values_list("index", flat=True).first()
    notes = frozenset().union(*(_open_notes(bytes(entry.body)) for entry in entries))
    wanted = {MANIFEST: bundle.manifest_sha256, TAG_MANIFEST: bundle.tag_manifest_sha256}
    if any(digest and digest not in notes for digest in wanted.values()):
        yield Found(damage=Damage.FILE_UNSEALED, index=index, detail=str(bundle.pk))
    path = bundle_file(bundle.pk)
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in _differing(archive, {name: digest for name, digest in wanted.items() if digest}):
                yield Found(damage=Damage.FILE_DIFFERS, index=index, detail=f"{path.name}: {name}")
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        yield Found(damage=Damage.FILE_DIFFERS, index=index, detail=f"{path.name}: {error}")


def _differing(archive: zipfile.ZipFile, wanted: dict[str, str]) -> Iterator[str]:
    """Yield the members that differ from `wanted` or from a manifest that does not, each manifest read on the way."""
    members = {name.partition("/")[2]: name for name in archive.namelist()}
    queue = list(wanted.items())
    for name, digest in queue:
        if name not in members:
            yield name
            continue
        with archive.open(members[name]) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        if found != digest:
            yield name
        elif name in {PAYLOAD_MANIFEST, TAG_MANIFEST}:
            with archive.open(members[name]) as file:
                lines = file.read().decode().splitlines()
            queue += [(path, sha) for sha, _gap, path in (line.partition("  ") for line in lines)]


def _stamps() -> Iterator[Found]:
    """Yield tokens that are not over the checkpoint they are kept for: row or checkpoint was exchanged."""
    good = Stamp.objects.filter(refusal="", size__isnull=False).values_list("id", "size", "content_sha256")
    for pk, size, digest in good.iterator(MANY):
        note = Checkpoint.objects.filter(size=size).values_list("note", flat=True).first() or ""
        if hashlib.sha256(note.encode()).hexdigest() != digest:
            yield Found(damage=Damage.STAMP_DIFFERS, index=max(0, size - 1), detail=str(pk))


def _open_notes(body: bytes) -> frozenset[str]:
    told = orjson.loads(body)["notes"].values()
    return frozenset(note["open"] for note in told if isinstance(note.get("open"), str))


def _digest_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
