"""Kinds of duty: what rooms offer through the port `duties`, as data, beside what they put into the inbox."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise

from kuramori.kernel.models import Entry
from kuramori.kernel.room import rooms

Text = str | Promise
Proofs = Callable[[Collection[UUID], datetime], Mapping[UUID, UUID]]


def proven_by(verb: str) -> Proofs:
    """Return what proves a duty by the first act of this verb that each did since his turn opened."""

    def proofs(people: Collection[UUID], since: datetime) -> Mapping[UUID, UUID]:
        found = Entry.objects.filter(verb=verb, at__gte=since).order_by("-seq")
        rows = found.values_list("actor_id", "id")
        return {actor: entry for actor, entry in rows if actor is not None and actor in people}

    return proofs


@dataclass(frozen=True, kw_only=True)
class DutyKind:
    """A kind of duty, declared by a room in its `room.py`.

    `proofs` gets people and the moment since when it counts, and returns for those who have done it the id of the
    ledger's entry that proves it; `people` says on a day whom it asks, for kinds that know; `url` leads to where it
    is done. `plain_words` is its name in mails and calendars: no secret stands in it.
    """

    name: str
    title: Text
    plain_words: Text
    done_when: Text
    proofs: Proofs
    people: Callable[[date], Iterable[UUID]] | None = None
    url: Callable[[], str] | None = None
    practices: str = ""


def kinds() -> dict[str, DutyKind]:
    """Return all declared kinds of duty by name."""
    return {kind.name: kind for room in rooms() for kind in room.duties if isinstance(kind, DutyKind)}
