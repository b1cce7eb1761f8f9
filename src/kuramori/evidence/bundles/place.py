"""Where the files of bundles lie."""

from pathlib import Path
from uuid import UUID

from django.conf import settings


def bundle_file(pk: UUID) -> Path:
    """Return where the file of a bundle lies in the data folder, whether it is there or not."""
    return Path(settings.DATA) / "bundles" / f"{pk}.zip"
