"""Pseudonyms: HMAC-SHA-256 of a person under a key of this installation, different in every context.

The context (an alert, a leaver's case, a secret's month) is part of what is hashed, so two lists cannot be joined by
their pseudonyms. The key lies in the data folder, readable by the server only, and is no part of the database.
"""

import base64
import hmac
import os
import secrets
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

LETTERS = 6
KEY_BYTES = 32


def pseudonym(context: str, person_id: UUID | str) -> str:
    """Return what a person is called in one context: "Person 7K3QX2"; the same person is another in another."""
    digest = hmac.new(_key(_key_path()), f"{context}\n{person_id}".encode(), sha256).digest()
    code = base64.b32encode(digest)[:LETTERS].decode()
    return _("Person %(code)s") % {"code": code}


def alert_pseudonym(alert_id: UUID, person_id: UUID) -> str:
    """Return what an alert's person is called in that alert and nowhere else."""
    return pseudonym(f"alert:{alert_id}", person_id)


def _key_path() -> Path:
    return Path(settings.DATA) / "keys" / "pseudonyms.key"


@lru_cache(maxsize=4)
def _key(path: Path) -> bytes:
    """Read the key, making it first where there is none; two that begin at once keep the one that came first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
