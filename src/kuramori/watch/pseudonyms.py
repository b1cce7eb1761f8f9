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
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from kuramori.kernel.durable import flush, made

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


def case_pseudonym(case_id: UUID, person_id: UUID) -> str:
    """Return what a case's person is called in that case and nowhere else."""
    return pseudonym(f"case:{case_id}", person_id)


def _key_path() -> Path:
    return Path(settings.DATA) / "keys" / "pseudonyms.key"


@lru_cache(maxsize=4)
def _key(path: Path) -> bytes:
    """Read the key, making it first where there is none.

    Raises ImproperlyConfigured for a key that is not whole: an empty one would let anybody compute the pseudonyms.
    """
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{path.name} is damaged: bring it back from the backup")
    return key


def _make(path: Path) -> None:
    """Write a new key beside its place and link it there: a crash leaves a whole key or none, a race only one."""
    made(path.parent)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
        flush(path.parent)
