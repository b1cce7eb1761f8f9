"""The act: nothing changes without one.

An act is one database transaction and one ledger entry. It says who does what, why, and to whom, and holds the
before and after of every record it touched, written here and never by a view (EVD-08, SYS-16).
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.kernel import guards
from kuramori.kernel.actors import Actor
from kuramori.kernel.entry_body import Change, Note
from kuramori.kernel.packed import Packed
from kuramori.kernel.turns import turn

DISK_FULL_SIGNS = (
    "database or disk is full",
    "disk i/o error",
    "no space left",
    "readonly database",
    "could not extend",
    "unable to open database file",
)
DISK_FULL_ERRORS = frozenset({errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EROFS})


class OutsideAct(RuntimeError):
    """A record was changed by code that did not say who acts, and why."""


class Refused(Exception):
    """A rule says no: `message` tells the user why, `next_step` what he can do; views show both."""

    def __init__(self, message: str | Promise, next_step: str | Promise = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class LedgerUnavailable(Refused):
    """The ledger cannot append (disk full, read-only): the act did not happen, nothing was changed."""


@dataclass(frozen=True)
class Subject:
    """Something an entry is about: its kind ("register.secret"), its id, and the name it had at that moment."""

    kind: str
    id: UUID
    name: str = ""


class Subjective(Protocol):
    """Anything that can say which subject it is; every Record can."""

    def as_subject(self) -> Subject:
        """Return the subject that stands for this in the ledger."""


@dataclass(kw_only=True)
class Act:
    """The act now open: what has been done in it so far."""

    verb: str
    by: Actor
    why: str
    at: datetime
    steps: list[str] = field(default_factory=list)
    subjects: dict[tuple[str, UUID], Subject] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    changes: Packed[Change] = field(default_factory=Packed)

    def about(self, *subjects: Subject | Subjective) -> None:
        """Name further subjects of this act; history pages and bundles find it by them."""
        for one in subjects:
            subject = one if isinstance(one, Subject) else one.as_subject()
            self.subjects[subject.kind, subject.id] = subject

    def note(self, name: str, value: Any, *, in_clear: bool = False) -> None:
        """Add a member to the entry; committed to by a salted digest unless it may stand in clear (digests, counts)."""
        self.notes[name] = Note(value=value, is_open=in_clear)


_current: ContextVar[Act | None] = ContextVar("kuramori_act", default=None)


def current() -> Act:
    """Return the open act; raise OutsideAct when there is none."""
    this = _current.get()
    if this is None:
        raise OutsideAct("wrap this change in act(...)")
    return this


@contextmanager
def act(verb: str, *, by: Actor, why: str = "", subjects: Iterable[Subject | Subjective] = ()) -> Iterator[Act]:
    """Open an act: one transaction, one entry. An act inside an act joins it, if the same actor acts.

    Raises OutsideAct when rows were touched that the act did not record, LedgerUnavailable when the ledger cannot
    append; in both cases nothing has changed.
    """
    outer = _current.get()
    if outer is not None:
        if outer.by != by:
            raise OutsideAct(f"{by.name} cannot act inside an act of {outer.by.name}")
        outer.steps.append(verb)
        outer.about(*subjects)
        yield outer
        return
    try:
        with turn(), transaction.atomic(durable=True):
            yield from _one_act(Act(verb=verb, by=by, why=why, at=now()), subjects)
    except (OperationalError, OSError) as error:
        refusal = storage_refusal(error)
        if refusal is not None:
            raise refusal from error
        raise


def storage_refusal(error: BaseException) -> LedgerUnavailable | None:
    """Return what to tell the user when an error of the database or the file system means: no room to write (L6)."""
    by_file_system = isinstance(error, OSError) and error.errno in DISK_FULL_ERRORS
    by_database = isinstance(error, OperationalError) and any(sign in str(error).lower() for sign in DISK_FULL_SIGNS)
    if not by_file_system and not by_database:
        return None
    return LedgerUnavailable(
        _("Nothing was changed: the storage of the ledger is full or cannot be written."),
        _("Ask your system administrator to free space; then try again. No data was lost."),
    )


def _one_act(this: Act, subjects: Iterable[Subject | Subjective]) -> Iterator[Act]:
    from kuramori.kernel.pen import append  # noqa: PLC0415  (the models need acts; acts need them only now)

    guards.open_mark()
    token = _current.set(this)
    try:
        this.about(*subjects)
        yield this
    finally:
        _current.reset(token)
    rows = guards.touched()
    if rows != len(this.changes):
        raise OutsideAct(f"{rows} rows touched, {len(this.changes)} recorded: nothing was changed")
    append(this)
    guards.close_mark()
