"""Who decides on a request now, read from the directory each time: offices change while a request waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import now

from kuramori.approvals.kinds import Asked, Decides, RequestKind, kinds
from kuramori.approvals.models import Deputy, Request
from kuramori.approvals.offices import boss_of, company_day, engaged_among, head_above, holders_of, same_human
from kuramori.approvals.rules.routing import NOBODY, Away, Chosen, Office, Seat, Step, Voice, choose, seat_of, stand_ins
from kuramori.approvals.rules.standing import State, standing_at
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Role

ROLES = {
    Office.COMMITTEE: Role.COMMITTEE_MEMBER,
    Office.EXECUTIVE: Role.EXECUTIVE,
    Office.INFORMATION_MANAGER: Role.INFORMATION_MANAGER,
    Office.LEGAL: Role.LEGAL,
}
ABOVE_ALL = (Decides(office=Office.INFORMATION_MANAGER), Decides(office=Office.EXECUTIVE))
"""To whom a request goes that nobody else can decide: so none is ever silently stuck."""


@dataclass(frozen=True, kw_only=True)
class Routed:
    """Who decides, None when nobody can; who never may: the requester in every guise; and what was said already."""

    chosen: Chosen | None
    barred: frozenset[UUID]
    voices: Sequence[Voice] = ()

    @property
    def people(self) -> frozenset[UUID]:
        """Return before whom the request lies."""
        return self.chosen.people if self.chosen else NOBODY


def asked_of(request: Request) -> Asked:
    """Return what a request asks, as its kind understands it."""
    subject = Subject(request.subject_kind, request.subject_id) if request.subject_id else None
    return Asked(detail=request.detail, subject=subject, concerned=request.concerned_id)


def barred_from(*people: UUID | None) -> frozenset[UUID]:
    """Return the people and everybody who is one human with them: who asks and for whom never decides (A5)."""
    return same_human(person for person in people if person is not None)


def route_new(kind: RequestKind, asked: Asked, asker: UUID) -> Routed:
    """Return who decides on what is about to be asked."""
    barred = barred_from(asker, asked.concerned)
    return Routed(chosen=choose(_steps(kind, asked, asker, barred), barred=barred), barred=barred)


def route(request: Request) -> Routed:
    """Return who decides on a waiting request now; votes given there count towards the number that it needs."""
    barred = barred_from(request.asked_by_id, request.concerned_id)
    steps = _steps(kinds()[request.kind], asked_of(request), request.asked_by_id, barred)
    said = request.votes.values_list("place", "person_id", "on_behalf_of_id")
    voices = [Voice(place=place, people=barred_from(*people)) for place, *people in said]
    late = now() >= request.escalates_at
    return Routed(chosen=choose(steps, barred=barred, voices=voices, is_late=late), barred=barred, voices=voices)


def seat_for(person: UUID | None, routed: Routed) -> Seat | None:
    """Return by which right a person may decide on a request that was routed now; None when by none."""
    if person is None:
        return None
    return seat_of(
        person,
        routed.chosen,
        barred=routed.barred,
        principals=deputies_now(routed).get(person, NOBODY),
        voted=NOBODY.union(*(voice.people for voice in routed.voices)),
    )


def deputies_now(routed: Routed) -> dict[UUID, frozenset[UUID]]:
    """Return who may decide today in the place of those before whom the request lies, by deputy."""
    today = company_day()
    rows = Deputy.objects.standing().filter(person__in=routed.people, starts_on__lte=today, ends_on__gte=today)
    aways = [
        Away(
            person=row.person_id, deputy=row.deputy_id, first=row.starts_on, last=row.ends_on, named_by=row.named_by_id
        )
        for row in rows
    ]
    if not aways:
        return {}
    here = engaged_among([away.deputy for away in aways])
    return dict(stand_ins(aways, today=today, barred=routed.barred, present=here))


def _steps(kind: RequestKind, asked: Asked, asker: UUID, barred: frozenset[UUID]) -> Sequence[Step]:
    declared = list(kind.decides(asked))
    further: Iterable[Decides] = [each for each in ABOVE_ALL if each.office not in {one.office for one in declared}]
    return [
        Step(office=each.office, people=_holders(each, asker, barred), needs=each.needs)
        for each in (*declared, *further)
    ]


def _holders(decides: Decides, asker: UUID, barred: frozenset[UUID]) -> frozenset[UUID]:
    """Return who holds the office today."""
    if decides.office in ROLES:
        return holders_of(ROLES[decides.office], decides.unit)
    if decides.office is Office.UNIT_HEAD:
        return head_above(decides.unit, but=barred) if decides.unit else NOBODY
    people = boss_of(asker) if decides.office is Office.BOSS else decides.people
    return engaged_among(people) if people else NOBODY


def standing_of(request: Request, at: datetime | None = None) -> State:
    """Return where a request stands at a moment, now when left out."""
    return standing_at(State(request.state), expires_at=request.expires_at, at=at or now())


def lies_right(request: Request, routed: Routed) -> bool:
    """Say whether a request lies before exactly those who may decide on it."""
    seated = frozenset(request.seats.standing().values_list("person_id", flat=True))
    chosen = routed.chosen
    if chosen is None:
        return not seated
    stands = (request.office, request.place, request.needs) == (chosen.office, chosen.place, chosen.needs)
    return stands and seated == chosen.people
