"""The whole ledger as static files that others' tools read: C2SP tiles, the signed head, keys, witnesses' heads."""

import os
from collections.abc import Callable
from pathlib import Path

from kuramori.evidence.keys import exported_keys
from kuramori.evidence.models import Checkpoint
from kuramori.evidence.rules import tiles
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.tree_store import hashes
from kuramori.evidence.witnessing.files import witness_files
from kuramori.kernel.models import Entry

KEYS = "keys.txt"
WITNESSES = "witnesses"


def export_ledger(
    folder: Path, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Checkpoint | None:
    """Write the ledger up to a fresh head into an empty or absent folder, tile by tile; None when it is empty.

    The head is written last: a folder without `checkpoint` is not a whole export. No salts and no words are in it.
    Raises FileExistsError, NotAPrefix, OSError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    head = seal_now()
    if head is None:
        return None
    for tile in tiles.tiles_of(head.size):
        level, index, width = tile
        _write(folder / tiles.tile_path(level, index, width), tiles.tile_bytes(tile, hashes))
        if level == 0:
            first = index * tiles.WIDTH
            _write(folder / tiles.entries_path(index, width), tiles.entry_bundle(_bodies(first, width)))
            progress(first + width, head.size)
    for name, content in witness_files(head.size):
        _write(folder / WITNESSES / name, content)
    _write(folder / KEYS, "".join(f"{key}\n" for key in exported_keys()).encode())
    _write(folder / tiles.CHECKPOINT, head.note.encode())
    return head


def _bodies(first: int, count: int) -> list[bytes]:
    rows = Entry.objects.filter(leaf__index__gte=first, leaf__index__lt=first + count).order_by("leaf__index")
    return [bytes(body) for body in rows.values_list("body", flat=True)]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
