"""Own acts as the lines that the lake's parser reads (docs/connectors/ledger.md): who, when, what, which secret.

Nothing else leaves the ledger here: no reason, no name, no word that an entry commits to, no subject but secrets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from kuramori.evidence.api import Placed, placed
from kuramori.kernel.actors import ActorKind
from kuramori.kernel.models import EntrySubject
from kuramori.watch.feeding.deeds import IN_NAME, OF_SECRETS, TOLD_KIND, VERBS
from kuramori.watch.feeding.standing import numbers_covered
from kuramori_lake.event import Activity, Namespace

PERSON = "directory.person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One own act of a person, ready to be told; `id` is the entry's, so that twice told it is still one event."""

    id: str
    at: datetime
    verb: str
    activity: str
    person: UUID
    secrets: Sequence[str] = ()

    @property
    def day(self) -> date:
        """Return the company's day of it: the one whose charter has to hold."""
        return self.at.astimezone(ZoneInfo(settings.COMPANY_ZONE)).date()


def deeds_in(first: int, count: int) -> tuple[list[Deed], int, UUID | None]:
    """Return what entries at these places of the ledger tell; the next place, and the id of the last entry looked at.

    The system's acts tell nothing, but for what was tried in somebody's name.
    """
    entries, after, last = placed(first, count, verbs=tuple(VERBS))
    about: dict[tuple[int, str], list[UUID]] = {}
    rows = EntrySubject.objects.filter(
        kind__in=(TOLD_KIND, PERSON), entry__leaf__index__gte=first, entry__leaf__index__lt=after, entry__verb__in=VERBS
    )
    for seq, kind, subject in rows.order_by("id").values_list("entry_id", "kind", "subject_id"):
        about.setdefault((seq, kind), []).append(subject)
    return [deed for entry in entries for deed in _deeds(entry, about)], after, last


def _deeds(entry: Placed, about: dict[tuple[int, str], list[UUID]]) -> Iterator[Deed]:
    activity, secrets = VERBS[entry.verb], about.get((entry.seq, TOLD_KIND), [])
    doers = about.get((entry.seq, PERSON), []) if entry.verb in IN_NAME else [entry.actor_id]
    is_persons = entry.verb in IN_NAME or entry.actor_kind == ActorKind.PERSON
    if not is_persons or (activity in OF_SECRETS and not secrets):
        return
    for person in filter(None, doers):
        yield Deed(
            id=str(entry.id), at=entry.at, verb=entry.verb, activity=activity, person=person,
            secrets=[str(each) for each in secrets],
        )  # fmt: skip


def lines_of(deeds: Sequence[Deed], site: UUID | None) -> Iterator[bytes]:
    """Yield one line for each deed of a person whom a charter of that day covers, at one site or (None) at any."""
    covered = numbers_covered({(deed.person, deed.day) for deed in deeds}, site)
    for deed in deeds:
        number = covered.get((deed.person, deed.day))
        if number is not None:
            yield orjson.dumps(_line(deed, number), option=orjson.OPT_APPEND_NEWLINE)


def _line(deed: Deed, number: str) -> dict[str, object]:
    failed = {"outcome": "denied"} if deed.activity == Activity.LOGON_FAIL else {}
    return failed | {
        "id": deed.id,
        "at": deed.at.isoformat(),
        "verb": deed.verb,
        "activity": deed.activity,
        "actor": {"name": number, "namespace": Namespace.EMPLOYEE},
        "subjects": [{"kind": TOLD_KIND, "id": each} for each in deed.secrets],
    }


def path_of(secret: UUID | str) -> str:
    """Return where a secret's entry in the register lies, as the lake's parser writes it and its context looks."""
    return f"kuramori:/{TOLD_KIND}/{secret}"
