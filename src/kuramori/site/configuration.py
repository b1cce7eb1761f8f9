"""Where an installation keeps its data, and which database it uses, read from the environment."""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from kuramori.kernel.durable import flush

SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=268435456;PRAGMA temp_store=MEMORY;"
)


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the data folder (KURAMORI_DATA), made if absent and closed to others."""
    folder = Path(environment.get("KURAMORI_DATA") or "kuramori-data").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """Return the installation's own key, made at the first start; refuse a key that others can read (O1)."""
    path = folder / "secret-key"
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path.name} can be read by others: chmod 600 it, then start again")
    return path.read_text()


def _make_key(path: Path) -> None:
    """Write a new key beside its place and link it there: a crash leaves a whole key or none, a race only one."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(64))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
        flush(path.parent)


def database(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return Django's database settings: SQLite in the data folder, or PostgreSQL by KURAMORI_DATABASE_URL."""
    url = environment.get("KURAMORI_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "kuramori.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_START},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("KURAMORI_DATABASE_URL must begin with postgresql://")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def gigabytes(environment: Mapping[str, str], name: str, usual: int) -> int:
    """Return in bytes what a variable says in whole gigabytes (2**30), at least one."""
    text = environment.get(name) or str(usual)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number of gigabytes, 1 or more")
    return int(text) << 30


def one_of(environment: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """Return the word that a variable says, out of those allowed; the first of them if it says nothing."""
    text = environment.get(name) or allowed[0]
    if text not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(allowed)}")
    return text


def mail_server(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return Django's mail settings by KURAMORI_SMTP, such as smtp://user:password@mail.example.jp:587.

    smtps:// speaks TLS from the start, smtp:// after STARTTLS, which only this machine's own server goes without.
    """
    parts = urlsplit(environment.get("KURAMORI_SMTP") or "smtp://localhost:25")
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("KURAMORI_SMTP must begin with smtp:// or smtps:// and name a host")
    is_wrapped = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if is_wrapped else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_wrapped,
        "EMAIL_USE_TLS": not is_wrapped and parts.hostname not in {"localhost", "127.0.0.1", "::1"},
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": environment.get("KURAMORI_MAIL_FROM") or "kuramori@localhost",
    }
