"""Backups stand in the ledger with the day until which they are kept: an erasure by law does not reach them (L13)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kuramori.directory.api import company_today
from kuramori.evidence.known_backups import BACKUPS, BEGAN, DESTROY, FILE, KEEP, SHA256, WRITE, known_backups
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act


def backup_note(*, file: str, sha256: str, began_at: datetime, days: int, by: Actor) -> None:
    """Enter a backup that was written and is kept so many days: it holds what stood in the system when it began."""
    with act(WRITE, by=by, subjects=[BACKUPS]) as this:
        keep_until = company_today() + timedelta(days=days)
        this.note(SHA256, sha256, in_clear=True)
        this.note(BEGAN, began_at.isoformat(), in_clear=True)
        this.note(KEEP, keep_until.isoformat(), in_clear=True)
        this.note(FILE, file)


def backup_destroy(*, sha256: str, by: Actor, why: str) -> None:
    """Enter that every copy of a backup was destroyed. Raises Refused for one that is unknown or gone already."""
    if sha256 not in {each.sha256 for each in known_backups() if each.destroyed_at is None}:
        raise Refused(_("No backup with this digest is kept."), _("“kuramori backups” lists them."))
    with act(DESTROY, by=by, why=why, subjects=[BACKUPS]) as this:
        this.note(SHA256, sha256, in_clear=True)
