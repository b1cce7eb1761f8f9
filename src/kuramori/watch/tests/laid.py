"""Documents laid into the folder, and the job that compares it with the index."""

from pathlib import Path
from typing import Any

from django.conf import settings

from kuramori.kernel import jobs
from kuramori.kernel.permissions import Viewer
from kuramori.watch.job_names import DOCUMENTS
from kuramori_lake.fingerprint.tests.test_index import text


def lay(name: str, words: str | bytes) -> Path:
    """Lay a file into the folder of documents, below the folder of its secret."""
    path = Path(settings.DATA) / "documents" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    return path


def lay_some(number: str = "S-0001") -> None:
    """Two documents that are indexed, an empty one, a folder of nobody's and a file beside all folders."""
    lay(f"{number}/配合.txt", text(1))
    lay(f"{number}/図面/A-17.txt", text(2))
    lay(f"{number}/新製品X.txt", b"")
    lay("X-9/謎の計画.txt", text(3))
    lay("メモ.txt", text(4))


def compared(viewer: Viewer | None = None) -> Any:
    """Run the job to its end."""
    return jobs.run(jobs.ask(DOCUMENTS, viewer=viewer))
