"""Where the files of bundles lie."""

from pathlib import Path
from uuid import UUID

from django.conf import settings


def bundle_file(pk: UUID) -> Path:
    """Return where the zip of a bundle lies in the data folder, whether it is there or not."""
    return Path(settings.DATA) / "bundles" / f"{pk}.zip"


def encrypted_file(pk: UUID) -> Path:
    """Return where the encrypted zip of a bundle lies; then the zip itself is not kept."""
    return bundle_file(pk).with_suffix(".zip.age")


def contents_file(pk: UUID) -> Path:
    """Return where what was found for an order lies while somebody chooses; it can be found anew."""
    return bundle_file(pk).with_suffix(".contents.json")


def delivered_file(pk: UUID) -> Path | None:
    """Return the file to hand over, None when it is not there yet or was made away with."""
    return next((path for path in (encrypted_file(pk), bundle_file(pk)) if path.exists()), None)
