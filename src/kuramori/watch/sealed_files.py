"""The log segments whose digests stand in acts, for the nightly check of `evidence`."""

from collections.abc import Iterator
from uuid import UUID

from kuramori.evidence.api import FileSource, SealedFile
from kuramori.watch.lake import folder, lake
from kuramori_lake.health import live


def sealed_segments() -> Iterator[SealedFile]:
    """Yield every live segment that an act has sealed, as the lake's own list names it."""
    if not folder().exists():
        return
    with lake() as found:
        for row in live(found.manifest):
            if row["sealed_act"]:
                path = found.root / row["path"]
                yield SealedFile(path=path, sha256=row["sha256"], entry_id=UUID(row["sealed_act"]))


SEALED_SEGMENTS = FileSource(files=sealed_segments)
