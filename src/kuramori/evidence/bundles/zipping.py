"""A bundle as one file for handing over: the same bag always gives the same bytes."""

import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kuramori.evidence.bundles.beating import Beat, beating, no_beat
from kuramori.evidence.bundles.writing import pieces
from kuramori.kernel.durable import put

# Entries and rows shrink to a fifth at the quickest level; what is packed already only costs time.
LEVEL = 1
PACKED = frozenset({".parquet", ".pdf"})


def write_zip(folder: Path, target: Path, at: datetime, beat: Beat = no_beat) -> None:
    """Write the folder as `target`, under the folder's own name; whole or not at all, flushed to the disk.

    All members carry the time `at` (UTC). Raises OSError.
    """
    draft = target.with_name(f".{target.name}.draft")
    with draft.open("wb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in _names(folder):
                _add(archive, folder / name, f"{target.stem}/{name}", at, beat)
        out.flush()
        os.fsync(out.fileno())
    put(draft, target)


def _names(folder: Path, above: str = "") -> Iterator[str]:
    """Yield the paths of all files below a folder, sorted name by name."""
    with os.scandir(folder) as listing:
        found = sorted((each.name, each.is_dir()) for each in listing)
    for name, is_folder in found:
        if is_folder:
            yield from _names(folder / name, f"{above}{name}/")
        else:
            yield above + name


def _add(archive: zipfile.ZipFile, path: Path, name: str, at: datetime, beat: Beat) -> None:
    member = zipfile.ZipInfo(name, at.timetuple()[:6])
    member.compress_type = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
    member._compresslevel = LEVEL  # type: ignore[attr-defined]  # noqa: SLF001  (public since Python 3.13)
    member.external_attr = 0o644 << 16
    member.file_size = path.stat().st_size
    with archive.open(member, "w") as out:
        for piece in beating(pieces(path), beat):
            out.write(piece)
