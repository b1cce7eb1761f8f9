"""A bundle encrypted for those who are to read it, with age (age-encryption.org/v1), whose tool is one file.

The file is read and written in pieces; nobody but the holders of the keys can open it, we neither.
"""

import io
import os
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from django.utils.translation import gettext as _

from kuramori.evidence.bundles.beating import Beat, no_beat
from kuramori.evidence.bundles.zipping import write_zip
from kuramori.kernel.acts import Refused
from kuramori.kernel.durable import put

AGE, SSH = "age1", "ssh-ed25519 "
SECRET = ("AGE-SECRET-KEY-", "-----BEGIN")


def recipient(text: str) -> Any:
    """Read one public key. Raises Refused: a private key, a kind of key that age does not know, or a damaged one."""
    if text.startswith(SECRET):
        raise Refused(
            _("This is a private key. Whoever has seen it can read what is meant for its owner."),
            _("Have a new pair made, and enter the public key, which begins with “age1”."),
        )
    reader = pyrage.x25519.Recipient if text.startswith(AGE) else pyrage.ssh.Recipient if text.startswith(SSH) else None
    try:
        if reader is not None:
            return reader.from_str(text)
    except pyrage.RecipientError:
        pass
    raise Refused(
        _("“%(key)s…” is no key that age can encrypt for.") % {"key": text[:20]},
        _("Ask the recipient for a line that begins with “age1” or “ssh-ed25519”, and copy it whole."),
    )


def recipients(text: str) -> tuple[str, ...]:
    """Read public keys, one a line; empty lines and comments (#) are left out. Raises Refused."""
    lines = [line.strip() for line in text.splitlines()]
    found = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    for line in found:
        recipient(line)
    return found


def lock(folder: Path, keys: Iterable[str], at: datetime) -> Path:
    """Pack a bundle and encrypt it beside its folder, which is removed; return the file. Raises Refused, OSError."""
    packed = folder.with_name(f"{folder.name}.zip")
    locked = packed.with_suffix(".zip.age")
    write_zip(folder, packed, at)
    encrypt(packed, locked, keys)
    packed.unlink()
    shutil.rmtree(folder)
    return locked


class _BeatingFile(io.FileIO):
    """A file that gives a sign of life at each reading."""

    def __init__(self, path: Path, beat: Beat) -> None:
        super().__init__(path)
        self._beat = beat

    def read(self, size: int | None = -1, /) -> bytes:
        """Read the next bytes."""
        self._beat()
        return super().read(size) or b""


def encrypt(source: Path, target: Path, keys: Iterable[str], beat: Beat = no_beat) -> None:
    """Write `source` as `target`, which only `keys` open; whole or not at all. Raises Refused, OSError."""
    draft = target.with_name(f".{target.name}.draft")
    with _BeatingFile(source, beat) as clear, draft.open("wb") as out:
        pyrage.encrypt_io(clear, out, [recipient(key) for key in keys])
        out.flush()
        os.fsync(out.fileno())
    put(draft, target)
