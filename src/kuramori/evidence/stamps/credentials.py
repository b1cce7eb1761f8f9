"""An authority's password and client key: files in the data folder that nobody else may read, never shown or logged."""

import os
import secrets
import shutil
from pathlib import Path

from django.conf import settings

from kuramori.evidence.models import Authority
from kuramori.evidence.rules.stamps import Failed, Problem
from kuramori.evidence.stamps.outgoing import Credentials
from kuramori.kernel.durable import made, put

FOLDER = Path("keys") / "authorities"
PASSWORD, CLIENT = "password", "client.pem"


def credentials_of(authority: Authority) -> Credentials:
    """Return what is kept for an authority; raises Failed when its user has no password or others can read a file."""
    password, client = (_folder(authority) / name for name in (PASSWORD, CLIENT))
    for path in (password, client):
        if path.exists() and path.stat().st_mode & 0o077:
            raise Failed(Problem.CREDENTIALS_MISSING, f"chmod 600 {path.name}")
    if authority.username and not password.exists():
        raise Failed(Problem.CREDENTIALS_MISSING, PASSWORD)
    return Credentials(
        username=authority.username,
        password=password.read_text(encoding="utf-8") if authority.username else "",
        client_pem=client if client.exists() else None,
    )


def kept(authority: Authority) -> frozenset[str]:
    """Return which of the two are kept; their content is for the connection alone."""
    return frozenset(name for name in (PASSWORD, CLIENT) if (_folder(authority) / name).exists())


def keep(authority: Authority, name: str, content: bytes) -> None:
    """Write one of the two whole, readable by its owner alone. Raises OSError."""
    folder = made(_folder(authority))
    draft = folder / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    put(draft, folder / name)


def drop(authority: Authority, name: str) -> None:
    """Delete one of the two, if it is kept."""
    (_folder(authority) / name).unlink(missing_ok=True)


def forget(authority: Authority) -> None:
    """Delete both: an authority that is asked no more needs none."""
    shutil.rmtree(_folder(authority), ignore_errors=True)


def _folder(authority: Authority) -> Path:
    return Path(settings.DATA) / FOLDER / str(authority.pk)
