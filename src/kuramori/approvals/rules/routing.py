"""Who decides: offices in turn, never the requester in any guise, deputies one step and no further (CLS-13, A5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

NOBODY: frozenset[UUID] = frozenset()


class Office(StrEnum):
    """By what somebody is entitled to decide."""

    BOSS = "boss"
    KEEPER = "keeper"
    UNIT_HEAD = "unit_head"
    COMMITTEE = "committee"
    NAMED = "named"
    LEGAL = "legal"
    INFORMATION_MANAGER = "information_manager"
    EXECUTIVE = "executive"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One answer to "who decides": an office, who holds it today, and how many of them have to agree."""

    office: Office
    people: frozenset[UUID]
    needs: int = 1


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The step that counts: its place in the order (above 0: it was passed on), and who may decide."""

    place: int
    office: Office
    people: frozenset[UUID]
    needs: int


@dataclass(frozen=True, kw_only=True)
class Away:
    """Somebody's absence, with who stands in for him and who entered it; both days included."""

    person: UUID
    deputy: UUID
    first: date
    last: date
    named_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One vote: at which place, and whose voice it was: who decided, whom he stood in for, and who is one with them."""

    place: int
    people: frozenset[UUID]


def choose(
    steps: Sequence[Step], *, barred: frozenset[UUID], voices: Sequence[Voice] = (), is_late: bool = False
) -> Chosen | None:
    """Return the first step that can decide without the barred; None when none can.

    Votes count at their own place alone, also of who has left since. Nobody speaks twice: a step that could only be
    decided by those who have spoken already is passed over. What one alone decides and nobody has answered in half of
    its time goes to the next step as well; a committee's stays with it.
    """
    ways = (_able(place, step, barred, voices) for place, step in enumerate(steps))
    able = [way for way in ways if way is not None]
    if not able or not is_late or able[0].needs > 1:
        return able[0] if able else None
    further = (one for one in able[1:] if one.needs == 1 and one.people - able[0].people)
    other = next(further, None)
    return replace(other, people=able[0].people | other.people) if other else able[0]


def _able(place: int, step: Step, barred: frozenset[UUID], voices: Sequence[Voice]) -> Chosen | None:
    """Return before whom a step lays the request, its own voters among them; None when it can not be decided there."""
    here = [voice.people for voice in voices if voice.place == place]
    elsewhere = NOBODY.union(*(voice.people for voice in voices if voice.place != place))
    people = step.people - barred - elsewhere
    silent = people - NOBODY.union(*here)
    if not silent or len(here) + len(silent) < step.needs:
        return None
    return Chosen(place=place, office=step.office, people=people, needs=step.needs)


def stand_ins(
    aways: Iterable[Away], *, today: date, barred: frozenset[UUID], present: Collection[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    """Return for whom each deputy stands in today: principals, by deputy.

    Only whom the absent person's own row names: a deputy does not pass his office on. Not counted are rows of, for
    and by those who are barred (whoever asks does not choose who decides), and deputies who do not work here today.
    """
    found: dict[UUID, frozenset[UUID]] = {}
    for away in aways:
        is_his = away.named_by == away.person or away.named_by not in barred
        is_now = away.first <= today <= away.last
        if is_now and is_his and not {away.person, away.deputy} & barred and away.deputy in present:
            found[away.deputy] = found.get(away.deputy, NOBODY) | {away.person}
    return found


@dataclass(frozen=True, kw_only=True)
class Seat:
    """The right by which somebody decides: his own, or that of the absent person he stands in for."""

    decider: UUID
    on_behalf_of: UUID | None = None


def seat_of(
    decider: UUID | None,
    chosen: Chosen | None,
    *,
    barred: frozenset[UUID],
    principals: frozenset[UUID],
    voted: frozenset[UUID],
) -> Seat | None:
    """Return by which right somebody may decide now, None when by none.

    One human, one voice: who has decided in his own name or for another does not decide again, and nobody decides in
    the place of one who has. `voted` holds deciders, those they stood in for, and everybody who is one human with them.
    """
    if decider is None or chosen is None or decider in barred | voted:
        return None
    if decider in chosen.people:
        return Seat(decider=decider)
    absent = sorted((principals & chosen.people) - voted)
    return Seat(decider=decider, on_behalf_of=absent[0]) if absent else None
