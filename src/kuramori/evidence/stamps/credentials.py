"""An authority's password and client key: files in the data folder that nobody else may read, never shown or logged."""

import os
import secrets
import shutil
import time
from pathlib import Path

from django.conf import settings

from kuramori.evidence.models import Authority
from kuramori.evidence.rules.stamps import Failed, Problem
from kuramori.evidence.stamps.outgoing import Credentials
from kuramori.kernel.durable import made, put

FOLDER = Path("keys") / "authorities"
PASSWORD, CLIENT = "password", "client.pem"
BEING_DONE = 3600.0
"""Seconds for which an act that writes files may not have ended yet."""


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


def sweep() -> int:
    """Finish what a crash has interrupted: delete what is kept for nobody any more; returns how many files went.

    What no committed row asks for may belong to an act that is just being done: it has an hour.
    """
    place = Path(settings.DATA) / FOLDER
    files = [path for path in place.rglob("*") if path.is_file()] if place.exists() else []
    known = {str(each.pk): each for each in Authority.objects.all()}
    gone = [path for path in files if _is_left_over(path, known.get(path.parent.name))]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _is_left_over(path: Path, authority: Authority | None) -> bool:
    """Say whether a file is needed by nobody: of an authority that was given up or never came to be, or a draft."""
    if authority is not None and authority.retired_at is not None:
        return True
    is_needed = authority is not None and (path.name == CLIENT or (path.name == PASSWORD and authority.username))
    return not is_needed and path.stat().st_mtime < time.time() - BEING_DONE


def _folder(authority: Authority) -> Path:
    return Path(settings.DATA) / FOLDER / str(authority.pk)
